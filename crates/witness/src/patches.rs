//! Comparing a live request with the captured one outside the declared patches.

use crate::run::Patch;

/// A run of bytes that differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bytes {
    /// Where it lies in the captured message.
    pub captured_offset: usize,
    /// The captured bytes; empty where the live message is longer.
    pub captured: Vec<u8>,
    /// Where it lies in the live message.
    pub live_offset: usize,
    /// The live bytes; empty where the captured message is longer.
    pub live: Vec<u8>,
}

/// The runs of bytes outside `patches` in which the messages differ.
///
/// Fails with a sentence when the patches overlap or leave one of the messages.
pub(crate) fn differences(captured: &[u8], live: &[u8], patches: &[Patch]) -> Result<Vec<Bytes>, String> {
    let mut sorted: Vec<_> = patches.iter().collect();
    // What was taken out stands before what replaces the bytes that follow it.
    sorted.sort_by_key(|patch| (patch.offset, patch.length));
    let mut differences = Vec::new();
    let (mut captured_at, mut live_at) = (0_usize, 0_usize);
    for patch in sorted {
        let Patch { offset, length, captured_length, what } = patch;
        let leaves = |which: &str| format!("patch of {what} ({offset}+{length}) leaves the {which} message");
        let Some(verbatim) = (*offset as usize).checked_sub(live_at) else {
            return Err(format!("patch of {what} ({offset}+{length}) overlaps the one before it"));
        };
        let captured_end = captured_at.saturating_add(verbatim);
        let unpatched = captured.get(captured_at..captured_end).ok_or_else(|| leaves("captured"))?;
        let sent = live.get(live_at..*offset as usize).ok_or_else(|| leaves("live"))?;
        compare(unpatched, captured_at, sent, live_at, &mut differences);
        captured_at = captured_end.saturating_add(captured_length.unwrap_or(*length) as usize);
        live_at = (*offset as usize).saturating_add(*length as usize);
        if captured_at > captured.len() {
            return Err(leaves("captured"));
        }
        if live_at > live.len() {
            return Err(leaves("live"));
        }
    }
    let unpatched = captured.get(captured_at..).unwrap_or_default();
    let sent = live.get(live_at..).unwrap_or_default();
    compare(unpatched, captured_at, sent, live_at, &mut differences);
    Ok(differences)
}

/// Adds the runs in which `captured` and `live` differ; they start at these offsets of their messages.
fn compare(captured: &[u8], captured_at: usize, live: &[u8], live_at: usize, differences: &mut Vec<Bytes>) {
    let mut open: Option<Bytes> = None;
    for (index, (captured, live)) in captured.iter().zip(live).enumerate() {
        if captured == live {
            differences.extend(open.take());
            continue;
        }
        let run = open.get_or_insert_with(|| Bytes {
            captured_offset: captured_at.saturating_add(index),
            captured: Vec::new(),
            live_offset: live_at.saturating_add(index),
            live: Vec::new(),
        });
        run.captured.push(*captured);
        run.live.push(*live);
    }
    differences.extend(open);
    let common = captured.len().min(live.len());
    if captured.len() != live.len() {
        differences.push(Bytes {
            captured_offset: captured_at.saturating_add(common),
            captured: captured.get(common..).unwrap_or_default().to_vec(),
            live_offset: live_at.saturating_add(common),
            live: live.get(common..).unwrap_or_default().to_vec(),
        });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn patch(offset: u32, length: u32, captured_length: Option<u32>) -> Patch {
        Patch { offset, length, captured_length, what: "x".to_owned() }
    }

    #[test]
    fn bytes_outside_patches_are_compared_and_inside_are_not() {
        assert_eq!(differences(b"abcdefgh", b"abXYefgh", &[patch(2, 2, None)]), Ok(vec![]));
        let found = differences(b"abcdefgh", b"abXYefZZ", &[patch(2, 2, None)]).unwrap();
        let expected = Bytes { captured_offset: 6, captured: b"gh".to_vec(), live_offset: 6, live: b"ZZ".to_vec() };
        assert_eq!(found, [expected]);
    }

    #[test]
    fn a_patch_may_change_the_length_and_later_bytes_are_compared_at_their_own_places() {
        let patches = [patch(6, 1, Some(1)), patch(2, 3, Some(1))];
        assert_eq!(differences(b"abcdefg", b"abXYZdXfg", &patches), Ok(vec![]));
        let found = differences(b"abcdefg", b"abXYZdXf!", &patches).unwrap();
        assert_eq!(found.iter().map(|run| (run.captured_offset, run.live_offset)).collect::<Vec<_>>(), [(6, 8)]);
    }

    #[test]
    fn bytes_may_be_taken_out_in_front_of_replaced_ones() {
        let patches = [patch(2, 1, None), patch(2, 0, Some(3))];
        assert_eq!(differences(b"abXXXcd", b"abCd", &patches), Ok(vec![]));
    }

    #[test]
    fn a_tail_on_one_side_only_is_a_difference() {
        let longer = differences(b"abc", b"abcd", &[]).unwrap();
        assert_eq!(longer.first().map(|run| (run.captured.len(), run.live.len())), Some((0, 1)));
        let shorter = differences(b"abcd", b"Xbc", &[patch(0, 1, None)]).unwrap();
        assert_eq!(shorter.first().map(|run| (run.captured_offset, run.captured.clone())), Some((3, b"d".to_vec())));
    }

    #[test]
    fn patches_that_overlap_or_leave_a_message_are_refused() {
        assert!(differences(b"abcdef", b"abcdef", &[patch(0, 3, None), patch(2, 1, None)]).is_err());
        assert!(differences(b"abcdef", b"abcdef", &[patch(5, 2, None)]).is_err());
        assert!(differences(b"abcdef", b"abcdef", &[patch(7, 0, None)]).is_err());
        assert!(differences(b"abc", b"abcdef", &[patch(0, 4, None)]).is_err());
        assert!(differences(b"abcdef", b"abcdef", &[patch(u32::MAX, u32::MAX, None)]).is_err());
    }
}
