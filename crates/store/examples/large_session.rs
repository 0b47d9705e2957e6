//! Replaces what was ingested of a trace by its first session, repeated until it has so many rows: what `cargo xtask web --test`
//! shows the page. What it tells was never captured; only the first and the last rows have messages.
//!
//! ```text
//! cargo run --package smbreplay-store --example large_session -- OUTPUT_FOLDER ROWS
//! ```

#![forbid(unsafe_code)]

use capture::Timestamp;
use dissect::{Operation, SessionSummary};
use smbreplay_store::metadata::{self, Session, SessionMetadata};
use smbreplay_store::writer::{DEFAULT_BUDGET, SessionsWriter};
use smbreplay_store::{Columns, OutputFolder, SessionFile};
use std::collections::BTreeMap;
use std::error::Error;
use std::num::NonZero;
use std::sync::atomic::AtomicBool;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let output = OutputFolder::at(arguments.next().ok_or("name the folder of an ingested trace")?);
    repeat(&output, arguments.next().ok_or("say how many rows")?.parse()?)
}

/// Replaces what was ingested by its first session, repeated.
fn repeat(output: &OutputFolder, rows: u32) -> Result<(), Box<dyn Error>> {
    let known = metadata::read(&output.metadata())?;
    let session = known.sessions.iter().find(|session| session.session_id.0 != 0).ok_or("there is no session")?;
    let file = SessionFile::open(&output.session_file(&session.file))?;
    let pattern = file.operations(Columns::All).collect::<Result<Vec<_>, _>>()?;
    let round = Round::of(&pattern).ok_or("the session has no times")?;
    let mut writer = SessionsWriter::create(output, DEFAULT_BUDGET, NonZero::<usize>::MIN.saturating_add(1))?;
    let rounds = rows.div_ceil(round.rows);
    let mut summary = summary(session);
    let all = (0..rounds).flat_map(|turn| pattern.iter().map(move |row| (turn, row)));
    for (number, (turn, row)) in (0..rows).zip(all) {
        let mut row = round.moved(row, turn);
        row.session = Some(0);
        row.op = number;
        if turn > 0 && turn.saturating_add(1) < rounds {
            (row.request, row.response, row.interim) = (None, None, None);
        }
        count(&mut summary, &row);
        writer.push(&row, |_| number)?;
    }
    writer.finish(vec![summary], &AtomicBool::new(false), |sessions| SessionMetadata { sessions, ..known.clone() })?;
    Ok(())
}

/// What lies between a row and the same in the next round.
struct Round {
    rows: u32,
    frames: u64,
    messages: u64,
    nanoseconds: i64,
}

impl Round {
    fn of(pattern: &[Operation]) -> Option<Self> {
        let first = pattern.iter().filter_map(|row| row.request_time).min()?;
        let last = pattern.iter().filter_map(|row| row.response_time.max(row.request_time)).max()?;
        let most = |of: fn(&Operation) -> Option<u64>| {
            pattern.iter().filter_map(of).max().unwrap_or_default().saturating_add(1)
        };
        Some(Self {
            rows: u32::try_from(pattern.len()).ok().filter(|rows| *rows > 0)?,
            frames: most(|row| row.response_frame.max(row.request_frame)),
            messages: most(|row| row.message_id),
            nanoseconds: last.0.checked_sub(first.0)?.checked_add(1_000_000)?,
        })
    }

    fn moved(&self, row: &Operation, turn: u32) -> Operation {
        let mut row = row.clone();
        let frames = self.frames.saturating_mul(turn.into());
        let messages = self.messages.saturating_mul(turn.into());
        let time = self.nanoseconds.saturating_mul(turn.into());
        let later = |at: Timestamp| Timestamp(at.0.saturating_add(time));
        let numbers = [
            &mut row.request_frame,
            &mut row.response_frame,
            &mut row.interim_frame,
            &mut row.request_seq,
            &mut row.request_start_seq,
            &mut row.response_seq,
            &mut row.interim_seq,
            &mut row.request_acks,
        ];
        for number in numbers.into_iter().flatten() {
            *number = number.saturating_add(frames);
        }
        let times = [&mut row.request_start_time, &mut row.request_time, &mut row.response_time, &mut row.interim_time];
        for at in times.into_iter().flatten() {
            *at = later(*at);
        }
        row.message_id = row.message_id.map(|message| message.saturating_add(messages));
        row
    }
}

fn summary(session: &Session) -> SessionSummary {
    SessionSummary {
        session: 0,
        session_id: session.session_id.0,
        generation: session.generation,
        connections: session.connections.clone(),
        user: session.user.clone(),
        domain: session.domain.clone(),
        workstation: session.workstation.clone(),
        mechanism: session.mechanism.clone(),
        service: None,
        logon_status: session.logon_status.map(|status| status.0),
        shares: session.shares.clone(),
        commands: BTreeMap::new(),
        statuses: BTreeMap::new(),
        bytes_read: 0,
        bytes_written: 0,
        operations: 0,
        encrypted: session.encrypted,
        decrypted: session.decrypted,
        missing_key: session.missing_key.clone(),
        first_time: session.first_time.0,
        last_time: session.last_time.0,
        not_replayable: session.not_replayable.clone(),
    }
}

fn count(summary: &mut SessionSummary, row: &Operation) {
    summary.operations = summary.operations.saturating_add(1);
    if let Some(command) = row.command {
        let count = summary.commands.entry(command).or_default();
        *count = count.saturating_add(1);
    }
    if let Some(status) = row.status {
        let count = summary.statuses.entry(status).or_default();
        *count = count.saturating_add(1);
    }
    summary.last_time = row.response_time.map_or(summary.last_time, |time| time.max(summary.last_time));
}
