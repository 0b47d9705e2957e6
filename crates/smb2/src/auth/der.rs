//! The little of DER (X.690) that SPNEGO tokens need: definite lengths, single-byte tags.

/// OBJECT IDENTIFIER.
pub(super) const OBJECT_IDENTIFIER: u8 = 0x06;
/// OCTET STRING.
pub(super) const OCTET_STRING: u8 = 0x04;
/// ENUMERATED.
pub(super) const ENUMERATED: u8 = 0x0a;
/// SEQUENCE and SEQUENCE OF.
pub(super) const SEQUENCE: u8 = 0x30;
/// [APPLICATION 0] of GSS-API's initial token (RFC 2743 3.1).
pub(super) const APPLICATION_0: u8 = 0x60;

/// The constructed context-specific tag `[number]`.
pub(super) const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// One element: tag, then length, then `content`.
pub(super) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
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

/// Elements one after another, as tag and content; ends at the first that does not fit.
#[derive(Clone, Copy)]
pub(super) struct Elements<'a>(pub(super) &'a [u8]);

impl<'a> Elements<'a> {
    /// Content of the first element, if it has `tag`.
    pub(super) fn first(mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }

    /// Content of the first element that has `tag`.
    pub(super) fn find(mut self, tag: u8) -> Option<&'a [u8]> {
        Iterator::find(&mut self, |(found, _)| *found == tag).map(|(_, content)| content)
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            // Four digits are more than a security buffer can hold.
            let known = (1..=4).contains(&digits.len());
            let length = digits.iter().fold(0, |value: usize, digit| value << 8 | usize::from(*digit));
            known.then_some((length, rest))?
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, content))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn elements_of_every_length_form_survive_the_round_trip() {
        for length in [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x1_0000] {
            let content = vec![7; length];
            let bytes = element(OCTET_STRING, &content);
            let mut elements = Elements(&bytes);
            assert_eq!(elements.next().unwrap(), (OCTET_STRING, &content[..]), "{length}");
            assert!(elements.0.is_empty());
        }
    }

    #[test]
    fn an_element_longer_than_its_buffer_ends_the_sequence() {
        for broken in
            [&[0x30][..], &[0x30, 2, 0], &[0x30, 0x82, 1], &[0x30, 0x80], &[0x30, 0x88, 0, 0, 0, 0, 0, 0, 0, 0]]
        {
            assert!(Elements(broken).next().is_none(), "{broken:x?}");
        }
    }
}
