//! `report`: earlier replays, from what they left on disk.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::json;
use support::{Home, WIDTHS, at, ended};

const RUN: &str = "20250131T235959Z";

/// A home with a capture and the report of a run with divergences.
fn replayed() -> Home {
    let home = Home::new();
    home.office("office.pcap");
    let report = json!({
        "schema_version": "1.0", "run": RUN, "sessions": ["0x0000040000000005"], "total_operations": 547, "sent": 545,
        "matched": 540, "status_diverged": 2, "body_diverged": 0, "no_response": 1, "skipped": 2, "not_compared": 2,
        "reasons": [
            { "verdict": "skipped", "reason": "its handle was never opened live", "count": 2 },
            { "verdict": "not_compared", "reason": "a CANCEL has no answer of its own", "count": 2 },
        ],
        "roots": [{
            "command": "CREATE", "captured_status": "STATUS_SUCCESS", "live_status": "STATUS_OBJECT_NAME_INVALID", "count": 2,
            "first_frame": 412, "path": "letters\\offer.txt:summary\u{1b}[31m",
        }],
        "lag_ms": { "p50": 0.01, "p99": 0.3, "max": 1.25 },
        "latency_ms": {
            "captured": { "p50": 0.4, "p99": 12.5, "max": 31.0 },
            "live": { "p50": 0.35, "p99": 9.75, "max": 20.0 },
        },
        "elapsed": 1.25, "captured_span": 34.5, "interrupted": false,
        "warnings": ["the live server is not in DFS"],
        "target": { "server": "127.0.0.1", "port": 4450, "domain": "", "username": "testuser", "share": "testshare" },
        "path": "/moved/since",
    });
    home.file(&format!(".tracer/office.pcap/replays/{RUN}/report.json"), report.to_string().as_bytes());
    home.file(".tracer/office.pcap/replays/20250201T000000Z/operations.parquet", b"");
    home
}

#[test]
fn a_report_reads_so() {
    let home = replayed();
    let shown = home.run(&["report", RUN, "--trace", "office.pcap"]);
    let told = shown.succeeded().replace(&std::fs::canonicalize(home.path()).unwrap().display().to_string(), "HOME");
    insta::assert_snapshot!(told);
}

/// A home with the report of a run in which the lab server's answers held something else.
fn replayed_elsewhere() -> Home {
    let home = Home::new();
    home.office("office.pcap");
    let report = json!({
        "schema_version": "1.0", "run": RUN, "sessions": ["0x0000040000000005"], "total_operations": 547, "sent": 547,
        "matched": 543, "status_diverged": 0, "body_diverged": 4, "no_response": 0, "skipped": 0, "not_compared": 0,
        "reasons": [],
        "roots": [{
            "command": "CREATE", "captured_status": "STATUS_SUCCESS", "live_status": "STATUS_SUCCESS", "count": 1,
            "first_frame": 97, "path": "letters\\offer.txt", "fields": ["end_of_file", "file_attributes"],
            "differences": [
                { "field": "file_attributes", "captured": "0x20", "live": "0x22" },
                { "field": "end_of_file", "captured": "19", "live": "25" },
            ],
        }],
        "explained": 3, "ignored": [{ "rule": "CREATE.oplock_granted@tmp\\*", "differences": 7 }],
        "lag_ms": { "p50": 0.0, "p99": 0.0, "max": 0.0 },
        "latency_ms": {
            "captured": { "p50": 0.4, "p99": 12.5, "max": 31.0 },
            "live": { "p50": 0.35, "p99": 9.75, "max": 20.0 },
        },
        "elapsed": 1.25, "captured_span": 34.5, "interrupted": false, "warnings": [],
        "target": { "server": "127.0.0.1", "port": 4450, "domain": "", "username": "testuser", "share": "testshare" },
        "path": "",
    });
    home.file(&format!(".tracer/office.pcap/replays/{RUN}/report.json"), report.to_string().as_bytes());
    home
}

#[test]
fn a_report_names_the_fields_that_differ_and_what_did_not_count() {
    let home = replayed_elsewhere();
    let shown = home.run(&["report", RUN, "--trace", "office.pcap"]);
    let told = shown.succeeded().replace(&std::fs::canonicalize(home.path()).unwrap().display().to_string(), "HOME");
    insta::assert_snapshot!(told);
}

#[test]
fn reports_and_their_list_read_so_at_80_120_and_200_columns() {
    let (statuses, fields) = (replayed(), replayed_elsewhere());
    let report = ["report", RUN, "--trace", "office.pcap"];
    for (name, home, arguments) in [
        ("statuses", &statuses, &report),
        ("fields", &fields, &report),
        ("list", &statuses, &["report", "--list", "--trace", "office.pcap"]),
    ] {
        for columns in WIDTHS {
            insta::assert_snapshot!(format!("{name}_{columns}"), at(home, columns, arguments));
        }
    }
}

#[test]
fn a_report_fits_a_narrow_terminal() {
    let home = replayed();
    let shown = ended(home.command(&["report", RUN, "--trace", "office.pcap"]).env("COLUMNS", "50"));
    // The path at the end stays whole, so that it can be copied.
    for line in shown.succeeded().lines().filter(|line| !line.starts_with("report: ")) {
        assert!(line.chars().count() <= 50, "{line}");
    }
}

#[test]
fn the_json_of_a_report_is_the_report() {
    let home = replayed();
    let report = home.json(&["report", RUN, "--trace", "office.pcap"]);
    assert_eq!((&report["matched"], &report["roots"][0]["first_frame"]), (&540.into(), &412.into()));
    assert!(report["path"].as_str().unwrap().ends_with(RUN), "{report}");
}

#[test]
fn the_list_also_has_runs_that_were_not_finished() {
    let home = replayed();
    let list = home.json(&["report", "--list", "--trace", "office.pcap"]);
    assert_eq!(list["total"], 2);
    assert_eq!((&list["runs"][0]["run"], &list["runs"][0]["complete"]), (&RUN.into(), &true.into()));
    assert_eq!(list["runs"][1]["complete"], false);
    home.run(&["report", "last", "--trace", "office.pcap"]).refused(&["20250201T000000Z", "not finished"]);
}

#[test]
fn an_unknown_run_is_answered_with_the_last() {
    let home = replayed();
    home.run(&["report", "20200101T000000Z", "--trace", "office.pcap"]).refused(&[
        "20200101T000000Z",
        "20250201T000000Z",
        "report --list",
    ]);
}

#[test]
fn a_report_that_is_none_is_named() {
    let home = replayed();
    let path = format!(".tracer/office.pcap/replays/{RUN}/report.json");
    home.file(&path, b"{\"run\": 5}");
    home.run(&["report", RUN, "--trace", "office.pcap"]).refused(&["report.json", "replay again"]);
}
