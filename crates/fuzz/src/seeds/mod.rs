//! Inputs made of captures: where fuzzing begins.
//! Expressions, pickles and logons by Kerberos are the same for all captures.
//!
//! Those of the project's own captures also are tests. Captures of others are read when a fuzzer starts, and nothing made of
//! them is kept.

mod compressed;
mod events;
mod expressions;
mod files;
mod kerberos;
mod messages;
mod packets;
mod pickles;

use crate::target::Target;
use smb2::compression::Algorithm;
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
        "compressed_message" => compressed::wrapped(capture),
        "lznt1" => compressed::data(Algorithm::Lznt1, capture),
        "lz77" => compressed::data(Algorithm::Lz77, capture),
        "lz77_huffman" => compressed::data(Algorithm::Lz77Huffman, capture),
        "auth" => messages::security_buffers(capture),
        "kerberos" => kerberos::logons(),
        "stored" => files::files(capture),
        "filter" => expressions::expressions(),
        "pickle" => pickles::pickles(),
        _ => Vec::new(),
    };
    seeds.into_iter().filter(|seed| seed.len() <= LARGEST).collect()
}
