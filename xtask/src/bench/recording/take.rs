//! Taking a recording, and measuring the clients without the recorder beside them, which would slow them down on a
//! machine with few processors: their figures are what replays and setups are held against.
//!
//! Metadata work and bulk copies are done twice, each time on a fresh Samba: once recorded and once measured. A tree is
//! made once and measured, and then the recording is of one client that lists it. A long session is recorded once.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail};
use lab::{Recorder, Samba};

use super::Description;
use crate::bench::clients::{self, Work};
use crate::bench::cost::Cost;
use crate::bench::interrupt::Interrupt;

/// The kernel's buffers in KiB that are tried one after the other until nothing is dropped. In immediate mode a place
/// for the largest packet is taken for each, so that this is a few thousand packets, or tens of thousands.
const METADATA_BUFFERS: [u32; 2] = [262_144, 1_000_000];
/// As much as tcpdump takes, in the end.
const BULK_BUFFERS: [u32; 2] = [1_000_000, 2_000_000];

/// Takes the recording that goes with this work.
pub(super) fn take(work: Work, capture: &Path, interrupt: &Interrupt) -> anyhow::Result<Description> {
    match work {
        Work::Metadata { .. } | Work::Session { .. } => of_the_work(work, METADATA_BUFFERS, capture, interrupt),
        Work::Bulk { .. } => of_the_work(work, BULK_BUFFERS, capture, interrupt),
        Work::Tree(_) => of_what_it_left(work, METADATA_BUFFERS, capture, interrupt),
    }
}

/// The clients' figures without the recorder beside them: of what takes seconds only, the medians of some runs.
pub(super) fn measure(work: Work, interrupt: &Interrupt) -> anyhow::Result<Cost> {
    let runs = match work {
        Work::Metadata { .. } | Work::Session { .. } | Work::Tree(_) => 1,
        Work::Bulk { .. } => 3,
    };
    let mut measured = Vec::new();
    for _ in 0..runs {
        measured.push(measure_on(&clients::server()?, work, interrupt)?);
    }
    Cost::median(measured.into_iter()).context("no client was measured")
}

fn of_the_work(work: Work, buffers: [u32; 2], capture: &Path, interrupt: &Interrupt) -> anyhow::Result<Description> {
    for kib in buffers {
        let samba = clients::server()?;
        let taken = record(&samba, capture, kib, interrupt, || work.perform(&samba, interrupt))?;
        drop(samba);
        if let Some((recorded, packets)) = taken {
            // Nobody is held against the client of a long session.
            let is_held_against = !matches!(work, Work::Session { .. });
            let clients = is_held_against.then(|| measure(work, interrupt)).transpose()?;
            return describe(capture, packets, clients, recorded);
        }
    }
    with_holes(work, buffers)
}

fn of_what_it_left(
    work: Work,
    buffers: [u32; 2],
    capture: &Path,
    interrupt: &Interrupt,
) -> anyhow::Result<Description> {
    let samba = clients::server()?;
    let clients = measure_on(&samba, work, interrupt)?;
    for kib in buffers {
        let list = || clients::list_everything(&samba, interrupt);
        if let Some((recorded, packets)) = record(&samba, capture, kib, interrupt, list)? {
            return describe(capture, packets, Some(clients), recorded);
        }
    }
    with_holes(work, buffers)
}

fn measure_on(samba: &Samba, work: Work, interrupt: &Interrupt) -> anyhow::Result<Cost> {
    let clients = work.perform(samba, interrupt)?;
    println!("the smbclients without the recorder: {:.1} s, {:.1} s of CPU", clients.wall, clients.cpu);
    Ok(clients)
}

/// Records what `act` does; what that cost and how many packets it were, or `None` when packets were dropped.
fn record(
    samba: &Samba,
    capture: &Path,
    kib: u32,
    interrupt: &Interrupt,
    act: impl FnOnce() -> anyhow::Result<Cost>,
) -> anyhow::Result<Option<(Cost, u64)>> {
    let recorder = Recorder::start_with_buffer(samba.port(), capture, kib)?;
    let recorded = act()?;
    let recording = recorder.finish()?;
    interrupt.check()?;
    println!("recorded in {:.1} s", recorded.wall);
    if recording.dropped > 0 {
        println!("the kernel dropped {} packets with a buffer of {kib} KiB", recording.dropped);
        return Ok(None);
    }
    Ok(Some((recorded, recording.packets)))
}

fn describe(capture: &Path, packets: u64, clients: Option<Cost>, recorded: Cost) -> anyhow::Result<Description> {
    let bytes = fs::metadata(capture).with_context(|| format!("nothing in {}", capture.display()))?.len();
    Ok(Description { bytes, packets, clients, recorded })
}

fn with_holes(work: Work, buffers: [u32; 2]) -> anyhow::Result<Description> {
    bail!(
        "the kernel dropped packets with every buffer up to {} KiB, and a recording with holes measures nothing: try \
         again when the machine has less to do, or ask for less with {}",
        buffers.last().copied().unwrap_or_default(),
        work.option()
    )
}
