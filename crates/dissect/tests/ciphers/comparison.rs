//! Two recordings of one script, row by row, in everything that does not vary by run.
//!
//! Columns that are not compared, and why:
//!
//! - frames, positions in the trace, acknowledgements, times, latencies: they are of the network, not of the script;
//! - SessionId, TreeId, AsyncId, FileId, create guids and lease keys: the server or the client draws them at random. The
//!   session, tree and open that they lead to are compared by their numbers in the trace;
//! - interim responses, and with them SMB2_FLAGS_ASYNC_COMMAND and which of two responses grants the credits: the server
//!   sends one when it is not done at once. The credits of both together are compared;
//! - `signature_state` and `encrypted`: they are what differs on purpose.

use smb2::header::offset::{ASYNC_ID, CREDITS, FLAGS, SESSION_ID, SIGNATURE};
use smb2::{Command, HeaderFlags};
use smbreplay_dissect::{Kind, Operation};

/// 100 ns from 1601 to 1970.
const EPOCH: u64 = 116_444_736_000_000_000;
/// How far a time on the server may lie from that of the recording, 100 ns: a day.
const TOLERANCE: u64 = 24 * 3600 * 10_000_000;
/// FSCTL_VALIDATE_NEGOTIATE_INFO (MS-SMB2 2.2.31).
const VALIDATE_NEGOTIATE_INFO: u32 = 0x0014_0204;
/// Where the buffer of Samba's QUERY_INFO and QUERY_DIRECTORY responses begins.
const BUFFER: usize = 72;
/// Flags of the header that are not compared.
const VARIABLE_FLAGS: u32 = HeaderFlags::SIGNED | HeaderFlags::ASYNC_COMMAND;
/// Where the output of Samba's IOCTL responses begins.
const OUTPUT: usize = 112;
/// SMB2_0_INFO_FILE and SMB2_0_INFO_FILESYSTEM (MS-SMB2 2.2.37).
const FILE: u8 = 1;
const FILE_SYSTEM: u8 = 2;
/// Information classes (MS-FSCC 2.4, 2.5).
const FILE_ALL_INFORMATION: u8 = 18;
const FILE_ID_BOTH_DIRECTORY_INFORMATION: u8 = 37;
const FILE_FS_SIZE_INFORMATION: u8 = 3;
/// Differences shown, at most.
const SHOWN: usize = 20;

/// Fails with the differences between the rows of a protected recording and those of one in clear.
pub(crate) fn assert_same(protected: &[Operation], clear: &[Operation]) {
    let mut differences = Vec::new();
    for (ours, theirs) in protected.iter().zip(clear) {
        let place = format!("row {} {:?} {:?}", ours.op, ours.command, ours.path);
        for ((name, ours), (_, theirs)) in columns(ours).into_iter().zip(columns(theirs)) {
            if ours != theirs {
                differences.push(format!("{place} {name}: protected {ours}, in clear {theirs}"));
            }
        }
        for ((name, ours), (_, theirs)) in messages(ours).into_iter().zip(messages(theirs)) {
            if ours != theirs {
                let at = ours.iter().zip(&theirs).position(|(ours, theirs)| ours != theirs);
                let (ours, theirs) = (around(&ours, at), around(&theirs, at));
                differences.push(format!("{place} {name} at {at:?}: protected {ours}, in clear {theirs}"));
            }
        }
    }
    assert!(
        differences.is_empty() && protected.len() == clear.len(),
        "{} rows and {} in clear, {} differences:\n{}",
        protected.len(),
        clear.len(),
        differences.len(),
        differences.iter().take(SHOWN).cloned().collect::<Vec<_>>().join("\n")
    );
}

fn columns(row: &Operation) -> Vec<(&'static str, String)> {
    macro_rules! say {
        ($($column:ident),* $(,)?) => { vec![$((stringify!($column), format!("{:x?}", row.$column))),*] };
    }
    let mut columns = say![
        session,
        op,
        kind,
        connection,
        open,
        tree,
        message_id,
        credit_charge,
        credits_requested,
        credits_granted,
        channel_sequence,
        compressed,
        compound_index,
        response_compound_index,
        related,
        command,
        status,
        share,
        share_type,
        path,
        offset,
        length,
        transferred,
        desired_access,
        share_access,
        create_disposition,
        create_options,
        create_action,
        file_attributes,
        end_of_file,
        oplock_requested,
        oplock_granted,
        lease_requested,
        lease_granted,
        create_contexts,
        info_type,
        info_class,
        ctl_code,
        pattern,
        new_path,
        closed,
        malformed,
        request_holes,
        response_holes,
        payload_offset,
        payload_length,
        payload_hash,
    ];
    let flags = |flags: Option<u32>| format!("{:x?}", flags.map(|flags| flags & !VARIABLE_FLAGS));
    columns.push(("request_flags", flags(row.request_flags)));
    columns.push(("response_flags", flags(row.response_flags)));
    // The ports of a connection are drawn by the client.
    if row.kind != Kind::Connect {
        columns.push(("detail", format!("{:?}", row.detail)));
    }
    // A NEGOTIATE names the algorithms that are to protect the rest.
    if row.command != Some(Command::NEGOTIATE) {
        columns.push(("request_length", format!("{:?}", row.request_length)));
        columns.push(("response_length", format!("{:?}", row.response_length)));
    }
    columns
}

/// The bytes of the row's messages that can be compared; of a NEGOTIATE none, for the same reason.
fn messages(row: &Operation) -> Vec<(&'static str, Vec<u8>)> {
    if row.command == Some(Command::NEGOTIATE) {
        return Vec::new();
    }
    let messages = [("request", &row.request), ("response", &row.response)];
    messages.map(|(name, bytes)| (name, constant(row, bytes.as_deref().unwrap_or_default()))).into()
}

/// A message with zeros instead of what varies by run or by protection.
fn constant(row: &Operation, message: &[u8]) -> Vec<u8> {
    let mut message = message.to_vec();
    if message.is_empty() {
        return message;
    }
    message[SIGNATURE..SIGNATURE + 16].fill(0);
    message[SESSION_ID..SESSION_ID + 8].fill(0);
    // It is of 8 bytes, and the TreeId lies in its upper half.
    message[ASYNC_ID..ASYNC_ID + 8].fill(0);
    let flags = u32::from_le_bytes(message[FLAGS..FLAGS + 4].try_into().unwrap()) & !VARIABLE_FLAGS;
    message[FLAGS..FLAGS + 4].copy_from_slice(&flags.to_le_bytes());
    match row.command {
        // The tokens hold challenges and keys drawn at random, the response says whether the session is encrypted.
        Some(Command::SESSION_SETUP) => message.truncate(64),
        // It repeats what the NEGOTIATE said: ClientGuid, ServerGuid, capabilities.
        Some(Command::IOCTL) if row.ctl_code == Some(VALIDATE_NEGOTIATE_INFO) => message.truncate(64),
        _ => {}
    }
    if let Some(file_id) = row.file_id {
        let places: Vec<_> =
            message.windows(16).enumerate().filter(|(_, bytes)| *bytes == file_id.0).map(|(at, _)| at).collect();
        for at in places {
            message[at..at + 16].fill(0);
        }
    }
    // Data that is written or read holds no time.
    if row.payload_length.unwrap_or(0) == 0 {
        times_to_zero(row, &mut message);
    }
    let of_response = message[FLAGS] & 1 == 1 && row.status == Some(0);
    if message[FLAGS] & 1 == 1 {
        message[CREDITS..CREDITS + 2].fill(0);
    }
    match (row.command, row.info_type, row.info_class) {
        // SMB2_SHAREFLAG_ENCRYPT_DATA of ShareFlags (MS-SMB2 2.2.10).
        (Some(Command::TREE_CONNECT), ..) if of_response => message[69] &= !0x80,
        // The association group of an RPC bind_ack, drawn at random (C706 12.6.4.4).
        (Some(Command::IOCTL), ..) if of_response && message.get(OUTPUT + 2) == Some(&12) => {
            message[OUTPUT + 20..OUTPUT + 24].fill(0);
        }
        // IndexNumber: the file system's number of the file (MS-FSCC 2.4.2).
        (Some(Command::QUERY_INFO), Some(FILE), Some(FILE_ALL_INFORMATION)) if of_response => {
            message[BUFFER + 64..BUFFER + 72].fill(0);
        }
        // The same as FileId of each entry (MS-FSCC 2.4.21).
        (Some(Command::QUERY_DIRECTORY), _, Some(FILE_ID_BOTH_DIRECTORY_INFORMATION)) if of_response => {
            let mut entry = BUFFER;
            loop {
                message[entry + 96..entry + 104].fill(0);
                match u32::from_le_bytes(message[entry..entry + 4].try_into().unwrap()) {
                    0 => break,
                    next => entry += next as usize,
                }
            }
        }
        // AvailableAllocationUnits: other programs use the disk too (MS-FSCC 2.5.8).
        (Some(Command::QUERY_INFO), Some(FILE_SYSTEM), Some(FILE_FS_SIZE_INFORMATION)) if of_response => {
            message[BUFFER + 8..BUFFER + 16].fill(0);
        }
        _ => {}
    }
    message
}

/// Zeros for the FILETIMEs of about the recording.
fn times_to_zero(row: &Operation, message: &mut [u8]) {
    let now = EPOCH + u64::try_from(row.request_time.unwrap().0).unwrap() / 100;
    for at in (64..message.len().saturating_sub(7)).step_by(4) {
        let value = u64::from_le_bytes(message[at..at + 8].try_into().unwrap());
        if value.abs_diff(now) < TOLERANCE {
            message[at..at + 8].fill(0);
        }
    }
}

/// Some bytes from a place on.
fn around(bytes: &[u8], at: Option<usize>) -> String {
    let bytes = bytes.get(at.unwrap_or(0)..).unwrap_or_default();
    bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
