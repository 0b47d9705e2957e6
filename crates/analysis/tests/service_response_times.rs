//! Real captures: service response times are those of tshark's `-z smb2,srt` on the same file.
//!
//! Captures of others are not part of the project: they are read from `SMBREPLAY_CORPUS`, or `shared/captures` beside the
//! checkout. Without them, and without tshark, the test says so.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::print_stderr,
    reason = "tests"
)]

mod traces;

use smbreplay_analysis::statistics::ServiceResponseTime;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use traces::{Ingested, captures, office};

/// Where the figures differ, and why: capture, procedure.
const DIFFERENT: &[(&str, &str, &str)] = &[(
    "smb2-peter-minus-p191.pcap",
    "Read",
    "a segment of a response was not captured: tshark reads no such response, here it has a hole",
)];

/// A line of a table: procedure, calls, and seconds as tshark prints them.
type Line = (String, u64, [String; 4]);

/// What tshark prints; `None` where it is not installed.
fn theirs(capture: &Path) -> Option<Vec<Line>> {
    let preferences = tempfile::tempdir().unwrap();
    let mut tshark = Command::new("tshark");
    tshark.env("WIRESHARK_CONFIG_DIR", preferences.path()).args(["-n", "-q", "-z", "smb2,srt"]);
    // The port of the project's own capture, which is none of SMB's.
    tshark.args(["-d", "tcp.port==20445,nbss", "-r"]).arg(capture);
    let output = match tshark.output() {
        Ok(output) => String::from_utf8(output.stdout).unwrap(),
        Err(error) => {
            eprintln!("NOT RUN: tshark: {error}");
            return None;
        }
    };
    assert!(output.contains("SMB2 SRT Statistics"), "{output}");
    Some(output.lines().filter_map(line).collect())
}

/// `    5  Create                    194   0.000001   0.000009   0.000002   0.000388`
fn line(text: &str) -> Option<Line> {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    words.first()?.parse::<u16>().ok()?;
    let times: Vec<String> = words.split_off(words.len() - 4).into_iter().map(str::to_owned).collect();
    let calls = words.pop()?.parse().ok()?;
    Some((words[1..].join(" "), calls, times.try_into().ok()?))
}

/// Ours, in the form of theirs.
fn printed(ours: &ServiceResponseTime) -> Line {
    let seconds = |nanoseconds: u64| {
        let microseconds = (nanoseconds + 500) / 1000;
        format!("{}.{:06}", microseconds / 1_000_000, microseconds % 1_000_000)
    };
    let times = [ours.min_ns, ours.max_ns, ours.avg_ns, ours.sum_ns].map(seconds);
    (ours.procedure.to_owned(), ours.calls, times)
}

#[test]
fn service_response_times_are_those_of_tshark() {
    let (mut wrong, mut compared, mut known) = (Vec::new(), 0, BTreeSet::new());
    for capture in captures().into_iter().chain([office()]) {
        let Some(theirs) = theirs(&capture) else { return };
        let name = capture.file_name().unwrap().to_str().unwrap().to_owned();
        let ours: Vec<Line> =
            Ingested::new(&capture).statistics(0).service_response_times.iter().map(printed).collect();
        let procedures: BTreeSet<&str> = ours.iter().chain(&theirs).map(|line| line.0.as_str()).collect();
        for procedure in procedures {
            let of = |lines: &[Line]| lines.iter().find(|line| line.0 == procedure).cloned();
            let (ours, theirs) = (of(&ours), of(&theirs));
            compared += 1;
            if ours != theirs {
                let reason = DIFFERENT.iter().find(|(capture, of, _)| *capture == name && *of == procedure);
                match reason {
                    Some(different) => drop(known.insert(different)),
                    None => wrong.push(format!("{name}: {procedure}: ours {ours:?}, tshark's {theirs:?}")),
                }
            }
        }
    }
    wrong.extend(
        DIFFERENT.iter().filter(|different| !known.contains(different)).map(|known| format!("no longer: {known:?}")),
    );
    eprintln!("{compared} lines compared, {} differences known", known.len());
    assert!(compared >= 13, "only {compared} lines compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
