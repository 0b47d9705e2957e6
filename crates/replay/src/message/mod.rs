//! Captured messages to live ones: declared patches on captured bytes, nothing else (MS-SMB2 2.2).

pub mod create;
pub mod dfs;
pub mod draft;
pub mod handle;
pub mod multi_protocol;
pub mod negotiate;
pub mod rename;
pub mod session_setup;
pub mod sid;
pub mod token;
pub mod tree_connect;
pub mod validate_negotiate;

pub use draft::{Draft, OutsideMessage, Patch};

use smb2::Malformed;

/// Why a captured message could not be made a live one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatchError {
    /// A field to be changed lies outside the message.
    #[error(transparent)]
    Outside(#[from] OutsideMessage),
    /// The part to be changed does not fit its specification.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// What has to go in is longer than its length field can say.
    #[error("{what} is {length} bytes long, its length field holds 65535 at most")]
    TooLong {
        /// The field.
        what: &'static str,
        /// Its length.
        length: usize,
    },
}

/// A length as the 16-bit field on the wire.
fn length_16(length: usize, what: &'static str) -> Result<[u8; 2], PatchError> {
    u16::try_from(length).map(u16::to_le_bytes).map_err(|_| PatchError::TooLong { what, length })
}
