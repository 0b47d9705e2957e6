//! `ingest`: what becomes of captures, and what is said of files that are none.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod support;

use std::path::Path;
use support::{FromClient, Home, ended, framed, office_records, pcap, smb1_echo};

const CLIENT: FromClient = FromClient(true);
const SERVER: FromClient = FromClient(false);

/// The sessions folder of a capture in the home.
fn sessions(home: &Home, name: &str) -> std::path::PathBuf {
    home.path().join(".tracer").join(name).join("sessions")
}

#[test]
fn a_capture_becomes_session_files_and_one_json_document() {
    let home = Home::new();
    let capture = home.office("office.pcap");
    let document = home.json(&["ingest", "office.pcap"]);
    assert_eq!(Path::new(document["trace"].as_str().unwrap()), std::fs::canonicalize(&capture).unwrap());
    assert!(document["packets"].as_u64() > Some(500) && document["smb2_messages"].as_u64() > Some(500), "{document}");
    let files = document["sessions"].as_array().unwrap();
    assert_eq!(document["session_count"], files.len());
    for file in files {
        assert!(sessions(&home, "office.pcap").join(file.as_str().unwrap()).is_file(), "{file}");
    }
    for key in ["case_id", "output_dir", "bytes", "dropped", "processing_time"] {
        assert!(document.get(key).is_some(), "{key}");
    }
    assert_eq!(home.json(&["config", "get", "trace_name"])["value"], "office.pcap");
}

#[test]
fn an_unchanged_capture_is_not_read_again_unless_forced() {
    let home = Home::new();
    home.office("office.pcap");
    assert_eq!(home.json(&["ingest", "office.pcap"])["unchanged"], false);
    assert_eq!(home.json(&["ingest", "office.pcap"])["unchanged"], true);
    assert_eq!(home.json(&["ingest", "office.pcap", "--force", "--reassembly"])["unchanged"], false);
}

#[test]
fn data_that_is_not_stored_is_told_by_all_who_look_for_it() {
    const NOT_STORED: &str = "data of READs and WRITEs is not stored, only its length and its hash (--payload hash)";
    let home = Home::new();
    home.office("office.pcap");
    let size = || {
        let files = std::fs::read_dir(sessions(&home, "office.pcap")).unwrap();
        files.map(|file| file.unwrap().metadata().unwrap().len()).sum::<u64>()
    };
    assert_eq!(home.json(&["ingest", "office.pcap"])["payload"], "full");
    let full = size();
    assert_eq!(home.json(&["ingest", "office.pcap", "--payload", "none"])["payload"], "none");
    assert!(size() < full);
    let told = home.run(&["ingest", "office.pcap", "--payload", "hash"]);
    assert!(told.succeeded().lines().any(|line| line == NOT_STORED), "{}", told.stdout);
    assert_eq!(home.json(&["ingest", "office.pcap", "--payload", "hash"])["unchanged"], true);

    let told = home.run(&["export", "--all", "--files", "out"]);
    assert_eq!(told.stderr.matches(NOT_STORED).count(), 1, "{}", told.stderr);
    assert!(told.succeeded().contains("more no data is stored"), "{}", told.stdout);
    let exported = home.json(&["export", "--all", "--files", "again"]);
    assert_eq!(exported["payload"], "hash");
    let sizes = exported["files"].as_array().unwrap().iter().map(|file| file["size"].as_u64());
    assert!(sizes.into_iter().all(|size| size == Some(0)), "no file is written of zeros: {exported}");

    let checked = home.json(&["validate", "--check-ops", "1"]);
    let warnings: Vec<&str> = checked["warnings"].as_array().unwrap().iter().filter_map(|told| told.as_str()).collect();
    assert!(warnings.len() == 1 && warnings[0].starts_with(NOT_STORED), "{checked}");
    let rows = home.json(&["session", "1"]);
    assert!(rows["operations"].as_array().unwrap().iter().any(|row| row["payload_hash"].is_string()), "{rows}");
}

#[test]
fn a_capture_is_found_in_its_case_and_by_default_again() {
    let home = Home::new();
    home.office("cases/2024001/day 1/office.pcap");
    let document = home.json(&["ingest", "--case", "2024001", "--trace", "day 1/office.pcap"]);
    assert_eq!(document["case_id"], "2024001");
    assert!(home.path().join("cases/2024001/.tracer/day 1/office.pcap/sessions/session_metadata.json").is_file());
    let again = home.json(&["ingest"]);
    assert_eq!(again["trace"], document["trace"]);
    let traces = home.json(&["list", "traces", "--case", "2024001"]);
    assert_eq!((&traces["total"], &traces["traces"][0]["ingested"]), (&1.into(), &true.into()));
    assert_eq!(traces["traces"][0]["packets"], document["packets"]);
    assert_eq!(home.json(&["list", "cases"])["cases"][0]["case_id"], "2024001");
}

#[test]
fn a_capture_that_was_not_ingested_is_listed_with_its_packets() {
    let home = Home::new();
    home.office("cases/2010101010/office.pcap");
    home.file("cases/2010101010/broken.pcap", b"not a capture");
    let listed = home.json(&["list", "traces"]);
    let traces = listed["traces"].as_array().unwrap();
    let named = |name: &str| traces.iter().find(|trace| trace["name"] == name).unwrap();
    assert!(named("office.pcap")["packets"].as_u64() > Some(500), "{listed}");
    assert_eq!(named("office.pcap")["ingested"], false);
    assert!(named("broken.pcap")["problem"].is_string(), "{listed}");
}

#[test]
fn what_is_no_capture_is_refused_with_its_name_and_nothing_is_left() {
    let home = Home::new();
    let text = home.file("notes.txt", b"This is no capture, but some lines of text that somebody wrote.\n");
    home.run(&["ingest", "notes.txt"]).refused(&[text.file_name().unwrap().to_str().unwrap(), "not a capture", "pcap"]);
    home.file("empty.pcap", b"");
    home.run(&["ingest", "empty.pcap"]).refused(&["empty.pcap", "empty"]);
    home.file("mail.pcap", &pcap(25, &[(SERVER, b"220 mail.example.org\r\n"), (CLIENT, b"HELO client\r\n")]));
    home.run(&["ingest", "mail.pcap"]).refused(&["mail.pcap", "no SMB2", "445"]);
    home.file("old.pcap", &pcap(445, &[(CLIENT, &smb1_echo(false)), (SERVER, &smb1_echo(true))]));
    home.run(&["ingest", "old.pcap"]).refused(&["old.pcap", "only SMB1", "SMB2"]);
    home.run(&["ingest", "missing.pcap"]).refused(&["missing.pcap", "no such trace"]);
    std::fs::create_dir(home.path().join("bare")).unwrap();
    home.run(&["ingest", "bare"]).refused(&["bare", "no captures"]);
    home.run(&["ingest", "none*.pcap"]).refused(&["none*.pcap", "no file matches"]);
    assert!(
        !home.path().join(".tracer").exists()
            || std::fs::read_dir(home.path().join(".tracer")).unwrap().next().is_none()
    );
}

#[test]
fn a_capture_without_smb2_is_refused_with_what_may_have_been_it() {
    let home = Home::new();
    home.file("rdma.pcap", &pcap(5445, &[(CLIENT, b"MPA ID Req Frame"), (SERVER, b"MPA ID Rep Frame")]));
    home.run(&["ingest", "rdma.pcap"]).refused(&["no SMB2", "packets of SMB Direct (RDMA)"]);
    let (header, records) = office_records();
    let cut = |record: &Vec<u8>| {
        let mut cut = record[..record.len().min(16 + 80)].to_vec();
        let length = u32::try_from(cut.len() - 16).unwrap();
        cut[8..12].copy_from_slice(&length.to_le_bytes());
        cut
    };
    let records: Vec<Vec<u8>> = records.iter().map(cut).collect();
    home.file("short.pcap", &[header, records.concat()].concat());
    home.run(&["ingest", "short.pcap"]).refused(&["no SMB2", "snaplen", "capture whole packets"]);
    let mut wireless = pcap(445, &[(CLIENT, b"x")]);
    wireless[20] = 105;
    home.file("wireless.pcap", &wireless);
    home.run(&["ingest", "wireless.pcap"]).refused(&["no SMB2", "link type 105, which is not read", "445"]);
    let whole = pcap(445, &[(CLIENT, b"x")]);
    home.file("begun.pcap", &whole[..whole.len() - 1]);
    home.run(&["ingest", "begun.pcap"]).refused(&["no SMB2", "cut or damaged at byte"]);
}

#[test]
fn one_bad_file_does_not_keep_the_others_from_being_read() {
    let home = Home::new();
    home.office("office.pcap");
    home.file("empty.pcap", b"");
    let ended = home.run(&["ingest", "--each", "empty.pcap", "office.pcap"]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("empty.pcap"), "{}", ended.stderr);
    assert!(sessions(&home, "office.pcap").is_dir());
}

#[test]
fn a_truncated_capture_is_read_up_to_the_cut_with_a_warning_and_the_byte_count() {
    let home = Home::new();
    let whole = std::fs::read(home.office("office.pcap")).unwrap();
    home.file("cut.pcap", &whole[..whole.len() - 7]);
    let ended = home.run(&["ingest", "cut.pcap"]);
    ended.succeeded();
    assert!(ended.stderr.contains("warning") && ended.stderr.contains("byte"), "{}", ended.stderr);
    let quiet = home.run(&["-q", "ingest", "cut.pcap", "--force", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(quiet.succeeded()).unwrap();
    assert!(!document["warnings"].as_array().unwrap().is_empty());
    assert_eq!(quiet.stderr, "");
}

#[test]
fn a_file_in_the_place_of_the_output_folder_is_told_with_what_to_do() {
    let home = Home::new();
    home.office("office.pcap");
    let taken = home.file(".tracer", b"in the folder's place");
    home.run(&["ingest", "office.pcap"]).refused(&[".tracer", "output_dir"]);
    assert_eq!(std::fs::read(taken).unwrap(), b"in the folder's place");
    let elsewhere = home.path().join("out");
    let ended = ended(home.command(&["ingest", "office.pcap"]).env("SESSION_OUTPUT_DIR", &elsewhere));
    ended.succeeded();
    assert!(elsewhere.join("_").is_dir());
}

/// Root may write anywhere: then there is nothing to see.
#[cfg(unix)]
#[test]
fn a_folder_that_may_not_be_written_is_told_with_the_chown_and_output_dir() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    home.office("office.pcap");
    let tracer = home.path().join(".tracer");
    std::fs::create_dir(&tracer).unwrap();
    std::fs::set_permissions(&tracer, std::fs::Permissions::from_mode(0o555)).unwrap();
    if std::fs::write(tracer.join("probe"), b"").is_ok() {
        eprintln!("not tested: this user may write anywhere");
        return;
    }
    home.run(&["ingest", "office.pcap"]).refused(&[".tracer", "chown", "output_dir"]);
}

#[test]
fn what_another_program_wrote_is_not_replaced_unless_forced() {
    let home = Home::new();
    home.office("office.pcap");
    let foreign = home.file(".tracer/office.pcap/sessions/session_metadata.json", b"{\"sessions\": []}");
    home.run(&["ingest", "office.pcap"]).refused(&["--force"]);
    assert_eq!(std::fs::read(&foreign).unwrap(), b"{\"sessions\": []}");
    home.run(&["session", "--list", "--trace", "office.pcap"]).refused(&["session_metadata.json", "ingest"]);
    home.run(&["ingest", "office.pcap", "--force"]).succeeded();
    home.run(&["session", "--list"]).succeeded();
}

#[test]
fn a_payload_that_only_looks_like_smb2_is_no_session() {
    let home = Home::new();
    let mut message = b"\xfeSMB".to_vec();
    message.resize(20, 0);
    home.file("short.pcap", &pcap(445, &[(CLIENT, &framed(&message)), (SERVER, &framed(&message))]));
    let ended = home.run(&["ingest", "short.pcap"]);
    assert!(ended.code == 2 || ended.code == 0, "{}", ended.stderr);
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_with_130_and_leaves_the_earlier_result_as_it_was() {
    use std::process::{Command, Stdio};
    let home = Home::new();
    let office = std::fs::read(home.office("office.pcap")).unwrap();
    home.run(&["ingest", "office.pcap"]).succeeded();
    let metadata = sessions(&home, "office.pcap").join("session_metadata.json");
    let before = std::fs::read(&metadata).unwrap();
    // The same packets again and again: some seconds of work, and not the capture that was ingested.
    let (header, packets) = office.split_at(24);
    home.file("office.pcap", &[header, &packets.repeat(400)].concat());
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("smbreplay"))
        .args(["ingest", "office.pcap"])
        .env_clear()
        .env("HOME", home.path())
        .current_dir(home.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(400));
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success() && child.try_wait().unwrap().is_none(), "it ended before the interrupt");
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{told}");
    assert!(told.contains("interrupted") && told.lines().count() == 1, "{told}");
    assert_eq!(std::fs::read(&metadata).unwrap(), before);
    let left: Vec<_> = std::fs::read_dir(metadata.parent().unwrap().parent().unwrap()).unwrap().collect();
    assert!(
        left.iter().all(|entry| !entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(".new-")),
        "{left:?}"
    );
}
