//! Running tshark on a recording.

use crate::columns::COLUMNS;
use lab::Program;
use std::path::Path;
use std::process::Command;

/// The port on which tshark takes SMB2 messages of any size apart (`-d tcp.port==PORT,nbss` misses large ones).
const MICROSOFT_DS: u16 = 445;

/// The [`COLUMNS`] of every frame of `capture`, whose server listens on `port`, as tshark prints them; it decrypts with
/// `password`.
pub(crate) fn fields(capture: &Path, port: u16, password: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let moved = folder.path().join("moved.pcap");
    std::fs::write(&moved, with_port(std::fs::read(capture).unwrap(), port, MICROSOFT_DS)).unwrap();
    let mut tshark = Command::new(Program::Tshark.find().unwrap());
    // A folder without preferences: this user's own would change what is dissected.
    tshark.env("WIRESHARK_CONFIG_DIR", folder.path()).arg("-n").arg("-r").arg(&moved);
    tshark.args(["-o", &format!("ntlmssp.nt_password:{password}")]);
    tshark.args(["-T", "fields", "-E", "header=y", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=;"]);
    for column in ["frame.number"].into_iter().chain(COLUMNS) {
        tshark.args(["-e", column]);
    }
    let output = tshark.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A recording of tcpdump (pcap of this machine's byte order, Ethernet, IPv4) with one TCP port in place of another.
fn with_port(mut capture: Vec<u8>, port: u16, instead: u16) -> Vec<u8> {
    const FILE_HEADER: usize = 24;
    const RECORD_HEADER: usize = 16;
    const ETHERNET_HEADER: usize = 14;
    let mut record = FILE_HEADER;
    while let Some(header) = capture.get(record..record + RECORD_HEADER) {
        let length = u32::from_ne_bytes(header[8..12].try_into().unwrap()) as usize;
        let ip = record + RECORD_HEADER + ETHERNET_HEADER;
        let tcp = ip + usize::from(capture[ip] & 0x0f) * 4;
        for field in [tcp, tcp + 2] {
            if capture[field..field + 2] == port.to_be_bytes() {
                capture[field..field + 2].copy_from_slice(&instead.to_be_bytes());
            }
        }
        record += RECORD_HEADER + length;
    }
    capture
}
