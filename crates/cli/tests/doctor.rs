//! `doctor`: what is told of good servers and bad ones, of settings and folders, and with which exit status.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod doctor {
    mod diagnosis;
    mod servers;
    mod settings;
}
mod support;
