//! What the last ingest of a trace found, on one page.

use crate::counters::{self, Counter};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use store::metadata::{Damage, Payload, SessionMetadata, Time, TraceFile};

/// What the last ingest of a trace found.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct TraceSummary<'a> {
    /// The capture.
    pub capture_path: String,
    /// The case that it lies in.
    pub case_id: String,
    /// Its path relative to the case's folder.
    pub name: String,
    /// Its files in the order in which they were read.
    pub files: Vec<SummaryFile<'a>>,
    /// Bytes of these files.
    pub size: u64,
    /// Packets read.
    pub packets: u64,
    /// Bytes of captured packets.
    pub bytes: u64,
    /// Time of the first packet.
    pub first_time: Option<Time>,
    /// Time of the last packet.
    pub last_time: Option<Time>,
    /// Nanoseconds between them.
    pub duration: Option<u64>,
    /// Link types (names of the LINKTYPE registry).
    pub link_types: &'a [String],
    /// Names of the capturing interfaces, as far as the files tell.
    pub interfaces: &'a [String],
    /// Whether keys or passwords were given to decrypt and verify with. They themselves are not kept.
    pub secrets_given: bool,
    /// What is stored of the data of READs and WRITEs: `full` (all), `hash` (length and hash) or `none` (length).
    pub payload: Payload,
    /// When it was ingested.
    pub ingested_at: Option<Time>,
    /// Program and version that did it.
    pub created_by: &'a str,
    /// Version of the stored files.
    pub schema_version: &'a str,
    /// TCP connections that carry SMB.
    pub connection_count: usize,
    /// Sessions, without what belongs to none.
    pub session_count: usize,
    /// Rows of all session files.
    pub operation_count: u64,
    /// SMB2 messages seen in clear or decrypted.
    pub smb2_messages: u64,
    /// Messages that stayed encrypted.
    pub encrypted_messages: u64,
    /// Bytes that READs read.
    pub bytes_read: u64,
    /// Bytes that WRITEs wrote.
    pub bytes_written: u64,
    /// What was lost, repaired, guessed, set aside or evicted: a count for each counter, also those that are 0.
    pub dropped: &'a BTreeMap<String, u64>,
    /// Every counter that is not 0, with what it means: first what was found, then what was mended, then what was lost.
    pub counters: Vec<Counter>,
    /// What is worth knowing, a sentence each.
    pub warnings: &'a [String],
}

/// A file of a trace as the ingest found it.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
#[schemars(rename = "TraceSummaryFile")]
pub struct SummaryFile<'a> {
    /// Its path relative to the case's folder, or its name; `-` is the standard input.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Time of last modification.
    pub modified: Option<Time>,
    /// XXH3-128 of the file, 32 hex digits.
    pub xxh3_128: &'a str,
    /// SHA-256 of the file, 64 hex digits; null unless it was asked for.
    pub sha256: Option<&'a str>,
    /// Packets read.
    pub packets: Option<u64>,
    /// Time of its first packet.
    pub first_time: Option<Time>,
    /// Time of its last packet.
    pub last_time: Option<Time>,
    /// Why it was left out: it is empty, or cut inside its header.
    pub left_out: Option<&'a str>,
    /// Places where it is cut or damaged.
    pub damaged_places: u64,
    /// The first of these places.
    pub damages: &'a [Damage],
}

/// What a summary is about.
#[derive(Clone, Debug)]
pub struct About<'a> {
    /// The capture.
    pub trace: &'a Path,
    /// Its case.
    pub case_id: &'a str,
    /// The folder of the case, by all names that it goes by.
    pub case_folders: &'a [&'a Path],
    /// When it was ingested.
    pub ingested_at: Option<Time>,
}

impl<'a> TraceSummary<'a> {
    /// What `metadata` says of a trace.
    pub fn of(about: &About<'_>, metadata: &'a SessionMetadata) -> Self {
        let (trace, sessions) = (&metadata.trace, &metadata.sessions);
        let sum = |of: fn(&store::metadata::Session) -> u64| sessions.iter().map(of).fold(0, u64::saturating_add);
        let span = trace.first_time.zip(trace.last_time);
        let span = span.and_then(|(first, last)| last.0.0.checked_sub(first.0.0));
        Self {
            capture_path: about.trace.display().to_string(),
            case_id: about.case_id.to_owned(),
            name: about.relative(about.trace),
            files: trace.files.iter().map(|file| about.file(file)).collect(),
            size: trace.files.iter().map(|file| file.size).fold(0, u64::saturating_add),
            packets: trace.packets,
            bytes: trace.bytes,
            first_time: trace.first_time,
            last_time: trace.last_time,
            duration: span.and_then(|span| u64::try_from(span).ok()),
            link_types: &trace.link_types,
            interfaces: &trace.interfaces,
            secrets_given: trace.secrets_given,
            payload: trace.payload,
            ingested_at: about.ingested_at,
            created_by: &metadata.created_by,
            schema_version: &metadata.schema_version,
            connection_count: metadata.connections.len(),
            session_count: sessions.iter().filter(|session| session.session_id.0 != 0).count(),
            operation_count: sum(|session| session.operations),
            smb2_messages: metadata.smb2_messages,
            encrypted_messages: sum(|session| session.encrypted_messages),
            bytes_read: sum(|session| session.bytes_read),
            bytes_written: sum(|session| session.bytes_written),
            dropped: &metadata.dropped,
            counters: counters::of(metadata),
            warnings: &metadata.warnings,
        }
    }
}

impl About<'_> {
    /// A path below the case's folder; of any other the name alone: where it lies is nobody's business.
    fn relative(&self, path: &Path) -> String {
        let below = self.case_folders.iter().find_map(|folder| path.strip_prefix(folder).ok());
        let name = below.or_else(|| path.file_name().map(Path::new)).unwrap_or(path);
        name.to_string_lossy().into_owned()
    }

    fn file<'a>(&self, file: &'a TraceFile) -> SummaryFile<'a> {
        SummaryFile {
            name: self.relative(Path::new(&file.path)),
            size: file.size,
            modified: file.modified,
            xxh3_128: &file.xxh3_128,
            sha256: file.sha256.as_deref(),
            packets: file.packets,
            first_time: file.first_time,
            last_time: file.last_time,
            left_out: file.left_out.as_deref(),
            damaged_places: file.damaged_places,
            damages: &file.damages,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_file_outside_its_case_only_the_name_is_told() {
        let folders = [Path::new("/traces/case"), Path::new("/real/case")];
        let trace = Path::new("/traces/case/a.pcap");
        let about = About { trace, case_id: "case", case_folders: &folders, ingested_at: None };
        for (path, told) in [
            ("/traces/case/sub/a.pcap", "sub/a.pcap"),
            ("/real/case/a.pcap", "a.pcap"),
            ("/home/someone/secret/a.pcap", "a.pcap"),
            ("-", "-"),
        ] {
            assert_eq!(about.relative(Path::new(path)), told, "{path}");
        }
    }
}
