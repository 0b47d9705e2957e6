//! Inputs made of captures: where fuzzing begins.
//! Expressions and logons by Kerberos are the same for all captures.
//!
//! Those of the project's own captures also are tests. Captures of others are read when a fuzzer starts, and nothing made of
//! them is kept.

mod events;
mod expressions;
mod files;
mod kerberos;
mod messages;
mod packets;

use crate::target::Target;
use std::collections::BTreeSet;

/// Largest seed: what is larger is slow to run, and hard to change in the right place.
const LARGEST: usize = 24 << 10;

/// The inputs of `target` that the bytes of a capture file give; none from a file that is no capture.
pub fn of_capture(target: &Target, capture: &[u8]) -> BTreeSet<Vec<u8>> {
    let seeds = match target.name {
        "container" => packets::containers(capture),
        "ingest" => packets::captures(capture),
        "assembler" => packets::packets(capture),
        "framing" => events::streams(capture),
        "dissector" => events::events(capture),
        "message" => messages::messages(capture),
        "transform" => messages::transforms(capture),
        "auth" => messages::security_buffers(capture),
        "kerberos" => kerberos::logons(),
        "stored" => files::files(capture),
        "filter" => expressions::expressions(),
        _ => Vec::new(),
    };
    seeds.into_iter().filter(|seed| seed.len() <= LARGEST).collect()
}
