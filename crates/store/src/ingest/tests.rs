#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

mod large;

use super::*;
use crate::layout::Layout;
use crate::{Columns, SessionFile};
use std::fs;
use std::path::{Path, PathBuf};

/// A pcap file (little-endian, microseconds, Ethernet) of TCP segments.
#[derive(Default)]
struct Pcap {
    bytes: Vec<u8>,
    sent: [u32; 2],
    packets: u32,
}

const SYN: u8 = 0x02;
const ACK: u8 = 0x10;

impl Pcap {
    fn new() -> Self {
        let mut pcap = Self::default();
        pcap.bytes.extend([0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0]);
        pcap
    }

    /// A connection from port 40000 to port 445.
    fn connected() -> Self {
        Self::new().segment(0, SYN, &[]).segment(1, SYN | ACK, &[]).segment(0, ACK, &[])
    }

    fn segment(mut self, side: usize, flags: u8, payload: &[u8]) -> Self {
        let (source, destination): (u16, u16) = if side == 0 { (40000, 445) } else { (445, 40000) };
        let mut tcp = Vec::new();
        tcp.extend(source.to_be_bytes());
        tcp.extend(destination.to_be_bytes());
        tcp.extend((1000 + self.sent[side]).to_be_bytes());
        tcp.extend(if flags & ACK == 0 { [0; 4] } else { (1000 + self.sent[1 - side]).to_be_bytes() });
        tcp.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        tcp.extend(payload);
        self.sent[side] += payload.len() as u32 + u32::from(flags & SYN != 0);
        let mut frame = vec![0; 12];
        frame.extend([8, 0, 0x45, 0]);
        frame.extend((20 + tcp.len() as u16).to_be_bytes());
        frame.extend([0, 0, 0, 0, 64, 6, 0, 0]);
        frame.extend([10, 0, 0, 1 + side as u8, 10, 0, 0, 2 - side as u8]);
        frame.extend(tcp);
        self.packets += 1;
        self.bytes.extend(1_700_000_000_u32.to_le_bytes());
        self.bytes.extend(self.packets.to_le_bytes());
        self.bytes.extend([frame.len() as u32; 2].map(u32::to_le_bytes).concat());
        self.bytes.extend(frame);
        self
    }

    /// A WRITE of `data`, that the server does not answer.
    fn write_request(self, data: &[u8]) -> Self {
        let mut message = smb2(5, false)[4..].to_vec();
        message.resize(112, 0);
        message[12] = 9;
        message[64] = 49;
        message[66] = 112;
        message[68] = data.len() as u8;
        message.extend(data);
        let length = (message.len() as u32).to_be_bytes().to_vec();
        self.segment(0, ACK, &[length, message].concat())
    }

    /// An ECHO request and its response with `message_id` in session 0x77.
    fn echo(self, message_id: u64) -> Self {
        self.segment(0, ACK, &smb2(message_id, false)).segment(1, ACK, &smb2(message_id, true))
    }

    fn write(&self, path: &Path) {
        fs::write(path, &self.bytes).unwrap();
    }
}

fn smb2(message_id: u64, response: bool) -> Vec<u8> {
    let mut message = vec![0_u8; 68];
    message[..4].copy_from_slice(b"\xfeSMB");
    message[4] = 64;
    message[12] = 13;
    message[14] = 1;
    message[16] = u8::from(response);
    message[24..32].copy_from_slice(&message_id.to_le_bytes());
    message[40] = 0x77;
    message[64] = 4;
    [vec![0, 0, 0, 68], message].concat()
}

fn smb1(response: bool) -> Vec<u8> {
    let mut message = vec![0_u8; 35];
    message[..5].copy_from_slice(b"\xffSMB\x2b");
    message[9] = if response { 0x80 } else { 0 };
    [vec![0, 0, 0, 35], message].concat()
}

struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn new() -> Self {
        let case = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(case.folder.path().join("42")).unwrap();
        case
    }

    fn trace(&self) -> PathBuf {
        self.folder.path().join("42/x.pcap")
    }

    fn request(&self) -> IngestRequest {
        let layout = Layout::with_folders(self.folder.path().to_owned(), None);
        IngestRequest::new(layout.place(&self.trace()).unwrap())
    }

    fn ingest(&self) -> Result<IngestReport, IngestError> {
        run(&self.request())
    }

    fn has_output(&self) -> bool {
        self.folder.path().join("42/.tracer").exists()
    }
}

fn run(request: &IngestRequest) -> Result<IngestReport, IngestError> {
    ingest(request, &mut |_| (), &AtomicBool::new(false))
}

#[test]
fn a_trace_becomes_session_files_and_metadata() {
    let case = Case::new();
    Pcap::connected().echo(5).echo(6).write(&case.trace());
    let report = case.ingest().unwrap();
    assert_eq!(report.case_id.as_deref(), Some("42"));
    assert_eq!((report.packets, report.smb2_messages, report.unchanged), (7, 4, false));
    assert!(report.sessions.contains(&"smb2_session_0x0000000000000077.parquet".to_owned()), "{:?}", report.sessions);
    let output = case.request().place.output;
    assert!(output.path().ends_with("42/.tracer/x.pcap"));
    let file = SessionFile::open(&output.session_file("smb2_session_0x0000000000000077.parquet")).unwrap();
    let ids: Vec<_> = file.operations(Columns::All).map(|row| row.unwrap().message_id).collect();
    assert_eq!(ids, [Some(5), Some(6)]);
    let metadata = crate::metadata::read(&output.metadata()).unwrap();
    assert_eq!(metadata.connections[0].client, "10.0.0.1:40000");
    assert_eq!(metadata.trace.files[0].size, fs::metadata(case.trace()).unwrap().len());
    assert_eq!(metadata.trace.link_types, ["ETHERNET"]);
}

#[test]
fn an_unchanged_trace_is_ingested_again_only_when_forced() {
    let case = Case::new();
    Pcap::connected().echo(5).write(&case.trace());
    let first = case.ingest().unwrap();
    let second = case.ingest().unwrap();
    assert!(second.unchanged);
    assert_eq!((&second.sessions, second.packets), (&first.sessions, first.packets));
    // Written again with the same bytes: another time of modification, the same hash.
    Pcap::connected().echo(5).write(&case.trace());
    fs::File::options().write(true).open(case.trace()).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    assert!(case.ingest().unwrap().unchanged);
    assert!(!run(&IngestRequest { force: true, ..case.request() }).unwrap().unchanged);
    Pcap::connected().echo(5).echo(6).write(&case.trace());
    assert!(!case.ingest().unwrap().unchanged);
}

#[test]
fn an_unchanged_trace_is_ingested_again_to_store_more_or_less_of_its_data() {
    let case = Case::new();
    Pcap::connected().echo(4).write_request(b"confidential").write(&case.trace());
    let with = |payload| run(&IngestRequest { payload, ..case.request() }).unwrap();
    let output = case.request().place.output;
    let stored = |report: &IngestReport| {
        let metadata = crate::metadata::read(&output.metadata()).unwrap();
        assert_eq!(report.payload, metadata.trace.payload);
        let file = SessionFile::open(&output.session_file("smb2_session_0x0000000000000077.parquet")).unwrap();
        let row = file.operations(Columns::All).map(Result::unwrap).find(|row| row.payload_offset.is_some()).unwrap();
        assert_eq!((row.request_length, row.payload_length), (Some(124), Some(12)));
        let message = row.request.unwrap();
        assert_eq!(message.len(), 124);
        (message[112..].to_vec(), row.payload_hash.is_some(), row.request_holes.len())
    };
    let confidential = b"confidential".to_vec();
    for (payload, expected) in [
        (Payload::Full, (confidential.clone(), true, 0)),
        (Payload::Hash, (vec![0; 12], true, 1)),
        (Payload::None, (vec![0; 12], false, 1)),
        (Payload::Hash, (vec![0; 12], true, 1)),
        (Payload::Full, (confidential, true, 0)),
    ] {
        let report = with(payload);
        assert!(!report.unchanged && report.changes.is_empty());
        assert_eq!(stored(&report), expected, "{payload}");
        assert!(with(payload).unchanged);
        let found = fs::read_dir(output.sessions()).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
        let is_there = found.into_iter().any(|bytes| bytes.windows(12).any(|found| found == b"confidential"));
        assert_eq!(is_there, payload == Payload::Full);
    }
}

#[test]
fn a_session_file_that_is_gone_is_made_again() {
    let case = Case::new();
    Pcap::connected().echo(5).write(&case.trace());
    let first = case.ingest().unwrap();
    fs::remove_file(case.request().place.output.session_file(&first.sessions[0])).unwrap();
    assert!(!case.ingest().unwrap().unchanged);
}

#[test]
fn a_truncated_capture_is_read_up_to_the_cut() {
    let case = Case::new();
    let mut pcap = Pcap::connected().echo(5).echo(6);
    pcap.bytes.truncate(pcap.bytes.len() - 30);
    pcap.write(&case.trace());
    let report = case.ingest().unwrap();
    assert_eq!(report.packets, 6);
    assert!(report.dropped["truncated_bytes"] > 0);
    let warning = &report.warnings[0];
    assert!(warning.contains("truncated at byte") && warning.contains("bytes of an unfinished record"), "{warning}");
}

#[test]
fn bad_input_is_named_and_leaves_nothing() {
    let case = Case::new();
    let check = |bytes: &[u8], expected: &str| {
        fs::write(case.trace(), bytes).unwrap();
        let message = case.ingest().unwrap_err().to_string();
        assert!(message.contains(expected) && message.contains("x.pcap") && !message.contains('\n'), "{message}");
        assert!(!case.has_output(), "{expected}");
    };
    check(b"", "empty; capture again");
    check(b"plain text, long enough for any header", "not a capture (706c6169 at byte 0");
    check(&Pcap::new().bytes[..20], "not a capture (it ends after 20 bytes");
    check(&Pcap::new().bytes, "no SMB2 inside (0 packets, 0 TCP connections)");
    check(
        &Pcap::connected().segment(0, ACK, b"GET / HTTP/1.1\r\n\r\n").bytes,
        "no SMB2 inside (4 packets, 1 TCP connections)",
    );
    let only_smb1 = Pcap::connected().segment(0, ACK, &smb1(false)).segment(1, ACK, &smb1(true));
    check(&only_smb1.bytes, "only SMB1 inside (2 messages)");
}

#[test]
fn a_folder_is_not_a_capture() {
    let case = Case::new();
    fs::create_dir(case.trace()).unwrap();
    assert!(matches!(case.ingest().unwrap_err(), IngestError::Unreadable { .. }));
}

#[test]
fn a_foreign_layout_is_refused_and_replaced_only_when_forced() {
    let case = Case::new();
    Pcap::connected().echo(5).write(&case.trace());
    let sessions = case.request().place.output.sessions();
    fs::create_dir_all(&sessions).unwrap();
    fs::write(sessions.join("session_metadata.json"), r#"{"sessions": []}"#).unwrap();
    let error = case.ingest().unwrap_err();
    assert!(matches!(error, IngestError::Foreign { .. }), "{error}");
    assert!(error.to_string().contains("--force"));
    assert_eq!(fs::read_dir(&sessions).unwrap().count(), 1);
    run(&IngestRequest { force: true, ..case.request() }).unwrap();
    assert!(crate::metadata::read(&sessions.join("session_metadata.json")).is_ok());
}

#[test]
fn an_interrupt_leaves_the_earlier_result() {
    let case = Case::new();
    Pcap::connected().echo(5).write(&case.trace());
    case.ingest().unwrap();
    Pcap::connected().echo(5).echo(6).write(&case.trace());
    let cancelled = AtomicBool::new(false);
    let mut interrupt = |progress: IngestProgress| {
        if progress.phase == Phase::Writing {
            cancelled.store(true, std::sync::atomic::Ordering::Relaxed);
        }
    };
    let error = ingest(&case.request(), &mut interrupt, &cancelled).unwrap_err();
    assert!(matches!(error, IngestError::Interrupted), "{error}");
    let output = case.request().place.output;
    assert_eq!(fs::read_dir(output.path()).unwrap().count(), 1);
    assert_eq!(crate::metadata::read(&output.metadata()).unwrap().smb2_messages, 2);
}

#[test]
fn an_output_folder_that_cannot_be_made_is_named() {
    let case = Case::new();
    Pcap::connected().echo(5).write(&case.trace());
    fs::write(case.folder.path().join("42/.tracer"), "in the way").unwrap();
    let error = case.ingest().unwrap_err();
    assert!(error.folder().is_some() && error.to_string().contains("output_dir"), "{error}");
}
