//! How an operation ended, by its status.

use smb2::NtStatus;

/// How an operation ended. An error is what an application would see as one: the severities of NTSTATUS (MS-ERREF 2.3), but
/// for the steps of a logon that goes on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Outcome {
    /// Done; also STATUS_MORE_PROCESSING_REQUIRED, with which every logon begins, and statuses of informational severity.
    Success,
    /// Done in part, or nothing left to do: STATUS_BUFFER_OVERFLOW, STATUS_NO_MORE_FILES and others of this severity.
    Warning,
    /// Refused or failed.
    Error,
}

impl Outcome {
    /// `success`, `warning` or `error`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The outcome that a final status says.
    pub fn of(status: NtStatus) -> Self {
        match status {
            NtStatus::MORE_PROCESSING_REQUIRED => Self::Success,
            _ if status.is_error() => Self::Error,
            _ if status.is_warning() => Self::Warning,
            _ => Self::Success,
        }
    }

    /// The outcome of the status with this name, as session files have it: `STATUS_…`, or `0x` and hex digits for one without
    /// a name. `None` for what is neither.
    pub fn of_name(name: &str) -> Option<Self> {
        let number = || u32::from_str_radix(name.strip_prefix("0x")?, 16).ok().map(NtStatus);
        NtStatus::from_name(name).or_else(number).map(Self::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logon_that_goes_on_is_no_error_and_one_that_failed_is() {
        assert_eq!(Outcome::of_name("STATUS_MORE_PROCESSING_REQUIRED"), Some(Outcome::Success));
        assert_eq!(Outcome::of_name("STATUS_LOGON_FAILURE"), Some(Outcome::Error));
    }

    #[test]
    fn a_folder_that_is_read_to_its_end_is_a_warning() {
        assert_eq!(Outcome::of(NtStatus(0x8000_0006)), Outcome::Warning);
    }

    #[test]
    fn a_status_without_a_name_is_known_by_its_number() {
        assert_eq!(Outcome::of_name("0xc0001234"), Some(Outcome::Error));
        assert_eq!(Outcome::of_name("no status"), None);
    }
}
