//! The live traffic of a recorded run as a capture file (pcapng) that Wireshark opens.
//!
//! Messages are those of the record, in clear, at the times of the record, chained as they were sent. What carries them is
//! made up: addresses where the record has none, ports of the client, handshakes, sequence numbers. Requests and answers are
//! put down in a nameless file first, because a run is recorded in the order in which operations ended: memory holds some
//! sixty bytes for each message.

mod endpoints;
mod remark;
mod timeline;

use crate::recorded::Recorded;
use crate::replayed::{Replayed, ReplayedError, ReplayedOperation, Wanted};
use capture::writing::{Acknowledged, Carried, Conversation, InterfaceDescription, PcapngWriter};
use capture::{LinkType, Timestamp};
use endpoints::Endpoints;
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{CREATED_BY, Columns};
use timeline::{Direction, Moment, Pdu, Timeline};

/// Columns of captured operations that remarks need.
const COLUMNS: Columns = Columns::Only(&["status", "request_frame"]);
/// No packet is longer.
const SNAP_LENGTH: u32 = 1 << 18;

/// Why the traffic of a run was not written.
#[derive(Debug, thiserror::Error)]
pub enum TrafficError {
    /// The run cannot be read, or not beside what it replayed.
    #[error(transparent)]
    Replayed(#[from] ReplayedError),
    /// Messages cannot be put down where they are sorted, or the file cannot be written.
    #[error("the live traffic cannot be written: {0}")]
    Write(#[from] io::Error),
    /// It was cancelled.
    #[error("interrupted before the live traffic was complete")]
    Interrupted,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TrafficSummary {
    /// Live connections.
    pub connections: u64,
    /// SMB2 messages, requests and answers.
    pub messages: u64,
    /// Packets, those of the handshakes included.
    pub packets: u64,
    /// Operations that diverged: each has a comment on the packet that completes its answer, or its request.
    pub remarks: u64,
    /// Operations that were not sent: there is nothing of them.
    pub not_sent: u64,
}

/// Writes the live traffic of a run to `out`. Messages are sorted in a nameless file in the folder `sorted_in`.
///
/// # Errors
/// [`TrafficError`].
pub fn write(
    recorded: Recorded<'_>,
    sorted_in: &Path,
    out: &mut dyn Write,
    cancelled: &AtomicBool,
) -> Result<TrafficSummary, TrafficError> {
    let mut summary = TrafficSummary::default();
    let mut timeline = Timeline::new(sorted_in)?;
    let wanted = Wanted::new(COLUMNS).with_messages();
    for (row, found) in (0..).zip(Replayed::open(recorded.output, recorded.run, wanted)?) {
        refuse_cancelled(cancelled)?;
        put_down(&mut timeline, row, &found?, recorded.capture, &mut summary)?;
    }
    let endpoints = Endpoints::of(&recorded.report.target);
    let section = section_comment(recorded, &endpoints, &summary);
    let mut packets = PcapngWriter::begin(out, CREATED_BY, &section)?;
    packets.interface(InterfaceDescription {
        link_type: LinkType::RAW,
        snaplen: SNAP_LENGTH,
        name: "replay",
        comment: &endpoints.comment(),
    })?;
    let mut conversations: FxHashMap<u32, Conversation> = FxHashMap::default();
    let mut pdus = timeline.sorted()?;
    while let Some(pdu) = pdus.next()? {
        refuse_cancelled(cancelled)?;
        let conversation = match conversations.entry(pdu.connection) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(new) => {
                let mut conversation = Conversation::new(pdu.connection, endpoints.pair(pdu.connection));
                conversation.shake_hands(&mut packets, pdu.time, pdu.time)?;
                new.insert(conversation)
            }
        };
        conversation.carry(&mut packets, &carried(&pdu))?;
        summary.messages = summary.messages.saturating_add(pdu.messages);
    }
    summary.connections = u64::try_from(conversations.len()).unwrap_or(u64::MAX);
    summary.packets = packets.finish()?;
    Ok(summary)
}

/// The PDU as what carries it needs it: each side has received all that the other has sent.
fn carried(pdu: &Pdu) -> Carried<'_> {
    Carried {
        direction: match pdu.direction {
            Direction::Request => capture::Direction::ClientToServer,
            Direction::Response | Direction::ResponseAtOnce => capture::Direction::ServerToClient,
        },
        time: pdu.time,
        body: &pdu.body,
        holes: &[],
        acknowledged: Acknowledged::Everything,
        comments: &pdu.remarks,
    }
}

fn refuse_cancelled(cancelled: &AtomicBool) -> Result<(), TrafficError> {
    if cancelled.load(Ordering::Relaxed) { Err(TrafficError::Interrupted) } else { Ok(()) }
}

/// Puts down the messages of a row, the remark with the last of them.
fn put_down(
    timeline: &mut Timeline,
    row: u64,
    found: &ReplayedOperation,
    capture: &str,
    summary: &mut TrafficSummary,
) -> io::Result<()> {
    let live = &found.live;
    let (Some(connection), Some(request), Some(sent)) = (live.live_connection, &live.live_request, live.sent_time)
    else {
        summary.not_sent = summary.not_sent.saturating_add(1);
        return Ok(());
    };
    let remark = remark::of(found, capture);
    summary.remarks = summary.remarks.saturating_add(u64::from(remark.is_some()));
    let answer = live.live_response.as_ref().zip(live.response_time);
    let (on_request, on_answer) = if answer.is_some() { (None, remark) } else { (remark, None) };
    // Of what went out at one time, an extra request follows the one that it belongs to.
    let order = u64::from(live.op.or(live.cause_op).unwrap_or(0)).saturating_mul(2);
    let order = order.saturating_add(u64::from(live.op.is_none()));
    let moment = Moment { time: sent, connection, direction: Direction::Request, order };
    timeline.push(moment, request, on_request.as_deref())?;
    if let Some((message, time)) = answer {
        let direction = if time > sent { Direction::Response } else { Direction::ResponseAtOnce };
        let moment = Moment { time: Timestamp(time.0.max(sent.0)), connection, direction, order: row };
        timeline.push(moment, message, on_answer.as_deref())?;
    }
    Ok(())
}

fn section_comment(recorded: Recorded<'_>, endpoints: &Endpoints, summary: &TrafficSummary) -> String {
    let Recorded { run, report, capture, .. } = recorded;
    let target = &report.target;
    format!(
        "Live traffic of run {}, a replay of {capture} at {}:{}, made from the record of the run.\n\
         SMB2 messages are as sent and received, in clear also where they were encrypted; signatures are as sent. \
         Times are those of the record.\n\
         Made up: {}, TCP handshakes, sequence numbers and segments. \
         Not in the record: interim responses, notifications, how connections ended. Where the rest of a chain is not, its last \
         message has NextCommand 0. \
         {} operations were not sent.",
        run.name(),
        target.server,
        target.port,
        endpoints.made_up(),
        summary.not_sent,
    )
}
