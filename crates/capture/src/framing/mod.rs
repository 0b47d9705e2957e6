//! From one direction's bytes to transport PDUs.
//!
//! SMB is recognised by its framing: a transport header with a ProtocolId behind it. A hole inside a PDU leaves the PDU, with
//! the hole noted; a hole over a transport header makes a [`mod@search`] for the next one necessary.

mod body;
mod header;
mod maps;
mod outlet;
mod partial;
mod search;

pub(crate) use header::direction;
pub(crate) use outlet::Outlet;
pub(crate) use partial::Framed;

use crate::counters::{Counters, count};
use crate::pdu::{Direction, Mark};
use crate::tcp::Origin;
use bytes::Bytes;
use header::{Header, WITH_PROTOCOL, classify};
use partial::Partial;
use search::{Found, search};
use smb2::transport::LENGTH;

/// Bytes that are searched for a first message before a direction is taken for another protocol: more than a PDU has.
const SEARCH_LIMIT: u64 = 17 << 20;

/// Cuts one direction's stream into PDUs.
#[derive(Debug)]
pub(crate) struct Framer {
    state: State,
    /// A PDU has been framed.
    confirmed: bool,
    /// The first byte of the stream is known to start a message, if this is SMB.
    from_start: bool,
    /// The connection is taken for SMB even if this direction does not look like it.
    expected: bool,
    /// Direction of the stream, where known.
    sender: Option<Direction>,
    searched: u64,
}

#[derive(Debug)]
enum State {
    /// At a transport header, of which a part may have come.
    Header(Start),
    /// In a PDU.
    Body(Partial),
    /// In bytes that are passed over, and are no loss of framing: `unidentified` when they are those of a PDU whose ProtocolId
    /// was not captured.
    Passing { remaining: u64, unidentified: bool },
    /// Somewhere unknown.
    Search(Window),
    /// In another protocol.
    Foreign,
}

/// The first bytes of a transport header and ProtocolId.
#[derive(Clone, Copy, Debug, Default)]
struct Start {
    bytes: [u8; WITH_PROTOCOL],
    length: usize,
    first: Mark,
    last: Mark,
    acked: Option<u64>,
}

/// Bytes that are kept while it is undecided whether a PDU starts at their beginning.
#[derive(Debug, Default)]
struct Window {
    bytes: Vec<u8>,
    /// Where in `bytes` parts of segments begin, and their origins.
    runs: Vec<(usize, Origin)>,
    /// Stream offset of the first byte.
    offset: u64,
}

/// Bytes of the window that have to be framed.
struct Piece {
    offset: u64,
    bytes: Bytes,
    origin: Origin,
}

impl Framer {
    /// A direction that is captured from its first byte on (`from_start`) or from somewhere in the middle; `expected` says
    /// that something else, such as the port, speaks for SMB.
    pub(crate) fn new(from_start: bool, expected: bool, sender: Option<Direction>) -> Self {
        let state = if from_start { State::Header(Start::default()) } else { State::Search(Window::default()) };
        Self { state, confirmed: false, from_start, expected, sender, searched: 0 }
    }

    /// Whether the direction was found to carry another protocol.
    pub(crate) fn is_foreign(&self) -> bool {
        matches!(self.state, State::Foreign)
    }

    /// Tells that the connection carries SMB, and which direction this is.
    pub(crate) fn expect(&mut self, sender: Direction) {
        self.expected = true;
        self.sender = Some(sender);
    }

    /// Tells, before any bytes come, that the direction is captured from its first byte on.
    pub(crate) fn starts_here(&mut self) {
        self.from_start = true;
        self.state = State::Header(Start::default());
    }

    /// Whether no PDU has begun for all that is known.
    pub(crate) fn is_between_pdus(&self) -> bool {
        matches!(self.state, State::Header(Start { length: 0, .. }) | State::Search(_))
    }

    /// Memory held, in bytes.
    pub(crate) fn cost(&self) -> usize {
        match &self.state {
            State::Body(partial) => partial.cost(),
            State::Search(window) => window.bytes.capacity(),
            State::Header(_) | State::Passing { .. } | State::Foreign => 0,
        }
    }

    /// Takes the next bytes of the stream, which start at `offset`.
    pub(crate) fn data(&mut self, offset: u64, bytes: &[u8], origin: Origin, out: &mut Outlet, c: &mut Counters) {
        let mut again = self.frame(offset, bytes, origin, out, c);
        // What a search kept is framed piece by piece; a piece may start another search, whose bytes come first then.
        while let Some(piece) = again.pop() {
            let mut before = self.frame(piece.offset, &piece.bytes, piece.origin, out, c);
            again.append(&mut before);
        }
    }

    /// Takes `length` missing bytes as the next of the stream.
    pub(crate) fn hole(&mut self, length: u64, out: &mut Outlet, c: &mut Counters) {
        let fits = |remaining: usize| usize::try_from(length).unwrap_or(usize::MAX).min(remaining);
        match &mut self.state {
            State::Header(start) => {
                let start = *start;
                match start.known_length() {
                    Some(rest) => {
                        start.unidentified(c);
                        self.pass_hole(rest, true, length, c);
                    }
                    None => {
                        count(&mut c.unframed_bytes, start.length as u64);
                        self.lose(c);
                    }
                }
            }
            State::Body(partial) => {
                let inside = fits(partial.remaining());
                partial.push_hole(inside);
                if partial.remaining() == 0 {
                    self.complete(out, c);
                    if length > inside as u64 {
                        self.lose(c);
                    }
                }
            }
            State::Passing { remaining, unidentified } => {
                let (remaining, unidentified) = (*remaining, *unidentified);
                self.pass_hole(remaining, unidentified, length, c);
            }
            State::Search(window) => {
                let dropped = std::mem::take(window).bytes.len();
                self.passed_over(dropped, c);
            }
            State::Foreign => {}
        }
    }

    /// Hands out the PDU that is being collected, the rest of it being a hole. Should the rest come after all, it is passed
    /// over.
    pub(crate) fn cut(&mut self, out: &mut Outlet, c: &mut Counters) {
        match std::mem::replace(&mut self.state, State::Header(Start::default())) {
            State::Body(partial) => {
                self.state = State::Passing { remaining: partial.remaining() as u64, unidentified: false };
                count(&mut c.unfinished_pdus, 1);
                self.emit(partial.finish(), out, c);
            }
            State::Search(window) => {
                self.state = State::Search(Window::default());
                self.passed_over(window.bytes.len(), c);
            }
            State::Header(start) if start.length > 0 => match start.known_length() {
                Some(rest) => {
                    start.unidentified(c);
                    self.state = State::Passing { remaining: rest, unidentified: true };
                }
                None => {
                    count(&mut c.unframed_bytes, start.length as u64);
                    self.lose(c);
                }
            },
            other => self.state = other,
        }
    }

    /// Frames `bytes` as far as possible. When a search ends, the bytes it kept are returned, the last piece first.
    fn frame(
        &mut self,
        mut offset: u64,
        mut bytes: &[u8],
        mut origin: Origin,
        out: &mut Outlet,
        c: &mut Counters,
    ) -> Vec<Piece> {
        while !bytes.is_empty() {
            let taken = match &mut self.state {
                State::Foreign => bytes.len(),
                State::Passing { remaining, unidentified } => {
                    let taken = usize::try_from(*remaining).unwrap_or(usize::MAX).min(bytes.len());
                    count(&mut c.bytes_without_protocol_id, if *unidentified { taken as u64 } else { 0 });
                    *remaining = remaining.saturating_sub(taken as u64);
                    if *remaining == 0 {
                        self.state = State::Header(Start::default());
                    }
                    taken
                }
                State::Body(partial) => {
                    let taken = partial.remaining().min(bytes.len());
                    partial.push(bytes.get(..taken).unwrap_or_default(), origin);
                    if partial.remaining() == 0 {
                        self.complete(out, c);
                    }
                    taken
                }
                State::Header(start) if start.length == 0 => match whole_pdu(offset, bytes, origin, out) {
                    Some((framed, taken)) => {
                        self.emit(framed, out, c);
                        taken
                    }
                    None => self.header(offset, bytes, origin, out, c),
                },
                State::Header(_) => self.header(offset, bytes, origin, out, c),
                State::Search(window) if window.bytes.is_empty() => match search(bytes, &[(0, origin)], self.sender) {
                    Found::At(at) => {
                        self.found(at, c);
                        at
                    }
                    Found::Undecided(at) => {
                        let kept = bytes.get(at..).unwrap_or_default();
                        window.push(offset.saturating_add(at as u64), kept, origin.skip(at));
                        self.passed_over(at, c);
                        bytes.len()
                    }
                    Found::Nothing => {
                        self.passed_over(bytes.len(), c);
                        bytes.len()
                    }
                },
                State::Search(window) => {
                    window.push(offset, bytes, origin);
                    return self.search_window(c);
                }
            };
            offset = offset.saturating_add(taken as u64);
            origin = origin.skip(taken);
            bytes = bytes.get(taken..).unwrap_or_default();
            // A body may be no more than its ProtocolId, which the header's bytes end with.
            if matches!(&self.state, State::Body(partial) if partial.remaining() == 0) {
                self.complete(out, c);
            }
        }
        Vec::new()
    }

    /// Takes the bytes of a transport header from `bytes` and decides what follows; returns how many were taken.
    fn header(&mut self, offset: u64, bytes: &[u8], origin: Origin, out: &Outlet, c: &mut Counters) -> usize {
        let State::Header(start) = &mut self.state else { return 0 };
        let before = start.length;
        let mut taken = 0usize;
        for byte in bytes {
            start.push(*byte, origin.mark(taken), origin.acked);
            taken = taken.saturating_add(1);
            // No type of the session service takes more than the transport header to tell, and SMB takes all.
            match classify(start.known()) {
                Header::Undecided => {}
                Header::Pdu(length) => {
                    let end = offset.saturating_add(taken as u64).saturating_sub(WITH_PROTOCOL as u64);
                    let end = end.saturating_add(LENGTH as u64).saturating_add(length as u64);
                    let mut partial = Partial::new(out.body(length), end, start.first, start.last, start.acked);
                    partial.start(start.known().get(LENGTH..).unwrap_or_default());
                    self.state = State::Body(partial);
                    return taken;
                }
                Header::SessionService(length) => {
                    count(&mut c.netbios_session_messages, 1);
                    self.pass(length as u64, false);
                    return taken;
                }
                Header::KeepAlive => {
                    count(&mut c.netbios_keep_alives, 1);
                    self.pass(0, false);
                    return taken;
                }
                Header::Foreign => return self.foreign_header(before, c),
            }
        }
        taken
    }

    /// There is no transport header where one should be, of which `before` bytes came in earlier parts; returns how many
    /// bytes of the current part are done with.
    fn foreign_header(&mut self, before: usize, c: &mut Counters) -> usize {
        if !self.confirmed && self.from_start && !self.expected {
            self.state = State::Foreign;
            return 0;
        }
        self.lose(c);
        // Bytes of earlier parts are not there to be searched again.
        self.passed_over(before.max(1), c);
        usize::from(before == 0)
    }

    /// Continues the search in the window, which has grown.
    fn search_window(&mut self, c: &mut Counters) -> Vec<Piece> {
        let State::Search(window) = &mut self.state else { return Vec::new() };
        match search(&window.bytes, &window.runs, self.sender) {
            Found::At(at) => {
                let pieces = std::mem::take(window).pieces(at);
                self.found(at, c);
                pieces
            }
            Found::Undecided(at) => {
                window.drop_front(at);
                self.passed_over(at, c);
                Vec::new()
            }
            Found::Nothing => {
                let dropped = std::mem::take(window).bytes.len();
                self.passed_over(dropped, c);
                Vec::new()
            }
        }
    }

    fn found(&mut self, passed: usize, c: &mut Counters) {
        self.passed_over(passed, c);
        if self.confirmed || self.from_start {
            count(&mut c.framing_found, 1);
        }
        self.state = State::Header(Start::default());
    }

    fn lose(&mut self, c: &mut Counters) {
        if self.confirmed || self.from_start {
            count(&mut c.framing_lost, 1);
        }
        self.state = State::Search(Window::default());
    }

    fn passed_over(&mut self, length: usize, c: &mut Counters) {
        if self.confirmed || self.from_start {
            count(&mut c.unframed_bytes, length as u64);
        } else {
            count(&mut c.midstream_bytes, length as u64);
        }
        self.searched = self.searched.saturating_add(length as u64);
        if !self.confirmed && !self.expected && self.searched > SEARCH_LIMIT {
            self.state = State::Foreign;
        }
    }

    fn pass(&mut self, remaining: u64, unidentified: bool) {
        self.state = match remaining {
            0 => State::Header(Start::default()),
            _ => State::Passing { remaining, unidentified },
        };
    }

    /// A hole of `length` bytes where `remaining` bytes were to be passed over.
    fn pass_hole(&mut self, remaining: u64, unidentified: bool, length: u64, c: &mut Counters) {
        match remaining.checked_sub(length) {
            Some(remaining) => self.pass(remaining, unidentified),
            None => self.lose(c),
        }
    }

    fn complete(&mut self, out: &mut Outlet, c: &mut Counters) {
        if let State::Body(partial) = std::mem::replace(&mut self.state, State::Header(Start::default())) {
            self.emit(partial.finish(), out, c);
        }
    }

    fn emit(&mut self, framed: Framed, out: &mut Outlet, c: &mut Counters) {
        self.confirmed = true;
        count(&mut c.pdus, 1);
        count(&mut c.pdus_with_holes, u64::from(!framed.holes.is_empty()));
        out.push(framed);
    }
}

/// The PDU that lies whole at the start of `bytes`, and its length with the transport header. This is the way of nearly
/// every PDU; its bytes are copied once.
fn whole_pdu(offset: u64, bytes: &[u8], origin: Origin, out: &mut Outlet) -> Option<(Framed, usize)> {
    let Header::Pdu(length) = classify(bytes.get(..WITH_PROTOCOL)?) else { return None };
    let end = LENGTH.saturating_add(length);
    let body = bytes.get(LENGTH..end)?;
    let framed = Framed {
        body: out.copy(body),
        holes: Vec::new(),
        first: origin.mark(0),
        last: origin.mark(end.saturating_sub(1)),
        stream_end: offset.saturating_add(end as u64),
        acked: origin.acked,
    };
    Some((framed, end))
}

impl Start {
    fn known(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn push(&mut self, byte: u8, mark: Mark, acked: Option<u64>) {
        if self.length == 0 {
            (self.first, self.last, self.acked) = (mark, mark, acked);
        }
        if mark.seq > self.last.seq {
            self.last = mark;
        }
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
            self.length = self.length.saturating_add(1);
        }
    }

    /// Counts the PDU that begins here as lost, and what came of it.
    fn unidentified(&self, c: &mut Counters) {
        count(&mut c.pdus_without_protocol_id, 1);
        count(&mut c.bytes_without_protocol_id, self.length as u64);
    }

    /// Bytes that belong to the message and have not come, when its length has.
    fn known_length(&self) -> Option<u64> {
        let length = LENGTH.saturating_add(header::length(self.known())?);
        Some(length.saturating_sub(self.length) as u64)
    }
}

impl Window {
    fn push(&mut self, offset: u64, bytes: &[u8], origin: Origin) {
        if self.bytes.is_empty() {
            self.offset = offset;
        }
        self.runs.push((self.bytes.len(), origin));
        self.bytes.extend_from_slice(bytes);
    }

    fn drop_front(&mut self, length: usize) {
        if length == 0 {
            return;
        }
        self.bytes.drain(..length.min(self.bytes.len()));
        self.offset = self.offset.saturating_add(length as u64);
        let gone = self.runs.partition_point(|(start, _)| *start <= length).saturating_sub(1);
        self.runs.drain(..gone.min(self.runs.len()));
        for (start, origin) in &mut self.runs {
            *origin = origin.skip(length.saturating_sub(*start));
            *start = start.saturating_sub(length);
        }
    }

    /// The bytes from `at` on, cut where parts of segments begin, the last piece first.
    fn pieces(mut self, at: usize) -> Vec<Piece> {
        self.drop_front(at);
        let mut end = self.bytes.len();
        let bytes = Bytes::from(self.bytes);
        let mut pieces = Vec::with_capacity(self.runs.len());
        for (start, origin) in self.runs.into_iter().rev() {
            if start < end {
                let offset = self.offset.saturating_add(start as u64);
                pieces.push(Piece { offset, bytes: bytes.slice(start..end), origin });
                end = start;
            }
        }
        pieces
    }
}
