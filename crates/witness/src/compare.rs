//! Comparing a capture with the recording of its replay and the rows of the run.

use crate::message::Message;
use crate::recording::{Connection, Recording, Side};
use crate::run::{Row, RunRows};
use crate::status::final_statuses;
use crate::verdict::{ByteDifference, Finding, PatchUse, Place, StatusDifference, Verdict};
use crate::{patches, rules};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

/// How far [`align`] looks for the row of a captured request when their numbers do not agree.
const ALIGNMENT_WINDOW: usize = 64;

/// Compares the captured requests with the live ones, with the help of the rows of the run.
///
/// SMB connections are paired in the order in which they were opened, and the columns `connection` and
/// `live_connection` have to say the same. On each pair, a live request belongs to the row whose `live_request` has its
/// bytes, and the n-th row of a connection, ordered by `op`, to its n-th captured request. What a `live_request` leaves out
/// has to be as many bytes as the live request goes on for, and the last ones of that captured request.
pub fn compare(captured: &Recording, live: &Recording, run: &RunRows) -> Verdict {
    let captured_connections: Vec<_> = captured.smb_connections().collect();
    let live_connections: Vec<_> = live.smb_connections().collect();
    let mut verdict = Verdict {
        connections: captured_connections.len(),
        captured: captured.request_count(),
        live: live.request_count(),
        ..Verdict::default()
    };
    verdict.faults.extend(captured.faults.iter().map(|fault| format!("capture: {fault}")));
    verdict.faults.extend(live.faults.iter().map(|fault| format!("recording of the replay: {fault}")));

    let pairing = Pairing::of(run);
    pairing.check(captured_connections.len(), live_connections.len(), run, &mut verdict.faults);
    for (index, row) in run.rows.iter().enumerate() {
        if row.live_request.is_some() && pairing.live(row).is_none_or(|rank| rank >= live_connections.len()) {
            verdict.unwitnessed.push(describe(index, row));
        }
    }
    for rank in 0..captured_connections.len().max(live_connections.len()) {
        let pair = Pair {
            rank,
            captured: captured_connections.get(rank).copied(),
            live: live_connections.get(rank).copied(),
            rows: run.rows.iter().enumerate().collect(),
            may_lack_data: run.may_lack_data,
            pairing: &pairing,
        };
        pair.compare(&mut verdict);
    }
    verdict
}

/// The ranks of the connections that the columns name.
struct Pairing {
    captured: BTreeMap<u32, usize>,
    live: BTreeMap<u32, usize>,
}

impl Pairing {
    fn of(run: &RunRows) -> Self {
        let ranks = |numbers: BTreeSet<u32>| numbers.into_iter().enumerate().map(|(rank, number)| (number, rank));
        let captured = run.rows.iter().filter(|row| is_request(row)).filter_map(|row| row.connection);
        let live = run.rows.iter().filter(|row| row.live_request.is_some()).filter_map(|row| row.live_connection);
        Self { captured: ranks(captured.collect()).collect(), live: ranks(live.collect()).collect() }
    }

    fn captured(&self, row: &Row) -> Option<usize> {
        self.captured.get(&row.connection?).copied()
    }

    fn live(&self, row: &Row) -> Option<usize> {
        self.live.get(&row.live_connection?).copied()
    }

    fn check(&self, captured: usize, live: usize, run: &RunRows, faults: &mut Vec<String>) {
        if captured != live {
            faults.push(format!("{captured} SMB connections in the capture, {live} in the recording of the replay"));
        }
        if self.captured.len() != captured {
            faults.push(format!("{captured} SMB connections in the capture, {} in the rows", self.captured.len()));
        }
        if self.live.len() != live {
            faults.push(format!("{live} SMB connections in the recording, {} in the rows", self.live.len()));
        }
        let crossed: BTreeSet<_> = run
            .rows
            .iter()
            .filter(|row| row.live_request.is_some() && row.op.is_some() && self.captured(row) != self.live(row))
            .map(|row| (row.connection, row.live_connection))
            .collect();
        for (connection, live_connection) in crossed {
            faults.push(format!(
                "rows pair captured connection {connection:?} with live connection {live_connection:?}, the wire does not"
            ));
        }
    }
}

/// Whether a row stands for a captured request, sent or not; events have rows as well.
fn is_request(row: &Row) -> bool {
    row.op.is_some() && (row.live_request.is_some() || row.verdict.as_deref() == Some("skipped"))
}

fn describe(index: usize, row: &Row) -> String {
    match row.op {
        Some(op) => format!("row {index}, op {op} on live connection {:?}", row.live_connection),
        None => format!("row {index} without op on live connection {:?}", row.live_connection),
    }
}

/// Rows that leave out as many bytes, with their indices, by the bytes that they have.
type RowsByBytes<'a> = HashMap<&'a [u8], VecDeque<(usize, &'a Row)>>;

/// A captured connection and its live one.
struct Pair<'a> {
    rank: usize,
    captured: Option<&'a Connection>,
    live: Option<&'a Connection>,
    rows: Vec<(usize, &'a Row)>,
    may_lack_data: bool,
    pairing: &'a Pairing,
}

/// A live request on the wire with the row that explains it.
#[derive(Clone, Copy)]
struct Sent<'a> {
    /// Index among the requests of the live connection.
    request: usize,
    message: &'a Message,
    row: &'a Row,
}

impl Sent<'_> {
    /// What is wrong with the bytes that the row leaves out.
    fn wrongly_left_out(&self, captured: &Message) -> Option<String> {
        let left = self.row.left();
        let Some(as_captured) = last(&captured.bytes, left) else {
            let have = captured.bytes.len();
            return Some(format!("{left} bytes are left out, and the captured message has {have}"));
        };
        let is_as_captured = last(&self.message.bytes, left) == Some(as_captured);
        (!is_as_captured).then(|| format!("the {left} bytes that are left out are not as captured"))
    }
}

/// The last bytes of a message.
fn last(bytes: &[u8], count: usize) -> Option<&[u8]> {
    bytes.get(bytes.len().checked_sub(count)?..)
}

impl<'a> Pair<'a> {
    fn compare(&self, verdict: &mut Verdict) {
        let sent = self.explain(verdict);
        self.check_order(&sent, verdict);
        let by_op: BTreeMap<u32, Sent<'a>> = sent.iter().filter_map(|sent| Some((sent.row.op?, *sent))).collect();
        let captured = self.captured.map(|connection| connection.requests.as_slice()).unwrap_or_default();
        let slots = self.slots(captured, &by_op);

        let captured_statuses = self.captured.map(final_statuses).unwrap_or_default();
        let live_statuses = self.live.map(final_statuses).unwrap_or_default();
        let mut pairs = Vec::new();
        for (request, message) in captured.iter().enumerate() {
            let place = self.place(request, message);
            match slots.get(request) {
                Some(Slot::Sent(sent)) => {
                    verdict.reached = verdict.reached.saturating_add(1);
                    self.compare_bytes(&place, message, sent, verdict);
                    let captured_status = captured_statuses.get(request).copied().flatten();
                    let live_status = live_statuses.get(sent.request).copied().flatten();
                    if captured_status.is_some() || live_status.is_some() {
                        verdict.statuses = verdict.statuses.saturating_add(1);
                        if captured_status != live_status {
                            let captured = place;
                            let difference = StatusDifference { captured, captured_status, live_status };
                            verdict.status_differences.push(difference);
                        }
                    }
                    pairs.push((message, sent.message));
                }
                Some(Slot::NotSent(why)) => verdict.missing.push(Finding { place, what: why.clone() }),
                None => verdict.missing.push(Finding { place, what: "no row of the run stands for it".to_owned() }),
            }
        }
        let extra = sent.iter().any(|sent| sent.row.op.is_none());
        if !extra && pairs.len() == captured.len() && !rules::shifts_are_constant(pairs.into_iter()) {
            verdict.faults.push(format!("connection {}: MessageIds are not moved by a constant", self.rank));
        }
        self.check_close(verdict);
    }

    fn place(&self, request: usize, message: &Message) -> Place {
        Place { connection: self.rank, request, packet: message.packet, command: message.name() }
    }

    /// Finds the row of each live request, and reports requests without row and rows without request.
    fn explain(&self, verdict: &mut Verdict) -> Vec<Sent<'a>> {
        let mut rows: Vec<_> = self.rows.iter().filter(|(_, row)| self.pairing.live(row) == Some(self.rank)).collect();
        rows.sort_by_key(|(index, row)| (row.op.is_none(), row.op, *index));
        let mut by_bytes: BTreeMap<usize, RowsByBytes<'a>> = BTreeMap::new();
        for (index, row) in rows {
            if let Some(bytes) = &row.live_request {
                let alike = by_bytes.entry(row.left()).or_default();
                alike.entry(bytes.as_slice()).or_default().push_back((*index, row));
            }
        }
        let mut sent = Vec::new();
        let live = self.live.map(|connection| connection.requests.as_slice()).unwrap_or_default();
        for (request, message) in live.iter().enumerate() {
            let place = self.place(request, message);
            let row = by_bytes.iter_mut().find_map(|(left, rows)| {
                let told = message.bytes.get(..message.bytes.len().checked_sub(*left)?)?;
                rows.get_mut(told)?.pop_front()
            });
            match row {
                None => verdict.unexplained.push(Finding { place, what: "no row has its bytes".to_owned() }),
                Some((index, row)) => {
                    if row.op.is_none() && row.live_request_left.is_some() {
                        let what = format!("row {index} leaves bytes out and has no op to take them from");
                        verdict.unexplained.push(Finding { place, what });
                    } else if row.is_extra() {
                        verdict.extra = verdict.extra.saturating_add(1);
                    } else if row.op.is_none() {
                        let what = format!("row {index} has neither an op nor the mark `extra`");
                        verdict.unexplained.push(Finding { place, what });
                    }
                    sent.push(Sent { request, message, row });
                }
            }
        }
        let mut left: Vec<_> = by_bytes.into_values().flat_map(HashMap::into_values).flatten().collect();
        left.sort_by_key(|(index, _)| *index);
        verdict.unwitnessed.extend(left.into_iter().map(|(index, row)| describe(index, row)));
        sent
    }

    fn check_order(&self, sent: &[Sent<'a>], verdict: &mut Verdict) {
        let mut highest: Option<u32> = None;
        for sent in sent {
            let Some(op) = sent.row.op else { continue };
            if let Some(earlier) = highest.filter(|highest| op <= *highest) {
                let what = format!("op {op} was sent after op {earlier}");
                verdict.out_of_order.push(Finding { place: self.place(sent.request, sent.message), what });
            }
            highest = highest.max(Some(op));
        }
    }

    /// What became of each captured request, in their order.
    fn slots(&self, captured: &[Message], by_op: &BTreeMap<u32, Sent<'a>>) -> Vec<Slot<'a>> {
        let planned: BTreeMap<u32, &Row> = self
            .rows
            .iter()
            .filter(|(_, row)| is_request(row) && self.pairing.captured(row) == Some(self.rank))
            .filter_map(|(_, row)| Some((row.op?, *row)))
            .collect();
        if planned.len() == captured.len() {
            return planned.iter().map(|(op, row)| Slot::of(row, by_op.get(op))).collect();
        }
        let sent: Vec<_> = by_op.values().copied().collect();
        match sent.len() == captured.len() {
            true => sent.into_iter().map(Slot::Sent).collect(),
            false => align(captured, &sent),
        }
    }

    fn compare_bytes(&self, place: &Place, captured: &Message, sent: &Sent<'_>, verdict: &mut Verdict) {
        let patches = &sent.row.patches;
        let mut patched_bytes = 0_usize;
        for patch in patches {
            let PatchUse { patches, bytes } = verdict.patched.entry(patch.what.clone()).or_default();
            *patches = patches.saturating_add(1);
            *bytes = bytes.saturating_add(patch.length as usize);
            patched_bytes = patched_bytes.saturating_add(patch.length as usize);
        }
        let compared = sent.message.bytes.len().saturating_sub(patched_bytes);
        verdict.bytes_compared = verdict.bytes_compared.saturating_add(compared);
        let is_pattern = self.may_lack_data && sent.row.marks.iter().any(|mark| mark == "pattern_payload");
        let verbatim: Vec<_> = patches
            .iter()
            .filter(|patch| !(is_pattern && rules::is_data_of_write(sent.message, patch)))
            .cloned()
            .collect();
        let mut broken = rules::broken(captured, sent.message, &verbatim);
        if (captured.index, captured.last) != (sent.message.index, sent.message.last) {
            broken.push(format!("message {} of its chain became message {}", captured.index, sent.message.index));
        }
        broken.extend(sent.wrongly_left_out(captured));
        match patches::differences(&captured.bytes, &sent.message.bytes, patches) {
            Ok(differences) => verdict.byte_differences.extend(differences.into_iter().map(|bytes| ByteDifference {
                captured: place.clone(),
                live: self.place(sent.request, sent.message),
                bytes,
            })),
            Err(fault) => broken.push(fault),
        }
        verdict.broken_rules.extend(broken.into_iter().map(|what| Finding { place: place.clone(), what }));
    }

    fn check_close(&self, verdict: &mut Verdict) {
        let by = |connection: Option<&Connection>| connection.and_then(|connection| connection.closed);
        let (captured, live) = (by(self.captured), by(self.live));
        if captured.is_some_and(|close| close.by == Side::Client) && live.is_none_or(|close| close.by != Side::Client) {
            let live = live
                .map_or("not closed".to_owned(), |close| format!("closed by the server in packet {}", close.packet));
            verdict.close_differences.push(format!(
                "connection {} was closed by the client in the capture, and {live} in the replay",
                self.rank
            ));
        }
    }
}

/// What became of a captured request.
enum Slot<'a> {
    Sent(Sent<'a>),
    NotSent(String),
}

impl<'a> Slot<'a> {
    fn of(row: &Row, sent: Option<&Sent<'a>>) -> Self {
        match sent {
            Some(sent) => Self::Sent(*sent),
            None if row.live_request.is_some() => Self::NotSent("said to be sent, but not in the recording".to_owned()),
            None => Self::NotSent(format!("its row says {}", row.verdict.as_deref().unwrap_or("nothing"))),
        }
    }
}

/// Without a row for each captured request: each takes the next sent one that has its bytes.
fn align<'a>(captured: &[Message], sent: &[Sent<'a>]) -> Vec<Slot<'a>> {
    let mut rest = sent;
    let mut slots = Vec::new();
    for message in captured {
        let fits = |sent: &Sent<'_>| {
            patches::differences(&message.bytes, &sent.message.bytes, &sent.row.patches)
                .is_ok_and(|differences| differences.is_empty())
        };
        let found = rest.iter().take(ALIGNMENT_WINDOW).position(fits);
        slots.push(match found.and_then(|index| rest.split_at_checked(index)) {
            Some((_, [sent, following @ ..])) => {
                rest = following;
                Slot::Sent(*sent)
            }
            _ => Slot::NotSent("no live request has its bytes".to_owned()),
        });
    }
    slots
}
