//! Lists whose entries begin with NextEntryOffset (MS-FSCC 2.4).

use crate::{Malformed, wire};

/// Iterator over the entries of a list, each read by `read`; an `Err` is its last item.
#[derive(Debug, Clone)]
pub struct Entries<'a, T> {
    buffer: &'a [u8],
    next: Option<usize>,
    read: fn(&'a [u8], u8) -> Result<T, Malformed>,
    class: u8,
}

impl<'a, T> Entries<'a, T> {
    /// The entries of `buffer`; `class` is handed to `read`.
    pub(super) fn new(buffer: &'a [u8], class: u8, read: fn(&'a [u8], u8) -> Result<T, Malformed>) -> Self {
        Self { buffer, next: (!buffer.is_empty()).then_some(0), read, class }
    }

    fn entry(&self, start: usize) -> Result<(T, Option<usize>), Malformed> {
        let step = wire::u32_at(self.buffer, start, "NextEntryOffset")? as usize;
        let next = match step {
            0 => None,
            _ => Some(start.saturating_add(step)).filter(|next| *next < self.buffer.len()),
        };
        if step != 0 && next.is_none() {
            return Err(Malformed::BadValue {
                what: "NextEntryOffset",
                offset: start,
                value: step as u64,
                expected: "not the offset of a further entry",
            });
        }
        let bytes = self.buffer.get(start..next.unwrap_or(self.buffer.len())).unwrap_or_default();
        let entry = (self.read)(bytes, self.class).map_err(|problem| problem.shifted(start))?;
        Ok((entry, next))
    }
}

impl<T> Iterator for Entries<'_, T> {
    type Item = Result<T, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next.take()?;
        Some(self.entry(start).map(|(entry, next)| {
            self.next = next;
            entry
        }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn fourth(bytes: &[u8], _class: u8) -> Result<u8, Malformed> {
        wire::u8_at(bytes, 4, "value")
    }

    fn values(buffer: &[u8]) -> Result<Vec<u8>, Malformed> {
        Entries::new(buffer, 0, fourth).collect()
    }

    #[test]
    fn entries_follow_each_other_by_their_offsets() {
        assert_eq!(values(&[8, 0, 0, 0, 1, 9, 9, 9, 0, 0, 0, 0, 2]), Ok(vec![1, 2]));
        assert_eq!(values(&[]), Ok(vec![]));
    }

    #[test]
    fn an_offset_that_leads_outside_ends_the_list_with_its_reason() {
        let problem = values(&[200, 0, 0, 0, 1]).unwrap_err();
        assert!(matches!(problem, Malformed::BadValue { what: "NextEntryOffset", value: 200, .. }), "{problem}");
        assert!(values(&[8, 0, 0, 0, 1, 9, 9, 9, 0, 0]).is_err());
    }

    #[test]
    fn every_list_ends() {
        let steps = [1_u8, 0, 0, 0].repeat(100);
        assert!(Entries::new(&steps, 0, fourth).count() <= steps.len());
    }
}
