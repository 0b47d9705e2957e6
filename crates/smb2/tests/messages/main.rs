//! The views of messages and contexts, against the layouts of MS-SMB2 and MS-FSCC and against hostile bytes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

// The name that all other crates use for this one.
extern crate smbreplay_smb2 as smb2;

mod contexts;
mod example;
mod hostile;
mod layout;
mod refused;
mod variable;
