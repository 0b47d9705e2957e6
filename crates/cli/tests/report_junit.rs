//! `--junit`: a run as test results.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![cfg(unix)]

mod support;

use lab::{EmbeddedOptions, EmbeddedServer};
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;
use std::collections::BTreeMap;
use support::Home;

/// How often each element is in an XML document, and the names of its test cases.
fn elements(xml: &str) -> (BTreeMap<String, u64>, Vec<String>) {
    let (mut counts, mut names) = (BTreeMap::<String, u64>::new(), Vec::new());
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return (counts, names),
            Event::Start(element) | Event::Empty(element) => {
                let name = String::from_utf8(element.name().as_ref().to_vec()).unwrap();
                if name == "testcase" {
                    let attribute = element.try_get_attribute("name").unwrap().unwrap();
                    names.push(String::from_utf8(attribute.value.to_vec()).unwrap());
                }
                let count = counts.entry(name).or_default();
                *count = count.saturating_add(1);
            }
            _ => {}
        }
    }
}

#[test]
fn every_operation_of_a_run_is_counted_once_in_its_test_results() {
    let home = Home::new();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    let share = tempfile::tempdir().unwrap();
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    let port = server.address().port().to_string();
    let replayed = home.run(&["replay", "--all", "--port", &port, "--junit", "replay.xml", "--format", "json"]);
    assert_eq!(replayed.code, 1, "{}", replayed.stderr);
    let report: Value = serde_json::from_str(&replayed.stdout).unwrap();
    let count = |names: &[&str]| -> u64 { names.iter().map(|name| report[name].as_u64().unwrap()).sum() };

    let xml = std::fs::read_to_string(home.path().join("replay.xml")).unwrap();
    let (elements, names) = elements(&xml);
    let diverged = count(&["status_diverged", "body_diverged", "no_response"]);
    assert!(diverged > 0, "{report}");
    assert_eq!(elements["failure"], diverged);
    assert_eq!(elements["skipped"], count(&["skipped", "not_compared"]));
    let matched = names.iter().filter_map(|name| name.split_once(": ")?.1.split_once(" operation"));
    assert_eq!(matched.map(|(count, _)| count.parse::<u64>().unwrap()).sum::<u64>(), count(&["matched"]));
    let sessions = report["sessions"].as_array().unwrap().len();
    assert!(elements["testsuite"] >= u64::try_from(sessions).unwrap(), "{elements:?}");

    home.run(&["report", "last", "--junit", "report.xml"]).succeeded();
    let again = std::fs::read_to_string(home.path().join("report.xml")).unwrap();
    assert_eq!(self::elements(&again), (elements, names));
    home.run(&["report", "last", "--junit", "report.xml"]).refused(&["report.xml", "is there already", "--junit"]);
}

#[test]
fn files_that_cannot_be_written_are_told_before_anything_is_sent_or_made() {
    let home = Home::new();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    home.file("there.xml", b"");
    let replay = ["replay", "--all", "--server-ip", "127.0.0.1", "--port", "9", "--root", "x"];
    for (arguments, told) in [
        (&["--junit", "there.xml"][..], "there.xml"),
        (&["--junit", "-"], "--junit"),
        (&["--html", "-", "--format", "json"], "--format"),
        (&["--pcap", "-", "--format", "csv"], "--format"),
        (&["--html", "-", "--pcap", "-"], "both"),
    ] {
        home.run(&[&replay, arguments].concat()).refused(&[told]);
    }
    home.run(&["session", "1", "--stats", "--op", "5"]).refused(&["--stats", "--op"]);
}
