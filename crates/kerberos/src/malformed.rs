//! What is wrong with a message.

/// A message that does not fit RFC 4120.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// An element is longer than what holds it, or has a length that DER does not allow.
    #[error("an element of {what} does not fit into it")]
    Truncated {
        /// The structure or field, in RFC 4120's words.
        what: &'static str,
    },
    /// Another element stands there.
    #[error("{what} has tag {found:#04x}, expected {expected:#04x}")]
    Tag {
        /// The structure or field, in RFC 4120's words.
        what: &'static str,
        /// The tag that it must have.
        expected: u8,
        /// The tag found.
        found: u8,
    },
    /// A field that must be there is not.
    #[error("{what} is missing")]
    Missing {
        /// The structure or field, in RFC 4120's words.
        what: &'static str,
    },
    /// A value that its type does not allow.
    #[error("{what} holds a value that it must not have")]
    Value {
        /// The structure or field, in RFC 4120's words.
        what: &'static str,
    },
}
