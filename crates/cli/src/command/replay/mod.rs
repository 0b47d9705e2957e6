//! `replay`: which sessions, where to and how; the engine is in the floor below.

mod comparison;
mod machines;

use super::trace::{self, Trace};
use super::written::Files;
use super::{Context, first_run, mapping, provisioning, target, validate};
use crate::arguments::{Format, Global, ReplayArguments, TraceSelection};
use crate::failure::{Conclusion, Failure};
use crate::output::{Output, Progress, printable};
use replay::map::SeveralShares;
use replay::provisioning::Before;
use replay::validation::WhatToCheck;
use replay::{Event, FileFilter, Options, ReplayError, Report, Selection};
use store::Key;
use store::metadata::Session;
use store::runs::Run;

/// Replays sessions and prints the report.
pub(crate) fn run(arguments: &ReplayArguments, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let mut overrides = target::overrides(&arguments.server);
    overrides.extend(arguments.max_wait.map(|wait| (Key::MaxWait, wait.as_secs_f64().to_string())));
    let mut context = Context::new(&overrides, global, output)?;
    let trace = trace::open(&context, &arguments.trace)?;
    let sessions = trace.chosen(&context, &arguments.sessions)?;
    let mut options = options(arguments, &context)?;
    first_run::tell_above(&arguments.server, &context);
    if let [only] = sessions.as_slice() {
        context.remember_session(only);
    }
    options.start_at = arguments.start_at.map(machines::start).transpose()?;
    options.shard = arguments.shard.map(|number| machines::shard(&trace, &sessions, number)).transpose()?;
    let own = machines::own(&sessions, options.shard.as_ref());
    // What cannot be sent is known before anything is changed.
    if arguments.validate
        && !own.is_empty()
        && !is_ready(&trace, &own, &options, WhatToCheck { operations: true, file_system: false }, &mut context)?
    {
        return Ok(Conclusion::Incomplete);
    }
    // A file that cannot be written is known before anything is made or sent.
    let names = [&arguments.html, &arguments.pcap, &arguments.junit].map(|name| name.as_deref());
    let [html, pcap, junit] = names;
    let files = Files::begin(html, pcap, junit, context.output.format())?;
    match (arguments.setup, &options.mapping.root) {
        _ if arguments.no_setup => {}
        // What one shard found, another may have made: all of it is there before the first of them begins.
        (true, _) => set_up(&trace, &sessions, &mut options, &context)?,
        (false, Some(_)) if options.shard.is_some() => machines::tell_of_setup(arguments, &context),
        (false, Some(_)) => set_up(&trace, &sessions, &mut options, &context)?,
        (false, None) => {}
    }
    if arguments.validate
        && !is_ready(&trace, &sessions, &options, WhatToCheck { operations: false, file_system: true }, &mut context)?
    {
        return Ok(Conclusion::Incomplete);
    }
    let report = execute(&trace, &own, &options, &context)?;
    let takes_output = files.take_standard_output();
    // Nobody reads what is printed, for example: what else was asked for is done, and the verdict stays what it is.
    let printed = if takes_output { Ok(()) } else { print(&report, &arguments.trace, &mut context) };
    if report.interrupted {
        if files.are_named() {
            context.warn("interrupted: no file was written; `smbreplay report last` writes them too");
        }
    } else {
        let run = Run::find(&trace.place.output, &report.run).map_err(Failure::plain)?;
        let told = files.write(&trace.place, &run, &report, &context)?;
        if context.output.format() == Format::Table && printed.is_ok() {
            told.iter().try_for_each(|(heading, words)| context.output.paragraph(heading, words))?;
        }
    }
    match printed {
        Ok(()) | Err(Failure::OutputClosed) => {}
        Err(failure) => return Err(failure),
    }
    match report.interrupted {
        true => Err(Failure::Interrupted(format!("interrupted; what was sent is recorded in {}", report.path))),
        false if report.all_matched() => Ok(Conclusion::Done),
        false => Ok(Conclusion::Diverged),
    }
}

/// Prints the report, and what shows more of it.
fn print(report: &Report, selection: &TraceSelection, context: &mut Context<'_>) -> Result<(), Failure> {
    context.output.report(report)?;
    if context.output.format() == Format::Table && !report.roots.is_empty() {
        let options = trace::as_typed(selection);
        context.output.line(&format!("in full: smbreplay report {}{options}", printable(&report.run)))?;
    }
    Ok(())
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
    let mut show = |event: Event| match event {
        Event::Progress(now) => progress.show(&doing(&now), now.done, now.total),
        Event::Waits(until) => progress.show(&machines::waiting(until), 0, 0),
        Event::Diverged(_) => {}
    };
    replay::run(captured, &place.output, options, context.interrupt.flag(), &mut show).map_err(advise)
}

/// Whether a check finds nothing in the way; else what it finds is the result.
fn is_ready(
    trace: &Trace,
    sessions: &[&Session],
    options: &Options,
    what: WhatToCheck,
    context: &mut Context<'_>,
) -> Result<bool, Failure> {
    refuse_clones_without_root(options)?;
    let found = validate::validate(trace, sessions, options, what, context)?;
    context.interrupt.check()?;
    if !found.ready {
        context.output.validation(&found)?;
    }
    Ok(found.ready)
}

/// Without a folder that is named, that of a clone is named after the run, which is not begun yet.
fn refuse_clones_without_root(options: &Options) -> Result<(), Failure> {
    if options.clones.get() > 1 && options.mapping.root.is_none() {
        return Err(Failure::new(
            "clones are set up and checked below a folder that is named",
            "name it with --root DIR",
        ));
    }
    Ok(())
}

/// Builds what was there before the sessions began, if it is not there.
fn set_up(trace: &Trace, sessions: &[&Session], options: &mut Options, context: &Context<'_>) -> Result<(), Failure> {
    refuse_clones_without_root(options)?;
    let files = provisioning::files(sessions);
    let done = {
        let progress = Progress::things(context.output.quiet());
        let mut shown = provisioning::shown(&progress);
        let before = Before::of(&trace.place.output, &trace.metadata, &files, options, &mut shown);
        let before = before.map_err(provisioning::advise)?;
        before.restore(context.interrupt.flag(), &mut shown).map_err(provisioning::advise)?
    };
    if context.interrupt.is_set() {
        return Err(Failure::Interrupted("interrupted; `smbreplay cleanup` removes what was set up".to_owned()));
    }
    if let Some(report) = &done {
        const MOST_TOLD: usize = 10;
        for warning in report.warnings.iter().take(MOST_TOLD) {
            context.warn(warning);
        }
        for trouble in report.errors.iter().take(MOST_TOLD) {
            context.warn(&format!("{} on share {}: {}", trouble.path, trouble.share, trouble.what));
        }
        if let Some(more) = report.errors.len().checked_sub(MOST_TOLD).filter(|more| *more > 0) {
            context.warn(&format!("{more} more; `smbreplay validate` tells them all"));
        }
    }
    options.setup = done;
    Ok(())
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
        ReplayError::SeveralShares(several) => advise_several(several),
        ReplayError::UnknownDialect { .. } => "name it with --dialect".to_owned(),
        ReplayError::OpenFiles(_) => "allow more with `ulimit -n`, or choose fewer --clones".to_owned(),
        ReplayError::Roots(_) => "check that the user may make folders there, or choose another --root".to_owned(),
        ReplayError::Provisioning(error) => return provisioning::advise_provisioning(error),
        ReplayError::Target(error) => target::advise(error).to_owned(),
        ReplayError::Dialect { supported: Some(dialect), .. } => format!("try --dialect {dialect}"),
        ReplayError::Dialect { supported: None, .. } => "replay at a server that does".to_owned(),
        ReplayError::Ticket(error) => target::advise_ticket(error),
        ReplayError::Probe(error) => target::advise_probe(error).to_owned(),
        ReplayError::Baseline(_) => "choose others of `smbreplay report --list`".to_owned(),
        ReplayError::System(_) => "try again".to_owned(),
    };
    Failure::new(error, advice)
}

/// What to do about captured shares that would mix.
pub(super) fn advise_several(several: &SeveralShares) -> String {
    let share = several.shares.last().map_or("SHARE", String::as_str);
    format!("give each a folder with --root DIR, or another live share with --map-share '{share}=OTHER'")
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
        compress: arguments.compress,
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
