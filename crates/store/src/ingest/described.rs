//! What reading a trace found, in the words of the metadata.

use crate::metadata::{Damage, Session, Time, Trace, TraceFile};
use capture::format::{DamageKind, Interface};
use capture::{FileFacts, FileRead};
use dissect::Dissector;
use std::collections::BTreeMap;
use std::path::Path;

/// The trace of `files`, of which `read` tells more when there are several; all that the request tells is not known yet.
pub(super) fn trace(facts: &FileFacts, read: &[FileRead], mut files: Vec<TraceFile>) -> Trace {
    for file in &mut files {
        match facts_of(file, facts, read) {
            Some(facts) => fill(file, facts),
            None => file.left_out = read_of(file, read).and_then(|read| read.left_out.clone()),
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
        ..Trace::default()
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

/// What is known of `file`: all there is when the trace is no set.
fn facts_of<'a>(file: &TraceFile, facts: &'a FileFacts, read: &'a [FileRead]) -> Option<&'a FileFacts> {
    if read.is_empty() { Some(facts) } else { read_of(file, read)?.facts.as_ref() }
}

fn read_of<'a>(file: &TraceFile, read: &'a [FileRead]) -> Option<&'a FileRead> {
    read.iter().find(|read| read.path == Path::new(&file.path))
}

/// Counters of the capture and the dissector that only say how much there was.
const NOT_LOSSES: [&str; 15] = [
    "packets",
    "tcp_segments",
    "connections",
    "smb_connections",
    "non_tcp_packets",
    "pdus",
    "messages",
    "operations",
    "decrypted_pdus",
    "closed_opens_forgotten",
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
pub(super) fn warnings(facts: &FileFacts, read: &[FileRead], trace: &Trace, sessions: &[Session]) -> Vec<String> {
    let several = trace.files.len() > 1;
    let files = trace.files.iter().filter_map(|file| {
        let told = match &file.left_out {
            Some(reason) => format!("left out: {reason}"),
            None => damage_warning(facts_of(file, facts, read)?)?,
        };
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

fn damage_warning(facts: &FileFacts) -> Option<String> {
    let capture::format::Damage { kind, offset, reason, skipped } = facts.damages.first()?;
    let in_all = facts.truncated_bytes.saturating_add(facts.skipped_bytes);
    Some(match (facts.damaged_places, kind) {
        (1, DamageKind::Cut) => format!(
            "truncated at byte {offset} ({reason}): read up to there, {skipped} bytes of an unfinished record left out"
        ),
        (1, DamageKind::Compression) => {
            format!("read up to byte {offset} of what is decompressed ({reason}): the rest is lost")
        }
        (1, DamageKind::Nonsense) => {
            format!("damaged at byte {offset} ({reason}): {skipped} bytes skipped, the rest was read")
        }
        (places, _) => format!(
            "damaged in {places} places, first at byte {offset} ({reason}): {in_all} bytes skipped, the rest was read"
        ),
    })
}

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
    /// The sentence that says which messages stayed encrypted, why, and what would open them.
    fn would_open(&self) -> Option<String> {
        let needed = self.missing_key.as_ref()?;
        let id = self.session_id;
        let account = match (&self.domain, &self.user) {
            (Some(domain), Some(user)) if !domain.is_empty() => Some(format!("{domain}\\{user}")),
            (_, user) => user.clone(),
        };
        let of = account.as_ref().map(|account| format!(" of {account}")).unwrap_or_default();
        let messages = match self.encrypted_messages {
            1 => "1 message stays encrypted".to_owned(),
            several => format!("{several} messages stay encrypted"),
        };
        let mut options = Vec::new();
        if let Some(account) = account.filter(|_| needed.contains("NT password")) {
            options.extend([format!("--nt-password '{account}=…'"), format!("--nt-hash '{account}=…'")]);
        }
        if needed.contains("keytab") {
            options.push("--keytab FILE".to_owned());
        }
        if needed.contains("session key") {
            options.push(format!("--session-key {id}=…"));
        }
        if needed.contains("decryption keys") {
            options.push(format!("--decryption-keys {id}=…,…"));
        }
        if self.logon_status.is_none() {
            options.push(format!("--session-key {id}=… if the dialect is older than 3.1.1"));
        }
        Some(format!("session {id}{of}: {messages}; needed: {needed}; give {}", options.join(" or ")))
    }
}
