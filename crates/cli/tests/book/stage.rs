//! What the commands of a page find: a home, captures, a lab server.

use super::realm::LabRealm;
use crate::support::{FromClient, Home, office_records, pcap, records};
use lab::{Program, Recorder, Samba, SambaOptions, Smbclient};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::process::Command;

/// Where a page is run. It is made for the page alone, and all it starts ends with it.
pub(super) struct Stage {
    pub(super) home: Home,
    samba: Option<Samba>,
    pub(super) realm: Option<LabRealm>,
    /// For `smbreplay lab start` and `smbreplay serve`.
    pub(super) lab_port: u16,
    pub(super) web_port: u16,
    /// Of `encrypted.pcap`, as `--session-key` takes it.
    pub(super) session_key: String,
    /// The interpreter with the packages of `queries/requirements.txt`.
    python: Option<PathBuf>,
}

/// Commands that ask for a lab server.
const ON_SERVERS: [&str; 6] = [
    "smbreplay replay",
    "smbreplay setup",
    "smbreplay validate",
    "smbreplay doctor",
    "smbreplay cleanup",
    "/api/replay",
];

impl Stage {
    /// With what commands with this text need.
    pub(super) fn set(text: &str, python: Option<PathBuf>) -> Self {
        let home = Home::new();
        home.office("office.pcap");
        let realm = (text.contains("--kerberos") || text.contains("--keytab")).then(|| LabRealm::start(&home));
        let wants_server = ON_SERVERS.iter().any(|command| text.contains(command));
        let samba = wants_server.then(|| {
            let kerberos = realm.as_ref().map(|realm| realm.service.clone());
            let other_names = vec!["anna".to_owned(), "robot".to_owned()];
            Samba::start(SambaOptions { kerberos, other_names, ..SambaOptions::default() }).unwrap()
        });
        let stage = Self {
            lab_port: free_port(),
            web_port: free_port(),
            session_key: String::new(),
            home,
            samba,
            realm,
            python,
        };
        stage.settings();
        stage.programs();
        let stage = stage.files(text);
        if !text.contains("ingest office.pcap") {
            stage.home.run(&["ingest", "office.pcap"]).succeeded();
        }
        stage
    }

    /// A shell in the home, with nothing in its environment that a page does not have.
    pub(super) fn shell(&self) -> Command {
        let mut shell = Command::new("bash");
        let programs = self.home.path().join(".programs");
        let path = std::env::join_paths(
            [programs].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())),
        );
        shell.arg("--noprofile").arg("--norc").current_dir(self.home.path()).env_clear().env("PATH", path.unwrap());
        shell.env("HOME", self.home.path()).env("TZ", "UTC").env("LC_ALL", "C.UTF-8").env("COLUMNS", "120");
        shell.env("PORT", self.web_port.to_string());
        if let Some(samba) = &self.samba {
            shell.env("SHARE", samba.share_path());
        }
        if let Some(realm) = &self.realm {
            shell.env("KRB5_CONFIG", realm.kdc.configuration()).env("KRB5CCNAME", self.home.path().join("tickets"));
        }
        if let Some(python) = &self.python {
            shell.env("PYTHON", python);
        }
        shell
    }

    fn settings(&self) {
        let mut settings = vec![("password", "testpass".to_owned())];
        if let Some(samba) = &self.samba {
            settings.push(("port", samba.port().to_string()));
        }
        for (key, value) in settings {
            self.home.run(&["config", "set", key, &value]).succeeded();
        }
    }

    /// What stands for programs of the reader's machine.
    fn programs(&self) {
        let folder = self.home.path().join(".programs");
        fs::create_dir(&folder).unwrap();
        symlink(assert_cmd::cargo::cargo_bin!("smbreplay"), folder.join("smbreplay")).unwrap();
        let duckdb = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/book/duckdb.py");
        let scripts = [
            ("ssh", "cd; [ -e encrypted.pcap ] && exec cat encrypted.pcap; exec cat office.pcap".to_owned()),
            (
                "kinit",
                format!("printf 'testpass\\n' | exec '{}' \"$@\" >/dev/null", Program::Kinit.find().unwrap().display()),
            ),
            ("duckdb", format!("exec \"$PYTHON\" -I '{duckdb}' \"$@\"")),
        ];
        for (name, script) in scripts {
            let path = folder.join(name);
            fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    /// The files that the page names.
    fn files(mut self, text: &str) -> Self {
        let home = &self.home;
        if text.contains("ring_") {
            let (header, records) = office_records();
            for (number, part) in records.chunks(records.len().div_ceil(3)).enumerate() {
                home.file(&format!("ring_{number}.pcapng"), &[header.clone(), part.concat()].concat());
            }
        }
        for name in ["my capture.pcap", "bulk.pcap", "old.pcap"].into_iter().filter(|name| text.contains(name)) {
            home.office(name);
        }
        home.file("notes.txt", b"no capture\n");
        home.file("web.pcap", &pcap(80, &[(FromClient(true), b"GET / HTTP/1.1\r\n\r\n")]));
        for (name, records) in damaged(text) {
            home.file(name, &[office_records().0, records].concat());
        }
        home.file(".curlrc", b"fail-with-body\nsilent\nshow-error\n");
        home.file("passwords.txt", b"testuser=testpass\n");
        home.file("users.txt", b"testuser=testuser%testpass\n");
        home.file("ignore.txt", b"# a server of another make\noplock_granted\n");
        if text.contains("encrypted.pcap") {
            record_encrypted(home);
            let parts = fs::read(home.path().join("encrypted.pcap")).unwrap();
            let (header, records) = records(&parts);
            for (number, part) in records.chunks(records.len().div_ceil(2)).enumerate() {
                home.file(&format!("encrypted_{number}.pcapng"), &[header.clone(), part.concat()].concat());
            }
            let (lines, key) = keys(home);
            home.file("keys.txt", lines.as_bytes());
            self.session_key = key;
        }
        if let Some(realm) = &self.realm {
            if text.contains("domain.pcap") {
                realm.record(&home.path().join("domain.pcap"));
            }
            home.file("server.keytab", &fs::read(&realm.service.keytab).unwrap());
        }
        self
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.home.run(&["lab", "stop"]);
    }
}

/// Captures that lack something, of those that the page names: packets, the ends of packets, the beginning.
fn damaged(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let (_, records) = office_records();
    let lossy =
        records.iter().enumerate().filter(|(number, _)| number % 50 != 49).flat_map(|(_, record)| record.clone());
    let cut = records.iter().flat_map(|record| cut_to(96, record));
    let late = records.iter().skip(60).flatten().copied();
    let all = [("lossy.pcap", lossy.collect()), ("cut.pcap", cut.collect()), ("late.pcap", late.collect())];
    all.into_iter().filter(|(name, _): &(&str, Vec<u8>)| text.contains(name)).collect()
}

/// A record of a pcap file as a snaplen leaves it: its captured length, and so many bytes.
fn cut_to(snaplen: u32, record: &[u8]) -> Vec<u8> {
    let packet = &record[16..record.len().min(16 + snaplen as usize)];
    let length = u32::try_from(packet.len()).unwrap().to_le_bytes();
    [&record[..8], &length, &record[12..16], packet].concat()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// `encrypted.pcap`: somebody makes a folder and lists the share, encrypted.
fn record_encrypted(home: &Home) {
    let samba = Samba::start(SambaOptions { encryption_required: true, ..SambaOptions::default() }).unwrap();
    let recorder = Recorder::start(samba.port(), &home.path().join("encrypted.pcap")).unwrap();
    Smbclient::new(&samba).run(&["mkdir letters", "ls"]).unwrap();
    assert_eq!(recorder.finish().unwrap().dropped, 0);
}

/// The key of that session: lines of Wireshark's `smb2_seskey_list`, and as `--session-key` takes it.
fn keys(home: &Home) -> (String, String) {
    let with_keys = ["decrypt", "--nt-password", "testuser=testpass", "--embed-keys", "encrypted.pcap", ".keys.pcapng"];
    home.run(&with_keys).succeeded();
    let bytes = fs::read(home.path().join(".keys.pcapng")).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let is_hex = |field: &str| field.len() >= 16 && field.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_key = |line: &&str| line.matches(',').count() == 3 && line.split(',').take(2).all(is_hex);
    let lines: Vec<&str> = text.split('\n').filter(is_key).collect();
    let mut fields = lines[0].split(',');
    let (id, key) = (fields.next().unwrap(), fields.next().unwrap());
    let digits: Vec<&str> = (0..id.len()).step_by(2).rev().map(|at| &id[at..at + 2]).collect();
    (lines.join("\n") + "\n", format!("0x{}={key}", digits.concat()))
}
