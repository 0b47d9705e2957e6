//! Chains: several messages compounded in one transport PDU (MS-SMB2 3.2.4.1.4, NextCommand).

use crate::{Header, Malformed, header};
use std::ops::Range;

/// Splits the body of a transport PDU into its messages: byte ranges in `body`, each from its header to the next one
/// (padding included) or to the end.
///
/// Yields at most one `Err`, as the last item, for a NextCommand that points backwards, is not a multiple of 8, or
/// leaves the body, or for a header that is not one.
pub fn messages(body: &[u8]) -> Messages<'_> {
    Messages { body, next: Some(0) }
}

/// Iterator of [`messages`].
#[derive(Debug, Clone)]
pub struct Messages<'a> {
    body: &'a [u8],
    next: Option<usize>,
}

impl Iterator for Messages<'_> {
    type Item = Result<Range<usize>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next.take()?;
        let rest = self.body.get(start..).unwrap_or_default();
        let parsed = match Header::parse(rest) {
            Ok(parsed) => parsed,
            Err(error) => return Some(Err(error)),
        };
        if parsed.next_command == 0 {
            return Some(Ok(start..self.body.len()));
        }
        let step = parsed.next_command as usize;
        let end = start.saturating_add(step);
        if step < header::LENGTH || !step.is_multiple_of(8) || end >= self.body.len() {
            return Some(Err(Malformed::BadValue {
                what: "NextCommand",
                offset: start.saturating_add(header::offset::NEXT_COMMAND),
                value: u64::from(parsed.next_command),
                expected: "not the offset of a further header in the chain",
            }));
        }
        self.next = Some(end);
        Some(Ok(start..end))
    }
}
