//! DFS: referral requests (MS-DFSC 2.2.2, 2.2.3), and names that begin with server and share (MS-SMB2 2.2.13).

use crate::map::is_same;
use crate::message::{Draft, PatchError, length_16};
use smb2::message::IoctlRequest;
use smb2::wire;
use std::ops::Range;

const GET_REFERRALS: u32 = 0x0006_0194;
const GET_REFERRALS_EX: u32 = 0x0006_01b0;
const SEPARATOR: u16 = b'\\' as u16;

/// Parts of a name that begins with server and share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DfsName<'a> {
    /// The separators in front.
    pub lead: &'a [u16],
    /// Server, or a domain.
    pub server: &'a [u16],
    /// Share, or a namespace.
    pub share: &'a [u16],
    /// What follows the share and a separator.
    pub path: &'a [u16],
}

impl<'a> DfsName<'a> {
    /// Takes a name apart; `None` when it has no share.
    pub fn of(name: &'a [u16]) -> Option<Self> {
        let lead = name.iter().take_while(|unit| **unit == SEPARATOR).count();
        let (lead, rest) = name.split_at_checked(lead)?;
        let (server, rest) = split(rest);
        let (share, path) = split(rest?);
        (!server.is_empty() && !share.is_empty()).then_some(Self {
            lead,
            server,
            share,
            path: path.unwrap_or_default(),
        })
    }

    /// Whether it is about this share.
    pub fn names(&self, share: &[u16]) -> bool {
        is_same(self.share, share)
    }
}

/// Puts a name together that begins with server and share.
pub fn join(lead: &[u16], server: &[u16], share: &[u16], path: &[u16]) -> Vec<u16> {
    let before_path: &[u16] = if path.is_empty() { &[] } else { &[SEPARATOR] };
    [lead, server, &[SEPARATOR], share, before_path, path].concat()
}

fn split(name: &[u16]) -> (&[u16], Option<&[u16]>) {
    match name.iter().position(|unit| *unit == SEPARATOR) {
        Some(at) => (name.get(..at).unwrap_or_default(), name.get(at.saturating_add(1)..)),
        None => (name, None),
    }
}

/// Where the name of a referral request lies in the message, without its terminator; `None` for all other requests.
pub fn referral_name_range(message: &[u8]) -> Option<Range<usize>> {
    let view = IoctlRequest::parse(message).ok()?;
    let (input, start) = (view.input().ok()?, view.input_range().ok()?.start);
    let (from, length) = match view.ctl_code() {
        GET_REFERRALS => {
            let (units, _odd) = input.get(2..)?.as_chunks::<2>();
            let length = units.iter().position(|unit| *unit == [0, 0]).unwrap_or(units.len());
            (2, length.checked_mul(2)?)
        }
        GET_REFERRALS_EX => (10, wire::u16_at(input, 8, "RequestFileNameLength").ok()?.into()),
        _ => return None,
    };
    let end = usize::checked_add(from, length)?;
    input.get(from..end)?;
    Some(start.checked_add(from)?..start.checked_add(end)?)
}

/// Puts `name`, UTF-16LE, in the place of that of a referral request.
///
/// # Errors
/// [`PatchError`] when the captured request is broken or the name too long.
pub fn rewrite_referral(draft: &mut Draft, name: &[u8]) -> Result<(), PatchError> {
    let captured = draft.bytes().to_vec();
    let view = IoctlRequest::parse(&captured)?;
    let Some(place) = referral_name_range(&captured) else { return Ok(()) };
    let length = length_16(name.len(), "RequestFileName")?;
    let input = view.input_range()?.start;
    let grown = |old: u32| {
        let old = i64::from(old).saturating_sub(i64::try_from(place.len()).unwrap_or(i64::MAX));
        let new = old.saturating_add(i64::try_from(name.len()).unwrap_or(i64::MAX));
        u32::try_from(new).unwrap_or(u32::MAX).to_le_bytes()
    };
    if view.ctl_code() == GET_REFERRALS_EX {
        let data = wire::u32_at(&captured, input.saturating_add(4), "RequestDataLength")?;
        draft.replace(place.clone(), name, "RequestFileName")?;
        draft.overwrite(input.saturating_add(8), &length, "RequestFileNameLength")?;
        draft.overwrite(input.saturating_add(4), &grown(data), "RequestDataLength")?;
    } else {
        draft.replace(place.clone(), name, "RequestFileName")?;
    }
    draft.overwrite(IoctlRequest::INPUT_COUNT_FIELD, &grown(view.input_count()), "InputCount")?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]
    use super::*;
    use crate::map::units;
    use smb2::utf16;

    fn ioctl(code: u32, input: &[u8]) -> Vec<u8> {
        let mut message = vec![0; 120];
        message[..4].copy_from_slice(b"\xfeSMB");
        message[4] = 64;
        message[12] = 11;
        message[64] = 57;
        message[68..72].copy_from_slice(&code.to_le_bytes());
        message[88] = 120;
        message[92..96].copy_from_slice(&u32::try_from(input.len()).unwrap().to_le_bytes());
        message.extend(input);
        message
    }

    fn referral(name: &str) -> Vec<u8> {
        ioctl(GET_REFERRALS, &[vec![4, 0], utf16::from_str(name), vec![0, 0]].concat())
    }

    fn extended_referral(name: &str) -> Vec<u8> {
        let name = utf16::from_str(name);
        let mut data = u16::try_from(name.len()).unwrap().to_le_bytes().to_vec();
        data.extend(name);
        data.extend([2, 0, b'S', 0]);
        let mut input = vec![4, 0, 1, 0];
        input.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        input.extend(data);
        ioctl(GET_REFERRALS_EX, &input)
    }

    #[test]
    fn a_referral_request_gets_another_name_and_the_right_lengths() {
        for build in [referral, extended_referral] {
            let mut draft = Draft::new(&build("\\fs1\\docs"));
            assert_eq!(draft.bytes()[referral_name_range(draft.bytes()).unwrap()], utf16::from_str("\\fs1\\docs"));
            rewrite_referral(&mut draft, &utf16::from_str("\\lab\\share\\run")).unwrap();
            assert_eq!(draft.finish().0, build("\\lab\\share\\run"));
        }
    }

    #[test]
    fn other_controls_and_cut_ones_have_no_name() {
        assert_eq!(referral_name_range(&ioctl(0x0014_0204, &[0; 24])), None);
        assert_eq!(referral_name_range(&ioctl(GET_REFERRALS_EX, &[0, 0, 0, 0, 0, 0, 0, 0, 9, 0])), None);
        assert_eq!(referral_name_range(&ioctl(GET_REFERRALS, &[0])), None);
    }

    #[test]
    fn a_name_is_taken_apart_and_put_together() {
        for text in ["fs1\\docs", "\\fs1\\docs\\a\\b", "\\\\fs1\\docs\\a:s"] {
            let name = units(text);
            let DfsName { lead, server, share, path } = DfsName::of(&name).unwrap();
            assert_eq!((server, share), (units("fs1").as_slice(), units("docs").as_slice()));
            assert_eq!(join(lead, server, share, path), name);
        }
        for text in ["", "\\fs1", "fs1\\", "\\\\"] {
            assert_eq!(DfsName::of(&units(text)), None, "{text}");
        }
    }
}
