//! Captures to export, with the keys that open them.

use crate::support::{Home, corpus};
use lab::{Recorder, Samba, SambaOptions, Smbclient};
use std::path::PathBuf;

/// A capture in a home of its own.
pub(super) struct Captured {
    pub(super) home: Home,
    /// Its file in the home.
    pub(super) name: String,
    /// Options of `ingest` and `decrypt` with its keys.
    pub(super) keys: Vec<String>,
    /// PDUs that they open.
    pub(super) encrypted: u64,
}

/// Captures from elsewhere: name, options with its keys, PDUs that they open.
const ELSEWHERE: [(&str, &[&str], u64); 16] = [
    ("smb3.pcap", &["--session-key", "0x000048009400003d=28f2847263c83dc00621f742dd3f2e7b"], 44),
    ("smb311.pcap", &["--session-key", "690000ac1c280000=b25a135fc3dc14269f20d7cbc8716b6b"], 28),
    (
        "smb3-midstream.pcap",
        &["--decryption-keys", "0x000048009400003d=6c9062802e06b81b06eff6989d166228,81f0762857c4b01cc3e12eff0d184362"],
        44,
    ),
    ("smb311-compressed.pcap", &[], 0),
    ("smb-length-5786.pcap", &[], 0),
    ("smb-on-windows-10.pcap", &[], 0),
    ("smb2-peter-minus-p191.pcap", &[], 0),
    ("smb2-peter.pcap", &[], 0),
    ("smb2-zero-byte-error-ioctl.pcapng", &[], 0),
    ("smb2.pcap", &[], 0),
    ("smb2_100_small_files.pcap", &[], 0),
    ("smb2_krb.pcap", &[], 0),
    ("smb2readwrite.pcap", &[], 0),
    ("smb_many_open_files_500.pcap.gz", &[], 0),
    ("smb_net_user.pcap", &[], 0),
    ("smb_v2_only_non_zero_reserved1.pcap", &[], 0),
];

/// All captures there are, but those that are recorded.
pub(super) fn all() -> Vec<Captured> {
    let elsewhere = ELSEWHERE.iter().filter_map(|(name, keys, encrypted)| {
        let home = Home::new();
        home.file(name, &corpus(name)?);
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        Some(Captured { home, name: (*name).to_owned(), keys, encrypted: *encrypted })
    });
    elsewhere.chain([office()]).collect()
}

/// One of the captures from elsewhere, if it is there.
pub(super) fn elsewhere(name: &str) -> Option<Captured> {
    corpus(name)?;
    all().into_iter().find(|captured| captured.name == name)
}

/// The project's own capture, on a port on which tshark looks for SMB.
pub(super) fn office() -> Captured {
    let home = Home::new();
    let recorded = home.office("recorded.pcap");
    let moved = home.path().join("office.pcap");
    lab::packets::copy_with_port(&recorded, &moved, 20445, 445).unwrap();
    Captured { home, name: "office.pcap".to_owned(), keys: Vec::new(), encrypted: 0 }
}

/// The project's own capture without each `nth` packet.
pub(super) fn lossy(nth: usize) -> Captured {
    let captured = office();
    let whole = std::fs::read(captured.path()).unwrap();
    let (header, mut rest) = whole.split_at(24);
    let (mut kept, mut number) = (header.to_vec(), 0);
    while let Some(length) = rest.get(8..12) {
        let length = usize::try_from(u32::from_le_bytes(length.try_into().unwrap())).unwrap();
        let (record, behind) = rest.split_at(length + 16);
        number += 1;
        if number % nth != 0 {
            kept.extend(record);
        }
        rest = behind;
    }
    captured.home.file("lossy.pcap", &kept);
    Captured { name: "lossy.pcap".to_owned(), ..captured }
}

/// A recording of an encrypted session: folders, a file that is larger than a segment, listings, and what fails.
pub(super) fn recorded() -> Captured {
    let home = Home::new();
    let samba = Samba::start(SambaOptions { encryption_required: true, ..SambaOptions::default() }).unwrap();
    home.file(
        "large.bin",
        &(0..900_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect::<Vec<_>>(),
    );
    let recorder = Recorder::start(samba.port(), &home.path().join("recorded.pcap")).unwrap();
    let script =
        ["mkdir a", "put large.bin a/large.bin", "ls a/*", "get a/large.bin back.bin", "get missing.txt never.txt"];
    Smbclient::new(&samba).in_folder(home.path()).run(&script).unwrap();
    assert_eq!(recorder.finish().unwrap().dropped, 0);
    let path = |name: &str| home.path().join(name);
    lab::packets::copy_with_port(&path("recorded.pcap"), &path("encrypted.pcap"), samba.port(), 445).unwrap();
    let keys = ["--nt-password", "testuser=testpass"].map(str::to_owned).to_vec();
    Captured { home, name: "encrypted.pcap".to_owned(), keys, encrypted: 20 }
}

impl Captured {
    /// Its file.
    pub(super) fn path(&self) -> PathBuf {
        self.home.path().join(&self.name)
    }

    /// `arguments` with the options that hold its keys.
    pub(super) fn with_keys<'a>(&'a self, arguments: &[&'a str]) -> Vec<&'a str> {
        arguments.iter().copied().chain(self.keys.iter().map(String::as_str)).collect()
    }

    /// Its export in clear.
    pub(super) fn export(&self) -> PathBuf {
        let told = self.home.json(&self.with_keys(&["decrypt", &self.name, "clear.pcapng"]));
        let decrypted = told["decrypted"].as_u64().unwrap();
        assert!(decrypted >= self.encrypted && (self.encrypted > 0 || decrypted == 0), "{}: {told:#}", self.name);
        self.home.path().join("clear.pcapng")
    }
}
