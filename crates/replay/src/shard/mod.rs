//! A part of a replay for a machine of several: whole clients, chosen alike on each.
//!
//! Which client falls to which shard follows from the metadata of the trace and from the sessions that are asked for, and from
//! nothing else: machines that share nothing but the trace choose the same.

mod balance;
mod clients;
mod number;
mod survey;

pub use number::{NotAShard, ShardNumber};

use crate::map::CapturedShare;
use crate::report::RunShard;
use capture::Timestamp;
use clients::Clients;
use std::collections::BTreeSet;
use store::metadata::{Session, SessionMetadata};
use store::{OutputFolder, ReadError};
use survey::Survey;

/// What a shard replays.
#[derive(Clone, Debug)]
pub struct Shard {
    /// Names of its session files, in the order in which they were asked for. None: fewer clients than shards.
    pub files: Vec<String>,
    /// The captured time from which a pace counts: the same in all shards.
    pub origin: Option<Timestamp>,
    /// The captured shares of all shards, if there are several: they must not mix where one shard alone would not mix them.
    pub shares: Vec<CapturedShare>,
    /// What its report says of it.
    pub told: RunShard,
}

impl Shard {
    /// The shard `number` of the sessions with these file names. `machine` is the name of this one.
    ///
    /// # Errors
    /// [`ReadError`] of a session file, all of which are looked at for paths that clients of several shards use.
    pub fn of(
        output: &OutputFolder,
        metadata: &SessionMetadata,
        files: &[String],
        number: ShardNumber,
        machine: String,
    ) -> Result<Self, ReadError> {
        let sessions: Vec<&Session> =
            metadata.sessions.iter().filter(|session| files.contains(&session.file)).collect();
        let clients = Clients::of(metadata, &sessions);
        let shards = balance::shards(clients.weights(), number.count());
        let shard_of = |session: usize| shards.get(clients.of_session(session)).copied();
        let own = Some(number.index());
        let is_own = |file: &&String| {
            let session = sessions.iter().position(|session| session.file == **file);
            session.and_then(shard_of) == own
        };
        let own_files: Vec<String> = files.iter().filter(is_own).cloned().collect();
        let with_shards = sessions.iter().enumerate().map(|(index, session)| (*session, shard_of(index)));
        let survey = match number.count().get() {
            1 => Survey::default(),
            _ => Survey::of(output, metadata, with_shards)?,
        };
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let told = RunShard {
            index: number.index(),
            count: number.count().get(),
            machine,
            clients: count(shards.iter().filter(|shard| Some(**shard) == own).count()),
            clients_of_all: count(shards.len()),
            session_files: own_files.clone(),
            sessions_of_all: count(sessions.len()),
            division: division(&sessions),
            start_at: None,
            paths_across: survey.paths_across,
            trace_files: metadata.trace.files.iter().map(|file| file.xxh3_128.clone()).collect(),
        };
        Ok(Self { files: own_files, origin: origin(metadata, &sessions), shares: survey.shares, told })
    }

    /// That what several shards do to one file comes in any order, where they do something.
    pub(crate) fn warning(&self) -> Option<String> {
        let paths = match self.told.paths_across {
            0 => return None,
            1 => "1 path is".to_owned(),
            several => format!("{several} paths are"),
        };
        Some(format!("{paths} used by clients of several shards and changed by one; between shards no order is kept"))
    }
}

/// What tells these sessions from others.
fn division(sessions: &[&Session]) -> String {
    let names: String = sessions.iter().map(|session| format!("{}\n", session.file)).collect();
    dissect::operation::payload_hash(names.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// When the first of the sessions' connections begins.
fn origin(metadata: &SessionMetadata, sessions: &[&Session]) -> Option<Timestamp> {
    let on: BTreeSet<u32> = sessions.iter().flat_map(|session| session.connections.iter().copied()).collect();
    let connections = metadata.connections.iter().filter(|connection| on.contains(&connection.connection));
    let begins = connections.map(|connection| connection.first_time.0);
    begins.chain(sessions.iter().map(|session| session.first_time.0)).min()
}

#[cfg(test)]
mod tests;
