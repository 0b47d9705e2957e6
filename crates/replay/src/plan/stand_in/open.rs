//! What the operations on an open from before the capture tell of it.

use crate::trace::CapturedRow;
use client::request::create::Kind;
use smb2::{Command, FileId, NtStatus};

const PIPE: u8 = 0x02;
/// FSCTL_PIPE_WAIT, _PEEK and _TRANSCEIVE (MS-FSCC 2.3), and FSCTL_DFS_GET_REFERRALS, which is asked for on IPC$.
const PIPE_CONTROLS: [u32; 4] = [0x0011_0018, 0x0011_400c, 0x0011_c017, 0x0006_0194];
const DFS_GET_REFERRALS: u32 = 0x0006_0194;
/// Pipes that Windows servers have (MS-RPCE 2.1.1.2, the interfaces' own specifications).
const PIPES: [&str; 13] = [
    "atsvc",
    "browser",
    "epmapper",
    "eventlog",
    "initshutdown",
    "lsarpc",
    "netdfs",
    "netlogon",
    "samr",
    "spoolss",
    "srvsvc",
    "svcctl",
    "wkssvc",
];
const ATTRIBUTE_DIRECTORY: u32 = 0x10;

/// Access rights (MS-SMB2 2.2.13.1).
const READ_DATA: u32 = 0x0000_0001;
const WRITE_DATA: u32 = 0x0000_0002;
const APPEND_DATA: u32 = 0x0000_0004;
const READ_EA: u32 = 0x0000_0008;
const WRITE_EA: u32 = 0x0000_0010;
const READ_ATTRIBUTES: u32 = 0x0000_0080;
const WRITE_ATTRIBUTES: u32 = 0x0000_0100;
const DELETE: u32 = 0x0001_0000;
const READ_CONTROL: u32 = 0x0002_0000;
const WRITE_DAC_AND_OWNER: u32 = 0x000c_0000;
const SYNCHRONIZE: u32 = 0x0010_0000;

/// InfoType of QUERY_INFO and SET_INFO: security (MS-SMB2 2.2.37).
const INFO_SECURITY: u8 = 3;
/// FileRenameInformation, FileLinkInformation, FileDispositionInformation and their extended forms; FileFullEaInformation;
/// FileAllocationInformation, FileEndOfFileInformation (MS-FSCC 2.4).
const RENAMES_AND_DELETIONS: [u8; 5] = [10, 13, 64, 65, 72];
const FULL_EA: u8 = 15;
const ALLOCATION: u8 = 19;
const END_OF_FILE: u8 = 20;

/// What is known of an open.
#[derive(Clone, Copy, Default)]
pub(super) struct Known {
    pub(super) is_pipe: bool,
    is_folder: bool,
    access: u32,
    /// Bytes that it had before anything changed that.
    size: Option<u64>,
    changed: bool,
}

impl Known {
    pub(super) fn kind(self) -> Kind {
        if self.is_folder { Kind::Folder } else { Kind::File }
    }

    /// What it is taken to hold, bytes.
    pub(super) fn size(self) -> u64 {
        self.size.unwrap_or(0)
    }

    /// What its successful operations need.
    pub(super) fn access(self) -> u32 {
        self.access | READ_ATTRIBUTES | SYNCHRONIZE
    }

    /// Whether it is renamed or deleted.
    pub(super) fn changes_its_name(self) -> bool {
        self.access & DELETE != 0
    }

    /// Takes an operation on it; they come in trace order.
    pub(super) fn learn(&mut self, row: &CapturedRow<'_>) {
        self.is_pipe |= row.share_type() == Some(PIPE) || is_pipe_control(row);
        let succeeded = row.status().is_some_and(|status| !NtStatus(status).is_error());
        if !succeeded {
            return;
        }
        let command = row.command();
        self.is_folder |= matches!(command, Some(Command::QUERY_DIRECTORY | Command::CHANGE_NOTIFY))
            || row.file_attributes().is_some_and(|attributes| attributes & ATTRIBUTE_DIRECTORY != 0);
        self.access |= access_for(row);
        let told = match command {
            Some(Command::READ) => row.offset().zip(row.transferred()).map(|(at, read)| at.saturating_add(read)),
            _ => None,
        };
        self.changed |= command == Some(Command::WRITE) || sets_size(row);
        if !self.changed {
            self.size = self.size.max(told.or(row.end_of_file()));
        }
    }
}

/// Whether an operation shows that its tree is that of named pipes.
pub(super) fn is_about_pipes(row: &CapturedRow<'_>) -> bool {
    let name = row.path().filter(|_| row.command() == Some(Command::CREATE));
    row.share_type() == Some(PIPE)
        || row.command() == Some(Command::IOCTL) && row.ctl_code().is_some_and(|code| PIPE_CONTROLS.contains(&code))
        || name.is_some_and(|name| PIPES.iter().any(|pipe| pipe.eq_ignore_ascii_case(name)))
}

const NAME: &str = "before-the-capture-";
const DIGITS: usize = 32;

/// The name of a stand-in.
pub(super) fn name(id: FileId) -> String {
    let digits: String = id.0.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{NAME}{digits}")
}

/// Whether a name is that of a stand-in, which no capture has.
pub(super) fn is_name(name: &str) -> bool {
    let digits = name.strip_prefix(NAME);
    digits.is_some_and(|digits| digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn is_pipe_control(row: &CapturedRow<'_>) -> bool {
    row.ctl_code().is_some_and(|code| code != DFS_GET_REFERRALS && PIPE_CONTROLS.contains(&code))
}

fn sets_size(row: &CapturedRow<'_>) -> bool {
    row.command() == Some(Command::SET_INFO)
        && row.info_class().is_some_and(|class| class == ALLOCATION || class == END_OF_FILE)
}

fn access_for(row: &CapturedRow<'_>) -> u32 {
    let is_security = row.info_type() == Some(INFO_SECURITY);
    match (row.command(), row.info_class()) {
        (
            Some(Command::READ | Command::LOCK | Command::QUERY_DIRECTORY | Command::CHANGE_NOTIFY | Command::IOCTL),
            _,
        ) => READ_DATA,
        (Some(Command::WRITE | Command::FLUSH), _) => WRITE_DATA | APPEND_DATA,
        (Some(Command::QUERY_INFO), _) if is_security => READ_CONTROL,
        (Some(Command::QUERY_INFO), Some(FULL_EA)) => READ_EA,
        (Some(Command::SET_INFO), _) if is_security => WRITE_DAC_AND_OWNER,
        (Some(Command::SET_INFO), Some(FULL_EA)) => WRITE_EA,
        (Some(Command::SET_INFO), Some(ALLOCATION | END_OF_FILE)) => WRITE_DATA,
        (Some(Command::SET_INFO), Some(class)) if RENAMES_AND_DELETIONS.contains(&class) => DELETE,
        (Some(Command::SET_INFO), _) => WRITE_ATTRIBUTES,
        _ => 0,
    }
}
