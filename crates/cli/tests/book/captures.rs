//! The captures and other files that a page names.

use super::realm::LabRealm;
use crate::support::{FromClient, Home, office_records, pcap, records};
use lab::{Recorder, Samba, SambaOptions, Smbclient};
use std::fs;

/// Puts those that this text names into the home. The session key of `encrypted.pcap`, as `--session-key` takes it; empty
/// without that capture.
pub(super) fn put(text: &str, home: &Home, realm: Option<&LabRealm>) -> String {
    home.office("office.pcap");
    for name in ["my capture.pcap", "bulk.pcap", "old.pcap"].into_iter().filter(|name| text.contains(name)) {
        home.office(name);
    }
    if text.contains("ring_") {
        split(home, "office.pcap", "ring", 3);
    }
    if text.contains("web.pcap") {
        home.file("web.pcap", &pcap(80, &[(FromClient(true), b"GET / HTTP/1.1\r\n\r\n")]));
    }
    for (name, records) in damaged(text) {
        home.file(name, &[office_records().0, records].concat());
    }
    home.file("notes.txt", b"no capture\n");
    home.file("passwords.txt", b"testuser=testpass\n");
    home.file("users.txt", b"testuser=testuser%testpass\n");
    home.file("ignore.txt", b"# a server of another make\noplock_granted\n");
    // An error of the server is one of curl.
    home.file(".curlrc", b"fail-with-body\nsilent\nshow-error\n");
    if let Some(realm) = realm {
        if text.contains("domain.pcap") {
            realm.record(&home.path().join("domain.pcap"));
        }
        home.file("server.keytab", &fs::read(&realm.service.keytab).unwrap());
    }
    if !text.contains("encrypted.pcap") {
        return String::new();
    }
    record_encrypted(home);
    split(home, "encrypted.pcap", "encrypted", 2);
    let (lines, key) = keys(home);
    home.file("keys.txt", lines.as_bytes());
    key
}

/// Makes files `STEM_0.pcapng` and so on of the parts of a capture.
fn split(home: &Home, capture: &str, stem: &str, parts: usize) {
    let (header, records) = records(&fs::read(home.path().join(capture)).unwrap());
    for (number, part) in records.chunks(records.len().div_ceil(parts)).enumerate() {
        home.file(&format!("{stem}_{number}.pcapng"), &[header.clone(), part.concat()].concat());
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
