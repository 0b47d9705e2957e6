//! Transformations put together.

use super::{Container, Layer, Record, disorder};
use proptest::collection::vec;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

/// Everything that happens to a capture, in this order.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    /// Bytes of TCP payload of a segment at most.
    pub(crate) segment: usize,
    /// Each packet comes a second time behind an address translation.
    pub(crate) translated: bool,
    /// Packets that come twice, once with a tag.
    pub(crate) twice: Vec<bool>,
    /// Packets that are not captured.
    pub(crate) lost: Vec<bool>,
    /// Places that packets come later.
    pub(crate) delays: Vec<usize>,
    pub(crate) files: Files,
    pub(crate) layer: Layer,
    pub(crate) snaplen: usize,
    pub(crate) container: Container,
}

/// How a trace is divided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Files {
    /// Into so many parts, one after the other.
    Parts(usize),
    /// Into the two directions.
    Directions,
}

impl Recipe {
    /// Nothing happens.
    pub(crate) fn nothing() -> Self {
        Self {
            segment: usize::MAX,
            translated: false,
            twice: vec![false],
            lost: vec![false],
            delays: vec![0],
            files: Files::Parts(1),
            layer: Layer::Plain,
            snaplen: usize::MAX,
            container: Container::PcapLittle,
        }
    }

    /// The packets that are captured, in their order, before they are wrapped.
    pub(crate) fn packets(&self, clean: &[Record]) -> Vec<Record> {
        let mut records = disorder::resegment(clean, self.segment);
        if self.translated {
            records = disorder::translate(&records);
        }
        let records = disorder::duplicate(&records, &self.twice);
        // A SYN-ACK on both sides proves that they are the same connection.
        let kept = |record: &Record| self.translated && record.is_syn() && record.is_response();
        disorder::reorder(&disorder::drop_some(&records, &self.lost, kept), &self.delays)
    }

    /// The capture files.
    pub(crate) fn write(&self, folder: &Path, packets: &[Record]) -> Vec<PathBuf> {
        let wrapped = |records: &[(usize, &Record)]| {
            let wrap = |(number, record): &(usize, &Record)| self.layer.around(record, *number);
            let mut wrapped: Vec<_> = records.iter().flat_map(wrap).collect();
            wrapped.iter_mut().for_each(|record| record.data.truncate(self.snaplen));
            wrapped
        };
        let all: Vec<_> = packets.iter().enumerate().collect();
        let parts: Vec<_> = match self.files {
            Files::Parts(count) => all.chunks(all.len().div_ceil(count).max(1)).map(wrapped).collect(),
            Files::Directions => {
                let (responses, requests): (Vec<_>, Vec<_>) = all.iter().partition(|(_, record)| record.is_response());
                [requests, responses].iter().map(|part| wrapped(part)).collect()
            }
        };
        self.container.write(folder, self.layer.link_type(), &parts)
    }

    /// Whether everything that was sent is still there.
    pub(crate) fn is_lossless(&self) -> bool {
        self.snaplen == usize::MAX && !self.lost.contains(&true)
    }
}

/// Recipes of every kind; with loss only if `losing`.
pub(crate) fn recipes(losing: bool) -> impl Strategy<Value = Recipe> {
    let lost = if losing { 0.04 } else { 0.0 };
    let snaplens = if losing { vec![usize::MAX, usize::MAX, 128, 256, 1000] } else { vec![usize::MAX] };
    let what = (
        prop::sample::select(vec![usize::MAX, 1448, 500]),
        prop::bool::weighted(0.25),
        vec(prop::bool::weighted(0.2), 1..30),
        vec(prop::bool::weighted(lost), 30..300),
        vec(0usize..6, 1..40),
    );
    let how = (
        prop_oneof![3 => (1usize..12).prop_map(Files::Parts), 1 => Just(Files::Directions)],
        prop::sample::select(Layer::ALL.to_vec()),
        prop::sample::select(snaplens),
        prop::sample::select(Container::ALL.to_vec()),
    );
    (what, how).prop_map(|((segment, translated, twice, lost, delays), (files, layer, snaplen, container))| Recipe {
        // Packets of a hundred fragments would come later than any capture is out of order.
        segment: if layer.is_fragmenting() { segment.min(1448) } else { segment },
        translated,
        twice,
        lost,
        delays,
        files,
        layer,
        snaplen,
        container,
    })
}
