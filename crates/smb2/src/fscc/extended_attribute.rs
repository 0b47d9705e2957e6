//! FILE_FULL_EA_INFORMATION (MS-FSCC 2.4).

use super::Entries;
use crate::{Malformed, wire};

/// One extended attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtendedAttribute<'a> {
    /// Flags: FILE_NEED_EA (0x80).
    pub flags: u8,
    /// EaName, in 8-bit characters.
    pub name: &'a [u8],
    /// EaValue.
    pub value: &'a [u8],
}

/// The extended attributes that `buffer` lists.
pub fn extended_attributes(buffer: &[u8]) -> Entries<'_, ExtendedAttribute<'_>> {
    Entries::new(buffer, 0, attribute)
}

fn attribute(bytes: &[u8], _class: u8) -> Result<ExtendedAttribute<'_>, Malformed> {
    const NAME: usize = 8;
    let name_length = usize::from(wire::u8_at(bytes, 5, "EaNameLength")?);
    let value_length = usize::from(wire::u16_at(bytes, 6, "EaValueLength")?);
    // A zero byte ends the name; the length does not count it.
    let value = NAME.saturating_add(name_length).saturating_add(1);
    Ok(ExtendedAttribute {
        flags: wire::u8_at(bytes, 4, "Flags")?,
        name: wire::slice(bytes, NAME, name_length, "EaName")?,
        value: wire::slice(bytes, value, value_length, "EaValue")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_value_follows_the_zero_byte_behind_the_name() {
        let bytes = [0, 0, 0, 0, 0x80, 1, 2, 0, b'N', 0, 7, 8];
        let expected = ExtendedAttribute { flags: 0x80, name: b"N", value: &[7, 8] };
        assert_eq!(extended_attributes(&bytes).collect::<Vec<_>>(), [Ok(expected)]);
    }
}
