//! What expressions mean, on rows made for it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
