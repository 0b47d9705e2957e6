//! Keys as hexadecimal numbers.

use super::SecretError;

/// Bytes of `what`, from pairs of hex digits.
pub(super) fn parse_hex(text: &str, what: &'static str) -> Result<Vec<u8>, SecretError> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    text.trim().as_bytes().chunks(2).map(byte).collect::<Option<_>>().ok_or(SecretError::Hex { what })
}
