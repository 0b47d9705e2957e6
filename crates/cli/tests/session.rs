//! `session --list` and `session ID`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::Value;
use support::{Home, ended};

/// The id of what belongs to no session.
const NO_SESSION: &str = "0x0000000000000000";

/// A home where the project's own capture is ingested.
fn ingested() -> Home {
    let home = Home::new();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    home
}

#[test]
fn the_list_has_every_session_in_order_of_time() {
    let home = ingested();
    let list = home.json(&["session", "--list"]);
    let sessions = list["sessions"].as_array().unwrap();
    assert_eq!(list["total"], sessions.len());
    assert!(sessions.len() >= 3, "{list}");
    assert_eq!(sessions.last().unwrap()["session_id"], NO_SESSION, "what belongs to no session comes last");
    let of_sessions = sessions.iter().filter(|session| session["session_id"] != NO_SESSION);
    let times: Vec<&str> = of_sessions.map(|session| session["first_time"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    let desk = sessions.iter().find(|session| session["user"] == "testuser").unwrap();
    let id = desk["session_id"].as_str().unwrap();
    assert!(id.len() == 18 && id.starts_with("0x") && id == id.to_lowercase(), "{id}");
    assert_eq!(desk["dialect"], "3.1.1");
    assert_eq!(desk["replayable"], true);
    assert!(desk["first_time"].as_str().unwrap().ends_with('Z'));
    assert!(desk["commands"]["CREATE"].as_u64() > Some(0), "{desk}");
    for key in
        ["file_name", "operation_count", "domain", "client", "server", "shares", "last_time", "statuses", "encrypted"]
    {
        assert!(desk.get(key).is_some(), "{key}");
    }
    let table = home.run(&["session", "--list"]);
    assert!(table.succeeded().contains(id), "{}", table.stdout);
}

#[test]
fn a_session_goes_by_number_id_file_or_the_last_one_used() {
    let home = ingested();
    let list = home.json(&["session", "--list"]);
    let second = &list["sessions"][1];
    let (id, file) = (second["session_id"].as_str().unwrap(), second["file_name"].as_str().unwrap());
    let upper = id.to_uppercase().replacen("0X", "0x", 1);
    let stem = file.strip_suffix(".parquet").unwrap();
    for arguments in [
        &["session", "2"][..],
        &["session", id],
        &["session", &upper],
        &["session", file],
        &["session", stem],
        &["session", "--session-id", id],
        &["session"],
    ] {
        let shown = home.json(arguments);
        assert_eq!(shown["session_id"], id, "{arguments:?}");
        assert_eq!(shown["total"], second["operation_count"], "{arguments:?}");
    }
}

#[test]
fn an_unknown_session_is_answered_with_the_nearest() {
    let home = ingested();
    let list = home.json(&["session", "--list"]);
    let id = list["sessions"][0]["session_id"].as_str().unwrap();
    let mut wrong = id.to_owned();
    let last = if wrong.ends_with('f') { "e" } else { "f" };
    wrong.replace_range(17.., last);
    let known: Vec<&str> =
        list["sessions"].as_array().unwrap().iter().map(|session| session["session_id"].as_str().unwrap()).collect();
    assert!(!known.contains(&wrong.as_str()), "choose another id");
    home.run(&["session", &wrong]).refused(&[&wrong, "nearest", "session --list"]);
    home.run(&["session", "999"]).refused(&["999", &known.len().to_string()]);
    home.run(&["replay", &wrong]).refused(&[&wrong, "nearest"]);
}

#[test]
fn operations_carry_every_column_but_the_messages() {
    let home = ingested();
    let shown = home.json(&["session", "1"]);
    let operations = shown["operations"].as_array().unwrap();
    assert_eq!(shown["total"], operations.len());
    let create = operations.iter().find(|operation| operation["command"] == "CREATE").unwrap().as_object().unwrap();
    for absent in ["request", "response", "interim"] {
        assert!(!create.contains_key(absent), "{absent}");
    }
    for present in
        ["op", "kind", "session_id", "status", "status_name", "path", "file_id", "request_time", "payload_hash"]
    {
        assert!(create.contains_key(present), "{present}");
    }
    assert!(create["status"].as_str().unwrap().starts_with("0x"), "{create:?}");
    assert!(create["request_time"].as_str().unwrap().ends_with('Z'), "{create:?}");
    let numbers: Vec<u64> = operations.iter().map(|operation| operation["op"].as_u64().unwrap()).collect();
    assert!(numbers.is_sorted());
}

#[test]
fn fields_are_chosen_by_column_or_by_wireshark_name() {
    let home = ingested();
    let shown = home.json(&["session", "1", "--fields", "op,smb2.cmd,smb2.nt_status"]);
    let mut keys: Vec<&String> = shown["operations"][0].as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["command", "op", "status", "status_name"]);
    let csv = home.run(&["session", "1", "--fields", "op,command", "--format", "csv"]);
    assert!(csv.succeeded().starts_with("op,command\n"), "{}", csv.stdout);
    home.run(&["session", "1", "--fields", "op,cmmand"]).refused(&["cmmand", "command", "status_name"]);
    home.run(&["session", "1", "--fields", "request"]).refused(&["request", "Parquet"]);
}

#[test]
fn a_file_filter_keeps_the_operations_on_these_paths() {
    let home = ingested();
    let all = home.json(&["session", "1"]);
    let paths = |document: &Value| -> Vec<String> {
        let operations = document["operations"].as_array().unwrap();
        let of = |operation: &Value| {
            [&operation["path"], &operation["new_path"]].map(|path| path.as_str().map(str::to_lowercase))
        };
        operations.iter().map(of).map(|paths| paths.into_iter().flatten().collect::<Vec<_>>().join(" -> ")).collect()
    };
    let extension = paths(&all).into_iter().find_map(|path| path.rsplit_once('.').map(|(_, e)| e.to_owned())).unwrap();
    let filtered = home.json(&["session", "1", "--file-filter", &format!("*.{}", extension.to_uppercase())]);
    let kept = paths(&filtered);
    assert!(!kept.is_empty() && kept.len() < paths(&all).len(), "{extension}");
    assert!(kept.iter().all(|path| path.contains(&format!(".{extension}"))), "{kept:?}");
    let none = home.run(&["session", "1", "--file-filter", "no such file"]);
    assert_eq!(none.succeeded(), "no operation has such a path\n");
}

#[test]
fn brief_is_a_line_for_each_operation_and_fits_the_terminal() {
    let home = ingested();
    let total = home.json(&["session", "1"])["total"].as_u64().unwrap();
    let wide = home.run(&["session", "1", "--brief"]);
    assert_eq!(wide.succeeded().lines().count() as u64, total + 1);
    for columns in [30_usize, 50, 80] {
        for arguments in
            [&["session", "1", "--brief"][..], &["session", "--list"], &["session", "1", "--fields", "op,path,status"]]
        {
            let narrow = ended(home.command(arguments).env("COLUMNS", columns.to_string()));
            for line in narrow.succeeded().lines() {
                assert!(line.chars().count() <= columns, "{columns}: {line}");
            }
        }
    }
}

#[test]
fn a_session_of_a_trace_that_was_not_ingested_is_told_what_to_do() {
    let home = Home::new();
    home.run(&["session", "--list"]).refused(&["smbreplay ingest"]);
    home.office("office.pcap");
    home.run(&["session", "--list", "--trace", "office.pcap"]).refused(&["office.pcap", "smbreplay ingest"]);
    home.run(&["session", "--list", "--trace", "other.pcap"]).refused(&["other.pcap"]);
}

#[test]
fn a_damaged_session_file_is_named() {
    let home = ingested();
    let list = home.json(&["session", "--list"]);
    let file = list["sessions"][0]["file_name"].as_str().unwrap();
    let path = home.path().join(".tracer/office.pcap/sessions").join(file);
    std::fs::write(&path, b"PAR1 and nothing else").unwrap();
    home.run(&["session", "1"]).refused(&[file, "--force"]);
    std::fs::remove_file(&path).unwrap();
    home.run(&["session", "1"]).refused(&[file, "--force"]);
}

/// The numbers of the operations that a filter selects.
fn filtered(home: &Home, filter: &str) -> Vec<u64> {
    let shown = home.json(&["session", "1", "--filter", filter]);
    shown["operations"].as_array().unwrap().iter().map(|operation| operation["op"].as_u64().unwrap()).collect()
}

#[test]
fn a_filter_keeps_the_operations_that_match() {
    let home = ingested();
    let all = home.json(&["session", "1"]);
    let operations = all["operations"].as_array().unwrap();
    let of = |accepts: &dyn Fn(&Value) -> bool| -> Vec<u64> {
        operations.iter().filter(|row| accepts(row)).map(|row| row["op"].as_u64().unwrap()).collect()
    };
    let creates = of(&|row| row["command"] == "CREATE");
    assert!(!creates.is_empty() && creates.len() < operations.len());
    assert_eq!(filtered(&home, "smb2.cmd == Create"), creates);
    let failed = of(&|row| row["status"].is_string() && row["status"] != "0x00000000" && !row["path"].is_null());
    assert!(!failed.is_empty());
    assert_eq!(filtered(&home, "status != STATUS_SUCCESS and smb2.filename"), failed);
    assert_eq!(filtered(&home, ""), of(&|_| true));
}

#[test]
fn a_filter_goes_with_every_form_and_with_a_file_filter() {
    let home = ingested();
    let creates = filtered(&home, "smb2.cmd == 5").len();
    let filter = ["session", "1", "--filter", "smb2.cmd == 5"];
    let csv = home.run(&[&filter[..], &["--fields", "op,command", "--format", "csv"]].concat());
    assert_eq!(csv.succeeded().lines().filter(|line| line.ends_with(",CREATE")).count(), creates);
    assert_eq!(csv.stdout.lines().count(), creates + 1);
    let all = home.json(&["session", "1", "--file-filter", "*.*"]);
    let both = home.json(&["session", "1", "--file-filter", "*.*", "--filter", "smb2.cmd == 5"]);
    let expected = all["operations"].as_array().unwrap().iter().filter(|row| row["command"] == "CREATE").count();
    assert_eq!(both["total"], expected);
    for (arguments, said) in [
        (&["--filter", "op > 99999999"][..], "no operation matches the filter\n"),
        (
            &["--filter", "op >= 0", "--file-filter", "no such file"],
            "no operation matches the filter and has such a path\n",
        ),
    ] {
        assert_eq!(home.run(&[&["session", "1"], arguments].concat()).succeeded(), said);
    }
}

#[test]
fn a_filter_that_makes_no_sense_is_shown_with_its_place() {
    let home = ingested();
    for (filter, words, marks) in [
        ("smb2.cmd == 5 && smb2.nt_statu == 0", "smb2.nt_status", "                 ^~~~~~~~~~~~~"),
        ("status == STATUS_ACESS_DENIED", "STATUS_ACCESS_DENIED", "          ^~~~~~~~~~~~~~~~~~~"),
        ("path ==", "a value", "       ^"),
    ] {
        let ended = home.run(&["session", "1", "--filter", filter]);
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
        let lines: Vec<&str> = ended.stderr.lines().collect();
        assert_eq!(lines.len(), 3, "{}", ended.stderr);
        assert!(lines[0].starts_with("error: --filter: ") && lines[0].contains(words), "{}", ended.stderr);
        assert_eq!((lines[1], lines[2]), (format!("  {filter}").as_str(), format!("  {marks}").as_str()));
    }
    home.run(&["session", "--list", "--filter", "op == 1"]).refused(&["--list", "--filter"]);
}
