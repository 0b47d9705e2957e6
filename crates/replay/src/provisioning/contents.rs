//! The bytes of files, as far as the capture shows them: taken from the session files in their order, so that no more than
//! one message is held.

use crate::namespace::{Namespace, Part, Source, Stream};
use crate::pattern;
use bytes::Bytes;
use dissect::Operation;
use std::ops::Range;
use store::reader::Operations;
use store::{Columns, OutputFolder, ReadError, SessionFile};

const COLUMNS: &[&str] = &["op", "request", "response"];
/// Bytes that a piece has at most.
const PIECE: u64 = 1 << 20;

/// Bytes that are wanted, and for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Want {
    source: Source,
    length: u64,
    /// Number of the receiver, as it was given.
    receiver: usize,
    offset: u64,
}

/// A piece of contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Who wanted it.
    pub receiver: usize,
    /// Where in the stream.
    pub offset: u64,
    /// The bytes.
    pub bytes: Bytes,
}

/// The pieces that were asked for, in the order of the session files, patterns last.
pub struct Contents {
    output: OutputFolder,
    files: Vec<String>,
    /// The last one comes first.
    wants: Vec<Want>,
    patterns: Vec<(usize, Range<u64>)>,
    reading: Option<(u32, Operations)>,
    current: Option<Operation>,
    is_sorted: bool,
}

impl Contents {
    /// Nothing is asked for yet.
    pub fn new(output: &OutputFolder, namespace: &Namespace) -> Self {
        Self {
            output: output.clone(),
            files: namespace.files.clone(),
            wants: Vec::new(),
            patterns: Vec::new(),
            reading: None,
            current: None,
            is_sorted: false,
        }
    }

    /// Asks for what is shown of a stream up to `size`; the number of pieces that come of it.
    pub fn want(&mut self, receiver: usize, shown: impl Iterator<Item = (Range<u64>, Source)>, size: u64) -> usize {
        let before = self.wants.len();
        for (range, source) in shown {
            let mut at = range.start;
            while at < range.end.min(size) {
                let end = at.saturating_add(PIECE).min(range.end).min(size);
                let source = source.after(at.saturating_sub(range.start));
                self.wants.push(Want { source, length: end.saturating_sub(at), receiver, offset: at });
                at = end;
            }
        }
        self.is_sorted = false;
        self.wants.len().saturating_sub(before)
    }

    /// Asks for a pattern; the number of pieces that come of it.
    pub fn want_pattern(&mut self, receiver: usize, range: Range<u64>) -> usize {
        let before = self.patterns.len();
        let mut at = range.start;
        while at < range.end {
            let end = at.saturating_add(PIECE).min(range.end);
            self.patterns.push((receiver, at..end));
            at = end;
        }
        self.patterns.len().saturating_sub(before)
    }

    /// Asks for all that a file shall hold: what is shown of it, and a pattern where little is not. Returns the number of
    /// pieces, and how many bytes are left a hole.
    pub fn want_stream(&mut self, receiver: usize, stream: &Stream, most_pattern: u64) -> (usize, u64) {
        let size = stream.size_before();
        let shown = self.want(receiver, stream.shown.iter(), size);
        // Read back, a hole would be taken for what the server made of the file.
        let hashed: usize = stream.hashed().map(|range| self.want_pattern(receiver, range)).sum();
        let pieces = shown.saturating_add(hashed);
        let unknown = stream.unknown_bytes();
        if unknown > most_pattern {
            return (pieces, unknown);
        }
        let patterns: usize = stream.unknown().map(|range| self.want_pattern(receiver, range)).sum();
        (pieces.saturating_add(patterns), 0)
    }

    /// The message that has these bytes.
    fn find(&mut self, source: Source) -> Result<Option<&Operation>, ReadError> {
        let file = match &mut self.reading {
            Some((number, operations)) if *number == source.file => operations,
            _ => {
                let Some(file) = self.files.get(source.file as usize) else { return Ok(None) };
                let opened = SessionFile::open(&self.output.session_file(file))?;
                self.current = None;
                &mut self.reading.insert((source.file, opened.operations(Columns::Only(COLUMNS)).passing())).1
            }
        };
        while self.current.as_ref().is_none_or(|current| current.op < source.op) {
            match file.next().transpose()? {
                Some(operation) => self.current = Some(operation),
                None => return Ok(None),
            }
        }
        Ok(self.current.as_ref().filter(|current| current.op == source.op))
    }

    fn piece(&mut self, want: Want) -> Result<Option<Piece>, ReadError> {
        let Some(operation) = self.find(want.source)? else { return Ok(None) };
        let message = if want.source.response { &operation.response } else { &operation.request };
        let start = want.source.at as usize;
        let end = start.saturating_add(usize::try_from(want.length).unwrap_or(usize::MAX));
        let bytes = message.as_ref().and_then(|message| message.get(start..end)).map(Bytes::copy_from_slice);
        Ok(bytes.map(|bytes| Piece { receiver: want.receiver, offset: want.offset, bytes }))
    }

    /// The next piece; a missing one is passed over, and its place told.
    ///
    /// # Errors
    /// [`ReadError`]: a session file cannot be read.
    pub fn next_piece(&mut self) -> Result<Option<Result<Piece, usize>>, ReadError> {
        if !self.is_sorted {
            self.wants.sort_unstable_by(|a, b| b.cmp(a));
            self.is_sorted = true;
        }
        if let Some(want) = self.wants.pop() {
            return Ok(Some(self.piece(want)?.ok_or(want.receiver)));
        }
        let Some((receiver, range)) = self.patterns.pop() else { return Ok(None) };
        let length = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
        let bytes = Bytes::from(pattern::contents(range.start, length));
        Ok(Some(Ok(Piece { receiver, offset: range.start, bytes })))
    }
}
