//! What pages show of a reader's world, and what stands in for it here: nothing leaves this machine.

use super::stage::Stage;
use std::net::Ipv4Addr;

/// Addresses that are reserved for documentation (RFC 5737) as the pages use them: lab servers, and a KDC.
const LAB_SERVERS: [&str; 2] = ["192.0.2.10", "192.0.2.11"];
const KDC: &str = "192.0.2.2";
/// A session and its key, shortened as a page shows it.
const SESSION_KEY: &str = "0x48009400003d=28f2…";

impl Stage {
    /// A command or result of a page as it is here.
    pub(super) fn stand_in(&self, text: &str) -> String {
        let mut text = text.replace("PASSWORD=…", "PASSWORD=testpass").replace(SESSION_KEY, &self.session_key);
        if let Some(realm) = &self.realm {
            text = text.replace(KDC, &format!("127.0.0.1:{}", realm.kdc.port()));
            if !text.contains("--server-name") {
                text = text.replace("--server-ip files.lab.test", "--server-ip 127.0.0.1 --server-name files.lab.test");
            }
        }
        for server in LAB_SERVERS {
            text = text.replace(server, "127.0.0.1");
        }
        if let Some(options) = text.strip_prefix("smbreplay lab start") {
            text = format!("smbreplay lab start --port {}{options}", self.lab_port);
        }
        text = text.replace("4450", &self.lab_port.to_string()).replace("3004", &self.web_port.to_string());
        runs_are_earlier_ones(&text)
    }
}

/// The name of a run becomes that of the first one of the same trace.
fn runs_are_earlier_ones(text: &str) -> String {
    let is_run = |word: &str| {
        let of = |range: std::ops::Range<usize>| word.get(range).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        word.len() == 16 && of(0..8) && of(9..15) && word.get(8..9) == Some("T") && word.ends_with('Z')
    };
    let word = |word: &str| if is_run(word) { "$(ls .tracer/office.pcap/replays | head -n 1)".to_owned() } else { word.to_owned() };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Asserts that a command names no address but those of this machine.
pub(super) fn assert_stays_here(place: &str, command: &str) {
    let is_part = |character: char| character.is_ascii_digit() || character == '.';
    for word in command.split(|character: char| !is_part(character)) {
        if let Ok(address) = word.parse::<Ipv4Addr>() {
            assert!(address.is_loopback(), "{place}: {address} is not here: {command}");
        }
    }
    for (_, behind) in command.match_indices("://").map(|(at, _)| command.split_at(at + 3)) {
        let here = behind.starts_with("localhost") || behind.starts_with("127.0.0.1");
        assert!(here, "{place}: leads out of this machine: {command}");
    }
}
