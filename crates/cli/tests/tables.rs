//! What tables look like on terminals of different widths, and how they get there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::process::Command;
use support::captured_file::{CapturedFile, capture};
use support::{Home, WIDTHS, at, steady_at};

/// A home where the project's own capture is ingested.
fn ingested() -> Home {
    let home = Home::new();
    home.office("office.pcap");
    home.run(&["ingest", "office.pcap"]).succeeded();
    home
}

#[test]
fn tables_read_so_at_80_120_and_200_columns() {
    let home = ingested();
    for (name, arguments) in [
        ("session_list", &["session", "--list"][..]),
        ("session_list_by_errors", &["session", "--list", "--errors", "--sort", "errors"]),
        ("session", &["session", "3", "--file-filter", "Projects"]),
        ("session_of_a_pipe", &["session", "2"]),
        ("session_brief", &["session", "3", "--brief", "--file-filter", "Projects"]),
        ("session_tree", &["session", "3", "--tree"]),
        ("session_operation", &["session", "3", "--frame", "583"]),
        ("ingest", &["ingest", "office.pcap", "--force"]),
        ("session_fields", &["session", "2", "--fields", "op,smb2.cmd,status_name,path,request_time"]),
    ] {
        for columns in WIDTHS {
            insta::assert_snapshot!(format!("{name}_{columns}"), at(&home, columns, arguments));
        }
    }
}

#[test]
fn settings_and_facts_read_so() {
    let home = Home::new();
    for (name, arguments) in [("config", &["config", "show"]), ("info", &["info", "--no-pager"])] {
        for columns in WIDTHS {
            let mut command = home.command(arguments);
            command.env("TRACES_FOLDER", "/captures/of/the/support/desk/where/cases/are/kept/until/they/are/closed");
            command.env("XDG_CONFIG_HOME", "/settings").env("CAPTURE_PATH", "/captures/office.pcap");
            insta::assert_snapshot!(format!("{name}_{columns}"), steady_at(&home, columns, &mut command));
        }
    }
}

#[test]
fn cases_and_what_is_exported_read_so() {
    let home = Home::new();
    let long = "a case whose name is long enough to be cut on a narrow terminal, and longer";
    let name = "letters\\2024\\offers to customers in the north\\offer of the first of january.txt";
    let cut = CapturedFile { size: 3 << 20, offset: 4096, ..CapturedFile::found(name, b"what was read") };
    let files = [cut, CapturedFile::found("whole.txt", b"all of it")];
    home.file("cases/2010101010/files.pcap", &capture(&files));
    home.office(&format!("cases/{long}/office.pcap"));
    home.run(&["ingest", "--trace", "files.pcap"]).succeeded();
    for columns in WIDTHS {
        insta::assert_snapshot!(format!("cases_{columns}"), at(&home, columns, &["list", "cases"]));
        let folder = format!("out{columns:03}");
        let exported = at(&home, columns, &["export", "1", "--files", &folder]);
        insta::assert_snapshot!(format!("export_{columns}"), exported.replace(&folder, "FOLDER"));
    }
}

#[test]
fn chains_and_pending_requests_are_shown_as_such() {
    let Some(capture) = support::corpus("smb2_100_small_files.pcap") else { return };
    let home = Home::new();
    home.file("chains.pcap", &capture);
    home.run(&["ingest", "chains.pcap"]).succeeded();
    let list = home.json(&["session", "--list", "--sort", "operations"]);
    let number = list["sessions"][0]["number"].to_string();
    let lines = home.run(&["session", &number]);
    let operations = home.json(&["session", &number])["operations"].as_array().unwrap().clone();
    let first_of_chains = operations
        .windows(2)
        .filter(|pair| pair[0]["request_chain"] == pair[1]["request_chain"] && pair[0]["compound_index"] == 0)
        .count();
    let marks = |mark: char| lines.succeeded().lines().filter(|line| line.contains(mark)).count();
    assert!(first_of_chains > 0, "a capture without chains shows nothing");
    assert_eq!((marks('┌'), marks('└')), (first_of_chains, first_of_chains));
    let pending = operations.iter().filter(|operation| !operation["interim_frame"].is_null()).count();
    assert_eq!(lines.stdout.matches("pending in frame ").count(), pending);
}

#[test]
fn a_status_has_the_colour_of_its_class() {
    let home = ingested();
    let shown = home.run(&["session", "1", "--color", "always"]);
    for (colour, status) in [("31", "OBJECT_NAME_COLLISION"), ("33", "NO_MORE_FILES"), ("32", "SUCCESS")] {
        assert!(shown.succeeded().contains(&["\u{1b}[", colour, "m", status, "\u{1b}[0m"].concat()), "{status}");
    }
}

/// Runs smbreplay with its output on a terminal; what it printed. It must succeed.
fn on_a_terminal(home: &Home, pager: Option<&str>, arguments: &str) -> String {
    let (printed, code) = with_pager(home, pager, arguments);
    assert_eq!(code, 0, "{printed}");
    printed
}

/// Runs smbreplay with its output on a terminal, by `script`; what it printed, and its exit status.
fn with_pager(home: &Home, pager: Option<&str>, arguments: &str) -> (String, i32) {
    let program = assert_cmd::cargo::cargo_bin!("smbreplay");
    let mut command = Command::new("script");
    command.args(["-qec", &format!("{} {arguments}", program.display()), "/dev/null"]);
    command.env("HOME", home.path()).env("TZ", "UTC").env("COLUMNS", "120").env_remove("LESS");
    match pager {
        Some(pager) => command.env("PAGER", pager),
        None => command.env_remove("PAGER"),
    };
    let output = command.current_dir(home.path()).stdin(std::process::Stdio::null()).output().unwrap();
    (String::from_utf8(output.stdout).unwrap(), output.status.code().unwrap_or(-1))
}

#[test]
#[cfg(target_os = "linux")]
fn on_a_terminal_operations_go_through_the_pager_that_the_user_chose() {
    let home = ingested();
    let paged = on_a_terminal(&home, Some("sed s/^/paged:/"), "session 2");
    assert!(paged.lines().all(|line| line.starts_with("paged:")), "{paged}");
    assert!(paged.contains("\u{1b}[32m") && paged.contains("times are seconds from the first packet"), "{paged}");
    for (pager, arguments) in
        [("sed s/^/paged:/", "session 2 --no-pager"), ("sed s/^/paged:/", "session 2 --format json"), ("", "session 2")]
    {
        let direct = on_a_terminal(&home, Some(pager), arguments);
        assert!(direct.contains("TREE_CONNECT") && !direct.contains("paged:"), "{direct}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_pager_that_ends_early_is_no_failure_and_one_that_does_not_exist_is() {
    let home = ingested();
    let first = on_a_terminal(&home, Some("head -n 1"), "session 1");
    assert_eq!(first.lines().count(), 1, "{first}");
    let (told, code) = with_pager(&home, Some("no-such-pager-anywhere"), "session 2");
    assert!(code == 2 && told.contains("--no-pager"), "{told}");
}
