//! What reading a trace found, in the words of the metadata.

use crate::metadata::{Damage, Session, Time, Trace, TraceFile};
use capture::format::Interface;
use capture::{FileFacts, FileRead};
use dissect::Dissector;
use std::collections::BTreeMap;
use std::path::Path;

/// The trace of `files`, of which `read` tells more when there are several.
pub(super) fn trace(facts: &FileFacts, read: &[FileRead], mut files: Vec<TraceFile>, decrypting: bool) -> Trace {
    match files.as_mut_slice() {
        [only] if read.is_empty() => fill(only, facts),
        several => {
            for file in several {
                match read.iter().find(|read| read.path == Path::new(&file.path)) {
                    Some(FileRead { facts: Some(facts), .. }) => fill(file, facts),
                    Some(read) => file.left_out = read.left_out.as_deref().map(reason),
                    None => {}
                }
            }
        }
    }
    let name = |interface: &Interface| interface.name.clone();
    let mut interfaces: Vec<String> = facts.interfaces.iter().filter_map(name).collect();
    interfaces.sort();
    interfaces.dedup();
    Trace {
        files,
        packets: facts.packets,
        bytes: facts.captured_bytes,
        first_time: facts.first_time.map(Time),
        last_time: facts.last_time.map(Time),
        link_types: facts.link_types().iter().map(ToString::to_string).collect(),
        interfaces,
        secrets_given: decrypting,
    }
}

fn fill(file: &mut TraceFile, facts: &FileFacts) {
    file.packets = Some(facts.packets);
    file.first_time = facts.first_time.map(Time);
    file.last_time = facts.last_time.map(Time);
    file.damaged_places = facts.damaged_places;
    let damage = |damage: &capture::format::Damage| Damage {
        offset: damage.offset,
        reason: damage.reason.clone(),
        skipped: damage.skipped,
    };
    file.damages = facts.damages.iter().map(damage).collect();
}

/// Why a file was left out, without its name, which stands beside it.
fn reason(told: &str) -> String {
    let cut = [" is empty", " ends inside"].into_iter().find_map(|phrase| told.rfind(phrase));
    cut.and_then(|at| told.get(at..)).unwrap_or(told).trim_start().to_owned()
}

/// Counters of the capture and the dissector that only say how much there was.
const NOT_LOSSES: [&str; 14] = [
    "packets",
    "tcp_segments",
    "connections",
    "smb_connections",
    "non_tcp_packets",
    "pdus",
    "messages",
    "operations",
    "decrypted_pdus",
    "tunnelled_packets",
    "reassembled_packets",
    "ip_fragments",
    "joined_files",
    "netbios_keep_alives",
];

/// Every counter: how much there was, and what was lost, repaired, guessed, set aside or evicted.
pub(super) fn counters(
    trace: &capture::Trace,
    dissector: &Dissector,
) -> (BTreeMap<String, u64>, BTreeMap<String, u64>) {
    let facts = trace.facts();
    let file = [
        ("cut_packets", facts.cut_packets),
        ("backward_times", facts.backward_times),
        ("packets_without_time", facts.packets_without_time),
        ("packets_of_unknown_interface", facts.packets_of_unknown_interface),
        ("truncated_bytes", facts.truncated_bytes),
        ("skipped_bytes", facts.skipped_bytes),
        ("damaged_places", facts.damaged_places),
        ("joined_files", facts.joined_files),
        ("decryption_secrets", facts.decryption_secrets),
        ("name_resolutions", facts.name_resolutions),
        ("other_blocks", facts.other_blocks),
    ];
    let all = file.into_iter().chain(trace.counters().iter()).chain(dissector.counters().iter());
    all.map(|(name, count)| (name.to_owned(), count)).partition(|(name, _)| NOT_LOSSES.contains(&name.as_str()))
}

/// What the user should know, a sentence each.
pub(super) fn warnings(facts: &FileFacts, trace: &Trace, sessions: &[Session]) -> Vec<String> {
    let several = trace.files.len() > 1;
    let files = trace.files.iter().filter_map(|file| {
        let told = file_warning(file)?;
        let name = Path::new(&file.path).file_name().unwrap_or_default().to_string_lossy();
        Some(if several { format!("{name}: {told}") } else { told })
    });
    let cut = (facts.cut_packets > 0).then(|| {
        format!(
            "{} of {} packets were cut by the capture's snaplen; missing bytes are holes",
            facts.cut_packets, facts.packets
        )
    });
    let mut warnings: Vec<String> = files.chain(cut).collect();
    let locked = sessions.iter().filter_map(Session::would_open);
    warnings.extend(bounded(locked.collect(), "sessions"));
    warnings
}

fn file_warning(file: &TraceFile) -> Option<String> {
    if let Some(reason) = &file.left_out {
        return Some(format!("left out: it {reason}"));
    }
    let first = file.damages.first()?;
    let Damage { offset, reason, skipped } = first;
    let skipped_in_all = file.damages.iter().fold(0_u64, |sum, damage| sum.saturating_add(damage.skipped));
    Some(match (file.damaged_places, reason.as_str()) {
        (1, TRUNCATED) => format!(
            "truncated at byte {offset} ({reason}): read up to there, {skipped} bytes of an unfinished record left out"
        ),
        (1, _) => format!("damaged at byte {offset} ({reason}): {skipped} bytes skipped, the rest was read"),
        (places, _) => format!(
            "damaged in {places} places, first at byte {offset} ({reason}): {skipped_in_all} bytes skipped, the rest was read"
        ),
    })
}

/// How the capture floor calls a file that ends inside a record.
const TRUNCATED: &str = "the file ends inside a record";

/// Sentences of one kind that are told; the others are counted.
const TOLD: usize = 10;

fn bounded(mut sentences: Vec<String>, what: &str) -> Vec<String> {
    let more = sentences.len().saturating_sub(TOLD);
    if more > 0 {
        sentences.truncate(TOLD);
        sentences.push(format!("and {more} more {what}: see `smbreplay session --list` and session_metadata.json"));
    }
    sentences
}

impl Session {
    /// The sentence that says which messages stayed encrypted and what would open them.
    fn would_open(&self) -> Option<String> {
        self.missing_key.as_ref()?;
        let count = self.encrypted_messages;
        let id = self.session_id;
        let user = match (&self.domain, &self.user) {
            (Some(domain), Some(user)) if !domain.is_empty() => Some(format!("{domain}\\{user}")),
            (_, user) => user.clone(),
        };
        let of = user.as_ref().map(|user| format!(" of {user}")).unwrap_or_default();
        let messages = if count == 1 { "encrypted message" } else { "encrypted messages" };
        let give = match (&user, self.mechanism.as_deref(), self.logon_status) {
            (Some(user), Some("NTLM"), _) => {
                format!("give --nt-password '{user}=…', --nt-hash '{user}=…' or --session-key {id}=…")
            }
            (_, _, Some(_)) => format!("give --session-key {id}=…"),
            _ => format!("the logon was not captured: give --decryption-keys {id}=…,… or --session-key {id}=…"),
        };
        Some(format!("session {id}{of}: {count} {messages} without a key; {give}"))
    }
}
