//! `decrypt`: what tshark and our own ingest find in the export, keys in it, and what is refused.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]

mod decrypt {
    mod captures;
    mod embedded_keys;
    mod ingested_again;
    mod refusals;
    mod rows;
    mod tshark;
}
mod support;
