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
        let of = |range: std::ops::Range<usize>| {
            word.get(range).is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
        };
        word.len() == 16 && of(0..8) && of(9..15) && word.get(8..9) == Some("T") && word.ends_with('Z')
    };
    let word = |word: &str| {
        if is_run(word) { "$(ls .tracer/office.pcap/replays | head -n 1)".to_owned() } else { word.to_owned() }
    };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Asserts that a command names no server but those of this machine.
pub(super) fn assert_stays_here(place: &str, command: &str) {
    assert_eq!(elsewhere(command), None, "{place}: leads out of this machine: {command}");
}

/// What a command names that is not of this machine: an address, the host of a URL, or a lab server.
fn elsewhere(command: &str) -> Option<String> {
    let is_part = |character: char| character.is_ascii_digit() || character == '.';
    let addresses =
        command.split(|character: char| !is_part(character)).filter_map(|word| word.parse::<Ipv4Addr>().ok());
    let address = addresses.filter(|address| !address.is_loopback()).map(|address| address.to_string()).next();
    let behind = |name: &'static str| command.split(name).skip(1).map(|rest| rest.trim_start_matches([' ', '=']));
    let host = |rest: &str| rest.split([' ', '/', ':', '\n', '\'', '"', ',']).next().unwrap_or_default().to_owned();
    let mut hosts = ["://", "--server-ip", "server_ip", "SERVER_IP"].into_iter().flat_map(behind).map(host);
    address.or_else(|| hosts.find(|host| !["localhost", "127.0.0.1"].contains(&host.as_str())))
}

#[test]
fn what_leads_out_of_this_machine_is_found() {
    for command in [
        "smbreplay replay 1 --server-ip 192.0.2.77",
        "smbreplay replay 1 --server-ip=files.example.com",
        "smbreplay config set server_ip files.example.com",
        "curl -s http://example.com/health",
        "SMBREPLAY_SERVER_IP=10.0.0.5 smbreplay doctor",
    ] {
        assert!(elsewhere(command).is_some(), "{command}");
    }
    for command in
        ["smbreplay replay 1 --server-ip 127.0.0.1 --port 4450", "curl http://localhost:3004/health", "session 1.2.3"]
    {
        assert_eq!(elsewhere(command), None, "{command}");
    }
}
