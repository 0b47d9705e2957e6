//! `session --list`.

use crate::arguments::Format;
use crate::command::Context;
use crate::command::trace::Trace;
use crate::failure::{Conclusion, Failure};
use crate::output::{Column, Grid, duration, instant};
use serde_json::{Value, json};
use store::metadata::{Connection, HexStatus, Session};

/// The sessions in their default order: by first time, then id.
pub(crate) fn run(trace: &Trace, context: &mut Context<'_>) -> Result<Conclusion, Failure> {
    let sessions = trace.sessions();
    let capture = &trace.place.trace;
    match context.output.format() {
        Format::Json => {
            let documents: Vec<Value> = sessions.iter().map(|session| document(trace, session)).collect();
            context.output.json(&json!({
                "capture_path": capture,
                "total": documents.len(),
                "sessions": documents,
            }))?;
        }
        Format::Csv => context.output.grid(&complete(trace, &sessions))?,
        Format::Table if sessions.is_empty() => {
            context.output.line(&format!("{}: no sessions", capture.display()))?;
        }
        Format::Table => {
            context.output.grid(&overview(trace, &sessions))?;
            for (number, session) in (1_usize..).zip(&sessions) {
                if !session.replayable && session.session_id.0 != 0 {
                    let reasons = session.not_replayable.join("; ");
                    context.output.paragraph("", &format!("{number} cannot be replayed: {reasons}"))?;
                }
            }
        }
    }
    Ok(Conclusion::Done)
}

/// The connection a session began on.
fn connection<'a>(trace: &'a Trace, session: &Session) -> Option<&'a Connection> {
    let first = session.connections.first()?;
    trace.metadata.connections.iter().find(|connection| connection.connection == *first)
}

fn dialect<'a>(trace: &'a Trace, session: &Session) -> Option<&'a str> {
    let used = |connection: &&Connection| session.connections.contains(&connection.connection);
    trace.metadata.connections.iter().filter(used).find_map(|connection| connection.dialect.as_deref())
}

fn document(trace: &Trace, session: &Session) -> Value {
    let connection = connection(trace, session);
    json!({
        "session_id": session.session_id,
        "file_name": session.file,
        "operation_count": session.operations,
        "user": session.user,
        "domain": session.domain,
        "workstation": session.workstation,
        "mechanism": session.mechanism,
        "logon_status": session.logon_status,
        "client": connection.map(|connection| &connection.client),
        "server": connection.map(|connection| &connection.server),
        "connections": session.connections,
        "dialect": dialect(trace, session),
        "shares": session.shares,
        "first_time": session.first_time,
        "last_time": session.last_time,
        "commands": session.commands,
        "statuses": session.statuses,
        "bytes_read": session.bytes_read,
        "bytes_written": session.bytes_written,
        "encrypted": session.encrypted,
        "replayable": session.replayable,
        "not_replayable": session.not_replayable,
    })
}

fn overview(trace: &Trace, sessions: &[&Session]) -> Grid {
    let mut grid = Grid::new([
        Column::number("no"),
        Column::text("session"),
        Column::number("operations"),
        Column::text("user").cut_to(8).dispensable(6),
        Column::text("shares").cut_to(12).dispensable(5),
        Column::text("client").dispensable(4),
        Column::text("dialect").dispensable(3),
        Column::text("begins").dispensable(1),
        Column::number("lasts").dispensable(2),
        Column::text("replay").dispensable(7),
    ]);
    for (number, session) in (1_usize..).zip(sessions) {
        let span = session.last_time.0.0.saturating_sub(session.first_time.0.0);
        grid.push([
            number.to_string(),
            short_name(session),
            session.operations.to_string(),
            user(session),
            share_names(session),
            connection(trace, session).map(|connection| connection.client.clone()).unwrap_or_default(),
            dialect(trace, session).unwrap_or_default().to_owned(),
            instant(session.first_time.0.0),
            duration(u64::try_from(span).unwrap_or(0)),
            match (session.session_id.0, session.replayable) {
                (0, _) => "-",
                (_, true) => "yes",
                (_, false) => "no",
            }
            .to_owned(),
        ]);
    }
    grid
}

/// The id; with its generation where several sessions have it.
fn short_name(session: &Session) -> String {
    match session.generation {
        0 | 1 => session.session_id.to_string(),
        later => format!("{}-{later}", session.session_id),
    }
}

/// The shares without their server, disk shares first.
fn share_names(session: &Session) -> String {
    let name = |share: &String| share.rsplit('\\').next().unwrap_or_default().to_owned();
    let (pipes, disks): (Vec<_>, Vec<_>) = session.shares.iter().map(name).partition(|name| name == "IPC$");
    let mut names = [disks, pipes].concat();
    names.dedup();
    names.join(" ")
}

fn user(session: &Session) -> String {
    match (&session.domain, &session.user, &session.mechanism) {
        (Some(domain), Some(user), _) if !domain.is_empty() => format!("{domain}\\{user}"),
        (_, Some(user), _) => user.clone(),
        _ if session.session_id.0 == 0 => "(no session)".to_owned(),
        (.., Some(mechanism)) => format!("({mechanism})"),
        _ => String::new(),
    }
}

fn complete(trace: &Trace, sessions: &[&Session]) -> Grid {
    let columns = [
        "session_id",
        "file_name",
        "operation_count",
        "user",
        "domain",
        "logon_status",
        "client",
        "server",
        "dialect",
        "shares",
        "first_time",
        "last_time",
        "bytes_read",
        "bytes_written",
        "encrypted",
        "replayable",
    ];
    let mut grid = Grid::new(columns.map(Column::text));
    for session in sessions {
        let connection = connection(trace, session);
        grid.push([
            session.session_id.to_string(),
            session.file.clone(),
            session.operations.to_string(),
            session.user.clone().unwrap_or_default(),
            session.domain.clone().unwrap_or_default(),
            session.logon_status.as_ref().map(HexStatus::to_string).unwrap_or_default(),
            connection.map(|connection| connection.client.clone()).unwrap_or_default(),
            connection.map(|connection| connection.server.clone()).unwrap_or_default(),
            dialect(trace, session).unwrap_or_default().to_owned(),
            session.shares.join(" "),
            session.first_time.to_string(),
            session.last_time.to_string(),
            session.bytes_read.to_string(),
            session.bytes_written.to_string(),
            session.encrypted.to_string(),
            session.replayable.to_string(),
        ]);
    }
    grid
}
