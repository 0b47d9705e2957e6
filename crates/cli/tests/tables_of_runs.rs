//! What tables about replays and the lab share look like on terminals of different widths.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]
#![cfg(unix)]

mod support;

use lab::{EmbeddedOptions, EmbeddedServer};
use std::fs;
use support::captured_file::{CapturedFile, capture};
use support::settled_run::{replay, settle, without_times};
use support::{Home, WIDTHS, at, ended, fits, steady};

/// A home with a capture of these files.
fn ingested(files: &[CapturedFile]) -> Home {
    let home = Home::new();
    home.file("files.pcap", &capture(files));
    home.run(&["ingest", "files.pcap"]).succeeded();
    home
}

const HOW: [&str; 4] = ["--dialect", "3.1.1", "--max-wait", "2"];
const RUNS: [&str; 2] = ["20250131T235959Z", "20250201T000000Z"];

#[test]
fn a_report_with_its_first_divergences_in_full_reads_so() {
    let home = ingested(&[
        CapturedFile::found("letters\\offer.txt", b"what was offered"),
        CapturedFile::found("gone.txt", b"x"),
    ]);
    let fill = |share: &std::path::Path| {
        fs::create_dir(share.join("letters")).unwrap();
        fs::write(share.join("letters/offer.txt"), b"what was offered later").unwrap();
    };
    replay(&home, fill, &HOW);
    settle(&home, "files.pcap", RUNS[0]);
    for columns in WIDTHS {
        insta::assert_snapshot!(format!("in_full_{columns}"), without_times(&at(&home, columns, &["report", RUNS[0]])));
    }
    let piped = home.run(&["report", RUNS[0]]);
    insta::assert_snapshot!("in_full_in_a_pipe", without_times(&steady(&home, piped.succeeded())));
}

#[test]
fn two_runs_beside_each_other_read_so() {
    let home = Home::new();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    for (run, folders) in RUNS.into_iter().zip([&["Templates"][..], &["Nowhere"]]) {
        let fill = |share: &std::path::Path| folders.iter().for_each(|name| fs::create_dir(share.join(name)).unwrap());
        replay(&home, fill, &[]);
        settle(&home, "office.pcap", run);
    }
    for columns in WIDTHS {
        let shown = ended(home.command(&["report", RUNS[0], RUNS[1]]).env("COLUMNS", columns.to_string()));
        assert_eq!(shown.code, 1, "{}", shown.stderr);
        fits(&shown.stdout, columns);
        insta::assert_snapshot!(format!("two_runs_{columns}"), shown.stdout);
    }
}

#[test]
fn what_is_to_be_set_up_checked_and_cleaned_up_reads_so() {
    let found = [
        CapturedFile::found(
            "letters\\2024\\offers to customers in the north\\offer of the first of january.txt",
            b"what was read",
        ),
        CapturedFile { size: 3 << 20, ..CapturedFile::found("large.bin", b"head") },
        CapturedFile { attributes: 0x22, ..CapturedFile::found("letters\\hidden.ini", b"[x]") },
    ];
    let home = ingested(&found);
    let share = tempfile::tempdir().unwrap();
    fs::write(share.path().join("letters"), b"a file where a folder was").unwrap();
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    let port = server.address().port().to_string();
    let look = |name: &str, arguments: &[&str]| {
        for columns in WIDTHS {
            let arguments = [arguments, &["--port", &port]].concat();
            let shown = ended(home.command(&arguments).env("COLUMNS", columns.to_string()));
            fits(&shown.stdout, columns);
            // As many digits as ports have that the system chooses.
            let text = steady(&home, &shown.stdout).replace(&port, "44500");
            insta::assert_snapshot!(format!("{name}_{columns}"), format!("{text}(status {})\n", shown.code));
        }
    };
    look("setup_plan", &["setup", "1", "--dry-run"]);
    look("setup_plan_below_a_folder", &["setup", "1", "--dry-run", "--root", "lab"]);
    look("validate", &["validate", "1"]);
    let done = home.run(&["setup", "1", "--root", "lab", "--port", &port]);
    assert_eq!(done.code, 0, "{}{}", done.stdout, done.stderr);
    fs::write(share.path().join("lab/letters/hidden.ini"), b"changed since by somebody").unwrap();
    look("validate_changed", &["validate", "1", "--root", "lab", "--check-fs"]);
    look("cleanup_plan", &["cleanup", "--dry-run"]);
}
