//! Ingests a capture, starts the embedded lab server, replays all sessions there, and tells the verdicts.
//!
//! ```text
//! cargo run --package smbreplay-replay --example replay_from_code -- tests/data/office.pcap
//! ```

#![forbid(unsafe_code)]

use lab::{EmbeddedOptions, EmbeddedServer};
use smbreplay_replay::store::{self, IngestRequest, OutputFolder, TracePlace, metadata};
use smbreplay_replay::{Event, Options, Order, Report, Target, load};
use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

#[allow(dead_code, reason = "a test runs the example without it")]
fn main() -> Result<(), Box<dyn Error>> {
    let capture = PathBuf::from(std::env::args_os().nth(1).ok_or("name a capture")?);
    let folder = tempfile::tempdir()?;
    run(&capture, &OutputFolder::at(folder.path().join("trace")), &mut std::io::stdout().lock()).map(drop)
}

/// Replays `capture`, whose sessions and run are put into `output`.
pub(crate) fn run(capture: &Path, output: &OutputFolder, out: &mut impl Write) -> Result<Report, Box<dyn Error>> {
    // Whoever sets it, from another thread or a signal, brings everything to an orderly end.
    let cancelled = AtomicBool::new(false);
    let place = TracePlace { trace: capture.to_owned(), case_id: None, output: output.clone() };
    let ingested = store::ingest(&IngestRequest::new(place), &mut |_progress| (), &cancelled)?;

    let share = tempfile::tempdir()?;
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path()))?;
    let target = Target {
        server: server.address().ip().to_string(),
        port: server.address().port(),
        domain: String::new(),
        username: "testuser".to_owned(),
        password: "PASSWORD".to_owned(),
        share: "testshare".to_owned(),
        kerberos: None,
    };
    let options = Options { order: Order::Session, ..Options::to(target) };

    let trace = load(output, &metadata::read(&output.metadata())?, &ingested.sessions)?;
    let mut ended = 0;
    let mut tell = |event: Event| {
        if let Event::Progress(progress) = event {
            ended = progress.done;
        }
    };
    let report = smbreplay_replay::run(trace, output, &options, &cancelled, &mut tell)?;
    writeln!(out, "{ended} operations ended: {} match, {} diverge", report.matched, report.diverged())?;
    for root in &report.roots {
        let what = match root.fields.as_slice() {
            [] => format!("{} instead of {}", root.live_status, root.captured_status),
            fields => format!("another {}", fields.join(", ")),
        };
        let first = root.first_frame.map(|frame| format!(", first in frame {frame}")).unwrap_or_default();
        writeln!(out, "{}: {what}, {} x{first}", root.command, root.count)?;
    }
    Ok(report)
}
