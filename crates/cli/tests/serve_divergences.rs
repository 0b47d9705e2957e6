//! `serve`: what diverged in a replay in full, why, when, and how replays differ from each other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]
#![cfg(unix)]

mod support;

use lab::{EmbeddedOptions, EmbeddedServer};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use store::OutputFolder;
use store::runs::{Run, RunFile};
use support::Home;
use support::server::ApiServer;

/// A home where the project's own capture was ingested, and a server for it.
fn ingested() -> (Home, ApiServer) {
    let home = Home::new();
    home.office("cases/2010101010/office.pcap");
    home.run(&["ingest", "cases/2010101010/office.pcap"]).succeeded();
    let server = ApiServer::start(&home);
    (home, server)
}

/// Replays the capture on an embedded server whose share has these folders; the name of the run.
fn replayed(home: &Home, folders: &[&str], arguments: &[&str]) -> String {
    let share = tempfile::tempdir().unwrap();
    for folder in folders {
        fs::create_dir(share.path().join(folder)).unwrap();
    }
    let lab = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    let port = lab.address().port().to_string();
    let ended = home.run(&[&["replay", "--port", &port, "--format", "json"], arguments].concat());
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    report["run"].as_str().unwrap().to_owned()
}

/// The same with a folder in the way.
fn diverged(home: &Home) -> String {
    replayed(home, &["Nowhere"], &["--all"])
}

fn output(home: &Home) -> PathBuf {
    home.path().join("cases/2010101010/.tracer/office.pcap")
}

fn lines(messages: &Value) -> &[Value] {
    messages["lines"].as_array().unwrap()
}

/// The lines with this meaning.
fn meaning<'a>(messages: &'a Value, meaning: &str) -> Vec<&'a Value> {
    lines(messages).iter().filter(|line| line["meaning"] == meaning).collect()
}

#[test]
fn two_replays_are_compared_as_on_the_command_line() {
    let (home, server) = ingested();
    let (clean, with_folder) = (replayed(&home, &[], &["--all"]), diverged(&home));
    for [a, b] in [[&clean, &with_folder], [&with_folder, &clean], [&clean, &clean]] {
        let told = home.run(&["report", a, b, "--format", "json"]);
        let told: Value = serde_json::from_str(&told.stdout).unwrap();
        assert_eq!(server.json(&format!("/api/replays/{a}/compare/{b}")), told);
    }
    let worse = server.json(&format!("/api/replays/{clean}/compare/last"));
    assert_eq!((&worse["b"]["run"], &worse["changes"][0]["direction"]), (&json!(with_folder), &json!("worse")));
    let address = format!("/api/replays/{clean}/compare/29990101T000000Z");
    assert_eq!(server.get(&address).refused(404), "run_not_found");
    fs::create_dir(output(&home).join("replays/29990101T000000Z")).unwrap();
    assert_eq!(server.get(&address).refused(409), "conflict");
}

#[test]
fn replays_of_different_sessions_have_nothing_to_compare() {
    let (home, server) = ingested();
    let [one, two] = ["1", "2"].map(|session| replayed(&home, &[], &[session]));
    let answer = server.get(&format!("/api/replays/{one}/compare/{two}"));
    assert_eq!(answer.refused(422), "invalid_value");
}

#[test]
fn rows_have_their_place_whatever_is_chosen_of_them() {
    let (home, server) = ingested();
    let run = diverged(&home);
    let address = format!("/api/replays/{run}/operations");
    let all = server.json(&address)["operations"].as_array().unwrap().clone();
    assert!((0..).zip(&all).all(|(place, row)| row["row"] == place), "in their order");
    for query in ["verdict=diverged", "verdict=diverged&limit=3", "limit=5"] {
        let page = server.json(&format!("{address}?{query}"));
        let rows = page["operations"].as_array().unwrap();
        assert!(!rows.is_empty(), "{query}");
        for row in rows {
            let place = usize::try_from(row["row"].as_u64().unwrap()).unwrap();
            assert_eq!(row, &all[place], "{query}");
        }
    }
    let cursor = server.json(&format!("{address}?limit=5"))["next_cursor"].as_str().unwrap().to_owned();
    let next = server.json(&format!("{address}?limit=5&cursor={cursor}"));
    assert_eq!(next["operations"][0]["row"], 5);
}

#[test]
fn every_operation_is_there_in_full_and_what_counts_of_it_is_what_differs() {
    let (home, server) = ingested();
    let run = diverged(&home);
    let address = format!("/api/replays/{run}/operations");
    let all = server.json(&address)["operations"].as_array().unwrap().clone();
    for row in &all {
        let found = server.json(&format!("{address}/{}", row["row"]));
        assert_eq!((&found["run"], &found["row"], &found["operation"]), (&json!(run), &row["row"], row));
        let (request, response) = (&found["request"], &found["response"]);
        let is_skipped = row["verdict"] == "skipped";
        assert_eq!(request["live"].is_null(), is_skipped, "{found}");
        assert_eq!(request["captured"].is_null() && !is_skipped, row["op"].is_null(), "{found}");
        for line in lines(request).iter().chain(lines(response)) {
            assert_eq!(line["patch"].is_string(), line["meaning"] == "patched", "{line}");
        }
        let told = meaning(response, "counts").len() + found["unplaced"].as_array().unwrap().len();
        let is_diverged = ["status", "body", "no_response"].contains(&row["verdict"].as_str().unwrap());
        assert_eq!(told > 0, is_diverged, "{found}");
    }
    assert!(all.iter().any(|row| row["op"].is_null()), "some requests are the replay's own");
    assert!(all.iter().any(|row| row["verdict"] == "skipped"), "some are not sent");
    let close = all.iter().find(|row| row["verdict"] == "match" && row["command"] == "CLOSE").expect("a CLOSE matches");
    let close = server.json(&format!("{address}/{}", close["row"]));
    let patched: Vec<&str> =
        meaning(&close["request"], "patched").iter().map(|line| line["patch"].as_str().unwrap()).collect();
    assert!(patched.contains(&"FileId"), "{patched:?}");
    assert_eq!(server.get(&format!("{address}/{}", all.len())).refused(404), "operation_not_found");
    assert_eq!(server.get(&format!("{address}/{}", u64::MAX)).refused(404), "operation_not_found");
    for wrong in ["-1", "x", "18446744073709551616", "1.5"] {
        assert_eq!(server.get(&format!("{address}/{wrong}")).refused(400), "bad_request", "{wrong}");
    }
}

#[test]
fn causes_are_the_groups_of_the_report_each_with_its_first_operation() {
    let (home, server) = ingested();
    let run = diverged(&home);
    let report = server.json(&format!("/api/replays/{run}"));
    let roots = report["roots"].as_array().unwrap();
    assert!(!roots.is_empty());
    let found = server.json(&format!("/api/replays/{run}/causes"));
    assert_eq!((&found["run"], &found["total"]), (&json!(run), &json!(roots.len())));
    let causes = found["causes"].as_array().unwrap();
    assert_eq!(causes.iter().map(|cause| &cause["root"]).collect::<Vec<_>>(), roots.iter().collect::<Vec<_>>());
    for cause in causes {
        let (root, first) = (&cause["root"], &cause["first"]);
        assert_eq!(first["operation"]["request_frame"], root["first_frame"]);
        assert_eq!(first["operation"]["command"], root["command"]);
        let mut alone = server.json(&format!("/api/replays/{run}/operations/{}", first["row"]));
        assert_eq!(alone.as_object_mut().unwrap().remove("run"), Some(json!(run)));
        assert_eq!(&alone, first);
        for field in root["fields"].as_array().unwrap() {
            let names = first["operation"]["differences"].as_array().unwrap().iter();
            assert!(names.clone().any(|difference| &difference["field"] == field), "{first}");
        }
    }
    let one = server.json(&format!("/api/replays/{run}/causes?limit=1"));
    assert_eq!((&one["total"], &one["causes"]), (&found["total"], &json!([causes[0]])));
    for limit in ["0", "101"] {
        let answer = server.get(&format!("/api/replays/{run}/causes?limit={limit}"));
        assert_eq!(answer.refused(422), "invalid_value", "{limit}");
    }
}

#[test]
fn times_are_those_of_the_rows_and_points_are_bounded() {
    let (home, server) = ingested();
    let run = diverged(&home);
    let rows = server.json(&format!("/api/replays/{run}/operations"))["operations"].as_array().unwrap().clone();
    let timing = server.json(&format!("/api/replays/{run}/timing"));
    assert_eq!(
        (&timing["run"], &timing["sampled"], &timing["total"]),
        (&json!(run), &json!(false), &json!(rows.len()))
    );
    let points = timing["points"].as_array().unwrap();
    assert_eq!(points.len(), rows.len());
    let first = |name: &str| rows.iter().filter_map(|row| row[name].as_str()).min().unwrap().to_owned();
    assert_eq!(timing["first_time"], first("request_time"));
    assert_eq!(timing["first_sent_time"], first("sent_time"));
    for (point, row) in points.iter().zip(&rows) {
        for (name, column) in [
            ("row", "row"),
            ("command", "command"),
            ("verdict", "verdict"),
            ("captured_latency_ns", "latency_ns"),
            ("live_latency_ns", "live_latency_ns"),
            ("lag_ns", "lag_ns"),
        ] {
            assert_eq!(point[name], row[column], "{name}");
        }
        for (at, time, first) in
            [("captured_at_ns", "request_time", "first_time"), ("sent_at_ns", "sent_time", "first_sent_time")]
        {
            let since =
                |time: &Value| time.as_str().map(|time| time.parse::<jiff::Timestamp>().unwrap().as_nanosecond());
            let expected = since(&row[time]).map(|time| time - since(&timing[first]).unwrap());
            assert_eq!(point[at].as_i64().map(i128::from), expected, "{at}");
        }
    }
    let answered =
        |row: &&Value| row["latency_ns"].is_u64() && row["live_latency_ns"].is_u64() && row["verdict"] != "skipped";
    for command in timing["commands"].as_array().unwrap() {
        let of: Vec<&Value> = rows.iter().filter(answered).filter(|row| row["command"] == command["command"]).collect();
        assert_eq!(command["count"], of.len(), "{command}");
        let slowest = of.iter().filter_map(|row| row["live_latency_ns"].as_f64()).fold(0.0, f64::max);
        assert!((command["live"]["max"].as_f64().unwrap() - slowest / 1e6).abs() < 1e-6, "{command}");
    }
    let counted: u64 = timing["commands"].as_array().unwrap().iter().filter_map(|of| of["count"].as_u64()).sum();
    assert_eq!(usize::try_from(counted).unwrap(), rows.iter().filter(answered).count());
}

#[test]
fn few_points_have_the_slowest_and_what_diverged() {
    let (home, server) = ingested();
    let run = diverged(&home);
    let rows = server.json(&format!("/api/replays/{run}/operations"))["operations"].as_array().unwrap().clone();
    let is_diverged = |row: &Value| ["status", "body", "no_response"].contains(&row["verdict"].as_str().unwrap());
    let diverged = rows.iter().filter(|row| is_diverged(row)).count();
    let most = diverged * 2 + 20;
    assert!(most < rows.len(), "{most} of {}", rows.len());
    let timing = server.json(&format!("/api/replays/{run}/timing?points={most}"));
    assert_eq!((&timing["sampled"], &timing["total"]), (&json!(true), &json!(rows.len())));
    let points = timing["points"].as_array().unwrap();
    assert!(points.len() <= most, "{}", points.len());
    assert_eq!(points.iter().filter(|point| is_diverged(point)).count(), diverged);
    let took = |row: &Value| row["latency_ns"].as_u64().max(row["live_latency_ns"].as_u64());
    let slowest = rows.iter().map(took).max().unwrap();
    assert!(
        points.iter().any(|point| took(&rows[usize::try_from(point["row"].as_u64().unwrap()).unwrap()]) == slowest)
    );
    let one = server.json(&format!("/api/replays/{run}/timing?points=1"));
    assert_eq!(one["points"].as_array().unwrap().len(), 1);
    assert_eq!(one["commands"], timing["commands"]);
    for points in ["0", "10001"] {
        let answer = server.get(&format!("/api/replays/{run}/timing?points={points}"));
        assert_eq!(answer.refused(422), "invalid_value", "{points}");
    }
}

/// The hex digits of a dump, `**` and `--` for bytes that are not shown.
fn digits(dump: &Value) -> String {
    let lines = dump["hex"].as_str().into_iter().flat_map(str::lines);
    lines.flat_map(|line| line.get(9..58).unwrap_or_default().split_whitespace()).collect()
}

/// NtChallengeResponse of the NTLM AUTHENTICATE_MESSAGE in a message (MS-NLMP 2.2.1.3).
fn challenge_response(message: &[u8]) -> Option<Vec<u8>> {
    let at = message.windows(12).position(|bytes| bytes == b"NTLMSSP\0\x03\0\0\0")?;
    let of = message.get(at..)?;
    let length = u16::from_le_bytes(of.get(20..22)?.try_into().ok()?);
    let offset = u32::from_le_bytes(of.get(24..28)?.try_into().ok()?);
    let offset = usize::try_from(offset).ok()?;
    Some(of.get(offset..offset + usize::from(length))?.to_vec()).filter(|response| response.len() >= 16)
}

#[test]
fn answers_to_logon_challenges_are_withheld() {
    let (home, server) = ingested();
    let name = diverged(&home);
    let run = Run::find(&OutputFolder::at(output(&home)), &name).unwrap();
    let mut withheld = 0;
    for (row, place) in RunFile::open(&run).unwrap().rows().zip(0_u64..) {
        let row = row.unwrap();
        let Some(response) = row.live_request.as_deref().and_then(challenge_response) else { continue };
        let answer = server.get(&format!("/api/replays/{name}/operations/{place}"));
        let found = answer.ok();
        let proof: String = response[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let shown = digits(&found["request"]["live"]);
        assert!(shown.contains("****") && !shown.contains(&proof), "{shown}");
        assert!(!String::from_utf8_lossy(&answer.body).to_ascii_lowercase().contains(&proof));
        withheld += 1;
    }
    assert!(withheld > 0, "the replay logged on");
}

#[test]
fn nothing_is_told_of_a_run_whose_trace_has_changed_or_that_is_not_finished() {
    let (home, server) = ingested();
    let run = diverged(&home);
    let addresses = ["operations/0", "causes", "timing"];
    fs::create_dir(output(&home).join("replays/29990101T000000Z")).unwrap();
    for address in addresses {
        assert_eq!(
            server.get(&format!("/api/replays/29990101T000000Z/{address}")).refused(409),
            "conflict",
            "{address}"
        );
        assert_eq!(server.get(&format!("/api/replays/x/{address}")).refused(404), "run_not_found", "{address}");
    }
    fs::remove_dir_all(output(&home).join("sessions")).unwrap();
    for address in addresses {
        assert_eq!(server.get(&format!("/api/replays/{run}/{address}")).refused(409), "conflict", "{address}");
    }
}
