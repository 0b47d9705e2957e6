//! Messages as they lie on the wire, built by hand (MS-SMB2 2.2).

use smb2::{Command, FileId};

/// A header and `body`; session and tree are 0, one credit is charged and requested.
pub(crate) fn message(command: Command, message_id: u64, body: &[u8]) -> Vec<u8> {
    let mut message = vec![0xfe, b'S', b'M', b'B', 64, 0, 1, 0, 0, 0, 0, 0];
    message.extend(command.0.to_le_bytes());
    message.extend([1, 0]);
    message.extend([0; 8]);
    message.extend(message_id.to_le_bytes());
    message.extend([0; 32]);
    message.extend(body);
    message
}

pub(crate) fn echo(message_id: u64) -> Vec<u8> {
    message(Command::ECHO, message_id, &[4, 0, 0, 0])
}

pub(crate) fn create(message_id: u64) -> Vec<u8> {
    let mut body = vec![0; 58];
    body[0] = 57;
    message(Command::CREATE, message_id, &body)
}

/// The body of a CREATE response (MS-SMB2 2.2.14).
pub(crate) fn created(file_id: FileId, oplock_level: u8) -> Vec<u8> {
    let mut body = vec![0; 88];
    body[..3].copy_from_slice(&[89, 0, oplock_level]);
    body[64..80].copy_from_slice(&file_id.0);
    body
}

pub(crate) fn read(message_id: u64, file_id: FileId) -> Vec<u8> {
    let mut body = vec![0; 49];
    body[0] = 49;
    body[16..32].copy_from_slice(&file_id.0);
    message(Command::READ, message_id, &body)
}

pub(crate) fn close(message_id: u64, file_id: FileId) -> Vec<u8> {
    let mut body = vec![24, 0, 0, 0, 0, 0, 0, 0];
    body.extend(file_id.0);
    message(Command::CLOSE, message_id, &body)
}

/// CHANGE_NOTIFY on a handle (MS-SMB2 2.2.35).
pub(crate) fn notify(message_id: u64, file_id: FileId) -> Vec<u8> {
    let mut body = vec![32, 0, 0, 0, 0, 16, 0, 0];
    body.extend(file_id.0);
    body.extend([0; 8]);
    message(Command::CHANGE_NOTIFY, message_id, &body)
}

pub(crate) fn cancel(message_id: u64) -> Vec<u8> {
    message(Command::CANCEL, message_id, &[4, 0, 0, 0])
}

/// The asynchronous form of a message (MS-SMB2 2.2.1.1).
pub(crate) fn asynchronous(mut message: Vec<u8>, async_id: u64) -> Vec<u8> {
    message[16] |= 2;
    message[32..40].copy_from_slice(&async_id.to_le_bytes());
    message
}

/// The body of an oplock break, notification or acknowledgment (MS-SMB2 2.2.23.1, 2.2.24.1).
pub(crate) fn oplock_break(file_id: FileId, level: u8) -> Vec<u8> {
    let mut body = vec![24, 0, level, 0, 0, 0, 0, 0];
    body.extend(file_id.0);
    body
}

/// A response to `request`: its ids, this status, `credits` granted.
pub(crate) fn response(request: &[u8], status: u32, credits: u16, body: &[u8]) -> Vec<u8> {
    let mut response = request[..64].to_vec();
    response[8..12].copy_from_slice(&status.to_le_bytes());
    response[14..16].copy_from_slice(&credits.to_le_bytes());
    response[16] = 1;
    response[20..24].fill(0);
    response.extend(body);
    response
}

/// Messages as one chain: each but the last padded to 8 bytes and linked to the next (MS-SMB2 3.2.4.1.4).
pub(crate) fn chain(messages: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let last = messages.len() - 1;
    let linked = messages.iter().enumerate().map(|(index, message)| {
        let mut message = message.clone();
        if index < last {
            message.resize(message.len().next_multiple_of(8), 0);
            let next = u32::try_from(message.len()).unwrap();
            message[20..24].copy_from_slice(&next.to_le_bytes());
        }
        message
    });
    linked.collect()
}

/// A FileId that is told from others by one byte.
pub(crate) fn file(number: u8) -> FileId {
    FileId([number; 16])
}
