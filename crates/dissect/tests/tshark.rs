//! Real captures, message by message, against what tshark 4.0.17 says of them.
//!
//! The captures are not part of the project: they are read from `SMBREPLAY_CORPUS`, or `shared/captures` beside the
//! checkout, which holds NAME and `expected/NAME.tshark.tsv`: one line a frame with
//! tshark's fields, several values joined with `;`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "tests"
)]

#[path = "tshark/accepted.rs"]
mod accepted;
#[path = "tshark/columns.rs"]
mod columns;
#[path = "tshark/comparison.rs"]
mod comparison;

use accepted::ACCEPTED;
use columns::{COLUMNS, Frames};
use comparison::{differences, expected, frames, operations};
use smbreplay_dissect::Secrets;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Session keys of captures, which the files whose name ends in [`DECRYPTED`] were made with.
const SESSION_KEYS: [&str; 2] =
    ["3d00009400480000=28f2847263c83dc00621f742dd3f2e7b", "690000ac1c280000=b25a135fc3dc14269f20d7cbc8716b6b"];
/// What ends the name of a file that tshark made with keys.
const DECRYPTED: &str = ".decrypted";

fn corpus() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/captures");
    let folder = std::env::var_os("SMBREPLAY_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    folder.join("expected").is_dir().then_some(folder)
}

#[test]
fn every_message_says_what_tshark_says() {
    let Some(corpus) = corpus() else {
        eprintln!("NOT RUN: no captures with tshark's fields; name their folder in SMBREPLAY_CORPUS");
        return;
    };
    let mut wrong = Vec::new();
    let mut accepted = BTreeSet::new();
    let mut compared = 0;
    let mut files: Vec<_> =
        std::fs::read_dir(corpus.join("expected")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix(".tshark.tsv") else { continue };
        let mut secrets = Secrets::default();
        let capture = name.strip_suffix(DECRYPTED);
        if capture.is_some() {
            SESSION_KEYS.iter().for_each(|key| secrets.add_session_key(key).unwrap());
        }
        let (rows, _) = operations(&corpus.join(capture.unwrap_or(name)), secrets);
        let ours = Frames::of(&rows);
        let theirs = expected(&String::from_utf8_lossy(&std::fs::read(&file).unwrap()));
        compared += frames(&ours, &theirs).len() * COLUMNS.len();
        for found in differences(&ours, &theirs) {
            let known = |known: &&accepted::Accepted| {
                (known.capture, known.column) == (name, found.column) && known.frames.contains(&found.frame)
            };
            match ACCEPTED.iter().find(known) {
                Some(known) if known.ours == found.ours => {
                    accepted.insert((known.capture, known.column, found.frame));
                }
                _ => wrong.push(format!("{name} {found}")),
            }
        }
    }
    for known in ACCEPTED {
        for frame in known.frames.iter().filter(|frame| !accepted.contains(&(known.capture, known.column, **frame))) {
            wrong.push(format!(
                "no difference any more: {} frame {frame} {} ({})",
                known.capture, known.column, known.reason
            ));
        }
    }
    eprintln!("{compared} values compared, {} differences accepted", accepted.len());
    assert!(compared > 10_000, "only {compared} values compared");
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn users_are_those_of_the_ntlm_messages() {
    let Some(corpus) = corpus() else {
        eprintln!("NOT RUN: no captures with tshark's fields; name their folder in SMBREPLAY_CORPUS");
        return;
    };
    // tshark's ntlmssp.auth.domain, .username and .hostname by smb2.sesid
    let known = [
        ("smb2.pcap", 0x0000_0400_0000_0005, ["CONTOSO", "Administrator", "SERVER01", "NTLM"]),
        ("smb3.pcap", 0x0000_4800_9400_003d, ["SUSE", "administrator", "", "NTLM"]),
        ("smb2_100_small_files.pcap", 0x50a5_089e, ["", "zeek", "", "guest"]),
        ("smb2-peter.pcap", 0x2a16_df11, ["BUILDER", "", "", "guest"]),
        (
            "smb-on-windows-10.pcap",
            0x0000_7400_0000_0015,
            ["DESKTOP-2AEFM7G", "Willi Wireshark", "DESKTOP-2AEFM7G", "NTLM"],
        ),
        ("smb_net_user.pcap", 0x0000_2000_0400_0031, ["", "", "", "Kerberos"]),
    ];
    for (capture, session_id, who) in known {
        let (_, dissector) = operations(&corpus.join(capture), Secrets::default());
        let sessions = dissector.sessions();
        let session = sessions.iter().find(|session| session.session_id == session_id).expect(capture);
        let found = [&session.domain, &session.user, &session.workstation, &session.mechanism];
        assert_eq!(found.map(|text| text.as_deref().unwrap_or_default()), who, "{capture}");
        assert_eq!((session.generation, session.logon_status), (1, Some(0)), "{capture}");
    }
    let (_, dissector) = operations(&corpus.join("smb_v2_only_non_zero_reserved1.pcap"), Secrets::default());
    let sessions = dissector.sessions();
    assert_eq!((sessions.len(), sessions[0].connections.len()), (1, 4), "one session bound to four connections");
}
