//! The operations of captures.

use dissect::{Dissector, Operation, Secrets};
use smbreplay_analysis::details::{self, Details};
use std::path::{Path, PathBuf};

/// Session keys of two captures: id as on the wire, and key.
pub(crate) const SESSION_KEYS: [(&str, &str); 2] = [
    ("3d00009400480000", "28f2847263c83dc00621f742dd3f2e7b"),
    ("690000ac1c280000", "b25a135fc3dc14269f20d7cbc8716b6b"),
];

/// The project's own capture, and those of the corpus.
pub(crate) fn captures() -> Vec<PathBuf> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut files = vec![PathBuf::from(root).join("tests/data/office.pcap")];
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/captures");
    let corpus = std::env::var_os("SMBREPLAY_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let entries = std::fs::read_dir(&corpus).into_iter().flatten();
    let found = entries.map(|entry| entry.unwrap().path());
    files.extend(found.filter(|path| path.to_string_lossy().contains(".pcap")));
    files.sort();
    if files.len() == 1 {
        eprintln!("NOT RUN on a corpus: no captures in {}; name their folder in SMBREPLAY_CORPUS", corpus.display());
    }
    files
}

/// The operations of a capture, decrypted where a key is known.
pub(crate) fn operations(path: &Path) -> Vec<Operation> {
    let mut secrets = Secrets::default();
    for (id, key) in SESSION_KEYS {
        secrets.add_session_key(&format!("{id}={key}")).unwrap();
    }
    let mut trace = capture::Trace::open(path).unwrap();
    let mut dissector = Dissector::with_secrets(secrets);
    while let Some(event) = trace.next_event().unwrap() {
        dissector.handle(event);
    }
    dissector.finish();
    std::iter::from_fn(|| dissector.poll()).map(|row| *row).collect()
}

/// A message, what it is made into, and the frame that completes it.
pub(crate) struct Shown {
    pub(crate) frame: u64,
    pub(crate) bytes: bytes::Bytes,
    pub(crate) details: Details,
}

/// All messages of an operation.
pub(crate) fn messages(operation: &Operation) -> Vec<Shown> {
    let all = details::operation(operation);
    let of = |bytes: &Option<bytes::Bytes>, frame: Option<u64>, details: Option<Details>| {
        Some(Shown { frame: frame?, bytes: bytes.clone()?, details: details? })
    };
    let found = [
        of(&operation.request, operation.request_frame, all.request),
        of(&operation.interim, operation.interim_frame, all.interim),
        of(&operation.response, operation.response_frame, all.response),
    ];
    found.into_iter().flatten().collect()
}
