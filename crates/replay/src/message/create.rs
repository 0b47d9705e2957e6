//! CREATE under another name (MS-SMB2 2.2.13), and the id of an application's instance in it.

use crate::message::{Draft, PatchError, length_16};
use smb2::context::create::{AppInstanceId, tag};
use smb2::message::CreateRequest;
use smb2::{Guid, Malformed};

/// FILE_OPEN_BY_FILE_ID of CreateOptions: the name is an id.
const OPEN_BY_FILE_ID: u32 = 0x0000_2000;
/// Where create contexts begin is a multiple of this.
const ALIGNMENT: usize = 8;

/// The captured name, UTF-16LE; `None` when the request opens by id, or is so broken that it has none.
pub fn captured_name(message: &[u8]) -> Option<&[u8]> {
    let view = CreateRequest::parse(message).ok()?;
    if view.create_options() & OPEN_BY_FILE_ID != 0 {
        return None;
    }
    if view.name_length() == 0 { Some(&[]) } else { view.name().ok() }
}

/// Puts `name`, UTF-16LE, in the place of the captured one. Create contexts behind it move, to an offset of the same
/// alignment.
///
/// # Errors
/// [`PatchError`] when the captured request is broken, its name and contexts overlap, or the name is too long.
pub fn rewrite_name(draft: &mut Draft, name: &[u8]) -> Result<(), PatchError> {
    let captured = draft.bytes().to_vec();
    let view = CreateRequest::parse(&captured)?;
    let length = length_16(name.len(), "Name")?;
    let place = name_place(&view, captured.len())?;
    let contexts = match view.create_contexts_length() {
        0 => None,
        _ => Some(view.create_contexts_range()?).filter(|contexts| contexts.start >= place.start),
    };
    match contexts {
        Some(contexts) if contexts.start < place.end => {
            return Err(Malformed::BadValue {
                what: "CreateContextsOffset",
                offset: CreateRequest::CREATE_CONTEXTS_OFFSET_FIELD,
                value: contexts.start.try_into().unwrap_or(u64::MAX),
                expected: "inside the name",
            }
            .into());
        }
        Some(contexts) => {
            let end = place.start.saturating_add(name.len());
            let misaligned = end.wrapping_sub(contexts.start) % ALIGNMENT;
            let padding = ALIGNMENT.saturating_sub(misaligned) % ALIGNMENT;
            draft.replace(place.end..contexts.start, &vec![0; padding], "padding")?;
            let start = u32::try_from(end.saturating_add(padding)).unwrap_or(u32::MAX).to_le_bytes();
            draft.replace(place.clone(), name, "Name")?;
            draft.overwrite(CreateRequest::CREATE_CONTEXTS_OFFSET_FIELD, &start, "CreateContextsOffset")?;
        }
        None => {
            draft.replace(place.clone(), name, "Name")?;
            if draft.bytes().len() == CreateRequest::FIXED_END {
                // The fixed part counts a byte of the buffer, also of an empty one.
                draft.replace(CreateRequest::FIXED_END..CreateRequest::FIXED_END, &[0], "padding")?;
            }
        }
    }
    if usize::from(view.name_offset()) != place.start {
        let offset = length_16(place.start, "Name")?;
        draft.overwrite(CreateRequest::NAME_OFFSET_FIELD, &offset, "NameOffset")?;
    }
    draft.overwrite(CreateRequest::NAME_LENGTH_FIELD, &length, "NameLength")?;
    Ok(())
}

/// Where the name lies, or would lie if it were not empty.
fn name_place(view: &CreateRequest<'_>, message_length: usize) -> Result<std::ops::Range<usize>, PatchError> {
    if view.name_length() != 0 {
        return Ok(view.name_range()?);
    }
    let stated = usize::from(view.name_offset());
    let is_usable = (CreateRequest::FIXED_END..=message_length).contains(&stated);
    let start = if is_usable { stated } else { CreateRequest::FIXED_END };
    Ok(start..start)
}

/// Puts another value in the place of the AppInstanceId of a CREATE that has one.
///
/// # Errors
/// [`PatchError`] when it lies outside the message.
pub fn rewrite_app_instance_id(draft: &mut Draft, live: impl Fn(Guid) -> Guid) -> Result<(), PatchError> {
    let captured = draft.bytes().to_vec();
    let Ok(view) = CreateRequest::parse(&captured) else { return Ok(()) };
    for context in view.contexts().filter_map(Result::ok).filter(|context| context.name == tag::APP_INSTANCE_ID) {
        if let Ok(instance) = AppInstanceId::parse(context.data) {
            let place = context.data_range.start.saturating_add(AppInstanceId::APP_INSTANCE_ID_OFFSET);
            draft.overwrite(place, &live(instance.app_instance_id()).0, "AppInstanceId")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]
    use super::*;
    use smb2::utf16;

    /// A CREATE whose name lies at 120, with one `MxAc` context behind it where wanted.
    fn create(name: &str, contexts: bool) -> Vec<u8> {
        let name = utf16::from_str(name);
        let mut message = vec![0; 120];
        message[..4].copy_from_slice(b"\xfeSMB");
        message[4] = 64;
        message[12] = 5;
        message[64] = 57;
        message[108..110].copy_from_slice(&120u16.to_le_bytes());
        message[110..112].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        message.extend(name);
        if contexts {
            message.resize(message.len().next_multiple_of(8), 0);
            let start = u32::try_from(message.len()).unwrap();
            message[112..116].copy_from_slice(&start.to_le_bytes());
            message[116..120].copy_from_slice(&24u32.to_le_bytes());
            message.extend([0, 0, 0, 0, 16, 0, 4, 0, 0, 0, 24, 0, 0, 0, 0, 0]);
            message.extend(b"MxAc\0\0\0\0");
        }
        message
    }

    fn renamed(captured: &[u8], name: &str) -> Vec<u8> {
        let mut draft = Draft::new(captured);
        rewrite_name(&mut draft, &utf16::from_str(name)).unwrap();
        draft.finish().0
    }

    #[test]
    fn the_live_request_is_that_of_a_client_that_meant_the_live_name() {
        for contexts in [false, true] {
            for (captured, live) in [("a.txt", "run\\a.txt"), ("long name", "x"), ("a", "run\\1\\a"), ("same", "four")]
            {
                assert_eq!(renamed(&create(captured, contexts), live), create(live, contexts), "{captured} {live}");
            }
        }
        assert_eq!(renamed(&create("", true), "root"), create("root", true));
        assert_eq!(renamed(&create("root", true), ""), create("", true));
    }

    #[test]
    fn an_empty_name_without_a_place_gets_one() {
        let mut captured = create("", false);
        captured[108] = 0;
        captured.push(0);
        let live = renamed(&captured, "root");
        assert_eq!(captured_name(&live), Some(utf16::from_str("root").as_slice()));
        let emptied = renamed(&create("x", false), "");
        assert_eq!(emptied.len(), 121, "a server expects one byte of buffer");
    }

    #[test]
    fn contexts_before_the_name_stay_and_overlapping_ones_are_refused() {
        let mut captured = create("abcd", false);
        captured.splice(120..120, create("", true)[120..].to_vec());
        captured[108] = 144;
        captured[112..116].copy_from_slice(&120u32.to_le_bytes());
        captured[116] = 24;
        let live = renamed(&captured, "run\\abcd");
        assert_eq!(live[..110], captured[..110]);
        assert_eq!(captured_name(&live), Some(utf16::from_str("run\\abcd").as_slice()));
        captured[112] = 146;
        captured[116] = 2;
        assert!(rewrite_name(&mut Draft::new(&captured), &[0, 0]).is_err());
    }

    #[test]
    fn an_id_is_no_name() {
        let mut captured = create("abcd", false);
        assert!(captured_name(&captured).is_some());
        captured[105] = 0x20;
        assert_eq!(captured_name(&captured), None);
    }
}
