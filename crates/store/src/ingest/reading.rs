//! Reading a trace on a thread of its own, so that it goes on while what was read is taken in.

use capture::{Event, ReadError, Trace};
use std::sync::mpsc::{SyncSender, sync_channel};

/// Events handed over at a time.
const EVENTS: usize = 1024;
/// Bytes of PDUs at which fewer are handed over.
const BYTES: usize = 1 << 20;
/// Batches that wait to be taken in.
const WAITING: usize = 2;

/// Some events of a trace, in their order.
pub(super) struct Batch {
    /// The events.
    pub(super) events: Vec<Event>,
    /// Bytes read from the files so far, and their length where known, both before decompression.
    pub(super) progress: (u64, Option<u64>),
}

/// Hands the events of `trace` to `take`, read on another thread if `apart`; returns the trace when it was read to its end.
///
/// # Errors
/// Those of `take`, which end the reading, and that the trace could not be read on.
pub(super) fn read<E: From<ReadError>>(
    mut trace: Trace,
    apart: bool,
    take: &mut dyn FnMut(Batch) -> Result<(), E>,
) -> Result<Trace, E> {
    if !apart {
        while let Some(batch) = next(&mut trace)? {
            take(batch)?;
        }
        return Ok(trace);
    }
    let (batches, waiting) = sync_channel(WAITING);
    let reader = std::thread::spawn(move || {
        let ended = hand_over(&mut trace, &batches);
        (trace, ended)
    });
    // When `take` fails nobody waits for the thread: it may wait for a pipe, and ends when it finds nobody to hand a batch to.
    waiting.into_iter().try_for_each(take)?;
    let (trace, ended) = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    ended.map(|()| trace).map_err(E::from)
}

/// Hands batches over to the end of the trace, or until nobody takes them.
fn hand_over(trace: &mut Trace, batches: &SyncSender<Batch>) -> Result<(), ReadError> {
    while let Some(batch) = next(trace)? {
        if batches.send(batch).is_err() {
            break;
        }
    }
    Ok(())
}

fn next(trace: &mut Trace) -> Result<Option<Batch>, ReadError> {
    let mut events = Vec::with_capacity(EVENTS);
    let mut bytes = 0_usize;
    while events.len() < EVENTS && bytes < BYTES {
        let Some(event) = trace.next_event()? else { break };
        if let Event::Pdu(pdu) = &event {
            bytes = bytes.saturating_add(pdu.body.len());
        }
        events.push(event);
    }
    if events.is_empty() {
        return Ok(None);
    }
    Ok(Some(Batch { events, progress: trace.progress() }))
}
