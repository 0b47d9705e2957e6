//! Elements one after another.

use super::{
    BIT_STRING, GENERAL_STRING, GENERALIZED_TIME, INTEGER, OCTET_STRING, SEQUENCE, application_tag, context_tag, time,
};
use crate::Malformed;

/// What is left of the elements of `what`.
#[derive(Clone, Copy)]
pub(crate) struct Elements<'a> {
    bytes: &'a [u8],
    what: &'static str,
}

impl<'a> Elements<'a> {
    /// The elements in `bytes`.
    pub(crate) fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Self { bytes, what }
    }

    /// The bytes that are left.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.bytes
    }

    /// Whether no element is left.
    pub(crate) fn is_empty(self) -> bool {
        self.bytes.is_empty()
    }

    /// Takes the next element as tag and content.
    pub(crate) fn take(&mut self) -> Result<(u8, &'a [u8]), Malformed> {
        let missing = Malformed::Missing { what: self.what };
        let (&tag, rest) = self.bytes.split_first().ok_or(missing)?;
        let (content, rest) = content(rest).ok_or(Malformed::Truncated { what: self.what })?;
        self.bytes = rest;
        Ok((tag, content))
    }

    /// Takes the next element, which has `tag`.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<Self, Malformed> {
        let what = self.what;
        let (found, content) = self.take()?;
        if found == tag { Ok(Self::new(content, what)) } else { Err(Malformed::Tag { what, expected: tag, found }) }
    }

    /// Takes the fields of the next element, a SEQUENCE.
    pub(crate) fn sequence(&mut self) -> Result<Self, Malformed> {
        self.expect(SEQUENCE)
    }

    /// Takes the fields of the next element, a SEQUENCE below `[APPLICATION number]`.
    pub(crate) fn application(&mut self, number: u8) -> Result<Self, Malformed> {
        self.expect(application_tag(number))?.sequence()
    }

    /// Takes field `[number]` of a SEQUENCE if it is there. Fields before it that nobody asked for are passed over.
    pub(crate) fn optional(&mut self, number: u8, what: &'static str) -> Result<Option<Self>, Malformed> {
        while !self.is_empty() {
            let mut ahead = *self;
            let (tag, content) = ahead.take()?;
            if tag > context_tag(number) {
                break;
            }
            *self = ahead;
            if tag == context_tag(number) {
                return Ok(Some(Self::new(content, what)));
            }
        }
        Ok(None)
    }

    /// Takes field `[number]` of a SEQUENCE.
    pub(crate) fn required(&mut self, number: u8, what: &'static str) -> Result<Self, Malformed> {
        self.optional(number, what)?.ok_or(Malformed::Missing { what })
    }

    /// The one element left, a SEQUENCE OF, each element of which is read by `read`.
    pub(crate) fn each<T>(mut self, read: impl Fn(&mut Self) -> Result<T, Malformed>) -> Result<Vec<T>, Malformed> {
        let mut elements = self.sequence()?;
        let mut all = Vec::new();
        while !elements.is_empty() {
            all.push(read(&mut elements)?);
        }
        Ok(all)
    }

    /// The one element left, an OCTET STRING.
    pub(crate) fn octets(mut self) -> Result<&'a [u8], Malformed> {
        Ok(self.expect(OCTET_STRING)?.bytes)
    }

    /// The next element, a GeneralString; what is no UTF-8 in it is replaced.
    pub(crate) fn text(mut self) -> Result<String, Malformed> {
        self.take_text()
    }

    /// Takes the next element, a GeneralString.
    pub(crate) fn take_text(&mut self) -> Result<String, Malformed> {
        Ok(String::from_utf8_lossy(self.expect(GENERAL_STRING)?.bytes).into_owned())
    }

    /// The one element left, an INTEGER of at most 64 bits.
    pub(crate) fn integer(mut self) -> Result<i64, Malformed> {
        self.take_integer()
    }

    /// Takes the next element, an INTEGER of at most 64 bits.
    pub(crate) fn take_integer(&mut self) -> Result<i64, Malformed> {
        let digits = self.expect(INTEGER)?.bytes;
        let sign = digits.first().map(|first| if first & 0x80 == 0 { 0 } else { -1i64 });
        let sign = sign.filter(|_| digits.len() <= 8).ok_or(Malformed::Value { what: self.what })?;
        Ok(digits.iter().fold(sign, |value, digit| value << 8 | i64::from(*digit)))
    }

    /// The one element left, an Int32.
    pub(crate) fn int32(mut self) -> Result<i32, Malformed> {
        self.take_int32()
    }

    /// Takes the next element, an Int32.
    pub(crate) fn take_int32(&mut self) -> Result<i32, Malformed> {
        let value = self.take_integer()?;
        i32::try_from(value).map_err(|_| Malformed::Value { what: self.what })
    }

    /// The one element left, a UInt32. Some write large ones as negative numbers.
    pub(crate) fn uint32(self) -> Result<u32, Malformed> {
        let what = self.what;
        let value = self.integer()?;
        u32::try_from(value)
            .or_else(|_| i32::try_from(value).map(i32::cast_unsigned))
            .map_err(|_| Malformed::Value { what })
    }

    /// The one element left, a BIT STRING of flags: bit 0 of RFC 4120 is the highest. Flags above the 32nd are dropped.
    pub(crate) fn flags(mut self) -> Result<u32, Malformed> {
        let what = self.what;
        let (_unused, bits) = self.expect(BIT_STRING)?.bytes.split_first().ok_or(Malformed::Value { what })?;
        let mut flags = [0; 4];
        flags.iter_mut().zip(bits).for_each(|(to, from)| *to = *from);
        Ok(u32::from_be_bytes(flags))
    }

    /// The one element left, a KerberosTime, as seconds since the beginning of 1970.
    pub(crate) fn time(mut self) -> Result<i64, Malformed> {
        let what = self.what;
        time::parse(self.expect(GENERALIZED_TIME)?.bytes).ok_or(Malformed::Value { what })
    }
}

/// Content of an element that begins with its length, and what follows it.
fn content(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    if first < 0x80 {
        return rest.split_at_checked(usize::from(first));
    }
    let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
    // Four digits are more than any message here can hold.
    let length = digits.iter().fold(0, |value: usize, digit| value << 8 | usize::from(*digit));
    if (1..=4).contains(&digits.len()) { rest.split_at_checked(length) } else { None }
}
