//! Why a pickle is not read.

/// Why a pickle is not read. Each message is one line; places are bytes from the beginning, the first is 0.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PickleError {
    /// It is longer than settings are.
    #[error("is longer than {} KiB", super::MOST_BYTES >> 10)]
    TooLong,
    /// An instruction that makes more than plain data.
    #[error("{instruction} at byte {offset} would {deed}{}: only plain data is read", named(.name.as_deref()))]
    Refused {
        /// Where it is.
        offset: usize,
        /// Its name in Python's `pickletools`.
        instruction: &'static str,
        /// What it would do.
        deed: &'static str,
        /// Module and name of what it would look up, if it says so itself; at most 80 characters, none of them a control.
        name: Option<String>,
    },
    /// No instruction.
    #[error("byte {offset} is 0x{byte:02x}, which is no instruction of a pickle")]
    Unknown {
        /// Where it is.
        offset: usize,
        /// What is there.
        byte: u8,
    },
    /// A later protocol than there are.
    #[error("is of protocol {protocol}; 0 to 5 are read")]
    Protocol {
        /// Its number.
        protocol: u8,
    },
    /// The input ends before the pickle does.
    #[error("is cut: {instruction} at byte {offset} is not there in full")]
    Cut {
        /// Where the instruction begins.
        offset: usize,
        /// Its name, or that of what is missing.
        instruction: &'static str,
    },
    /// An instruction that makes no sense where it is, or has an argument that makes none.
    #[error("{instruction} at byte {offset}: {reason}")]
    Malformed {
        /// Where the instruction begins.
        offset: usize,
        /// Its name.
        instruction: &'static str,
        /// What is wrong.
        reason: &'static str,
    },
    /// The input goes on.
    #[error("goes on behind its end at byte {offset}")]
    GoesOn {
        /// The first byte that does not belong to it.
        offset: usize,
    },
}

fn named(name: Option<&str>) -> String {
    name.map_or_else(String::new, |name| format!(" ({name})"))
}
