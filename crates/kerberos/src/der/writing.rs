//! Elements out of values.

use super::{
    BIT_STRING, GENERAL_STRING, GENERALIZED_TIME, INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, application_tag,
    context_tag, time,
};

/// One element: tag, then length, then `content`.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len();
    let mut bytes = vec![tag];
    match u8::try_from(length) {
        Ok(short @ ..0x80) => bytes.push(short),
        _ => {
            let big_endian: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
            bytes.push(0x80 | big_endian.len() as u8);
            bytes.extend(big_endian);
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

/// A SEQUENCE below `[APPLICATION number]`.
pub(crate) fn application(number: u8, fields: &[Vec<u8>]) -> Vec<u8> {
    element(application_tag(number), &sequence(fields))
}

/// A SEQUENCE or SEQUENCE OF.
pub(crate) fn sequence(elements: &[Vec<u8>]) -> Vec<u8> {
    element(SEQUENCE, &elements.concat())
}

/// Field `[number]`.
pub(crate) fn required(number: u8, value: Vec<u8>) -> Vec<u8> {
    element(context_tag(number), &value)
}

/// Field `[number]` if it has a value, else nothing.
pub(crate) fn optional(number: u8, value: Option<Vec<u8>>) -> Vec<u8> {
    value.map(|value| required(number, value)).unwrap_or_default()
}

/// An INTEGER, in as few bytes as it takes.
pub(crate) fn integer(value: impl Into<i64>) -> Vec<u8> {
    let bytes = value.into().to_be_bytes();
    let redundant = bytes.windows(2).take_while(|pair| matches!(pair, [0, ..0x80] | [0xff, 0x80..=0xff])).count();
    element(INTEGER, bytes.get(redundant..).unwrap_or_default())
}

/// An OCTET STRING.
pub(crate) fn octet_string(value: &[u8]) -> Vec<u8> {
    element(OCTET_STRING, value)
}

/// An OBJECT IDENTIFIER, given its content.
pub(crate) fn object_identifier(value: &[u8]) -> Vec<u8> {
    element(OBJECT_IDENTIFIER, value)
}

/// A GeneralString.
pub(crate) fn general_string(value: &str) -> Vec<u8> {
    element(GENERAL_STRING, value.as_bytes())
}

/// A BIT STRING of 32 flags.
pub(crate) fn bit_string(flags: u32) -> Vec<u8> {
    let [a, b, c, d] = flags.to_be_bytes();
    element(BIT_STRING, &[0, a, b, c, d])
}

/// A KerberosTime, from seconds since the beginning of 1970.
pub(crate) fn generalized_time(seconds: i64) -> Vec<u8> {
    element(GENERALIZED_TIME, time::format(seconds).as_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::super::Elements;
    use super::*;

    #[test]
    fn elements_of_every_length_form_survive_the_round_trip() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x1_0000] {
            let content = vec![7; length];
            assert_eq!(Elements::new(&octet_string(&content), "test").octets().unwrap(), content, "{length}");
        }
    }

    #[test]
    fn integers_are_written_in_as_few_bytes_as_they_take() {
        assert_eq!(integer(0), [2, 1, 0]);
        assert_eq!(integer(127), [2, 1, 127]);
        assert_eq!(integer(128), [2, 2, 0, 128]);
        assert_eq!(integer(-138), [2, 2, 0xff, 0x76]);
        for value in [i64::MIN, -129, -128, -1, 0, 255, 256, 0xffff_ffff, i64::MAX] {
            assert_eq!(Elements::new(&integer(value), "test").integer(), Ok(value));
        }
    }

    #[test]
    fn a_large_unsigned_number_may_have_been_written_as_a_negative_one() {
        assert_eq!(Elements::new(&integer(-2), "test").uint32(), Ok(0xffff_fffe));
        assert_eq!(Elements::new(&integer(0xffff_fffeu32), "test").uint32(), Ok(0xffff_fffe));
        assert!(Elements::new(&integer(1i64 << 32), "test").uint32().is_err());
    }

    #[test]
    fn an_element_longer_than_its_buffer_is_refused() {
        for broken in
            [&[0x30][..], &[0x30, 2, 0], &[0x30, 0x82, 1], &[0x30, 0x80], &[0x30, 0x88, 0, 0, 0, 0, 0, 0, 0, 0]]
        {
            assert!(Elements::new(broken, "test").take().is_err(), "{broken:x?}");
        }
    }
}
