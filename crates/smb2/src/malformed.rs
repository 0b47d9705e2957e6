//! What is wrong with a message, and where.

/// A structure that does not fit its specification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// The message ends before a field does.
    #[error("{what} needs {need} bytes at offset {offset}, the message has {have}")]
    TooShort {
        /// The structure or field, in MS-SMB2's words.
        what: &'static str,
        /// Offset of the field from the start of the message.
        offset: usize,
        /// Bytes the field needs from `offset` on.
        need: usize,
        /// Length of the whole message.
        have: usize,
    },
    /// A field holds a value that the specification does not allow there.
    #[error("{what} is {value:#x} at offset {offset}, {expected}")]
    BadValue {
        /// The field, in MS-SMB2's words.
        what: &'static str,
        /// Offset of the field from the start of the message.
        offset: usize,
        /// The value found.
        value: u64,
        /// What would have been right, as a phrase.
        expected: &'static str,
    },
}

impl Malformed {
    /// The same, for a structure that starts `by` bytes further into the message than the offsets assume.
    pub(crate) fn shifted(self, by: usize) -> Self {
        match self {
            Self::TooShort { what, offset, need, have } => {
                Self::TooShort { what, offset: offset.saturating_add(by), need, have: have.saturating_add(by) }
            }
            Self::BadValue { what, offset, value, expected } => {
                Self::BadValue { what, offset: offset.saturating_add(by), value, expected }
            }
        }
    }
}
