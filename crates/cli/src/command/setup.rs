//! `setup`: the before-state on the lab share.

use super::{Context, first_run, namespace, provisioning, target, trace};
use crate::arguments::{Global, SetupArguments};
use crate::failure::{Conclusion, Failure};
use crate::output::{Output, Progress};
use replay::provisioning::{Before, SetupOptions};

/// Builds it, or shows what would be built.
pub(crate) fn run(arguments: &SetupArguments, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let context = Context::new(&target::overrides(&arguments.server), global, output)?;
    let trace = trace::open(&context, &arguments.trace)?;
    let sessions = trace.chosen(&context, &arguments.sessions)?;
    let allow = arguments.allow_captured_server;
    let options = provisioning::options(&context, &arguments.server, &arguments.mapping, allow)?;
    first_run::tell_above(&arguments.server, &context);
    if let [only] = sessions.as_slice() {
        context.remember_session(only);
    }
    namespace::tell_encrypted(sessions.iter().copied(), &context);
    let files = provisioning::files(&sessions);
    let report = {
        let progress = Progress::things(context.output.quiet());
        let mut shown = provisioning::shown(&progress);
        let before = Before::of(&trace.place.output, &trace.metadata, &files, &options, &mut shown);
        let before = before.map_err(provisioning::advise)?;
        let how = SetupOptions { dry_run: arguments.dry_run, force: arguments.force };
        before.set_up(how, context.interrupt.flag(), &mut shown).map_err(provisioning::advise)?
    };
    context.output.setup(&report)?;
    match report.interrupted {
        true => Err(Failure::Interrupted("interrupted; `smbreplay cleanup` removes what was made".to_owned())),
        false if report.success => Ok(Conclusion::Done),
        false => Ok(Conclusion::Incomplete),
    }
}
