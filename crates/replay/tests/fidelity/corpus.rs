//! Captures from elsewhere, replayed on empty Sambas: nothing fails for a reason of ours, and all that differs is explained.
//!
//! They are not part of the project: they are read from `SMBREPLAY_CORPUS`, or `shared/captures` beside the checkout.

#[path = "corpus/explained.rs"]
mod explained;
#[path = "corpus/lost.rs"]
mod lost;

use crate::scene::{target, whole_trace};
use explained::{SKIPPED, explanation};
use lab::{Samba, SambaOptions};
use lost::samba_lost_a_message;
use smbreplay_replay::{Options, ReplayError, Report};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use store::layout::Layout;
use store::runs::{Run, RunFile, RunRow};
use store::{IngestRequest, ingest};

/// Session keys of smb3.pcap and smb311.pcap, and the keys of both directions of smb3-midstream.pcap.
const SESSION_KEYS: [&str; 2] =
    ["3d00009400480000=28f2847263c83dc00621f742dd3f2e7b", "690000ac1c280000=b25a135fc3dc14269f20d7cbc8716b6b"];
const DIRECTION_KEYS: &str = "3d00009400480000=6c9062802e06b81b06eff6989d166228,81f0762857c4b01cc3e12eff0d184362";
/// The one capture that does not tell its dialect, and one that fits.
const WITHOUT_DIALECT: (&str, u16) = ("smb2readwrite.pcap", 0x0210);

/// Name of a capture from whose beginning packets were taken.
const MIDDLE: &str = "middle.pcap";

pub(crate) fn corpus() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/captures");
    let folder = std::env::var_os("SMBREPLAY_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let found = folder.is_dir().then_some(folder);
    if found.is_none() {
        eprintln!("NOT RUN: no captures from elsewhere; name their folder in SMBREPLAY_CORPUS");
    }
    found
}

/// Adds the keys that belong to a capture.
pub(crate) fn secrets(request: &mut IngestRequest, capture: &Path) {
    match capture.ends_with("smb3-midstream.pcap") {
        true => request.secrets.add_decryption_keys(DIRECTION_KEYS).unwrap(),
        false => SESSION_KEYS.iter().for_each(|key| request.secrets.add_session_key(key).unwrap()),
    }
}

/// Replays all sessions of a capture on an empty Samba, below a folder; again, and says so, when that Samba lost a message.
fn replay(capture: &Path) -> Result<(Report, Vec<RunRow>), ReplayError> {
    const MOST_TRIES: usize = 4;
    for _ in 1..MOST_TRIES {
        let (report, rows, log) = replay_once(capture)?;
        if !samba_lost_a_message(&log, &rows) {
            return Ok((report, rows));
        }
        println!("{}: Samba lost a message that it had granted a credit for; again", capture.display());
    }
    replay_once(capture).map(|(report, rows, _)| (report, rows))
}

/// What became of it, and what Samba logged.
fn replay_once(capture: &Path) -> Result<(Report, Vec<RunRow>, String), ReplayError> {
    let folder = tempfile::tempdir().unwrap();
    let layout = Layout::with_folders(folder.path().join("cases"), Some(folder.path().join("out")));
    let place = layout.place(capture).unwrap();
    let never = AtomicBool::new(false);
    let mut request = IngestRequest::new(place.clone());
    secrets(&mut request, capture);
    ingest(&request, &mut |_| {}, &never).unwrap();
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let mut options = Options::to(target(&samba));
    options.mapping.root = Some("corpus".parse().unwrap());
    options.dialect = capture.ends_with(WITHOUT_DIALECT.0).then_some(WITHOUT_DIALECT.1);
    options.dialect = options.dialect.or(capture.ends_with(MIDDLE).then_some(0x0311));
    let report = smbreplay_replay::run(whole_trace(&place.output), &place.output, &options, &never, &mut |_| {})?;
    let run = Run::find(&place.output, &report.run).unwrap();
    let rows = RunFile::open(&run).unwrap().rows().map(Result::unwrap).collect();
    Ok((report, rows, samba.log()))
}

/// What of a replay has no explanation.
fn unexplained(report: &Report) -> Vec<String> {
    let mut found = Vec::new();
    for root in &report.roots {
        match explanation(root) {
            Some(why) => {
                println!("  {} {} -> {} ({}): {why}", root.command, root.captured_status, root.live_status, root.count)
            }
            None => found.push(format!("{root:?}")),
        }
    }
    let reasons = report.reasons.iter().filter(|reason| reason.verdict == "skipped");
    found.extend(
        reasons.filter(|reason| !SKIPPED.contains(&reason.reason.as_str())).map(|reason| format!("{reason:?}")),
    );
    found.extend(report.warnings.iter().filter(|warning| warning.contains("wrong signature")).cloned());
    found
}

#[test]
fn captures_from_elsewhere_are_replayed_and_every_difference_is_explained() {
    let Some(corpus) = corpus() else { return };
    let mut wrong = Vec::new();
    let mut operations = 0;
    let mut files: Vec<_> = std::fs::read_dir(corpus).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.is_file() && file.extension().is_some_and(|extension| extension != "keytab"));
    files.sort();
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy();
        match replay(file) {
            Ok((report, rows)) => {
                println!("{name}: {} of {} match", report.matched, report.total_operations);
                operations += report.total_operations;
                wrong.extend(unexplained(&report).into_iter().map(|what| format!("{name}: {what}")));
                let counted = rows.iter().filter(|row| row.op.is_some()).count() as u64;
                assert_eq!(counted, report.total_operations, "{name}");
            }
            // This capture has responses only.
            Err(ReplayError::Nothing { .. }) if name == "smb311-compressed.pcap" => {}
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    assert!(files.len() > 15 && operations > 2000, "{operations} operations of {} captures", files.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn logons_that_failed_fail_again() {
    let Some(corpus) = corpus() else { return };
    let (report, rows) = replay(&corpus.join("smb-on-windows-10.pcap")).unwrap();
    let refused = rows.iter().filter(|row| row.live_status == Some(smb2::NtStatus::LOGON_FAILURE.0)).count();
    assert!(refused > 0, "{report:#?}");
    assert_eq!((report.status_diverged, report.skipped, report.no_response), (0, 0, 0), "{report:#?}");
}

/// One session on four connections, after all of them were bound to it.
#[test]
fn a_session_on_several_connections_is_bound_again_from_its_middle() {
    const BINDS: usize = 92;
    let Some(corpus) = corpus() else { return };
    let file = std::fs::read(corpus.join("smb_v2_only_non_zero_reserved1.pcap")).unwrap();
    let mut at = 24;
    for _ in 0..BINDS {
        at += 16 + u32::from_le_bytes(file[at + 8..at + 12].try_into().unwrap()) as usize;
    }
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join(MIDDLE);
    std::fs::write(&capture, [&file[..24], &file[at..]].concat()).unwrap();
    let (report, rows) = replay(&capture).unwrap();
    let stand_ins = rows.iter().filter(|row| row.marks.iter().any(|mark| mark == "stand_in"));
    let refused: Vec<_> = stand_ins.clone().filter(|row| !matches!(row.live_status, Some(0 | 0xc000_0016))).collect();
    assert_eq!(refused, Vec::<&RunRow>::new(), "{report:#?}");
    // NEGOTIATE and two SESSION_SETUPs on each connection at least.
    assert!(stand_ins.count() >= 12, "{report:#?}");
    let lost = report.reasons.iter().find(|reason| reason.reason.contains("no stand-in was obtained"));
    assert_eq!(lost, None);
}
