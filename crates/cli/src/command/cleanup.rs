//! `cleanup`: what setups and replays made on the lab share is removed again.

use super::{Context, provisioning, target, trace};
use crate::arguments::{CleanupArguments, Global};
use crate::failure::{Conclusion, Failure};
use crate::output::{Output, Progress};
use replay::Options;
use replay::provisioning::{Site, cleanup};
use store::TracePlace;
use store::changes::{self, Changes};

/// Removes it, or shows what would be removed.
pub(crate) fn run(arguments: &CleanupArguments, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let context = Context::new(&target::overrides(&arguments.server), global, output)?;
    let place = trace::find(&context, &arguments.trace)?;
    let journals = chosen(&place, arguments.run.as_deref())?;
    let target = target::target(&context.config, &arguments.server)?;
    let options = Options { max_wait: context.config.max_wait(), ..Options::to(target) };
    if let Some(elsewhere) = journals.iter().find(|journal| !journal.is_cleaned() && !is_of(journal, &options)) {
        let header = &elsewhere.header;
        let what = format!(
            "{} was made on {}:{}, not on {}",
            elsewhere.name, header.server, header.port, options.target.server
        );
        let advice = format!("name that server: --server-ip {} --port {}", header.server, header.port);
        return Err(Failure::new(format!("{what}:{}", options.target.port), advice));
    }
    let report = {
        let progress = Progress::things(context.output.quiet());
        let mut shown = provisioning::shown(&progress);
        // What was made there is known from the journals: no other server is touched.
        let address = replay::target::address(&[], &options).map_err(|error| {
            let advice = target::advise(&error);
            Failure::new(error, advice)
        })?;
        let site = Site::new(address, &options).map_err(|error| provisioning::advise_provisioning(&error))?;
        cleanup(&journals, &site, None, arguments.dry_run, context.interrupt.flag(), &mut shown)
            .map_err(|error| provisioning::advise_provisioning(&error))?
    };
    context.output.cleanup(&report)?;
    match report.interrupted {
        true => Err(Failure::Interrupted("interrupted; run it again to go on".to_owned())),
        false if report.success => Ok(Conclusion::Done),
        false => Ok(Conclusion::Incomplete),
    }
}

fn is_of(journal: &Changes, options: &Options) -> bool {
    let target = &options.target;
    journal.header.server == target.server && journal.header.port == target.port
}

/// The journals that are meant: all of the trace, or that of one run or setup.
fn chosen(place: &TracePlace, wanted: Option<&str>) -> Result<Vec<Changes>, Failure> {
    let all = changes::list(&place.output).map_err(Failure::plain)?;
    let Some(wanted) = wanted else { return Ok(all) };
    let is_last = wanted == "last";
    let known: Vec<String> = all.iter().map(|journal| journal.name.clone()).collect();
    let mut found: Vec<Changes> = all.into_iter().filter(|journal| is_last || journal.name == wanted).collect();
    if is_last {
        found.drain(..found.len().saturating_sub(1));
    }
    if found.is_empty() {
        let what = format!("{}: {wanted} has changed nothing", place.trace.display());
        let advice = match known.last() {
            Some(last) => format!("the last that did is {last}; `smbreplay cleanup` without a name removes all"),
            None => "neither a setup nor a replay of this trace has".to_owned(),
        };
        return Err(Failure::new(what, advice));
    }
    Ok(found)
}
