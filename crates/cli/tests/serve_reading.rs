//! `serve`: what is read of captures and sessions is what the command line shows.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]

mod support;

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::DataType;
use arrow::util::display::array_value_to_string;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::{Value, json};
use std::fs::File;
use std::io::Cursor;
use support::Home;
use support::server::{Answer, ApiServer};

const ALWAYS: [&str; 6] = ["Frame", "Command", "Path", "Status", "StatusDesc", "Tree"];

/// A home where the project's own capture is ingested, and a server for it.
fn served() -> (Home, ApiServer) {
    let home = Home::new();
    home.office("cases/2010101010/office.pcap");
    home.run(&["ingest", "cases/2010101010/office.pcap"]).succeeded();
    let server = ApiServer::start(&home);
    (home, server)
}

/// A parameter's value in an address.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// Operations as the command line has them.
fn without_capitals(operations: &Value) -> Value {
    let mut operations = operations.clone();
    for operation in operations.as_array_mut().unwrap() {
        let members = operation.as_object_mut().unwrap();
        for name in ALWAYS {
            assert!(members.remove(name).unwrap().is_string(), "{name}");
        }
    }
    operations
}

/// Pages of so many rows, one after the other.
fn paged(server: &ApiServer, address: &str, limit: usize) -> Vec<Value> {
    let (mut rows, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = server.json(&format!("{address}limit={limit}&cursor={cursor}"));
        let operations = page["operations"].as_array().unwrap();
        assert!(operations.len() <= limit);
        rows.extend(operations.iter().cloned());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return rows,
        }
    }
}

#[test]
fn captures_are_listed_as_the_command_line_does() {
    let (home, server) = served();
    home.office("cases/2010101010/again/other.pcap");
    home.file("cases/2010101010/no_capture.txt", b"text");
    let list = server.json("/api/traces");
    assert_eq!((&list["total"], &list["case_id"]), (&json!(2), &json!("2010101010")));
    let told = home.json(&["list", "traces"]);
    for (served, told) in list["traces"].as_array().unwrap().iter().zip(told["traces"].as_array().unwrap()) {
        for name in ["name", "path", "case_id", "files", "size", "ingested", "sessions", "problem"] {
            assert_eq!(served[name], told[name], "{name}");
        }
        for name in ["packets", "first_time", "duration", "link_types"] {
            match served["ingested"].as_bool().unwrap() {
                true => assert_eq!(served[name], told[name], "{name}"),
                false => assert!(served[name].is_null() || served[name] == json!([]), "{name}: packets are not read"),
            }
        }
    }
    assert_eq!(list["traces"][1]["ingested"], true);
    // What is listed is what other addresses take.
    let path = list["traces"][1]["path"].as_str().unwrap();
    assert_eq!(server.json(&format!("/api/sessions?capture_path={}", encoded(path)))["capture_path"], path);
    assert_eq!(server.json("/api/sessions?capture_path=office.pcap&case_id=2010101010")["capture_path"], path);
    assert_eq!(server.get("/api/sessions?capture_path=again%2Fother.pcap").refused(404), "not_ingested");
}

#[test]
fn the_default_case_may_be_missing_and_another_may_not() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    assert_eq!(server.json("/api/traces"), json!({ "traces": [], "case_id": "2010101010", "total": 0 }));
    assert_eq!(server.json("/api/traces?case_id=2010101010")["total"], 0);
    assert_eq!(server.get("/api/traces?case_id=other").refused(404), "case_not_found");
    for case in ["..", "a%2Fb", ".tracer", "a%00"] {
        assert_eq!(server.get(&format!("/api/traces?case_id={case}")).refused(400), "bad_path", "{case}");
    }
    assert_eq!(server.get("/api/sessions").refused(404), "trace_not_found");
}

#[cfg(unix)]
#[test]
fn what_a_link_shows_of_elsewhere_is_not_listed() {
    let (home, server) = served();
    let elsewhere = home.office("elsewhere/secret.pcap");
    std::os::unix::fs::symlink(&elsewhere, home.path().join("cases/2010101010/linked.pcap")).unwrap();
    std::os::unix::fs::symlink(home.path().join("elsewhere"), home.path().join("cases/linked")).unwrap();
    assert_eq!(server.json("/api/traces")["total"], 1);
    assert_eq!(server.get("/api/traces?case_id=linked").refused(404), "case_not_found");
    let refused = server.get("/api/sessions?capture_path=linked.pcap");
    assert_eq!(refused.refused(403), "outside_traces_folder");
    assert!(!String::from_utf8_lossy(&refused.body).contains("elsewhere"));
}

#[test]
fn sessions_are_those_of_the_command_line_in_any_choice_and_order() {
    let (home, server) = served();
    for (query, arguments) in [
        ("", &[][..]),
        ("?user=*testuser", &["--user", "*testuser"]),
        ("?user=nobody", &["--user", "nobody"]),
        ("?client=127.0.0.1*", &["--client", "127.0.0.1*"]),
        ("?errors=true", &["--errors"]),
        ("?sort=bytes", &["--sort", "bytes"]),
        ("?sort=operations&errors=false", &["--sort", "operations"]),
        ("?sort=client", &["--sort", "client"]),
    ] {
        let told = home.json(&[&["session", "--list"], arguments].concat());
        assert_eq!(server.json(&format!("/api/sessions{query}")), told, "{query}");
    }
    assert_eq!(server.get("/api/sessions?sort=colour").refused(400), "bad_request");
}

#[test]
fn operations_are_those_of_the_command_line_however_they_are_asked_for() {
    let (home, server) = served();
    let filter = "smb2.cmd == CREATE && smb2.nt_status != 0";
    for (query, arguments) in [
        (json!({}), &[][..]),
        (json!({ "file_filter": "*.txt" }), &["--file-filter", "*.txt"]),
        (json!({ "filter": filter }), &["--filter", filter]),
        (json!({ "filter": filter, "file_filter": "a" }), &["--filter", filter, "--file-filter", "a"]),
        (json!({ "filter": "op < 0" }), &["--filter", "op < 0"]),
        (json!({ "fields": "op,smb2.nt_status,path" }), &["--fields", "op,smb2.nt_status,path"]),
        (json!({ "fields": ["op", "path"], "filter": filter }), &["--fields", "op,path", "--filter", filter]),
    ] {
        let told = home.json(&[&["session", "1"], arguments].concat());
        let posted = server.post("/api/sessions/1/operations", &query).ok();
        assert_eq!(without_capitals(&posted["operations"]), told["operations"], "{query}");
        assert_eq!((&posted["total"], &posted["session_id"]), (&told["total"], &told["session_id"]), "{query}");
        assert_eq!((&posted["file_filter"], &posted["next_cursor"]), (&query["file_filter"], &Value::Null));
        let text = |value: &Value| match value {
            Value::Array(names) => names.iter().map(|name| name.as_str().unwrap()).collect::<Vec<_>>().join(","),
            other => other.as_str().unwrap().to_owned(),
        };
        let parameters =
            query.as_object().unwrap().iter().map(|(name, value)| format!("{name}={}", encoded(&text(value))));
        let address = format!("/api/sessions/1?{}", parameters.collect::<Vec<_>>().join("&"));
        assert_eq!(server.json(&address), posted, "{address}");
    }
}

#[test]
fn what_clients_of_such_servers_look_for_is_always_there() {
    let (_home, server) = served();
    let shown = server.json("/api/sessions/1?fields=op,request_frame,command,path,status,status_name,share");
    assert!(shown["total"].as_u64().unwrap() > 100);
    for operation in shown["operations"].as_array().unwrap() {
        let text = |name: &str| operation[name].as_str().unwrap_or_default();
        let pairs = ["Command", "Path", "Status", "StatusDesc", "Tree"];
        for (capital, column) in pairs.into_iter().zip(["command", "path", "status", "status_name", "share"]) {
            assert_eq!(operation[capital], text(column), "{operation}");
        }
        if let Some(frame) = operation["request_frame"].as_u64() {
            assert_eq!(operation["Frame"], frame.to_string());
        }
    }
    let first = &shown["operations"][1];
    assert_eq!(first["Status"].as_str().unwrap().len(), 10, "{first}");
    assert!(first["StatusDesc"].as_str().unwrap().starts_with("STATUS_"), "{first}");
}

#[test]
fn pages_joined_are_the_whole() {
    let (_home, server) = served();
    let filters = ["", "filter=smb2.cmd%3D%3DCREATE&", "file_filter=*.txt&", "fields=op&"];
    for filter in filters {
        let whole = server.json(&format!("/api/sessions/1?{filter}"));
        let whole = whole["operations"].as_array().unwrap();
        for limit in [7, whole.len() - 1, whole.len(), 10_000] {
            assert_eq!(&paged(&server, &format!("/api/sessions/1?{filter}"), limit), whole, "{filter}{limit}");
        }
    }
    let page = server.get("/api/sessions/1?limit=5&filter=smb2.cmd%3D%3DCREATE");
    let (total, next) = (page.headers["x-total"].to_str().unwrap(), page.headers["x-next-cursor"].to_str().unwrap());
    let document = page.ok();
    assert_eq!((document["total"].to_string().as_str(), document["next_cursor"].as_str()), (total, Some(next)));
    // A cursor without a limit is the rest.
    let rest = server.json(&format!("/api/sessions/1?filter=smb2.cmd%3D%3DCREATE&cursor={next}"));
    assert_eq!(
        rest["operations"].as_array().unwrap().len() + 5,
        usize::try_from(document["total"].as_u64().unwrap()).unwrap()
    );
}

#[test]
fn a_page_begins_at_any_row_of_those_that_match() {
    let (_home, server) = served();
    for query in
        [json!({}), json!({ "filter": "smb2.cmd == CREATE" }), json!({ "file_filter": "*.txt", "fields": "op" })]
    {
        let whole = server.post("/api/sessions/1/operations", &query).ok();
        let rows = whole["operations"].as_array().unwrap();
        assert!(rows.len() > 20, "{query}");
        for offset in [0, 1, 7, rows.len() - 1, rows.len(), rows.len() + 1, (1 << 53) - 1] {
            let mut asked = query.clone();
            asked["offset"] = json!(offset);
            let rest = rows.get(offset..).unwrap_or_default();
            // Without a limit, the rest.
            let page = server.post("/api/sessions/1/operations", &asked).ok();
            assert_eq!(page["operations"].as_array().unwrap(), rest, "{asked}");
            asked["limit"] = json!(5);
            let page = server.post("/api/sessions/1/operations", &asked).ok();
            assert_eq!(page["operations"].as_array().unwrap(), &rest[..rest.len().min(5)], "{asked}");
            assert_eq!((&page["total"], page["next_cursor"].is_null()), (&whole["total"], rest.len() <= 5), "{asked}");
            let parameters = asked.as_object().unwrap().iter().map(|(name, value)| {
                format!("{name}={}", encoded(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            });
            let address = format!("/api/sessions/1?{}", parameters.collect::<Vec<_>>().join("&"));
            assert_eq!(server.json(&address), page, "{address}");
            // It goes on as every page does.
            if let Some(next) = page["next_cursor"].as_str() {
                let mut behind = query.clone();
                behind["cursor"] = json!(next);
                let behind = server.post("/api/sessions/1/operations", &behind).ok();
                assert_eq!(behind["operations"].as_array().unwrap(), &rest[5..], "{asked}");
            }
        }
    }
}

#[test]
fn a_page_begins_in_one_place() {
    let (_home, server) = served();
    let next = server.json("/api/sessions/1?limit=5")["next_cursor"].as_str().unwrap().to_owned();
    assert_eq!(server.get(&format!("/api/sessions/1?offset=5&cursor={next}")).refused(422), "invalid_value");
    assert_eq!(server.get("/api/sessions/1?offset=-1").refused(400), "bad_request");
    assert_eq!(server.get("/api/sessions/1?offset=9007199254740992").refused(422), "invalid_value");
    // An empty cursor is none.
    assert_eq!(server.json(&format!("/api/sessions/1?cursor={next}")), server.json("/api/sessions/1?offset=5&cursor="));
}

#[test]
fn a_cursor_is_good_for_its_list_only() {
    let (home, server) = served();
    let next = server.json("/api/sessions/1?limit=5")["next_cursor"].as_str().unwrap().to_owned();
    assert!(server.json(&format!("/api/sessions/1?limit=5&cursor={next}"))["operations"][0]["op"].as_u64() > Some(4));
    let changed = next.replacen('0', "1", 1);
    for address in [
        format!("/api/sessions/1?filter=smb2.cmd%3D%3DCREATE&cursor={next}"),
        format!("/api/sessions/1?file_filter=a&cursor={next}"),
        format!("/api/sessions/2?cursor={next}"),
        format!("/api/sessions/1?cursor={changed}"),
        "/api/sessions/1?cursor=5".to_owned(),
        "/api/sessions/1?cursor=%00".to_owned(),
    ] {
        assert_eq!(server.get(&address).refused(422), "invalid_value", "{address}");
    }
    home.run(&["ingest", "--force", "cases/2010101010/office.pcap"]).succeeded();
    assert_eq!(server.get(&format!("/api/sessions/1?cursor={next}")).refused(422), "invalid_value");
}

/// What stands in each cell, column by column.
fn cells(batches: &[RecordBatch]) -> Vec<(String, Vec<String>)> {
    let schema = batches[0].schema();
    let column = |index: usize| {
        let of_batch = |batch: &RecordBatch| {
            // Names of time zones are not known here.
            let array = batch.column(index);
            let array = match array.data_type() {
                DataType::Timestamp(..) => &cast(array, &DataType::Int64).unwrap(),
                _ => array,
            };
            (0..batch.num_rows()).map(|row| array_value_to_string(array, row).unwrap()).collect::<Vec<_>>()
        };
        (schema.field(index).name().clone(), batches.iter().flat_map(of_batch).collect())
    };
    (0..schema.fields().len()).map(column).collect()
}

fn arrow(answer: &Answer) -> Vec<RecordBatch> {
    assert_eq!(
        (answer.status, &answer.headers["content-type"]),
        (200, &"application/vnd.apache.arrow.stream".parse().unwrap())
    );
    let reader = arrow::ipc::reader::StreamReader::try_new(Cursor::new(&answer.body), None).unwrap();
    reader.map(Result::unwrap).collect()
}

fn parquet(home: &Home, answer: &Answer) -> Vec<RecordBatch> {
    assert_eq!(
        (answer.status, &answer.headers["content-type"]),
        (200, &"application/vnd.apache.parquet".parse().unwrap())
    );
    read_parquet(File::open(home.file("answer.parquet", &answer.body)).unwrap())
}

fn read_parquet(file: File) -> Vec<RecordBatch> {
    ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap().map(Result::unwrap).collect()
}

#[test]
fn arrow_and_parquet_have_the_rows_of_the_session_file() {
    let (home, server) = served();
    let list = server.json("/api/sessions");
    let name = list["sessions"][0]["file_name"].as_str().unwrap();
    let file = home.path().join("cases/2010101010/.tracer/office.pcap/sessions").join(name);
    let mut stored = cells(&read_parquet(File::open(file).unwrap()));
    stored.retain(|(name, _)| !["request", "response", "interim"].contains(&name.as_str()));
    let get = |address: &str, kind: &str| server.send("GET", address, &[("accept", kind)], &[]);
    let kinds = ["application/vnd.apache.arrow.stream", "application/vnd.apache.parquet"];
    assert_eq!(cells(&arrow(&get("/api/sessions/1", kinds[0]))), stored);
    assert_eq!(cells(&parquet(&home, &get("/api/sessions/1", kinds[1]))), stored);

    let address = "/api/sessions/1?fields=path,op&filter=smb2.cmd%3D%3DCREATE&limit=9";
    let page = server.json(address);
    let rows = page["operations"].as_array().unwrap();
    let expected = ["path", "op"].map(|name| {
        let text = |row: &Value| row[name].as_str().map_or_else(|| row[name].to_string(), str::to_owned);
        (name.to_owned(), rows.iter().map(text).collect::<Vec<_>>())
    });
    let as_arrow = get(address, kinds[0]);
    assert_eq!(as_arrow.headers["x-next-cursor"], page["next_cursor"].as_str().unwrap());
    assert_eq!(cells(&arrow(&as_arrow)), expected);
    assert_eq!(cells(&parquet(&home, &get(address, kinds[1]))), expected);
    // No row is a stream and a file, too.
    for kind in kinds {
        let none = get("/api/sessions/1?filter=op%3C0", kind);
        assert_eq!((none.status, none.headers["x-total"].to_str().unwrap()), (200, "0"));
    }
    assert_eq!(get("/api/sessions/1", "text/html").refused(406), "not_acceptable");
    let preferred = get("/api/sessions/1?limit=1", "application/json;q=0.1, application/vnd.apache.parquet");
    assert!(preferred.body.starts_with(b"PAR1"));
    assert_eq!(get("/api/sessions/9", kinds[0]).refused(404), "session_not_found");
}

#[test]
fn one_operation_statistics_and_trees_are_those_of_the_command_line() {
    let (home, server) = served();
    let first = server.json("/api/sessions/1?limit=40")["operations"].clone();
    for op in [0, 5, 20, 39].map(|index: usize| first[index]["op"].as_u64().unwrap().to_string()) {
        let told = home.json(&["session", "1", "--op", &op]);
        assert_eq!(server.json(&format!("/api/sessions/1/operations/{op}")), told, "{op}");
    }
    assert_eq!(server.get("/api/sessions/1/operations/4000000").refused(404), "operation_not_found");
    assert_eq!(server.get("/api/sessions/1/operations/4294967296").refused(400), "bad_request");
    for (query, arguments) in [
        ("", &[][..]),
        ("?top=2&files_by=operations", &["--top", "2", "--files-by", "operations"]),
        ("?file_filter=*.txt&top=0", &["--file-filter", "*.txt", "--top", "0"]),
    ] {
        let told = home.json(&[&["session", "1", "--stats"], arguments].concat());
        assert_eq!(server.json(&format!("/api/sessions/1/stats{query}")), told, "{query}");
    }
    assert_eq!(server.get("/api/sessions/1/stats?top=10001").refused(422), "invalid_value");
    for (query, arguments) in [("", &[][..]), ("?file_filter=*.txt", &["--file-filter", "*.txt"])] {
        let told = home.json(&[&["session", "1", "--tree"], arguments].concat());
        assert_eq!(server.json(&format!("/api/sessions/1/tree{query}")), told, "{query}");
    }
}

#[test]
fn what_is_wrong_is_refused_and_said() {
    let (_home, server) = served();
    let refused = server.get("/api/sessions/1?filter=smb2.cmd%20%3D%3D%20CREAT%C3%89");
    assert_eq!(refused.refused(422), "invalid_filter");
    assert!(refused.value()["detail"].as_str().unwrap().contains("bytes 12"), "{}", refused.value());
    let long = "a".repeat(70_000);
    for (address, status, code) in [
        ("/api/sessions/1?limit=0", 422, "invalid_value"),
        ("/api/sessions/1?limit=10001", 422, "invalid_value"),
        ("/api/sessions/1?limit=-1", 400, "bad_request"),
        ("/api/sessions/1?limit=1e3", 400, "bad_request"),
        ("/api/sessions/1?limit=99999999999999999999", 400, "bad_request"),
        ("/api/sessions/1?limit=1&limit=2", 400, "bad_request"),
        ("/api/sessions/1?fields=nothing", 422, "invalid_value"),
        ("/api/sessions/1?fields=request", 422, "invalid_value"),
        ("/api/sessions/1?fields=,", 422, "invalid_value"),
        ("/api/sessions/%2e%2e", 404, "session_not_found"),
        ("/api/sessions/%2e%2e%2f%2e%2e%2fetc%2fpasswd", 404, "session_not_found"),
        ("/api/sessions/1%00", 404, "session_not_found"),
        ("/api/sessions/0xffffffffffffffffff", 404, "session_not_found"),
        ("/api/sessions/1?capture_path=../../etc/passwd", 403, "outside_traces_folder"),
        ("/api/sessions/1?capture_path=/etc/passwd", 403, "outside_traces_folder"),
        ("/api/sessions/1?capture_path=.tracer/office.pcap", 403, "outside_traces_folder"),
        ("/api/sessions/1?capture_path=a%00b", 400, "bad_path"),
        ("/api/sessions/1?capture_path=nowhere.pcap", 404, "trace_not_found"),
        ("/api/sessions/1?capture_path=office.pcap&case_id=..", 400, "bad_path"),
        ("/api/sessions/1/operations/x", 400, "bad_request"),
        ("/api/sessions/1/stats?files_by=size", 400, "bad_request"),
        ("/api/sessions/9/tree", 404, "session_not_found"),
        ("/api/replays/%2e%2e", 404, "run_not_found"),
        ("/api/replays/%2e%2e%2fsessions", 404, "run_not_found"),
        ("/api/replays/20250101T000000Z", 404, "run_not_found"),
        ("/api/replays/last/operations", 404, "run_not_found"),
        ("/api/replays/last/report.html", 404, "run_not_found"),
    ] {
        assert_eq!(server.get(address).refused(status), code, "{address}");
    }
    for (body, status, code) in [
        (json!({ "limit": 0 }), 422, "invalid_value"),
        (json!({ "limit": "many" }), 422, "invalid_value"),
        (json!({ "filter": long }), 422, "invalid_filter"),
        (json!({ "filter": "((((" }), 422, "invalid_filter"),
        (json!([1]), 422, "invalid_value"),
    ] {
        assert_eq!(
            server.post("/api/sessions/1/operations", &body).refused(status),
            code,
            "{}",
            body.to_string().len()
        );
    }
    // Blank parameters are none.
    let all = server.json("/api/sessions/1?limit=1&filter=&file_filter=&fields=&cursor=&capture_path=&case_id=");
    assert_eq!(all["total"], server.json("/api/sessions")["sessions"][0]["operation_count"]);
}

#[test]
fn a_damaged_session_file_is_told_and_no_part_of_it_is_taken_for_the_whole() {
    let (home, server) = served();
    let name = server.json("/api/sessions")["sessions"][0]["file_name"].as_str().unwrap().to_owned();
    let path = home.path().join("cases/2010101010/.tracer/office.pcap/sessions").join(name);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    // The footer stays as it is.
    bytes[4..middle].fill(0x55);
    std::fs::write(&path, bytes).unwrap();
    for address in ["/api/sessions/1", "/api/sessions/1?limit=3", "/api/sessions/1/stats", "/api/sessions/1/tree"] {
        assert_eq!(server.get(address).refused(409), "conflict", "{address}");
    }
    std::fs::remove_file(&path).unwrap();
    assert_eq!(server.get("/api/sessions/1").refused(409), "conflict");
    assert_eq!(server.json("/health")["status"], "ok");
}
