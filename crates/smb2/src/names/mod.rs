//! Names of the codes on the wire, as the specifications write them.
//!
//! Codes that stand for one thing have a function that returns its name, `None` for a code without one. Fields of bits
//! have a function in [`flags`] that lists the names of the bits that are set.

mod create;
mod ctl_code;
pub mod flags;
mod flags_table;
mod info_class;
mod negotiate;
mod notify;
pub mod ntstatus;
mod ntstatus_table;
mod table;

pub use create::{create_action, create_context, create_disposition, impersonation_level, oplock_level};
pub use ctl_code::{ctl_code, ctl_codes};
pub use info_class::{info_class, info_type};
pub use negotiate::{
    cipher, compression_algorithm, dialect, dialect_revision, hash_algorithm, negotiate_context, share_type,
    signing_algorithm,
};
pub use notify::notify_action;
