//! What a message does not say of itself, and how it is read depends on.

use dissect::Operation;
use smb2::message::{IoctlRequest, QueryDirectoryRequest, QueryInfoRequest};
use smb2::{Command, Header};

/// SMB2_SHARE_TYPE_PIPE.
const SHARE_TYPE_PIPE: u8 = 2;
/// SMB2_0_INFO_FILE.
const INFO_FILE: u8 = 1;

/// What reading a message needs to know from elsewhere: from its request, and from the tree connect.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Context {
    /// InfoType of the QUERY_INFO request.
    pub info_type: Option<u8>,
    /// FileInfoClass of the QUERY_INFO request, FileInformationClass of the QUERY_DIRECTORY request.
    pub info_class: Option<u8>,
    /// CtlCode of the IOCTL request.
    pub ctl_code: Option<u32>,
    /// Whether the share is IPC$, so that what is read and written is DCE/RPC.
    pub is_pipe: bool,
}

impl Context {
    /// What the row of an operation tells; it serves for live answers to the same request as well.
    pub fn of(operation: &Operation) -> Self {
        let asked = operation.request.as_deref().map(Self::of_request).unwrap_or_default();
        let share = operation.share.as_deref().unwrap_or_default();
        let name = share.rsplit('\\').next().unwrap_or_default();
        Self {
            info_type: asked.info_type.or(operation.info_type),
            info_class: asked.info_class.or(operation.info_class),
            ctl_code: asked.ctl_code.or(operation.ctl_code),
            is_pipe: operation.share_type == Some(SHARE_TYPE_PIPE) || name.eq_ignore_ascii_case("IPC$"),
        }
    }

    /// What a request with its header tells.
    pub fn of_request(request: &[u8]) -> Self {
        let command = Header::parse(request).map(|header| header.command).ok();
        match command {
            Some(Command::QUERY_INFO) => QueryInfoRequest::parse(request).map_or_else(
                |_| Self::default(),
                |view| Self {
                    info_type: Some(view.info_type()),
                    info_class: Some(view.file_info_class()),
                    ..Self::default()
                },
            ),
            Some(Command::QUERY_DIRECTORY) => QueryDirectoryRequest::parse(request).map_or_else(
                |_| Self::default(),
                |view| Self {
                    info_type: Some(INFO_FILE),
                    info_class: Some(view.file_information_class()),
                    ..Self::default()
                },
            ),
            Some(Command::IOCTL) => IoctlRequest::parse(request)
                .map_or_else(|_| Self::default(), |view| Self { ctl_code: Some(view.ctl_code()), ..Self::default() }),
            _ => Self::default(),
        }
    }
}
