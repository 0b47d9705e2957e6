//! A captured message on its way to become a live one: its bytes, and every range that was changed.

use bytes::Bytes;
use std::ops::Range;

/// A declared change: `length` bytes at `offset` of the live message stand where the captured message had
/// `captured_length` bytes. Everything outside the patches of a message equals the captured bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// Offset in the live message, header included.
    pub offset: u32,
    /// Length in the live message, bytes.
    pub length: u32,
    /// Length of what was replaced in the captured message, bytes.
    pub captured_length: u32,
    /// What was changed, in MS-SMB2's word for the field.
    pub what: &'static str,
}

/// The bytes of a message and the patches made so far.
///
/// Offsets given to its methods count in the message as it stands at that moment; changing lengths from the end
/// towards the start keeps offsets of the captured message valid.
#[derive(Clone, Debug)]
pub struct Draft {
    bytes: Vec<u8>,
    patches: Vec<Patch>,
}

/// A field lies outside the captured message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} at offset {offset} lies outside the captured message of {have} bytes")]
pub struct OutsideMessage {
    /// The field.
    pub what: &'static str,
    /// Where it should be.
    pub offset: usize,
    /// Length of the message.
    pub have: usize,
}

/// How many patches a request has: MessageId, SessionId, TreeId, a FileId, Flags, a signature.
const USUAL_PATCHES: usize = 6;

impl Draft {
    /// Starts from the captured bytes: one message, padding behind it included.
    pub fn new(captured: &[u8]) -> Self {
        Self { bytes: captured.to_vec(), patches: Vec::with_capacity(USUAL_PATCHES) }
    }

    /// The same of captured bytes that are given away.
    pub fn of(captured: Bytes) -> Self {
        Self { bytes: captured.into(), patches: Vec::with_capacity(USUAL_PATCHES) }
    }

    /// The message as it stands.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Ends the work: the live message and its patches, in ascending order.
    pub fn finish(self) -> (Vec<u8>, Vec<Patch>) {
        (self.bytes, self.patches)
    }

    /// Puts `value` over the bytes at `offset` and declares them.
    ///
    /// # Errors
    /// [`OutsideMessage`]; nothing is changed then.
    pub fn overwrite(&mut self, offset: usize, value: &[u8], what: &'static str) -> Result<(), OutsideMessage> {
        let end = offset.saturating_add(value.len());
        self.replace(offset..end, value, what)
    }

    /// Puts `value`, of any length, in the place of `range` and declares it. What lies behind moves; fields that say
    /// where it lies are the caller's to overwrite.
    ///
    /// # Errors
    /// [`OutsideMessage`]; nothing is changed then.
    pub fn replace(&mut self, range: Range<usize>, value: &[u8], what: &'static str) -> Result<(), OutsideMessage> {
        let have = self.bytes.len();
        let outside = || OutsideMessage { what, offset: range.start, have };
        let size = |length: usize| u32::try_from(length).map_err(|_| outside());
        let (start, old, new) = (size(range.start)?, size(range.len())?, size(value.len())?);
        let place = self.bytes.get_mut(range.clone()).ok_or_else(outside)?;
        if old == new {
            place.copy_from_slice(value);
        } else {
            self.bytes.splice(range, value.iter().copied());
        }
        let known = self.patches.iter_mut().find(|patch| patch.offset == start && patch.length == old);
        if let Some(known) = known {
            // The same field again: it still stands where the captured message had as many bytes as before.
            known.length = new;
        } else {
            let place = self.patches.partition_point(|patch| patch.offset <= start);
            self.patches.insert(place, Patch { offset: start, length: new, captured_length: old, what });
        }
        if old == new {
            return Ok(());
        }
        let behind = start.saturating_add(old);
        for patch in &mut self.patches {
            if patch.offset >= behind && patch.offset > start {
                patch.offset = patch.offset.saturating_sub(old).saturating_add(new);
            }
        }
        self.patches.sort_by_key(|patch| patch.offset);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]
    use super::*;

    /// Rebuilds the captured bytes outside the patches from the live ones, as a checker does.
    fn unpatched(bytes: &[u8], patches: &[Patch]) -> Vec<(usize, Vec<u8>)> {
        let (mut live, mut captured, mut kept) = (0usize, 0usize, Vec::new());
        for patch in patches {
            let start = patch.offset as usize;
            kept.push((captured, bytes[live..start].to_vec()));
            captured += start - live + patch.captured_length as usize;
            live = start + patch.length as usize;
        }
        kept.push((captured, bytes[live..].to_vec()));
        kept
    }

    #[test]
    fn what_is_outside_the_patches_is_the_captured_message_whatever_changed_length() {
        let captured: Vec<u8> = (0..100).collect();
        let mut draft = Draft::new(&captured);
        draft.overwrite(80, &[0xaa; 4], "tail").unwrap();
        draft.replace(40..50, &[0xbb; 3], "shrunk").unwrap();
        draft.replace(20..20, &[0xcc; 7], "inserted").unwrap();
        draft.replace(10..12, &[0xdd; 5], "grown").unwrap();
        draft.overwrite(0, &[0xee; 2], "head").unwrap();
        let (bytes, patches) = draft.finish();
        assert_eq!(bytes.len(), 100 - 7 + 7 + 3);
        for (at, kept) in unpatched(&bytes, &patches) {
            assert_eq!(kept, captured[at..at + kept.len()]);
        }
        for patch in &patches {
            let range = patch.offset as usize..(patch.offset + patch.length) as usize;
            assert!(bytes[range].iter().all(|byte| *byte >= 0xaa), "{patch:?}");
        }
    }

    #[test]
    fn a_field_patched_twice_is_declared_once() {
        let mut draft = Draft::new(&[1; 32]);
        draft.overwrite(8, &[2; 8], "MessageId").unwrap();
        draft.overwrite(8, &[3; 8], "MessageId").unwrap();
        let (bytes, patches) = draft.finish();
        assert_eq!(bytes[8..16], [3; 8]);
        assert_eq!(patches, [Patch { offset: 8, length: 8, captured_length: 8, what: "MessageId" }]);
    }

    #[test]
    fn a_field_outside_the_message_changes_nothing() {
        let mut draft = Draft::new(&[1; 8]);
        assert!(draft.overwrite(6, &[2; 4], "field").is_err());
        assert_eq!(draft.finish(), (vec![1; 8], Vec::new()));
    }
}
