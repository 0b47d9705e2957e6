//! Strings on the wire: UTF-16LE without a terminator (MS-SMB2 2.2, MS-DTYP 2.1.3).

/// The text of UTF-16LE `bytes`. Each surrogate without its partner becomes U+FFFD; an odd last byte is dropped.
pub fn to_string(bytes: &[u8]) -> String {
    let (units, _odd) = bytes.as_chunks::<2>();
    // Most names are ASCII.
    if units.iter().fold(0, |all, [lower, upper]| all | lower & 0x80 | upper) == 0 {
        return units.iter().map(|[lower, _]| char::from(*lower)).collect();
    }
    char::decode_utf16(units.iter().map(|unit| u16::from_le_bytes(*unit)))
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

/// The code units of UTF-16LE `bytes`; an odd last byte is dropped.
pub fn units(bytes: &[u8]) -> Vec<u16> {
    bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect()
}

/// The UTF-16LE bytes of `text`, without a terminator.
pub fn from_str(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_every_plane_survives_the_round_trip() {
        for text in ["", "share\\folder", "Grüße", "文書", "🗂 a"] {
            assert_eq!(to_string(&from_str(text)), text);
        }
    }

    #[test]
    fn lone_surrogates_stay_visible() {
        assert_eq!(to_string(&[0x61, 0, 0x3d, 0xd8, 0x62, 0]), "a\u{fffd}b");
        assert_eq!(to_string(&[0x61, 0, 0x00, 0xdc]), "a\u{fffd}");
    }

    #[test]
    fn an_odd_last_byte_is_dropped() {
        assert_eq!(to_string(&[0x61, 0, 0x62]), "a");
    }
}
