//! The events of a trace in batches, read on a thread of its own, so that reading goes on while what was read is taken in.

use crate::backlog::{Backlog, Refused, Waited};
use crate::writer::Assistant;
use capture::{EmbeddedKeys, Event, ReadError, Trace};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Events handed over at a time.
const EVENTS: usize = 1024;
/// Bytes of PDUs at which fewer are handed over.
const BYTES: usize = 1 << 20;
/// Bytes of batches that may wait to be taken in: enough for a row group to be encoded meanwhile.
const WAITING: usize = 4 << 20;
/// Bytes of PDUs from which on a batch is taken in before the next one is read.
const LARGE: usize = 4 << 20;
/// How often it is looked whether the reading was cancelled while nothing comes: a capture without SMB has no events.
const LOOK: Duration = Duration::from_millis(100);

/// Some events of a trace, in their order.
pub(crate) struct Batch {
    /// The events.
    pub(crate) events: VecDeque<Event>,
    /// Keys in the files that stand before these events, or in their midst.
    pub(crate) keys: Vec<EmbeddedKeys>,
    /// Bytes read from the files so far, and their length where known, both before decompression.
    pub(crate) progress: (u64, Option<u64>),
}

/// Why a reading ended early.
pub(crate) enum Stopped<E> {
    /// It was cancelled.
    Cancelled,
    /// What was read could not be taken in.
    Refused(E),
    /// The trace could not be read on.
    Unreadable(ReadError),
}

/// Hands the events of `trace` to `take`; returns the trace when it was read to its end. With `apart` it is read on another
/// thread. Whichever of the two threads would have to wait for the other encodes meanwhile: the first assistant is that of the one
/// that reads. `cancelled` is looked at with each batch, and with `apart` also while none comes.
///
/// # Errors
/// [`Stopped`].
pub(crate) fn read<E>(
    mut trace: Trace,
    apart: Option<[Assistant; 2]>,
    cancelled: &AtomicBool,
    take: &mut dyn FnMut(Batch) -> Result<(), E>,
) -> Result<Trace, Stopped<E>> {
    let mut take = |batch| match cancelled.load(Ordering::Relaxed) {
        true => Err(Stopped::Cancelled),
        false => take(batch).map_err(Stopped::Refused),
    };
    let Some([mut of_reader, mut own]) = apart else {
        while let Some(batch) = next(&mut trace).map_err(Stopped::Unreadable)? {
            take(batch)?;
        }
        return Ok(trace);
    };
    let batches = Arc::new(Backlog::of(WAITING));
    // When this fails nobody waits for the thread: it may wait for a pipe. It ends when it finds nobody to hand a batch to, or, where
    // nothing is found that would be in one, at the end of the trace.
    let taken = Abandoned(&batches);
    let reader = std::thread::spawn({
        let batches = Arc::clone(&batches);
        move || {
            let _ended = Ended(&batches);
            let ended = hand_over(&mut trace, &batches, &mut of_reader);
            of_reader.leave();
            (trace, ended)
        }
    });
    while let Some(batch) = wait(taken.0, &mut own, cancelled)? {
        take(batch)?;
    }
    let (trace, ended) = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    ended.map(|()| trace).map_err(Stopped::Unreadable)
}

/// The thread that reads brings no more batches, however it ended.
struct Ended<'a>(&'a Backlog<Batch>);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// No more batches are taken in, whatever the reason.
struct Abandoned<'a>(&'a Backlog<Batch>);

impl Drop for Abandoned<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}

/// Waits for the next batch; `None` when there are no more.
fn wait<E>(
    batches: &Backlog<Batch>,
    assistant: &mut Assistant,
    cancelled: &AtomicBool,
) -> Result<Option<Batch>, Stopped<E>> {
    loop {
        if let Some(batch) = batches.take() {
            return Ok(Some(batch));
        }
        if cancelled.load(Ordering::Relaxed) {
            return Err(Stopped::Cancelled);
        }
        if !assistant.encode_one() && batches.wait(LOOK) == Waited::Ended {
            return Ok(None);
        }
    }
}

/// Hands batches over to the end of the trace, or until nobody takes them.
fn hand_over(trace: &mut Trace, batches: &Backlog<Batch>, assistant: &mut Assistant) -> Result<(), ReadError> {
    while let Some(mut batch) = next(trace)? {
        let bodies = batch.bodies();
        let bytes = bodies.saturating_add(batch.events.len().saturating_mul(size_of::<Event>()));
        loop {
            match batches.offer(batch, bytes) {
                Ok(()) => break,
                Err(Refused::Abandoned) => return Ok(()),
                Err(Refused::Full(again)) => batch = again,
            }
            if !assistant.encode_one() {
                // For it, and not for it alone: each waking takes time.
                batches.wait_for_room((WAITING / 2).min(WAITING.saturating_sub(bytes)));
            }
        }
        if bodies >= LARGE {
            // Those before it may wait to be encoded still.
            assistant.encode_one();
            batches.wait_for_room(0);
        }
    }
    Ok(())
}

impl Batch {
    /// Bytes of its PDUs.
    fn bodies(&self) -> usize {
        let body = |event: &Event| if let Event::Pdu(pdu) = event { pdu.body.len() } else { 0 };
        self.events.iter().map(body).fold(0, usize::saturating_add)
    }
}

fn next(trace: &mut Trace) -> Result<Option<Batch>, ReadError> {
    let events = trace.next_events(EVENTS, BYTES)?;
    if events.is_empty() {
        return Ok(None);
    }
    Ok(Some(Batch { events, keys: trace.take_embedded_keys(), progress: trace.progress() }))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use capture::{Limits, PacketReader};
    use std::io::{Cursor, Read};

    const FILE_HEADER: [u8; 24] = [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
    const RECORD_HEADER: [u8; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 60, 0, 0, 0, 60, 0, 0, 0];

    /// Packets without SMB, one after the other until it is over.
    struct Packets {
        over: Arc<AtomicBool>,
    }

    impl Read for Packets {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let packet = [&RECORD_HEADER[..], &[0; 60]].concat();
            let room = if self.over.load(Ordering::Relaxed) { &mut [] } else { buffer };
            let places = room.chunks_exact_mut(packet.len());
            Ok(places.map(|place| place.copy_from_slice(&packet)).count().saturating_mul(packet.len()))
        }
    }

    #[test]
    fn a_reading_that_finds_no_event_can_be_cancelled() {
        let over = Arc::new(AtomicBool::new(false));
        let endless = Cursor::new(FILE_HEADER).chain(Packets { over: Arc::clone(&over) });
        let reader = PacketReader::from_reader(Box::new(endless), "endless").unwrap();
        let apart = Some([Assistant::idle(), Assistant::idle()]);
        let trace = Trace::new(reader, Limits::default());
        let read = read(trace, apart, &AtomicBool::new(true), &mut |_| Ok::<(), ()>(()));
        assert!(matches!(read, Err(Stopped::Cancelled)));
        over.store(true, Ordering::Relaxed);
    }
}
