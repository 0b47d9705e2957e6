//! What became of the wish to compress.

use super::Engine;
use client::{Compressed, Negotiated};
use std::collections::BTreeSet;

/// SMB 3.1.1.
const SMB_3_1_1: u16 = 0x0311;

/// What was agreed on the connections of all engines, and what of it was used, in one line; `None` where no compression was
/// asked for.
pub fn compression_in_short(engines: &[Engine]) -> Option<String> {
    if !engines.iter().any(|engine| engine.options.compress) {
        return None;
    }
    let cores = || engines.iter().flat_map(|engine| engine.lanes.iter().map(|lane| &lane.core));
    let negotiated = || cores().filter_map(|core| core.negotiated());
    let algorithms: BTreeSet<&str> =
        negotiated().filter_map(Negotiated::compression).map(|scheme| scheme.algorithm.name()).collect();
    if algorithms.is_empty() {
        let why = match negotiated().any(|negotiated| negotiated.dialect == SMB_3_1_1) {
            true if negotiated().any(|negotiated| !negotiated.compressions.is_empty()) => {
                "the server offers none that requests can be compressed with"
            }
            true => "not offered by the server",
            false => "not possible: only SMB 3.1.1 has it, which was not negotiated",
        };
        return Some(format!("compression: {why}"));
    }
    let (sent, received) = cores().map(|core| core.compressed()).fold((0_u64, 0_u64), |(sent, received), counts| {
        let Compressed { sent: more_sent, received: more_received } = counts;
        (sent.saturating_add(more_sent), received.saturating_add(more_received))
    });
    let algorithms: Vec<&str> = algorithms.into_iter().collect();
    Some(format!(
        "compression: {}; {sent} requests were sent compressed, {received} answers came compressed",
        algorithms.join(", ")
    ))
}
