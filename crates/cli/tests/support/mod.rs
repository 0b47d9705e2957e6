//! A home of its own for each test, and tiny captures.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects, reason = "tests")]
#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod browser;
pub(crate) mod captured_file;
pub(crate) mod events;
pub(crate) mod python;
pub(crate) mod readdressed;
pub(crate) mod server;
pub(crate) mod settled_run;

use assert_cmd::Command;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A user's home: settings, cases and captures of one test.
pub(crate) struct Home {
    folder: TempDir,
}

/// What a command left behind.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// smbreplay in this home, with an environment that the test alone decides.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("smbreplay");
        command.env_clear().env("HOME", self.path()).env("LOCALAPPDATA", self.path()).env("TZ", "UTC");
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.current_dir(self.path()).args(arguments).timeout(std::time::Duration::from_secs(120));
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        ended(&mut self.command(arguments))
    }

    /// The JSON document of a command that succeeds and says nothing else.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let ended = self.run(&[arguments, &["--format", "json"]].concat());
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {}", ended.stdout))
    }

    /// A file in this home.
    pub(crate) fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The project's own capture, copied into this home.
    pub(crate) fn office(&self, name: &str) -> PathBuf {
        let capture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/office.pcap");
        self.file(name, &std::fs::read(capture).unwrap())
    }
}

/// The file header and the records of the project's own capture.
pub(crate) fn office_records() -> (Vec<u8>, Vec<Vec<u8>>) {
    let home = Home::new();
    records(&std::fs::read(home.office("office.pcap")).unwrap())
}

/// The file header and the records of a little-endian pcap file.
pub(crate) fn records(bytes: &[u8]) -> (Vec<u8>, Vec<Vec<u8>>) {
    let (header, mut rest) = bytes.split_at(24);
    let mut records = Vec::new();
    while let Some(length) = rest.get(8..12) {
        let length = usize::try_from(u32::from_le_bytes(length.try_into().unwrap())).unwrap();
        let (record, behind) = rest.split_at(length + 16);
        records.push(record.to_vec());
        rest = behind;
    }
    (header.to_vec(), records)
}

/// A capture that is not part of the project, read from `SMBREPLAY_CORPUS` or `shared/captures` beside the checkout; `None`,
/// and said so, without it.
#[allow(clippy::print_stderr, reason = "tests")]
pub(crate) fn corpus(name: &str) -> Option<Vec<u8>> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/captures");
    let folder = std::env::var_os("SMBREPLAY_CORPUS").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let capture = std::fs::read(folder.join(name)).ok();
    if capture.is_none() {
        eprintln!("NOT RUN: no {name} in {}; name its folder in SMBREPLAY_CORPUS", folder.display());
    }
    capture
}

/// What a user reads, without what is another in each run: the test's folder and how long it took.
pub(crate) fn steady(home: &Home, text: &str) -> String {
    let real = std::fs::canonicalize(home.path()).unwrap();
    let mut steady = String::new();
    for line in text.replace(real.to_str().unwrap(), "HOME").lines() {
        steady.push_str(line.split_once("; took ").map_or(line, |(before, _)| before));
        steady.push('\n');
    }
    steady
}

/// Columns of the terminals that tables are looked at on.
pub(crate) const WIDTHS: [usize; 3] = [80, 120, 200];

/// What `arguments` print on a terminal with so many columns.
#[track_caller]
pub(crate) fn at(home: &Home, columns: usize, arguments: &[&str]) -> String {
    steady_at(home, columns, &mut home.command(arguments))
}

/// What a command that succeeds prints on a terminal with so many columns.
#[track_caller]
pub(crate) fn steady_at(home: &Home, columns: usize, command: &mut Command) -> String {
    let shown = ended(command.env("COLUMNS", columns.to_string()));
    let text = steady(home, shown.succeeded());
    fits(&text, columns);
    text
}

/// Asserts that nothing is wider than the terminal, has colours, or ends in a blank.
#[track_caller]
pub(crate) fn fits(text: &str, columns: usize) {
    for line in text.lines() {
        assert!(line.chars().count() <= columns && line.trim_end() == line, "{columns}: {line:?}");
    }
    assert!(!text.contains('\u{1b}'), "no colours in a pipe");
}

/// Runs the command to its end.
pub(crate) fn ended(command: &mut Command) -> Ended {
    let output = command.output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Ended {
    /// Asserts exit status 2, nothing on standard output, and one line on standard error with all of `words`.
    #[track_caller]
    pub(crate) fn refused(&self, words: &[&str]) {
        assert_eq!(self.code, 2, "{}\n{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "");
        assert_eq!(self.stderr.lines().count(), 1, "{}", self.stderr);
        assert!(self.stderr.starts_with("error: "), "{}", self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "no '{word}' in: {}", self.stderr);
        }
    }

    #[track_caller]
    pub(crate) fn succeeded(&self) -> &str {
        assert_eq!(self.code, 0, "{}", self.stderr);
        &self.stdout
    }
}

/// A little-endian pcap file of Ethernet frames that carry these TCP payloads between 10.0.0.1:50000 and 10.0.0.2:`port`.
pub(crate) fn pcap(port: u16, payloads: &[(FromClient, &[u8])]) -> Vec<u8> {
    let mut file = vec![0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];
    let (mut client_seq, mut server_seq) = (1000_u32, 5000_u32);
    for (number, (from_client, payload)) in payloads.iter().enumerate() {
        let (seq, ack) = if from_client.0 { (client_seq, server_seq) } else { (server_seq, client_seq) };
        let frame = frame(port, *from_client, seq, ack, payload);
        let length = u32::try_from(frame.len()).unwrap();
        let time = 1_700_000_000 + u32::try_from(number).unwrap();
        for field in [time, 0, length, length] {
            file.extend(field.to_le_bytes());
        }
        file.extend(frame);
        let next = if from_client.0 { &mut client_seq } else { &mut server_seq };
        *next += u32::try_from(payload.len()).unwrap();
    }
    file
}

/// Which side sent a payload.
#[derive(Clone, Copy)]
pub(crate) struct FromClient(pub(crate) bool);

fn frame(port: u16, from_client: FromClient, seq: u32, ack: u32, payload: &[u8]) -> Vec<u8> {
    let (source, target) = if from_client.0 { (50000, port) } else { (port, 50000) };
    let (from, to) = if from_client.0 { (1, 2) } else { (2, 1) };
    let mut frame = vec![2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 8, 0];
    let total = u16::try_from(40 + payload.len()).unwrap().to_be_bytes();
    frame.extend([0x45, 0, total[0], total[1], 0, 1, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, from, 10, 0, 0, to]);
    frame.extend(u16::to_be_bytes(source));
    frame.extend(u16::to_be_bytes(target));
    frame.extend(seq.to_be_bytes());
    frame.extend(ack.to_be_bytes());
    frame.extend([0x50, 0x18, 0xff, 0xff, 0, 0, 0, 0]);
    frame.extend(payload);
    frame
}

/// A message below its 4-byte transport header.
pub(crate) fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&length, message].concat()
}

/// An SMB1 ECHO, request or response.
pub(crate) fn smb1_echo(response: bool) -> Vec<u8> {
    let mut message = vec![0xff, b'S', b'M', b'B', 0x2b];
    message.resize(32, 0);
    message[9] = if response { 0x80 } else { 0 };
    message.extend([1, 1, 0, 1, 0, b'x']);
    framed(&message)
}
