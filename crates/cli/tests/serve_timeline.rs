//! `serve`: a timeline is what the rows themselves add up to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]

mod support;

use serde_json::{Value, json};
use support::server::ApiServer;
use support::{Home, office_records};

/// How much later answers come than they did, microseconds: several requests wait at once then.
const LATER: u32 = 20_000;

/// A home where the project's own capture is ingested as one of a slow server, and a server for it.
fn served() -> (Home, ApiServer) {
    let home = Home::new();
    let (mut bytes, records) = office_records();
    // Behind a record's header (16 bytes) come those of Ethernet (14) and IP (20). The client sends first.
    let server_port = records[0][52..54].to_vec();
    for mut record in records {
        if record[50..52] == server_port {
            let number = |at: usize| u32::from_le_bytes(record[at..at + 4].try_into().unwrap());
            let (seconds, micros) = (number(0), number(4) + LATER);
            record[..4].copy_from_slice(&(seconds + micros / 1_000_000).to_le_bytes());
            record[4..8].copy_from_slice(&(micros % 1_000_000).to_le_bytes());
        }
        bytes.extend(record);
    }
    home.file("cases/2010101010/office.pcap", &bytes);
    home.run(&["ingest", "cases/2010101010/office.pcap"]).succeeded();
    let server = ApiServer::start(&home);
    (home, server)
}

/// Nanoseconds since 1970.
fn time(text: &Value) -> Option<i64> {
    let time: jiff::Timestamp = text.as_str()?.parse().unwrap();
    Some(i64::try_from(time.as_nanosecond()).unwrap())
}

/// What a row says of its operation.
struct Row {
    sent: Option<i64>,
    answered: Option<i64>,
    failed: bool,
    bytes: u64,
    latency: Option<u64>,
}

/// The operations of session 1 that match.
fn rows(server: &ApiServer, query: &str) -> Vec<Row> {
    let fields = "kind,request_time,response_time,status,transferred,latency_ns";
    let list = server.json(&format!("/api/sessions/1?fields={fields}&{query}"));
    let operations = list["operations"].as_array().unwrap().iter();
    let is_operation =
        |row: &&Value| ["exchange", "request", "response"].contains(&row["kind"].as_str().unwrap_or_default());
    let row = |row: &Value| Row {
        sent: time(&row["request_time"]),
        answered: time(&row["response_time"]),
        // Severity 3, but for a logon that goes on.
        failed: row["status"].as_str().is_some_and(|status| status >= "0xc0000000" && status != "0xc0000016"),
        bytes: row["transferred"].as_u64().unwrap_or(0),
        latency: row["latency_ns"].as_u64(),
    };
    operations.filter(is_operation).map(row).collect()
}

/// The value that a part of all is not above.
fn quantile(sorted: &[u64], percent: usize) -> u64 {
    sorted[(sorted.len() * percent).div_ceil(100).max(1) - 1]
}

/// The bucket from `begin` to before `end`, nanoseconds since 1970, counted from the rows.
fn check(bucket: &Value, rows: &[Row], begin: i64, end: i64) {
    let within = |time: Option<i64>| time.is_some_and(|time| (begin..end).contains(&time));
    let here: Vec<&Row> = rows.iter().filter(|row| within(row.sent.or(row.answered))).collect();
    let failed = here.iter().filter(|row| row.failed).count();
    let bytes: u64 = here.iter().map(|row| row.bytes).sum();
    assert_eq!((&bucket["operations"], &bucket["errors"]), (&json!(here.len()), &json!(failed)), "{bucket}");
    assert_eq!(bucket["bytes"], bytes, "{bucket}");
    // What is sent before another row waits beside it unless it is answered by then.
    let waits = |row: &Row, time: i64| row.answered.is_some_and(|answered| answered > time);
    let sent = |(number, row): (usize, &Row)| {
        let time = row.sent.filter(|time| (begin..end).contains(time))?;
        Some(1 + rows[..number].iter().filter(|before| before.sent.is_some() && waits(before, time)).count())
    };
    let at_begin = rows.iter().filter(|row| row.sent.is_some_and(|sent| sent < begin) && waits(row, begin)).count();
    let most = rows.iter().enumerate().filter_map(sent).max().unwrap_or(0).max(at_begin);
    assert_eq!(bucket["concurrency"], most, "{bucket}");
    let mut latencies: Vec<u64> = here.iter().filter_map(|row| row.latency).collect();
    latencies.sort_unstable();
    if latencies.is_empty() {
        assert!(bucket["latency_ns"].is_null(), "{bucket}");
        return;
    }
    let told = &bucket["latency_ns"];
    assert_eq!(told["max"], *latencies.last().unwrap(), "{bucket}");
    for (name, percent) in [("p50", 50), ("p99", 99)] {
        let (told, exact) = (told[name].as_u64().unwrap(), quantile(&latencies, percent));
        assert!(told.abs_diff(exact) * 100 <= exact, "{name} {told} {exact}");
    }
}

#[test]
fn every_bucket_is_what_the_rows_in_it_add_up_to() {
    let (_home, server) = served();
    let session = server.json("/api/sessions")["sessions"][0].clone();
    let first = time(&session["first_time"]).unwrap();
    let span = u64::try_from(time(&session["last_time"]).unwrap() - first).unwrap();
    let (third, half) = (span / 3, span / 2);
    let mut busiest = 0;
    for (query, choice, buckets) in [
        (String::new(), "", 200),
        ("buckets=1".to_owned(), "", 1),
        ("buckets=2000".to_owned(), "", 2000),
        ("buckets=50&filter=smb2.cmd%3D%3DREAD".to_owned(), "filter=smb2.cmd%3D%3DREAD", 50),
        ("buckets=50&file_filter=*.txt".to_owned(), "file_filter=*.txt", 50),
        (format!("buckets=37&from={third}&to={half}"), "", 37),
        (format!("buckets=10&from={half}"), "", 10),
    ] {
        let timeline = server.json(&format!("/api/sessions/1/timeline?{query}"));
        for name in ["session_id", "first_time", "last_time"] {
            assert_eq!(timeline[name], session[name], "{name}");
        }
        let rows = rows(&server, choice);
        let list = timeline["buckets"].as_array().unwrap();
        assert!(list.len() <= buckets && list.len() > buckets / 2, "{query}: {}", list.len());
        let [from, to, width] = ["from_ns", "to_ns", "width_ns"].map(|name| timeline[name].as_i64().unwrap());
        let mut total = 0;
        for (number, bucket) in list.iter().enumerate() {
            let at = from + width * i64::try_from(number).unwrap();
            assert_eq!(bucket["at_ns"], at, "{query}");
            check(bucket, &rows, first + at, first + (at + width).min(to));
            total += bucket["operations"].as_u64().unwrap();
            busiest = busiest.max(bucket["concurrency"].as_u64().unwrap());
        }
        assert_eq!(timeline["total"], total, "{query}");
        if !query.contains("from") {
            assert_eq!(total, u64::try_from(rows.len()).unwrap(), "{query}");
        }
    }
    assert!(busiest > 3, "{busiest}: the capture shows nothing of several requests at once");
}

#[test]
fn a_time_without_operations_has_empty_buckets() {
    let (_home, server) = served();
    let timeline = server.json("/api/sessions/1/timeline?from=9000000000000000000&to=9000000000000000010&buckets=5");
    let empty = json!({ "operations": 0, "errors": 0, "bytes": 0, "concurrency": 0, "latency_ns": null });
    assert_eq!((&timeline["total"], &timeline["width_ns"]), (&json!(0), &json!(2)));
    for bucket in timeline["buckets"].as_array().unwrap() {
        let mut bucket = bucket.clone();
        bucket.as_object_mut().unwrap().remove("at_ns");
        assert_eq!(bucket, empty);
    }
    assert_eq!(server.json("/api/sessions/1/timeline?filter=op%3C0")["total"], 0);
}

#[test]
fn what_is_no_time_or_filter_is_refused() {
    let (_home, server) = served();
    for (query, status, code) in [
        ("buckets=0", 422, "invalid_value"),
        ("buckets=2001", 422, "invalid_value"),
        ("buckets=4294967297", 422, "invalid_value"),
        ("buckets=x", 400, "bad_request"),
        ("from=-1", 400, "bad_request"),
        ("from=5&to=5", 422, "invalid_value"),
        ("from=6&to=5", 422, "invalid_value"),
        ("to=0", 422, "invalid_value"),
        ("to=9223372036854775808", 422, "invalid_value"),
        ("filter=op%3D%3D", 422, "invalid_filter"),
        ("capture_path=other.pcap", 404, "trace_not_found"),
    ] {
        let refused = server.get(&format!("/api/sessions/1/timeline?{query}"));
        assert_eq!(refused.refused(status), code, "{query}");
    }
    assert_eq!(server.get("/api/sessions/99/timeline").refused(404), "session_not_found");
}
