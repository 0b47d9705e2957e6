//! Signing, encryption, key derivation and NTLM against published vectors and real captures.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "tests"
)]

extern crate smbreplay_smb2 as smb2;

mod captures;
mod debug;
mod encryption;
mod handshake;
mod hex;
mod kdf;
mod ntlm;
mod signing;
mod spnego;
