//! NTSTATUS values (MS-ERREF 2.3).

use super::{ntstatus_table::NAMES, table};
use std::fmt;

/// The status of a response (MS-SMB2 2.2.1.2, Status); any value is allowed, named or not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct NtStatus(pub u32);

/// The two highest bits of an [`NtStatus`] (MS-ERREF 2.3, Sev).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Severity {
    /// 0x0…: done, or under way.
    Success,
    /// 0x4…: done, with a remark.
    Informational,
    /// 0x8…: done in part; the response still carries its regular body.
    Warning,
    /// 0xC…: refused or failed.
    Error,
}

macro_rules! statuses {
    ($($name:ident = $code:literal),* $(,)?) => {
        impl NtStatus {
            $(#[doc = concat!("STATUS_", stringify!($name))] pub const $name: Self = Self($code);)*
        }

        #[cfg(test)]
        const NAMED: &[(NtStatus, &str)] = &[$((NtStatus::$name, concat!("STATUS_", stringify!($name)))),*];
    };
}

statuses! {
    SUCCESS = 0x0000_0000, PENDING = 0x0000_0103, NOTIFY_CLEANUP = 0x0000_010b, NOTIFY_ENUM_DIR = 0x0000_010c,
    BUFFER_OVERFLOW = 0x8000_0005, NO_MORE_FILES = 0x8000_0006, STOPPED_ON_SYMLINK = 0x8000_002d,
    UNSUCCESSFUL = 0xc000_0001, NOT_IMPLEMENTED = 0xc000_0002, INVALID_INFO_CLASS = 0xc000_0003,
    INFO_LENGTH_MISMATCH = 0xc000_0004, INVALID_HANDLE = 0xc000_0008, INVALID_PARAMETER = 0xc000_000d,
    NO_SUCH_FILE = 0xc000_000f, INVALID_DEVICE_REQUEST = 0xc000_0010, END_OF_FILE = 0xc000_0011,
    MORE_PROCESSING_REQUIRED = 0xc000_0016, ACCESS_DENIED = 0xc000_0022, BUFFER_TOO_SMALL = 0xc000_0023,
    OBJECT_NAME_INVALID = 0xc000_0033, OBJECT_NAME_NOT_FOUND = 0xc000_0034, OBJECT_NAME_COLLISION = 0xc000_0035,
    OBJECT_PATH_NOT_FOUND = 0xc000_003a, OBJECT_PATH_SYNTAX_BAD = 0xc000_003b, SHARING_VIOLATION = 0xc000_0043,
    FILE_LOCK_CONFLICT = 0xc000_0054, LOCK_NOT_GRANTED = 0xc000_0055, DELETE_PENDING = 0xc000_0056,
    LOGON_FAILURE = 0xc000_006d, ACCOUNT_RESTRICTION = 0xc000_006e, RANGE_NOT_LOCKED = 0xc000_007e,
    DISK_FULL = 0xc000_007f, INSUFFICIENT_RESOURCES = 0xc000_009a, MEDIA_WRITE_PROTECTED = 0xc000_00a2,
    PIPE_NOT_AVAILABLE = 0xc000_00ac, IO_TIMEOUT = 0xc000_00b5, FILE_IS_A_DIRECTORY = 0xc000_00ba,
    NOT_SUPPORTED = 0xc000_00bb, NETWORK_NAME_DELETED = 0xc000_00c9, BAD_NETWORK_NAME = 0xc000_00cc,
    REQUEST_NOT_ACCEPTED = 0xc000_00d0, OPLOCK_NOT_GRANTED = 0xc000_00e2, INVALID_OPLOCK_PROTOCOL = 0xc000_00e3,
    INTERNAL_ERROR = 0xc000_00e5, DIRECTORY_NOT_EMPTY = 0xc000_0101, NOT_A_DIRECTORY = 0xc000_0103,
    CANCELLED = 0xc000_0120, CANNOT_DELETE = 0xc000_0121, FILE_CLOSED = 0xc000_0128, PIPE_BROKEN = 0xc000_014b,
    USER_SESSION_DELETED = 0xc000_0203, NOT_FOUND = 0xc000_0225, DUPLICATE_OBJECTID = 0xc000_022a,
    PATH_NOT_COVERED = 0xc000_0257, NETWORK_SESSION_EXPIRED = 0xc000_035c,
    FILE_NOT_AVAILABLE = 0xc000_0467,
}

impl NtStatus {
    /// The name in MS-ERREF (`STATUS_ACCESS_DENIED`), if the value has one.
    pub fn name(self) -> Option<&'static str> {
        table::name(NAMES, self.0)
    }

    /// The value of a name as [`NtStatus::name`] gives it. A linear search, meant for what a user typed.
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known)| *known == name).map(|(code, _)| Self(*code))
    }

    /// All values that have a name, in their order.
    pub fn named() -> impl Iterator<Item = (Self, &'static str)> {
        NAMES.iter().map(|(code, name)| (Self(*code), *name))
    }

    /// The severity.
    pub fn severity(self) -> Severity {
        match self.0 >> 30 {
            0 => Severity::Success,
            1 => Severity::Informational,
            2 => Severity::Warning,
            _ => Severity::Error,
        }
    }

    /// Refused or failed: 0xC0000000 and above.
    pub fn is_error(self) -> bool {
        self.severity() == Severity::Error
    }

    /// Done in part, 0x80000000 to 0xBFFFFFFF: for example STATUS_BUFFER_OVERFLOW.
    pub fn is_warning(self) -> bool {
        self.severity() == Severity::Warning
    }

    /// Neither a warning nor an error (`NT_SUCCESS`): STATUS_PENDING and STATUS_NOTIFY_ENUM_DIR included.
    pub fn is_success(self) -> bool {
        matches!(self.severity(), Severity::Success | Severity::Informational)
    }
}

impl fmt::Display for NtStatus {
    /// The name, or `0xc0000001`-like hex for a value without one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.pad(name),
            None => f.pad(&format!("{:#010x}", self.0)),
        }
    }
}

impl fmt::Debug for NtStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_has_no_duplicates() {
        table::assert_well_formed(NAMES);
    }

    #[test]
    fn constants_bear_the_names_of_the_table() {
        for (status, name) in NAMED {
            assert_eq!(status.name(), Some(*name), "{:#x}", status.0);
        }
    }

    #[test]
    fn names_and_values_convert_both_ways() {
        assert_eq!(NtStatus(0xc000_0034).to_string(), "STATUS_OBJECT_NAME_NOT_FOUND");
        assert_eq!(NtStatus::from_name("STATUS_NETWORK_SESSION_EXPIRED"), Some(NtStatus(0xc000_035c)));
        assert_eq!(NtStatus::from_name("STATUS_NO_SUCH_STATUS"), None);
        assert_eq!(NtStatus(0xc05d_0000).to_string(), "STATUS_SMB_NO_PREAUTH_INTEGRITY_HASH_OVERLAP");
    }

    #[test]
    fn a_value_without_a_name_is_shown_in_hex() {
        assert_eq!(NtStatus(0xe123_4567).to_string(), "0xe1234567");
        assert_eq!(format!("{:>12}|", NtStatus(0x99)), "  0x00000099|");
    }

    #[test]
    fn severity_is_the_two_highest_bits() {
        assert!(NtStatus::PENDING.is_success() && NtStatus::NOTIFY_ENUM_DIR.is_success());
        assert_eq!(NtStatus(0x4000_0000).severity(), Severity::Informational);
        assert!(NtStatus::BUFFER_OVERFLOW.is_warning() && !NtStatus::BUFFER_OVERFLOW.is_error());
        assert!(NtStatus::ACCESS_DENIED.is_error() && !NtStatus::ACCESS_DENIED.is_success());
    }
}
