//! Which ranges of a request a replay may declare as patched at all.
//!
//! A run that declared whole messages as patched would pass any comparison; these rules keep it from doing so. Offsets
//! count from the header of the live message (MS-SMB2 2.2.1 and the request of each command in 2.2).

use crate::message::{CANCEL, Message};
use crate::run::Patch;
use std::ops::Range;

/// Flags, NextCommand, MessageId, AsyncId or TreeId, SessionId, Signature: all of the header behind ProtocolId,
/// StructureSize, CreditCharge, ChannelSequence, Command and CreditRequest, which are verbatim.
const HEADER: Range<usize> = 16..64;
/// SMB2_FLAGS_ASYNC_COMMAND, SMB2_FLAGS_SIGNED, SMB2_FLAGS_DFS_OPERATIONS: the flags that a replay may change.
const FLAGS: u32 = 0x0000_0002 | 0x0000_0008 | 0x1000_0000;

/// Where the list of dialects of an SMB1 NEGOTIATE begins, with its length (MS-CIFS 2.2.4.52.1).
const SMB1_BYTE_COUNT: u32 = 33;

const CREATE: u16 = 5;
const WRITE: u16 = 9;
const SET_INFO: u16 = 17;

/// Sentences about what the patches of a request touch that must be verbatim.
pub(crate) fn broken(captured: &Message, live: &Message, patches: &[Patch]) -> Vec<String> {
    let allowed = |patch: &Patch| match live.command() {
        Some(command) => allowed(command, live, patch),
        None => live.bytes.starts_with(b"\xffSMB") && patch.offset >= SMB1_BYTE_COUNT,
    };
    let mut broken: Vec<_> = patches
        .iter()
        .filter(|patch| !allowed(patch))
        .map(|patch| format!("{} at {}+{} must be verbatim", patch.what, patch.offset, patch.length))
        .collect();
    let changed = captured.flags().unwrap_or_default() ^ live.flags().unwrap_or_default();
    if changed & !FLAGS != 0 {
        broken.push(format!("header flags {:#x} changed", changed & !FLAGS));
    }
    broken
}

fn allowed(command: u16, live: &Message, patch: &Patch) -> bool {
    let start = patch.offset as usize;
    let end = start.saturating_add(patch.length as usize);
    if start < HEADER.start {
        return false;
    }
    let in_body = start.max(HEADER.end)..end;
    in_body.is_empty()
        || body(command, live).into_iter().any(|range| range.start <= in_body.start && in_body.end <= range.end)
        || (command == CREATE && (is_id_in_contexts(live, patch) || is_padding_of_chain(live, patch)))
        || (matches!(command, CREATE | SET_INFO) && is_domain_of_sid(live, patch))
        || (command == WRITE && in_body.start >= 112 && patch.what.starts_with("rpc"))
}

/// The ranges of a request's body that may be patched.
fn body(command: u16, live: &Message) -> Vec<Range<usize>> {
    const FILE_ID: usize = 16;
    let file_id = |at: usize| at..at.saturating_add(FILE_ID);
    let whole = HEADER.end..usize::MAX;
    match command {
        // NEGOTIATE, SESSION_SETUP: blobs, contexts.
        0 | 1 => vec![whole],
        // TREE_CONNECT: the path and its length.
        3 => std::iter::once(68..usize::MAX).collect(),
        CREATE => create(live),
        // IOCTL: FileId, InputCount, and data.
        11 => vec![file_id(72), 92..96, 120..usize::MAX],
        // CLOSE, FLUSH, LOCK, QUERY_DIRECTORY, CHANGE_NOTIFY, OPLOCK_BREAK.
        6 | 7 | 10 | 14 | 15 | 18 => vec![file_id(72)],
        // READ.
        8 => vec![file_id(80)],
        WRITE => vec![file_id(80)],
        // QUERY_INFO.
        16 => vec![file_id(88)],
        SET_INFO if is_rename_or_link(live) => vec![file_id(80), 68..72, 96..usize::MAX],
        SET_INFO => vec![file_id(80)],
        _ => Vec::new(),
    }
}

/// What a CREATE may have of its own: where and how long name and contexts are, the name with the padding behind it, and
/// the contexts, of which [`allowed`] lets only what is as short as an id be changed.
fn create(live: &Message) -> Vec<Range<usize>> {
    const PADDING: usize = 8;
    let fields = 108..120;
    let name = u16_at(live, 108);
    let end = name.saturating_add(u16_at(live, 110)).saturating_add(PADDING);
    vec![fields, name.max(120)..end]
}

/// Whether a patch lies in the contexts of a CREATE and replaces an id and no more.
fn is_id_in_contexts(live: &Message, patch: &Patch) -> bool {
    const LONGEST_ID: u32 = 16;
    let contexts = u16_at(live, 112);
    let as_long = patch.captured_length.is_none_or(|length| length == patch.length);
    contexts >= 120 && patch.offset as usize >= contexts && patch.length <= LONGEST_ID && as_long
}

/// Whether a patch replaces the numbers of a domain or machine in a SID, and no more: `S-1-5-21-a-b-c` (MS-DTYP 2.4.2).
fn is_domain_of_sid(live: &Message, patch: &Patch) -> bool {
    const BEFORE: [u8; 10] = [0, 0, 0, 0, 0, 5, 21, 0, 0, 0];
    let at = patch.offset as usize;
    let before = at.checked_sub(BEFORE.len()).and_then(|start| live.bytes.get(start..at));
    patch.length == 12 && patch.captured_length.is_none_or(|length| length == 12) && before == Some(&BEFORE)
}

/// Whether a patch adds to the end of a message what the next one of its chain needs to begin at a multiple of 8.
fn is_padding_of_chain(live: &Message, patch: &Patch) -> bool {
    let end = (patch.offset as usize).saturating_add(patch.length as usize);
    !live.last && patch.captured_length == Some(0) && patch.length < 8 && end == live.bytes.len()
}

/// Whether a patch lies in the data of a WRITE and is as long as what it replaces (MS-SMB2 2.2.21).
pub(crate) fn is_data_of_write(live: &Message, patch: &Patch) -> bool {
    let start = patch.offset as usize;
    let length = live.bytes.get(68..72).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes);
    let data = u16_at(live, 66).max(112)..u16_at(live, 66).saturating_add(length as usize);
    let end = start.saturating_add(patch.length as usize);
    let as_long = patch.captured_length.is_none_or(|length| length == patch.length);
    live.command() == Some(WRITE) && as_long && data.start <= start && end <= data.end
}

fn u16_at(live: &Message, at: usize) -> usize {
    let bytes = live.bytes.get(at..at.saturating_add(2));
    bytes.and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_le_bytes).into()
}

/// FileRenameInformation, FileLinkInformation and their extended forms (MS-FSCC 2.4) carry a name.
fn is_rename_or_link(live: &Message) -> bool {
    matches!(live.bytes.get(66..68), Some([1, 10 | 11 | 65 | 72]))
}

/// Whether the distance between captured and live MessageId is the same for all pairs but CANCELs, which use that of
/// their target.
pub(crate) fn shifts_are_constant<'a>(pairs: impl Iterator<Item = (&'a Message, &'a Message)>) -> bool {
    let mut shifts = pairs
        .filter(|(captured, _)| captured.command() != Some(CANCEL))
        .filter_map(|(captured, live)| Some(live.message_id()?.wrapping_sub(captured.message_id()?)));
    let first = shifts.next();
    shifts.all(|shift| Some(shift) == first)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn request(command: u16, flags: u32, message_id: u64) -> Message {
        let mut bytes = b"\xfeSMB".to_vec();
        bytes.resize(160, 0);
        bytes[12..14].copy_from_slice(&command.to_le_bytes());
        bytes[16..20].copy_from_slice(&flags.to_le_bytes());
        bytes[24..32].copy_from_slice(&message_id.to_le_bytes());
        Message { bytes, packet: 1, pdu: 0, index: 0, last: true }
    }

    fn broken_by(command: u16, offset: u32, length: u32, what: &str) -> bool {
        let message = request(command, 0, 0);
        let patch = Patch { offset, length, captured_length: None, what: what.to_owned() };
        !broken(&message, &message, &[patch]).is_empty()
    }

    #[test]
    fn ids_and_signature_may_be_patched_and_the_verbatim_header_fields_may_not() {
        assert!(!broken_by(8, 24, 8, "message_id"));
        assert!(!broken_by(8, 48, 16, "signature"));
        assert!(broken_by(8, 6, 2, "credit_charge"));
        assert!(broken_by(8, 14, 10, "credits and flags"));
    }

    #[test]
    fn the_file_id_may_be_patched_where_the_command_has_it() {
        assert!(!broken_by(8, 80, 16, "file_id"));
        assert!(broken_by(8, 72, 16, "file_id"));
        assert!(!broken_by(6, 72, 16, "file_id"));
        assert!(broken_by(16, 72, 32, "file_id"));
        assert!(broken_by(13, 64, 4, "echo"));
    }

    #[test]
    fn a_create_may_change_its_name_and_ids_in_its_contexts_and_nothing_else() {
        let mut create = request(CREATE, 0, 0);
        create.bytes[108..120].copy_from_slice(&[120, 0, 10, 0, 136, 0, 0, 0, 24, 0, 0, 0]);
        let captured = create.clone();
        let is_broken = |offset, length, captured_length| {
            let patch = Patch { offset, length, captured_length, what: "Name".to_owned() };
            !broken(&captured, &captured, &[patch]).is_empty()
        };
        assert!(!is_broken(120, 10, Some(4)));
        assert!(!is_broken(130, 6, Some(2)));
        assert!(!is_broken(110, 2, None));
        assert!(!is_broken(140, 16, None), "a FileId in a durable reconnect");
        assert!(is_broken(120, 40, None), "the name does not reach so far");
        assert!(is_broken(140, 20, None));
        assert!(is_broken(140, 16, Some(8)));
        assert!(is_broken(88, 4, None), "DesiredAccess");
        assert!(is_broken(156, 4, Some(0)));
        create.last = false;
        let padding = Patch { offset: 156, length: 4, captured_length: Some(0), what: "padding".to_owned() };
        assert!(broken(&create, &create, &[padding]).is_empty());
    }

    #[test]
    fn in_a_security_descriptor_the_numbers_of_a_domain_may_change_and_nothing_else() {
        let mut set_info = request(SET_INFO, 0, 0);
        set_info.bytes[120..132].copy_from_slice(&[1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0]);
        let is_broken = |offset, length| {
            let patch = Patch { offset, length, captured_length: Some(length), what: "domain SID".to_owned() };
            !broken(&set_info, &set_info, &[patch]).is_empty()
        };
        assert!(!is_broken(132, 12));
        assert!(is_broken(132, 16), "the account");
        assert!(is_broken(140, 12));
    }

    #[test]
    fn a_pattern_takes_the_place_of_the_data_of_a_write_and_of_nothing_else() {
        let mut write = request(WRITE, 0, 0);
        (write.bytes[66], write.bytes[68]) = (112, 40);
        let is_data = |message: &Message, offset, length, captured_length| {
            let patch = Patch { offset, length, captured_length, what: "Payload".to_owned() };
            is_data_of_write(message, &patch)
        };
        assert!(is_data(&write, 112, 40, None));
        assert!(is_data(&write, 120, 8, Some(8)));
        assert!(!is_data(&write, 111, 8, None));
        assert!(!is_data(&write, 112, 41, None));
        assert!(!is_data(&write, 112, 8, Some(7)));
        assert!(!is_data(&request(8, 0, 0), 112, 0, None));
    }

    #[test]
    fn payload_is_verbatim_but_for_rpc_context_handles() {
        assert!(broken_by(WRITE, 112, 20, "payload"));
        assert!(!broken_by(WRITE, 112, 20, "rpc context handle"));
        assert!(broken_by(WRITE, 64, 60, "rpc"));
    }

    #[test]
    fn a_rename_may_change_its_name_and_other_information_may_not_change() {
        let mut rename = request(SET_INFO, 0, 0);
        rename.bytes[66..68].copy_from_slice(&[1, 10]);
        let patch = Patch { offset: 96, length: 40, captured_length: Some(20), what: "file_name".to_owned() };
        assert!(broken(&rename, &rename, std::slice::from_ref(&patch)).is_empty());
        assert!(!broken(&request(SET_INFO, 0, 0), &request(SET_INFO, 0, 0), &[patch]).is_empty());
    }

    #[test]
    fn an_smb1_negotiate_may_offer_other_dialects_and_an_encrypted_message_nothing_else() {
        let message = |magic: &[u8]| Message { bytes: [magic, &[0; 60]].concat(), ..request(0, 0, 0) };
        let patched = |message: &Message, offset| {
            let patch = Patch { offset, length: 2, captured_length: None, what: "ByteCount".to_owned() };
            broken(message, message, &[patch]).len()
        };
        assert_eq!(patched(&message(b"\xffSMB"), 33), 0);
        assert_eq!(patched(&message(b"\xffSMB"), 8), 1);
        assert_eq!(patched(&message(b"\xfdSMB"), 33), 1);
    }

    #[test]
    fn only_signing_async_and_dfs_flags_may_change() {
        assert!(broken(&request(8, 0, 0), &request(8, 0x1000_000a, 0), &[]).is_empty());
        assert_eq!(broken(&request(8, 0, 0), &request(8, 0x2000_0000, 0), &[]), ["header flags 0x20000000 changed"]);
    }

    #[test]
    fn a_changing_distance_between_message_ids_is_seen() {
        let pair = |command, captured, live| (request(command, 0, captured), request(command, 0, live));
        let constant = |pairs: &[(Message, Message)]| shifts_are_constant(pairs.iter().map(|(a, b)| (a, b)));
        assert!(constant(&[pair(8, 3, 5), pair(CANCEL, 3, 3), pair(8, 9, 11)]));
        assert!(!constant(&[pair(8, 3, 5), pair(8, 9, 12)]));
    }
}
