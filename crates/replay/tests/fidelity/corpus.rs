//! Captures from elsewhere, replayed on empty Sambas: nothing fails for a reason of ours, and all that differs is explained.
//!
//! They are not part of the project: they are read from `SMBREPLAY_CORPUS`, or `shared/captures` beside the checkout.

use lab::{Samba, SambaOptions};
use smbreplay_replay::{Options, Report, Target};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use store::layout::Layout;
use store::{IngestRequest, ingest};

fn corpus() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/captures");
    let folder = std::env::var_os("SMBREPLAY_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let found = folder.is_dir().then_some(folder);
    if found.is_none() {
        eprintln!("NOT RUN: no captures from elsewhere; name their folder in SMBREPLAY_CORPUS");
    }
    found
}

fn replay(capture: &Path, adjust: impl FnOnce(&mut IngestRequest, &mut Options)) -> Option<Report> {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::with_folders(folder.path().join("cases"), Some(folder.path().join("out")));
    let place = layout.place(capture).unwrap();
    let never = AtomicBool::new(false);
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let target = Target {
        server: "127.0.0.1".into(),
        port: samba.port(),
        domain: String::new(),
        username: samba.username().into(),
        password: samba.password().into(),
        share: samba.share().into(),
    };
    let mut request = IngestRequest::new(place.clone());
    let mut options = Options { ping: false, ..Options::to(target) };
    options.mapping.root = Some("corpus".parse().unwrap());
    adjust(&mut request, &mut options);
    ingest(&request, &mut |_| {}, &never).unwrap();
    let metadata = store::metadata::read(&place.output.metadata()).unwrap();
    let files: Vec<String> = metadata.sessions.iter().map(|session| session.file.clone()).collect();
    let trace = smbreplay_replay::load(&place.output, &metadata, &files).unwrap();
    match smbreplay_replay::run(trace, &place.output, &options, &never, &mut |_| {}) {
        Ok(report) => {
            if std::env::var_os("ROWS").is_some() {
                let run = store::runs::Run::find(&place.output, &report.run).unwrap();
                for row in store::runs::RunFile::open(&run).unwrap().rows().map(Result::unwrap) {
                    let h = |b: &Option<bytes::Bytes>| b.as_ref().and_then(|b| smb2::Header::parse(b).ok()).map(|h| (h.command, h.message_id, h.credit_charge, h.credits, smb2::NtStatus(h.status).to_string()));
                    println!("op {:?} c{:?} {:?} due {:?} sent {:?} ans {:?} {:?} -> {:?} {:?} {:?}", row.op, row.connection, row.verdict, row.due_time.map(|t| t.0 / 1000 % 100_000_000), row.sent_time.map(|t| t.0/1000 % 100_000_000), row.response_time.map(|t| t.0/1000 % 100_000_000), h(&row.live_request), h(&row.live_response), row.marks, row.detail);
                }
            }
            Some(report)
        }
        Err(error) => {
            println!("{}: {error}", capture.display());
            None
        }
    }
}

#[test]
fn explore() {
    let Some(corpus) = corpus() else { return };
    let mut files: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files.iter().filter(|file| std::env::var("ONLY").is_ok_and(|only| file.to_string_lossy().contains(&only)) && file.is_file() && file.extension().is_some_and(|e| e != "keytab")) {
        println!("===== {}", file.display());
        let report = replay(file, |request, options| {
            for key in [
                "3d00009400480000=28f2847263c83dc00621f742dd3f2e7b",
                "690000ac1c280000=b25a135fc3dc14269f20d7cbc8716b6b",
            ] {
                request.secrets.add_session_key(key).unwrap();
            }
            if file.ends_with("smb3-midstream.pcap") {
                request.secrets = Default::default();
                request
                    .secrets
                    .add_decryption_keys(
                        "3d00009400480000=6c9062802e06b81b06eff6989d166228,81f0762857c4b01cc3e12eff0d184362",
                    )
                    .unwrap();
            }
            let _ = options;
        });
        if let Some(report) = report {
            println!(
                "{} ops, sent {}, matched {}, status {}, body {}, none {}, skipped {}, nc {}, explained {}",
                report.total_operations,
                report.sent,
                report.matched,
                report.status_diverged,
                report.body_diverged,
                report.no_response,
                report.skipped,
                report.not_compared,
                report.explained
            );
            println!("span {} elapsed {}", report.captured_span, report.elapsed);
            for reason in &report.reasons {
                println!("  {reason:?}");
            }
            for root in &report.roots {
                println!(
                    "  ROOT {} {} -> {} x{} frame {:?} {:?} {:?}",
                    root.command,
                    root.captured_status,
                    root.live_status,
                    root.count,
                    root.first_frame,
                    root.path,
                    root.differences.first()
                );
            }
            for warning in &report.warnings {
                println!("  WARN {warning}");
            }
        }
    }
}
