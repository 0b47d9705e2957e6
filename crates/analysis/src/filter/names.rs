//! Names that stand for values: those of the specifications, and those that Wireshark shows.

use smb2::names::{create_action, create_disposition, ctl_codes, info_class, info_type, oplock_level, share_type};
use smb2::{Command, NtStatus};

/// Whose names a field's values go by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Names {
    /// Values have none.
    None,
    Command,
    Status,
    Disposition,
    Action,
    Oplock,
    ShareType,
    InfoType,
    FileInfo,
    FileSystemInfo,
    CtlCode,
}

/// Names of Wireshark's value strings that are not those of the specifications.
const COMMANDS: &[(u32, &str)] = &[
    (0, "Negotiate Protocol"),
    (1, "Session Setup"),
    (2, "Session Logoff"),
    (3, "Tree Connect"),
    (4, "Tree Disconnect"),
    (13, "KeepAlive"),
    (14, "Find"),
    (15, "Notify"),
    (16, "GetInfo"),
    (17, "SetInfo"),
    (18, "Break"),
];

const DISPOSITIONS: &[(u32, &str)] = &[
    (0, "Supersede (supersede existing file (if it exists))"),
    (1, "Open (if file exists open it, else fail)"),
    (2, "Create (if file exists fail, else create it)"),
    (3, "Open If (if file exists open it, else create it)"),
    (4, "Overwrite (if file exists overwrite, else fail)"),
    (5, "Overwrite If (if file exists overwrite, else create it)"),
];

const ACTIONS: &[(u32, &str)] = &[
    (0, "No action taken?"),
    (1, "The file existed and was opened"),
    (2, "The file did not exist but was created"),
    (3, "The file existed and was truncated"),
];

const OPLOCKS: &[(u32, &str)] =
    &[(0, "No oplock"), (1, "Level2 oplock"), (8, "Exclusive oplock"), (9, "Batch oplock"), (0xff, "Lease")];

const SHARE_TYPES: &[(u32, &str)] = &[(1, "Physical disk"), (2, "Named pipe"), (3, "Printer")];

const INFO_TYPES: &[(u32, &str)] = &[(1, "FILE_INFO"), (2, "FS_INFO"), (3, "SEC_INFO"), (4, "QUOTA_INFO")];

const FILE_INFOS: &[(u32, &str)] = &[
    (4, "SMB2_FILE_BASIC_INFO"),
    (5, "SMB2_FILE_STANDARD_INFO"),
    (6, "SMB2_FILE_INTERNAL_INFO"),
    (7, "SMB2_FILE_EA_INFO"),
    (8, "SMB2_FILE_ACCESS_INFO"),
    (10, "SMB2_FILE_RENAME_INFO"),
    (13, "SMB2_FILE_DISPOSITION_INFO"),
    (14, "SMB2_FILE_POSITION_INFO"),
    (15, "SMB2_FILE_FULL_EA_INFO"),
    (16, "SMB2_FILE_MODE_INFO"),
    (17, "SMB2_FILE_ALIGNMENT_INFO"),
    (18, "SMB2_FILE_ALL_INFO"),
    (19, "SMB2_FILE_ALLOCATION_INFO"),
    (20, "SMB2_FILE_ENDOFFILE_INFO"),
    (21, "SMB2_FILE_ALTERNATE_NAME_INFO"),
    (22, "SMB2_FILE_STREAM_INFO"),
    (23, "SMB2_FILE_PIPE_INFO"),
    (28, "SMB2_FILE_COMPRESSION_INFO"),
    (34, "SMB2_FILE_NETWORK_OPEN_INFO"),
    (35, "SMB2_FILE_ATTRIBUTE_TAG_INFO"),
    (48, "SMB2_FILE_NORMALIZED_NAME_INFO"),
    (100, "SMB2_FILE_POSIX_INFO"),
];

impl Names {
    /// Those of the values of a column of session files.
    pub(super) fn of_column(column: &str) -> Self {
        match column {
            "command" => Self::Command,
            "status" => Self::Status,
            "create_disposition" => Self::Disposition,
            "create_action" => Self::Action,
            "oplock_requested" | "oplock_granted" => Self::Oplock,
            "share_type" => Self::ShareType,
            "info_type" => Self::InfoType,
            "info_class" => Self::FileInfo,
            "ctl_code" => Self::CtlCode,
            _ => Self::None,
        }
    }

    /// The value that a name stands for, in upper or lower case.
    pub(super) fn value(self, name: &str) -> Option<u32> {
        self.all().into_iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(value, _)| value)
    }

    /// The names most like `name`.
    pub(super) fn nearest(self, name: &str) -> Vec<&'static str> {
        nearest(name, self.all().into_iter().map(|(_, known)| known))
    }

    /// All names with their values.
    pub(super) fn all(self) -> Vec<(u32, &'static str)> {
        match self {
            Self::None => Vec::new(),
            Self::Command => {
                let own = Command::ALL.iter().filter_map(|command| Some((command.0.into(), command.name()?)));
                own.chain(COMMANDS.iter().copied()).collect()
            }
            Self::Status => NtStatus::named().map(|(status, name)| (status.0, name)).collect(),
            Self::Disposition => bytes(|code| create_disposition(code.into()), DISPOSITIONS),
            Self::Action => bytes(|code| create_action(code.into()), ACTIONS),
            Self::Oplock => bytes(oplock_level, OPLOCKS),
            Self::ShareType => bytes(share_type, SHARE_TYPES),
            Self::InfoType => bytes(info_type, INFO_TYPES),
            Self::FileInfo => bytes(|code| info_class(1, code), FILE_INFOS),
            Self::FileSystemInfo => bytes(|code| info_class(2, code), &[]),
            Self::CtlCode => ctl_codes().collect(),
        }
    }
}

/// The names of codes of one byte, and Wireshark's.
fn bytes(name: impl Fn(u8) -> Option<&'static str>, wireshark: &[(u32, &'static str)]) -> Vec<(u32, &'static str)> {
    let own = (0..=u8::MAX).filter_map(|code| Some((code.into(), name(code)?)));
    own.chain(wireshark.iter().copied()).collect()
}

/// At most so many names are told.
const NEAREST: usize = 3;

/// Those of `known` that are most like `name`, the nearest first.
pub(super) fn nearest(name: &str, known: impl Iterator<Item = &'static str>) -> Vec<&'static str> {
    let folded: String = name.chars().take(100).flat_map(char::to_lowercase).collect();
    let mut all: Vec<(f64, &'static str)> = known
        .map(|known| {
            let other = known.to_lowercase();
            // One that has the name in it is what was meant more often than one spelt alike.
            let inside = if !folded.is_empty() && other.contains(&folded) { 1.0 } else { 0.0 };
            (inside + strsim::jaro_winkler(&folded, &other), known)
        })
        .collect();
    all.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    all.into_iter().take(NEAREST).map(|(_, known)| known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_specifications_and_of_wireshark_mean_the_same() {
        for (names, one, other, value) in [
            (Names::Command, "QUERY_DIRECTORY", "find", 14),
            (Names::Command, "CREATE", "Create", 5),
            (Names::Disposition, "FILE_OPEN", "Open (if file exists open it, else fail)", 1),
            (Names::Oplock, "SMB2_OPLOCK_LEVEL_BATCH", "Batch oplock", 9),
            (Names::FileInfo, "FileAllInformation", "SMB2_FILE_ALL_INFO", 18),
        ] {
            assert_eq!((names.value(one), names.value(other)), (Some(value), Some(value)), "{one}");
        }
        assert_eq!(Names::Status.value("status_access_denied"), Some(0xc000_0022));
        assert_eq!(Names::CtlCode.value("FSCTL_PIPE_TRANSCEIVE"), Some(0x0011_c017));
        assert_eq!(Names::None.value("Create"), None);
    }

    #[test]
    fn a_misspelt_name_and_a_part_of_one_are_answered_with_what_was_meant() {
        assert_eq!(Names::Status.nearest("STATUS_ACESS_DENIED").first(), Some(&"STATUS_ACCESS_DENIED"));
        assert!(Names::Status.nearest("SHARING_VIOL").contains(&"STATUS_SHARING_VIOLATION"));
    }
}
