//! Texts and numbers as protocol 0 writes them.

/// The text of `UNICODE`: Latin-1, with `\uXXXX` and `\UXXXXXXXX`; `None` where it is no Unicode.
pub(super) fn escaped(line: &[u8]) -> Option<String> {
    let (mut text, mut units) = (String::with_capacity(line.len()), line.iter());
    while let Some(&unit) = units.next() {
        let digits = match (unit, units.as_slice().first()) {
            (b'\\', Some(b'u')) => 4,
            (b'\\', Some(b'U')) => 8,
            _ => {
                text.push(char::from(unit));
                continue;
            }
        };
        units.next();
        text.push(char::from_u32(hexadecimal(&mut units, digits)?)?);
    }
    Some(text)
}

/// The bytes of `STRING`: a literal of Python 2 in quotes; `None` where it is none.
pub(super) fn quoted(line: &[u8]) -> Option<Vec<u8>> {
    let line = line.trim_ascii();
    let (quote, rest) = line.split_first()?;
    let (last, inside) = rest.split_last()?;
    if quote != last || !matches!(quote, b'\'' | b'"') {
        return None;
    }
    let (mut bytes, mut units) = (Vec::with_capacity(inside.len()), inside.iter());
    while let Some(&unit) = units.next() {
        bytes.push(match unit {
            b'\\' => match *units.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'x' => u8::try_from(hexadecimal(&mut units, 2)?).ok()?,
                same @ (b'\\' | b'\'' | b'"') => same,
                _ => return None,
            },
            unit => unit,
        });
    }
    Some(bytes)
}

fn hexadecimal(units: &mut std::slice::Iter<'_, u8>, digits: u32) -> Option<u32> {
    (0..digits).try_fold(0_u32, |value, _| {
        let digit = char::from(*units.next()?).to_digit(16)?;
        Some(value.wrapping_shl(4) | digit)
    })
}

/// A number on a line.
pub(super) enum Number {
    Int(i64),
    /// An integer of more than 64 bits.
    Large,
}

/// An integer as `INT`, `LONG`, `PUT` and `GET` write it, `LONG` with an `L` at its end.
pub(super) fn integer(line: &[u8]) -> Option<Number> {
    let text = std::str::from_utf8(line).ok()?.trim();
    let text = text.strip_suffix('L').unwrap_or(text);
    if let Ok(number) = text.parse() {
        return Some(Number::Int(number));
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    (!digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())).then_some(Number::Large)
}

/// An integer of the length of `bytes`: little-endian, with a sign.
pub(super) fn long(bytes: &[u8]) -> Number {
    let Some(last) = bytes.last() else { return Number::Int(0) };
    let sign = if *last >= 0x80 { 0xff } else { 0 };
    let (low, high) = bytes.split_at(bytes.len().min(8));
    let mut eight = [sign; 8];
    for (place, byte) in eight.iter_mut().zip(low) {
        *place = *byte;
    }
    let number = i64::from_le_bytes(eight);
    // The sign may need a byte of its own.
    let is_whole = high.iter().all(|byte| *byte == sign) && (number < 0) == (sign != 0);
    if is_whole { Number::Int(number) } else { Number::Large }
}

/// A float as `FLOAT` writes it.
pub(super) fn float(line: &[u8]) -> Option<f64> {
    std::str::from_utf8(line).ok()?.trim().parse().ok()
}
