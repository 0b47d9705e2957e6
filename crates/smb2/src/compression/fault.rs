//! What is wrong with compressed data.

/// Compressed data that cannot be expanded to what they are said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// They end within an element.
    #[error("they end where {what} should be")]
    Ends {
        /// The element that is missing.
        what: &'static str,
    },
    /// They repeat what was not there before.
    #[error("a match reaches {distance} bytes back where there are {expanded}")]
    TooFarBack {
        /// How far back the match begins, bytes.
        distance: usize,
        /// The bytes expanded before it.
        expanded: usize,
    },
    /// They hold more than they are said to.
    #[error("they hold more than the {size} bytes that are claimed")]
    TooLong {
        /// The bytes claimed.
        size: usize,
    },
    /// They hold less than they are said to.
    #[error("they hold {expanded} bytes where {size} are claimed")]
    TooShort {
        /// The bytes they hold.
        expanded: usize,
        /// The bytes claimed.
        size: usize,
    },
    /// An element has a value that it cannot have.
    #[error("{what} is not valid")]
    Invalid {
        /// The element.
        what: &'static str,
    },
}
