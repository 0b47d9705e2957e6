//! `cleanup`: what setups and replays made on the lab share is removed again.

use super::{Context, first_run, provisioning, target, trace};
use crate::arguments::{CleanupArguments, Global};
use crate::failure::{Conclusion, Failure};
use crate::output::{Output, Progress};
use replay::Options;
use replay::provisioning::{Part, Site, claimed, cleanup};
use std::collections::BTreeSet;
use store::TracePlace;
use store::changes::{self, Changes};

/// Removes it, or shows what would be removed.
pub(crate) fn run(arguments: &CleanupArguments, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let context = Context::new(&target::overrides(&arguments.server), global, output)?;
    let place = trace::find(&context, &arguments.trace)?;
    let all = changes::list(&place.output).map_err(Failure::plain)?;
    let run = named(&place, &all, arguments.run.as_deref())?;
    let target = target::target(&context.config, &arguments.server)?;
    first_run::tell_above(&arguments.server, &context);
    let options = Options { max_wait: context.config.max_wait(), ..Options::to(target) };
    let (journals, others): (Vec<Changes>, Vec<Changes>) =
        all.into_iter().partition(|journal| is_of(journal, &options));
    if let Some(elsewhere) = others.iter().find(|journal| run.as_ref() == Some(&journal.name)) {
        let header = &elsewhere.header;
        let here = format!("{}:{}", options.target.server, options.target.port);
        let what = format!("{} was made on {}:{}, not on {here}", elsewhere.name, header.server, header.port);
        let advice = format!("name that server: --server-ip {} --port {}", header.server, header.port);
        return Err(Failure::new(what, advice));
    }
    let left = if run.is_some() { BTreeSet::new() } else { elsewhere(&others) };
    for (server, port) in &left {
        let how = format!("`smbreplay cleanup --server-ip {server} --port {port}` removes it");
        context.warn(&format!("what was made on {server}:{port} is still there: {how}"));
    }
    let report = {
        let part = Part { run: run.as_deref(), below: None };
        let progress = Progress::things(context.output.quiet());
        let mut shown = provisioning::shown(&progress);
        // What was made there is known from the journals: no other server is touched.
        let address = replay::target::address(&[], &options).map_err(|error| {
            let advice = target::advise(&error);
            Failure::new(error, advice)
        })?;
        let site = Site::new(address, &options).map_err(|error| provisioning::advise_provisioning(&error))?;
        cleanup(&journals, part, &site, arguments.dry_run, context.interrupt.flag(), &mut shown)
            .map_err(|error| provisioning::advise_provisioning(&error))?
    };
    context.output.cleanup(&report)?;
    match report.interrupted {
        true => Err(Failure::Interrupted("interrupted; run it again to go on".to_owned())),
        false if report.success && left.is_empty() => Ok(Conclusion::Done),
        false => Ok(Conclusion::Incomplete),
    }
}

fn is_of(journal: &Changes, options: &Options) -> bool {
    let target = &options.target;
    journal.header.server == target.server && journal.header.port == target.port
}

/// The servers of these journals on which something is left.
fn elsewhere(journals: &[Changes]) -> BTreeSet<(String, u16)> {
    let of = |journal: &Changes| (journal.header.server.clone(), journal.header.port);
    let servers: BTreeSet<(String, u16)> = journals.iter().map(of).collect();
    let is_left = |server: &(String, u16)| {
        let journals: Vec<Changes> = journals.iter().filter(|journal| of(journal) == *server).cloned().collect();
        claimed(&journals) > 0
    };
    servers.into_iter().filter(is_left).collect()
}

/// The run or setup that is meant; `None` for all.
fn named(place: &TracePlace, all: &[Changes], wanted: Option<&str>) -> Result<Option<String>, Failure> {
    let last = all.last().map(|journal| journal.name.clone());
    match (wanted, &last) {
        (None, _) => Ok(None),
        (Some("last"), Some(_)) => Ok(last),
        (Some(wanted), _) if all.iter().any(|journal| journal.name == wanted) => Ok(Some(wanted.to_owned())),
        (Some(wanted), _) => {
            let what = format!("{}: {wanted} has changed nothing", place.trace.display());
            let advice = match last {
                Some(last) => format!("the last that did is {last}; `smbreplay cleanup` without a name removes all"),
                None => "neither a setup nor a replay of this trace has".to_owned(),
            };
            Err(Failure::new(what, advice))
        }
    }
}
