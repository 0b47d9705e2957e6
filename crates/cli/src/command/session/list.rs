//! `session --list`.

use crate::arguments::{Format, SessionArguments, SessionOrder};
use crate::command::Context;
use crate::command::trace::Trace;
use crate::failure::{Conclusion, Failure};
use crate::output::{Column, Grid, duration, instant, size};
use analysis::listing::{self, Chosen, ListedSession, account, bytes, connection, dialect, errors, span};
use replay::FileFilter;
use serde_json::json;
use store::metadata::{HexStatus, Session};

/// The sessions that the user wants, each with the number that it has in the default order: by first time, then id.
pub(crate) fn run(
    trace: &Trace,
    arguments: &SessionArguments,
    context: &mut Context<'_>,
) -> Result<Conclusion, Failure> {
    let sessions = chosen(trace, arguments);
    let capture = &trace.place.trace;
    match context.output.format() {
        Format::Json => {
            let documents: Vec<_> =
                sessions.iter().map(|(number, session)| ListedSession::of(&trace.metadata, *number, session)).collect();
            context.output.json(&json!({
                "capture_path": capture,
                "total": documents.len(),
                "sessions": documents,
            }))?;
        }
        Format::Csv => context.output.grid(&complete(trace, &sessions))?,
        Format::Table if trace.metadata.sessions.is_empty() => {
            context.output.line(&format!("{}: no sessions", capture.display()))?;
        }
        Format::Table if sessions.is_empty() => {
            context.output.line(&format!("none of {} sessions is like that", trace.metadata.sessions.len()))?;
        }
        Format::Table => {
            context.output.grid(&overview(trace, &sessions))?;
            for (number, session) in &sessions {
                if !session.replayable && session.session_id.0 != 0 {
                    let reasons = session.not_replayable.join("; ");
                    context.output.paragraph("", &format!("{number} cannot be replayed: {reasons}"))?;
                }
            }
        }
    }
    Ok(Conclusion::Done)
}

/// Those that the arguments ask for, with their numbers, in the order asked for.
fn chosen<'a>(trace: &'a Trace, arguments: &SessionArguments) -> Vec<(usize, &'a Session)> {
    let of_user = arguments.user.as_deref().map(FileFilter::new);
    let of_client = arguments.client.as_deref().map(FileFilter::new);
    let user = |text: &str| of_user.as_ref().is_none_or(|wanted| wanted.accepts(text));
    let client = |text: &str| of_client.as_ref().is_none_or(|wanted| wanted.accepts(text));
    let order = match arguments.sort {
        None | Some(SessionOrder::Begins) => listing::SessionOrder::Begins,
        Some(SessionOrder::Lasts) => listing::SessionOrder::Lasts,
        Some(SessionOrder::Operations) => listing::SessionOrder::Operations,
        Some(SessionOrder::Errors) => listing::SessionOrder::Errors,
        Some(SessionOrder::Bytes) => listing::SessionOrder::Bytes,
        Some(SessionOrder::User) => listing::SessionOrder::User,
        Some(SessionOrder::Client) => listing::SessionOrder::Client,
    };
    let chosen = Chosen {
        user: of_user.is_some().then_some(&user),
        client: of_client.is_some().then_some(&client),
        errors: arguments.errors,
        order,
    };
    chosen.of(&trace.metadata)
}

fn overview(trace: &Trace, sessions: &[(usize, &Session)]) -> Grid {
    let mut grid = Grid::new([
        Column::number("no"),
        Column::text("session"),
        Column::number("operations"),
        Column::number("errors").dispensable(9),
        Column::text("user").cut_to(8).dispensable(8),
        Column::text("shares").cut_to(12).dispensable(7),
        Column::text("client").dispensable(6),
        Column::text("server").dispensable(3),
        Column::text("dialect").dispensable(4),
        Column::number("bytes").dispensable(5),
        Column::text("begins").dispensable(1),
        Column::number("lasts").dispensable(2),
        Column::text("replay").dispensable(10),
    ]);
    for (number, session) in sessions {
        let connection = connection(&trace.metadata, session);
        grid.push([
            number.to_string(),
            short_name(session),
            session.operations.to_string(),
            errors(session).to_string(),
            user(session),
            share_names(session),
            connection.map(|connection| connection.client.clone()).unwrap_or_default(),
            connection.map(|connection| connection.server.clone()).unwrap_or_default(),
            dialect(&trace.metadata, session).unwrap_or_default().to_owned(),
            size(bytes(session)),
            instant(session.first_time.0.0),
            duration(span(session)),
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
    match (&session.user, &session.mechanism) {
        (Some(_), _) => account(session),
        _ if session.session_id.0 == 0 => "(no session)".to_owned(),
        (None, Some(mechanism)) => format!("({mechanism})"),
        (None, None) => String::new(),
    }
}

fn complete(trace: &Trace, sessions: &[(usize, &Session)]) -> Grid {
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
        "errors",
        "number",
    ];
    let mut grid = Grid::new(columns.map(Column::text));
    for (number, session) in sessions {
        let connection = connection(&trace.metadata, session);
        grid.push([
            session.session_id.to_string(),
            session.file.clone(),
            session.operations.to_string(),
            session.user.clone().unwrap_or_default(),
            session.domain.clone().unwrap_or_default(),
            session.logon_status.as_ref().map(HexStatus::to_string).unwrap_or_default(),
            connection.map(|connection| connection.client.clone()).unwrap_or_default(),
            connection.map(|connection| connection.server.clone()).unwrap_or_default(),
            dialect(&trace.metadata, session).unwrap_or_default().to_owned(),
            session.shares.join(" "),
            session.first_time.to_string(),
            session.last_time.to_string(),
            session.bytes_read.to_string(),
            session.bytes_written.to_string(),
            session.encrypted.to_string(),
            session.replayable.to_string(),
            errors(session).to_string(),
            number.to_string(),
        ]);
    }
    grid
}
