//! Counting rows of what belongs to no session, for which the dissector has no summary.

use capture::Timestamp;
use dissect::{Kind, Operation, SessionSummary};
use smb2::Command;
use std::collections::{BTreeMap, BTreeSet};

/// Counts of rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub(super) rows: u64,
    /// Rows of messages that stayed encrypted.
    pub(super) locked: u64,
    connections: BTreeSet<u32>,
    commands: BTreeMap<Command, u64>,
    statuses: BTreeMap<u32, u64>,
    encrypted: bool,
    first_time: Option<Timestamp>,
    last_time: Option<Timestamp>,
}

impl Tally {
    pub(super) fn add(&mut self, row: &Operation) {
        self.rows = self.rows.saturating_add(1);
        self.locked = self.locked.saturating_add(u64::from(row.kind == Kind::Encrypted));
        if row.session.is_some() {
            return;
        }
        self.connections.insert(row.connection);
        let mut count_command = |command| increment(self.commands.entry(command).or_default());
        row.command.into_iter().for_each(&mut count_command);
        row.status.into_iter().for_each(|status| increment(self.statuses.entry(status).or_default()));
        self.encrypted |= row.encrypted;
        let times =
            [row.request_start_time, row.request_time, row.response_time, row.interim_time].into_iter().flatten();
        for time in times {
            self.first_time = Some(self.first_time.map_or(time, |first| first.min(time)));
            self.last_time = Some(self.last_time.map_or(time, |last| last.max(time)));
        }
    }

    /// The summary of "no session".
    pub(super) fn summary(&self) -> SessionSummary {
        SessionSummary {
            session: u32::MAX,
            session_id: 0,
            generation: 1,
            connections: self.connections.iter().copied().collect(),
            user: None,
            domain: None,
            workstation: None,
            mechanism: None,
            service: None,
            logon_status: None,
            shares: Vec::new(),
            commands: self.commands.clone(),
            statuses: self.statuses.clone(),
            bytes_read: 0,
            bytes_written: 0,
            operations: self.rows,
            encrypted: self.encrypted,
            decrypted: false,
            missing_key: None,
            first_time: self.first_time.unwrap_or_default(),
            last_time: self.last_time.unwrap_or_default(),
            not_replayable: vec!["not a session: what belongs to none".to_owned()],
        }
    }
}

fn increment(count: &mut u64) {
    *count = count.saturating_add(1);
}
