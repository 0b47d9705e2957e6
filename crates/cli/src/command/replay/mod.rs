//! `replay`: which sessions, where to and how; the engine is in the floor below.

mod comparison;
mod mapping;

use super::trace::{self, Trace};
use super::{Context, target};
use crate::arguments::{Global, ReplayArguments};
use crate::failure::{Conclusion, Failure};
use crate::output::{Output, Progress, all_matched};
use replay::{FileFilter, Options, ReplayError, Report, Selection};
use store::Key;
use store::metadata::Session;

/// Replays sessions and prints the report.
pub(crate) fn run(arguments: &ReplayArguments, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let mut overrides = target::overrides(&arguments.server);
    overrides.extend(arguments.max_wait.map(|wait| (Key::MaxWait, wait.as_secs_f64().to_string())));
    let context = Context::new(&overrides, global, output)?;
    let trace = trace::open(&context, &arguments.trace)?;
    let sessions = chosen(arguments, &trace, &context)?;
    let options = options(arguments, &context)?;
    if let [only] = sessions.as_slice() {
        context.remember_session(only);
    }
    let report = execute(&trace, &sessions, &options, &context)?;
    context.output.report(&report)?;
    match report.interrupted {
        true => Err(Failure::Interrupted(format!("interrupted; what was sent is recorded in {}", report.path))),
        false if all_matched(&report) => Ok(Conclusion::Done),
        false => Ok(Conclusion::Diverged),
    }
}

fn execute(trace: &Trace, sessions: &[&Session], options: &Options, context: &Context<'_>) -> Result<Report, Failure> {
    let place = &trace.place;
    let files: Vec<String> = sessions.iter().map(|session| session.file.clone()).collect();
    let captured = replay::load(&place.output, &trace.metadata, &files).map_err(|error| {
        let advice = match &error {
            replay::LoadError::Spool { .. } => "make room in that folder, and let it be written to",
            _ => "ingest the trace again with --force",
        };
        Failure::new(error, advice)
    })?;
    let progress = Progress::operations(context.output.quiet());
    let mut show = |now: replay::Progress| {
        progress.show(&doing(&now), now.done, now.total);
    };
    replay::run(captured, &place.output, options, context.interrupt.flag(), &mut show).map_err(advise)
}

/// What is told beside the bar: what is under way, what differs, and how late requests are.
fn doing(now: &replay::Progress) -> String {
    let counts = [(now.in_flight, "in flight"), (now.divergences, "diverge"), (now.skipped, "skipped")];
    let told = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    let lag = (!now.lag.is_zero()).then(|| format!("{:.1} ms late", now.lag.as_secs_f64() * 1e3));
    let told: Vec<String> = std::iter::once("replaying".to_owned()).chain(told).chain(lag).collect();
    told.join(", ")
}

/// What to do about a replay that cannot be carried out.
fn advise(error: ReplayError) -> Failure {
    let advice = match &error {
        ReplayError::Record(_) => return Failure::plain(error),
        ReplayError::Nothing { .. } => {
            "choose other sessions of `smbreplay session --list`, or more with --limit, --from, --to and --file-filter"
                .to_owned()
        }
        ReplayError::SeveralShares(several) => {
            let share = several.shares.last().map_or("SHARE", String::as_str);
            format!("give each a folder with --root DIR, or another live share with --map-share '{share}=OTHER'")
        }
        ReplayError::UnknownDialect { .. } => "name it with --dialect".to_owned(),
        ReplayError::OpenFiles(_) => "allow more with `ulimit -n`, or choose fewer --clones".to_owned(),
        ReplayError::Roots(_) => "check that the user may make folders there, or choose another --root".to_owned(),
        ReplayError::Provisioning(_) => "try again".to_owned(),
        ReplayError::Target(error) => target::advise(error).to_owned(),
        ReplayError::Dialect { supported: Some(dialect), .. } => format!("try --dialect {dialect}"),
        ReplayError::Dialect { supported: None, .. } => "replay at a server that does".to_owned(),
        ReplayError::Probe(error) => target::advise_probe(error).to_owned(),
        ReplayError::Baseline(_) => "choose others of `smbreplay report --list`".to_owned(),
        ReplayError::System(_) => "try again".to_owned(),
    };
    Failure::new(error, advice)
}

/// The sessions to replay, each once. One that is named and cannot be replayed is refused; of all, it is left out.
fn chosen<'a>(
    arguments: &ReplayArguments,
    trace: &'a Trace,
    context: &Context<'_>,
) -> Result<Vec<&'a Session>, Failure> {
    let mut sessions: Vec<&Session> = Vec::new();
    if arguments.all {
        for session in trace.sessions() {
            if session.replayable {
                sessions.push(session);
            } else if session.session_id.0 != 0 {
                let reasons = session.not_replayable.join(", ");
                context.warn(&format!("session {} is left out: {reasons}", session.session_id));
            }
        }
        if sessions.is_empty() {
            let what = format!("{}: none of its sessions can be replayed", trace.place.trace.display());
            return Err(Failure::new(what, "`smbreplay session --list` says why"));
        }
        return Ok(sessions);
    }
    let named: Vec<&str> = arguments.sessions.iter().chain(&arguments.session_id).map(String::as_str).collect();
    let wanted: Vec<Option<&str>> = if named.is_empty() { vec![None] } else { named.into_iter().map(Some).collect() };
    for wanted in wanted {
        let session = trace.session(context, wanted)?;
        if !session.replayable {
            let reasons = session.not_replayable.join(", ");
            let what = format!("session {} cannot be replayed: {reasons}", session.session_id);
            return Err(Failure::new(what, "choose another of `smbreplay session --list`"));
        }
        if !sessions.iter().any(|other| other.file == session.file) {
            sessions.push(session);
        }
    }
    Ok(sessions)
}

fn options(arguments: &ReplayArguments, context: &Context<'_>) -> Result<Options, Failure> {
    let target = target::target(&context.config, &arguments.server)?;
    Ok(Options {
        pace: arguments.pace,
        order: arguments.order.into(),
        max_wait: context.config.max_wait(),
        max_gap: arguments.max_gap,
        dialect: arguments.dialect,
        ping: !arguments.no_ping,
        encrypt: arguments.encrypt.unwrap_or_default(),
        allow_captured_server: arguments.allow_captured_server,
        mapping: mapping::mapping(&arguments.mapping)?,
        clones: arguments.clones,
        selection: Selection {
            limit: arguments.limit,
            from: arguments.from,
            to: arguments.to,
            files: arguments.file_filter.as_deref().map(FileFilter::new),
        },
        comparison: comparison::comparison(&arguments.comparison)?,
        ..Options::to(target)
    })
}
