//! `report RUN --pcap`: the live traffic of a run, as tshark and our own ingest read it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]
#![cfg(unix)]

mod support;

use dissect::Kind;
use lab::{EmbeddedOptions, EmbeddedServer, Program, Recorder, Samba, SambaOptions, Smbclient};
use serde_json::{Value, json};
use smb2::Header;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use store::runs::{Run, RunFile, RunRow, Verdict};
use store::{Columns, OutputFolder, SessionFile};
use support::{Home, corpus, ended};

/// A home with an ingested capture, and a run of it.
struct Replayed {
    home: Home,
    output: OutputFolder,
    run: Run,
    rows: Vec<RunRow>,
    _share: tempfile::TempDir,
}

impl Replayed {
    /// Replays at the embedded server, which does not know all that the captured one did.
    fn new(home: Home, capture: &str, arguments: &[&str]) -> Self {
        home.run(&["ingest", capture]).succeeded();
        let share = tempfile::tempdir().unwrap();
        let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
        let port = server.address().port().to_string();
        let ended = home.run(&[&["replay", "--all", "--port", &port], arguments].concat());
        assert!(matches!(ended.code, 0 | 1), "{}", ended.stderr);
        let output = OutputFolder::at(home.path().join(".tracer").join(capture));
        let run = store::runs::list(&output).unwrap().pop().unwrap();
        let rows = RunFile::open(&run).unwrap().rows().map(Result::unwrap).collect();
        Self { home, output, run, rows, _share: share }
    }

    fn office(arguments: &[&str]) -> Self {
        let home = Home::new();
        home.office("office.pcap");
        Self::new(home, "office.pcap", arguments)
    }

    /// Lets the report say another target: on port 445 tshark takes messages of any size apart.
    fn at(self, server: &str, port: u16) -> Self {
        let mut report: Value = self.run.read_report().unwrap();
        report["target"]["server"] = json!(server);
        report["target"]["port"] = json!(port);
        self.run.write_report(&report).unwrap();
        self
    }

    /// The live traffic.
    fn pcap(&self) -> PathBuf {
        self.home.run(&["report", "last", "--pcap", "live.pcapng"]).succeeded();
        self.home.path().join("live.pcapng")
    }

    fn sent(&self) -> Vec<&RunRow> {
        self.rows.iter().filter(|row| row.live_request.is_some()).collect()
    }
}

/// What tshark prints.
fn tshark(home: &Home, capture: &Path, arguments: &[&str]) -> String {
    let mut tshark = Command::new(Program::Tshark.find().unwrap());
    let output = tshark.env("WIRESHARK_CONFIG_DIR", home.path()).arg("-n").arg("-r").arg(capture).args(arguments);
    let output = output.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Asserts that tshark finds nothing wrong with the packets.
#[track_caller]
fn check_sound(home: &Home, capture: &Path) {
    let wrong = "_ws.malformed || tcp.analysis.flags || _ws.unreassembled || tcp.checksum.status == \"Bad\" \
                 || ip.checksum.status == \"Bad\"";
    let checked = ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"];
    assert_eq!(tshark(home, capture, &[&checked[..], &["-Y", wrong]].concat()), "");
    let whole = tshark(home, capture, &["-V"]);
    for word in ["Malformed Packet", "Dissector bug", "previous segment", "Unreassembled"] {
        assert!(!whole.contains(word), "{word}");
    }
}

/// A message: the client's port, whether it is a response, command, MessageId and status.
type Message = (u16, bool, u16, u64, u32);

/// The messages of a file as tshark sees them.
fn messages(home: &Home, capture: &Path) -> Vec<Message> {
    let columns = ["tcp.srcport", "tcp.dstport", "smb2.flags.response", "smb2.cmd", "smb2.msg_id", "smb2.nt_status"];
    let columns = columns.iter().flat_map(|column| ["-e", column]);
    let arguments: Vec<&str> = ["-Y", "smb2", "-T", "fields"].into_iter().chain(columns).collect();
    let mut found = Vec::new();
    for line in tshark(home, capture, &arguments).lines() {
        let cells: Vec<Vec<&str>> = line.split('\t').map(|cell| cell.split(',').collect()).collect();
        let [source, target] = [0, 1].map(|cell: usize| cells[cell][0].parse::<u16>().unwrap());
        for (index, command) in cells[3].iter().enumerate() {
            let is_response = cells[2][index] == "1";
            let status = cells[5].get(index).filter(|_| is_response);
            found.push((
                if is_response { target } else { source },
                is_response,
                command.parse().unwrap(),
                cells[4][index].parse().unwrap(),
                status.map_or(0, |status| u32::from_str_radix(status.trim_start_matches("0x"), 16).unwrap()),
            ));
        }
    }
    found.sort_unstable();
    found
}

/// The messages of a run.
fn recorded(rows: &[RunRow]) -> Vec<Message> {
    let mut found = Vec::new();
    for row in rows {
        let port = || 49152 + u16::try_from(row.live_connection.unwrap()).unwrap();
        for (message, is_response) in [(&row.live_request, false), (&row.live_response, true)] {
            let Some(header) = message.as_ref().and_then(|message| Header::parse(message).ok()) else { continue };
            let status = if is_response { row.live_status.unwrap() } else { 0 };
            found.push((port(), is_response, header.command.0, header.message_id, status));
        }
    }
    found.sort_unstable();
    found
}

#[test]
fn tshark_finds_the_messages_of_the_run_and_nothing_wrong() {
    let replayed = Replayed::office(&[]).at("10.1.2.3", 445);
    let capture = replayed.pcap();
    check_sound(&replayed.home, &capture);
    let found = messages(&replayed.home, &capture);
    assert_eq!(found, recorded(&replayed.rows));
    assert!(found.len() > 1000, "{}", found.len());
    let times = tshark(&replayed.home, &capture, &["-T", "fields", "-e", "frame.time_delta", "-e", "ip.dst"]);
    assert!(times.lines().all(|line| !line.starts_with('-')), "packets are in the order of time");
    assert!(times.contains("10.1.2.3"));
    // To the nanosecond.
    let first = replayed.sent().iter().filter_map(|row| row.sent_time).min().unwrap().0;
    let epoch = tshark(&replayed.home, &capture, &["-c", "1", "-T", "fields", "-e", "frame.time_epoch"]);
    assert_eq!(epoch.trim(), format!("{}.{:09}", first / 1_000_000_000, first % 1_000_000_000));
}

#[test]
fn what_diverged_has_a_comment_with_its_captured_frame() {
    let replayed = Replayed::office(&[]).at("127.0.0.1", 445);
    let diverged = |row: &&RunRow| matches!(row.verdict, Verdict::Status | Verdict::Body | Verdict::NoResponse);
    let diverged: Vec<&RunRow> = replayed.rows.iter().filter(diverged).collect();
    assert!(diverged.iter().any(|row| row.verdict == Verdict::Status), "the embedded server does not do all");
    let capture = replayed.pcap();
    let columns = ["-e", "smb2.msg_id", "-e", "tcp.dstport", "-e", "frame.comment"];
    let told = tshark(&replayed.home, &capture, &[&["-Y", "frame.comment", "-T", "fields"][..], &columns].concat());
    assert_eq!(told.matches("diverged: ").count(), diverged.len());
    let captured = SessionFile::open(&replayed.output.session_file(diverged[0].session_file.as_deref().unwrap()));
    let captured: Vec<_> = captured.unwrap().operations(Columns::Meaning).map(Result::unwrap).collect();
    let mut checked = 0;
    for row in diverged.iter().filter(|row| row.verdict == Verdict::Status && row.live_response.is_some()) {
        let Some(operation) = captured.iter().find(|captured| Some(captured.op) == row.op) else { continue };
        let name = |status: Option<u32>| store::schema::status_name(status.unwrap());
        let (was, is) = (name(operation.status), name(row.live_status));
        let frame = operation.request_frame.unwrap();
        let expected = format!("diverged: status {was} captured, {is} live; frame {frame} of office.pcap");
        let id = Header::parse(row.live_response.as_ref().unwrap()).unwrap().message_id.to_string();
        let mut lines = told.lines().filter(|line| line.split('\t').next().unwrap().split(',').any(|cell| cell == id));
        assert!(lines.any(|line| line.contains(&expected)), "{expected} is not in\n{told}");
        checked += 1;
    }
    assert!(checked > 0);
}

/// How many transport PDUs with several messages go each way: to the server, and to the client.
fn chains(home: &Home, capture: &Path) -> [usize; 2] {
    let told = tshark(home, capture, &["-Y", "smb2", "-T", "fields", "-e", "smb2.flags.response"]);
    ["0,", "1,"].map(|chained| told.lines().filter(|line| line.starts_with(chained)).count())
}

/// How many chains of requests were captured of which all was sent.
fn captured_chains(replayed: &Replayed) -> usize {
    let mut chains: BTreeMap<u64, bool> = BTreeMap::new();
    let files: BTreeSet<_> = replayed.rows.iter().filter_map(|row| row.session_file.clone()).collect();
    for file in files {
        let operations = SessionFile::open(&replayed.output.session_file(&file)).unwrap().operations(Columns::Meaning);
        for operation in operations.map(Result::unwrap) {
            let Some(chain) = operation.request_chain else { continue };
            let is_of = |row: &&RunRow| row.op == Some(operation.op) && row.session_file.as_ref() == Some(&file);
            let sent = replayed.rows.iter().find(is_of).is_some_and(|row| row.live_request.is_some());
            *chains.entry(chain).or_insert(true) &= sent;
        }
    }
    chains.into_values().filter(|sent| *sent).count()
}

#[test]
fn replays_of_captures_from_elsewhere_are_sound_and_have_their_chains() {
    // The dialect where the capture does not show it.
    let captures = [
        ("smb2-peter.pcap", ""),
        ("smb-on-windows-10.pcap", ""),
        ("smb_net_user.pcap", ""),
        ("smb2.pcap", ""),
        ("smb2_100_small_files.pcap", ""),
        ("smb2readwrite.pcap", "3.0"),
        ("smb2-zero-byte-error-ioctl.pcapng", "3.1.1"),
        ("smb_v2_only_non_zero_reserved1.pcap", "3.1.1"),
    ];
    let mut chained = 0;
    for (name, dialect) in captures {
        let Some(bytes) = corpus(name) else { return };
        let home = Home::new();
        home.file(name, &bytes);
        let dialect = if dialect.is_empty() { vec![] } else { vec!["--dialect", dialect] };
        let replayed = Replayed::new(home, name, &[&["--root", "run", "--max-wait", "1"], &dialect[..]].concat());
        let replayed = replayed.at("lab.example", 445);
        let capture = replayed.pcap();
        check_sound(&replayed.home, &capture);
        assert_eq!(messages(&replayed.home, &capture), recorded(&replayed.rows), "{name}");
        let [sent, answered] = chains(&replayed.home, &capture);
        assert_eq!(sent, captured_chains(&replayed), "{name}");
        chained += sent.min(answered);
    }
    assert!(chained > 20, "{chained}");
}

/// Bytes that are not the same anywhere.
fn contents() -> Vec<u8> {
    (0..3_000_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

/// A recording of a large file that is written and read back.
fn large() -> Home {
    let home = Home::new();
    let samba = Samba::start(SambaOptions::default()).unwrap();
    home.file("large.bin", &contents());
    let recorder = Recorder::start(samba.port(), &home.path().join("large.pcap")).unwrap();
    let done =
        Smbclient::new(&samba).in_folder(home.path()).run(&["put large.bin large.bin", "get large.bin back.bin"]);
    assert!(done.unwrap().failures().is_empty());
    assert_eq!(recorder.finish().unwrap().dropped, 0);
    home
}

#[test]
fn data_that_the_run_left_in_the_session_files_is_in_the_packets() {
    let replayed = Replayed::new(large(), "large.pcap", &["--encrypt=all"]).at("::1", 445);
    let left = |of: fn(&RunRow) -> Option<u32>| replayed.rows.iter().filter_map(of).map(u64::from).sum::<u64>();
    assert_eq!([left(|row| row.live_request_left), left(|row| row.live_response_left)], [3_000_000; 2]);
    let capture = replayed.pcap();
    check_sound(&replayed.home, &capture);
    assert_eq!(messages(&replayed.home, &capture), recorded(&replayed.rows));
    let objects = replayed.home.path().join("objects");
    tshark(&replayed.home, &capture, &["-q", "--export-objects", &format!("smb,{}", objects.display())]);
    let files: Vec<_> =
        std::fs::read_dir(&objects).unwrap().map(|entry| std::fs::read(entry.unwrap().path())).collect();
    assert!(!files.is_empty() && files.into_iter().all(|file| file.unwrap() == contents()));
}

#[test]
fn our_own_ingest_finds_the_operations_of_the_run() {
    for replayed in [Replayed::office(&["--clones", "2"]), Replayed::new(large(), "large.pcap", &[])] {
        replayed.pcap();
        let told = replayed.home.json(&["ingest", "live.pcapng"]);
        assert!(told["dropped"].as_object().unwrap().values().all(|count| count == 0), "{told:#}");
        let output = OutputFolder::at(replayed.home.path().join(".tracer/live.pcapng"));
        let mut operations = Vec::new();
        for file in told["sessions"].as_array().unwrap() {
            let file = SessionFile::open(&output.session_file(file.as_str().unwrap())).unwrap();
            operations.extend(file.operations(Columns::All).map(Result::unwrap));
        }
        let with = |kinds: &[Kind]| operations.iter().filter(|operation| kinds.contains(&operation.kind)).count();
        assert_eq!(with(&[Kind::Exchange, Kind::Request]), replayed.sent().len());
        assert_eq!(with(&[Kind::Response, Kind::Notification, Kind::Encrypted]), 0);
        let live = |row: &RunRow| row.live_connection.unwrap();
        let connections: BTreeSet<u32> = replayed.sent().into_iter().map(live).collect();
        assert_eq!(with(&[Kind::Connect]), connections.len());
    }
}

#[test]
fn standard_output_has_the_file_and_nothing_else() {
    let replayed = Replayed::office(&[]);
    let file = std::fs::read(replayed.pcap()).unwrap();
    let output = replayed.home.command(&["report", "last", "--pcap", "-"]).output().unwrap();
    assert!(output.status.success());
    assert!(output.stdout == file && output.stderr.is_empty());
    let section = tshark(&replayed.home, &replayed.home.path().join("live.pcapng"), &["-c", "1", "-V"]);
    assert!(section.contains("Encapsulation type: Raw IP"), "{section}");
}

#[test]
fn a_file_is_complete_or_not_there_and_takes_the_place_of_none() {
    let replayed = Replayed::office(&[]);
    replayed.home.file("there.pcapng", b"mine");
    replayed.home.run(&["report", "last", "--pcap", "there.pcapng"]).refused(&["there.pcapng", "is there already"]);
    assert_eq!(std::fs::read(replayed.home.path().join("there.pcapng")).unwrap(), b"mine");
    replayed.home.run(&["report", "last", "--pcap", "no/such/folder.pcapng"]).refused(&["no/such/folder.pcapng"]);
    let file = replayed.rows.iter().find_map(|row| row.session_file.clone()).unwrap();
    std::fs::remove_file(replayed.output.session_file(&file)).unwrap();
    let before = std::fs::read_dir(replayed.home.path()).unwrap().count();
    let refused = replayed.home.run(&["report", "last", "--pcap", "live.pcapng"]);
    refused.refused(&[replayed.run.name(), &file, "replay again"]);
    assert_eq!(std::fs::read_dir(replayed.home.path()).unwrap().count(), before, "nothing is left");
    ended(&mut replayed.home.command(&["report", "last"])).succeeded();
}
