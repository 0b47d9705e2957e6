//! Logons made by the encoder of this crate, read back, opened and broken.

#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing, reason = "tests")]

mod encryption;
mod example;
mod keytab;
mod logon;
mod messages;
