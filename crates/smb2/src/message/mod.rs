//! Zero-copy views of the request and the response of every command (MS-SMB2 2.2.2 to 2.2.40 and 2.2.44).
//!
//! Each view is made by `parse(message)` from a whole message, its SMB2 header included, and checks once that the fixed
//! part is there. Fields are then read without failure; parts of variable length are checked when they are asked for.
//! All offsets, also the `…_OFFSET` and `…_FIELD` constants, count from the first byte of the header. The constants
//! tell a replay where to overwrite a value; those ending in `_FIELD` are fields that describe a relocatable part.

pub mod cancel;
pub mod change_notify;
pub mod close;
pub mod create;
pub mod echo;
pub mod error;
pub mod flush;
pub mod ioctl;
pub mod lease_break;
pub mod lock;
pub mod logoff;
pub mod negotiate;
pub mod notification;
pub mod oplock_break;
pub mod query_directory;
pub mod query_info;
pub mod read;
pub mod session_setup;
pub mod set_info;
pub mod tree_connect;
pub mod tree_disconnect;
pub mod write;

pub use cancel::CancelRequest;
pub use change_notify::{ChangeNotifyRequest, ChangeNotifyResponse};
pub use close::{CloseRequest, CloseResponse};
pub use create::{CreateRequest, CreateResponse};
pub use echo::{EchoRequest, EchoResponse};
pub use error::{ErrorContext, ErrorResponse, SymbolicLinkError};
pub use flush::{FlushRequest, FlushResponse};
pub use ioctl::{IoctlRequest, IoctlResponse};
pub use lease_break::{LeaseBreakAcknowledgment, LeaseBreakNotification, LeaseBreakResponse};
pub use lock::{LockElement, LockRequest, LockResponse};
pub use logoff::{LogoffRequest, LogoffResponse};
pub use negotiate::{NegotiateRequest, NegotiateResponse};
pub use notification::ServerToClientNotification;
pub use oplock_break::{OplockBreakAcknowledgment, OplockBreakNotification, OplockBreakResponse};
pub use query_directory::{QueryDirectoryRequest, QueryDirectoryResponse};
pub use query_info::{QueryInfoRequest, QueryInfoResponse};
pub use read::{ReadRequest, ReadResponse};
pub use session_setup::{SessionSetupRequest, SessionSetupResponse};
pub use set_info::{NameInformation, SetInfoRequest, SetInfoResponse};
pub use tree_connect::{TreeConnectRequest, TreeConnectResponse};
pub use tree_disconnect::{TreeDisconnectRequest, TreeDisconnectResponse};
pub use write::{WriteRequest, WriteResponse};

use crate::{Command, FileId, header, wire};

/// Where the FileId of a request lies in its message, for the commands whose fixed part has one. `None` for the others,
/// for a lease break acknowledgment, and for a request that ends before its FileId does.
pub fn request_file_id_offset(command: Command, request: &[u8]) -> Option<usize> {
    let offset = match command {
        Command::CLOSE => CloseRequest::FILE_ID_OFFSET,
        Command::FLUSH => FlushRequest::FILE_ID_OFFSET,
        Command::READ => ReadRequest::FILE_ID_OFFSET,
        Command::WRITE => WriteRequest::FILE_ID_OFFSET,
        Command::LOCK => LockRequest::FILE_ID_OFFSET,
        Command::IOCTL => IoctlRequest::FILE_ID_OFFSET,
        Command::QUERY_DIRECTORY => QueryDirectoryRequest::FILE_ID_OFFSET,
        Command::CHANGE_NOTIFY => ChangeNotifyRequest::FILE_ID_OFFSET,
        Command::QUERY_INFO => QueryInfoRequest::FILE_ID_OFFSET,
        Command::SET_INFO => SetInfoRequest::FILE_ID_OFFSET,
        Command::OPLOCK_BREAK => {
            OplockBreakAcknowledgment::parse(request).is_ok().then_some(OplockBreakAcknowledgment::FILE_ID_OFFSET)?
        }
        _ => return None,
    };
    wire::array::<16>(request, offset, "FileId").is_ok().then_some(offset)
}

/// The FileId of a request, if its fixed part has one; see [`request_file_id_offset`].
pub fn request_file_id(command: Command, request: &[u8]) -> Option<FileId> {
    let offset = request_file_id_offset(command, request)?;
    wire::array(request, offset, "FileId").ok().map(FileId)
}

/// StructureSize of the body of `message`, as it stands.
///
/// # Errors
/// [`Malformed::TooShort`](crate::Malformed::TooShort) when the message ends at or within it.
pub fn structure_size(message: &[u8]) -> Result<u16, crate::Malformed> {
    wire::u16_at(message, header::LENGTH, "StructureSize")
}
