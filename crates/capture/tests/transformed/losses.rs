//! What a transformed capture lacks, to the byte, worked out from its packets.

use crate::recorded::Record;
use crate::recorded::transformations::{Recipe, TRANSLATED_PORTS};
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of TCP streams.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    /// Of packets that were not captured, as far as later ones or acknowledgements tell of them.
    pub(crate) lost: u64,
    /// Cut off by the snaplen.
    pub(crate) cut: u64,
    /// Captured.
    pub(crate) captured: u64,
    /// Streams whose last bytes and FIN were not captured: the FIN's number, which is acknowledged, looks like one more byte.
    pub(crate) fins: u64,
    /// Packets captured again.
    pub(crate) copies: u64,
    /// Whether the above can be said.
    pub(crate) are_exact: bool,
}

/// What is known of each byte of a stream.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    Lost,
    Cut,
    Captured,
}

struct Stream {
    /// Sequence number of the first byte.
    start: u32,
    bytes: Vec<Byte>,
    /// Whether a SYN tells the start.
    told: bool,
    /// Whether its FIN was captured.
    fin: bool,
    /// Offset behind everything that packets or acknowledgements tell of.
    known: usize,
}

impl Losses {
    /// What `packets` of `clean` lack after `recipe`.
    pub(crate) fn of(clean: &[Record], packets: &[Record], recipe: &Recipe) -> Self {
        let mut streams = BTreeMap::new();
        for record in clean {
            let key = (record.client_port(), record.is_response());
            if record.is_syn() {
                let start = record.sequence().wrapping_add(1);
                streams.insert(key, Stream { start, bytes: Vec::new(), told: false, fin: false, known: 0 });
            }
            let stream = streams.get_mut(&key).unwrap();
            let length = record.data.len() - record.payload();
            if length > 0 {
                let end = stream.offset(record) + length;
                stream.bytes.resize(stream.bytes.len().max(end), Byte::Lost);
            }
        }
        let mut losses = Self { are_exact: !recipe.layer.is_fragmenting(), ..Self::default() };
        let mut seen = BTreeSet::new();
        for (number, record) in packets.iter().enumerate() {
            let mut same = record.clone();
            same.data[22] = 0;
            losses.copies += u64::from(!seen.insert((same.data, same.microseconds)));
            let wrapped = &recipe.layer.around(record, number)[0];
            let cut = wrapped.data.len().saturating_sub(recipe.snaplen).saturating_sub(recipe.layer.trailer());
            let port = record.client_port();
            let port = if streams.contains_key(&(port, false)) { port } else { port - TRANSLATED_PORTS };
            let own = streams.get_mut(&(port, record.is_response())).unwrap();
            let length = record.data.len() - record.payload();
            own.take(own.offset(record), length, length.saturating_sub(cut));
            own.told |= record.is_syn();
            own.fin |= record.is_fin();
            let other = streams.get_mut(&(port, !record.is_response())).unwrap();
            let acknowledged = record.acknowledgement().wrapping_sub(other.start) as usize;
            if record.is_syn() && record.is_response() {
                other.told = true;
            } else if !record.is_syn() {
                other.known = other.known.max(acknowledged.min(other.bytes.len()));
            }
        }
        for stream in streams.values() {
            // Before the first byte of a connection that begins in the middle nothing is said to be missing.
            let first = stream.bytes.iter().position(|byte| *byte != Byte::Lost).unwrap_or(stream.known);
            let from = if stream.told { 0 } else { first.min(stream.known) };
            let count =
                |what: Byte| stream.bytes[from..stream.known].iter().filter(|byte| **byte == what).count() as u64;
            losses.lost += count(Byte::Lost);
            losses.cut += count(Byte::Cut);
            losses.captured += count(Byte::Captured);
            losses.fins += u64::from(!stream.fin && stream.bytes.last() == Some(&Byte::Lost));
        }
        losses
    }
}

impl Stream {
    fn offset(&self, record: &Record) -> usize {
        record.sequence().wrapping_add(u32::from(record.is_syn())).wrapping_sub(self.start) as usize
    }

    fn take(&mut self, offset: usize, length: usize, captured: usize) {
        if length == 0 {
            return;
        }
        self.known = self.known.max(offset + length);
        for (index, byte) in self.bytes[offset..offset + length].iter_mut().enumerate() {
            match (*byte, index < captured) {
                (_, true) => *byte = Byte::Captured,
                (Byte::Lost, false) => *byte = Byte::Cut,
                _ => {}
            }
        }
    }
}
