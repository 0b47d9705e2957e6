//! Where the FileIds of a request lie, in its fixed part, its create contexts and its control data.

use smb2::context::create::tag;
use smb2::context::durable::{DurableHandleReconnect, DurableHandleReconnectV2};
use smb2::message::{CreateRequest, IoctlRequest, request_file_id_offset};
use smb2::{Command, FileId, wire};

/// FSCTL_DUPLICATE_EXTENTS_TO_FILE and its EX form (MS-FSCC 2.3.7.1, 2.3.9.1): the source is a FileId.
const DUPLICATE_EXTENTS: u32 = 0x0009_8344;
const DUPLICATE_EXTENTS_EX: u32 = 0x0009_83e8;

/// Offsets in the message of every FileId that names an open of the sender.
pub fn file_id_offsets(command: Command, message: &[u8]) -> Vec<usize> {
    let mut offsets: Vec<usize> = request_file_id_offset(command, message).into_iter().collect();
    match command {
        Command::CREATE => offsets.extend(reconnects(message)),
        Command::IOCTL => offsets.extend(duplicate_extents(message)),
        _ => {}
    }
    offsets
}

/// The FileId at `offset`, if the message reaches so far.
pub fn file_id_at(message: &[u8], offset: usize) -> Option<FileId> {
    wire::array(message, offset, "FileId").ok().map(FileId)
}

fn reconnects(message: &[u8]) -> Vec<usize> {
    let Ok(create) = CreateRequest::parse(message) else { return Vec::new() };
    create
        .contexts()
        .filter_map(Result::ok)
        .filter_map(|context| {
            let inside = match context.name {
                tag::DURABLE_HANDLE_RECONNECT => DurableHandleReconnect::FILE_ID_OFFSET,
                tag::DURABLE_HANDLE_RECONNECT_V2 => DurableHandleReconnectV2::FILE_ID_OFFSET,
                _ => return None,
            };
            context.data.get(inside..inside.checked_add(16)?)?;
            context.data_range.start.checked_add(inside)
        })
        .collect()
}

fn duplicate_extents(message: &[u8]) -> Option<usize> {
    let view = IoctlRequest::parse(message).ok()?;
    // In the EX form StructureSize (8 bytes) comes first.
    let inside = match view.ctl_code() {
        DUPLICATE_EXTENTS => 0,
        DUPLICATE_EXTENTS_EX => 8,
        _ => return None,
    };
    let offset = view.input_range().ok()?.start.checked_add(inside)?;
    file_id_at(message, offset).map(|_| offset)
}
