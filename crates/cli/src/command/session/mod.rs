//! `session --list`, `session ID`, `session ID --op N`, `session ID --stats` and `session ID --tree`.

mod line;
mod list;
mod operation;
mod show;
mod stats;
mod tree;

use super::{Context, filter, trace};
use crate::arguments::{Global, SessionArguments};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use replay::FileFilter;
use show::View;

/// Lists the sessions of a trace or shows one.
pub(crate) fn run(arguments: &SessionArguments, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let mut context = Context::new(&[], global, output)?;
    let view = View::new(arguments)?;
    let trace = trace::open(&context, &arguments.trace)?;
    if arguments.list {
        return list::run(&trace, arguments, &mut context);
    }
    let paths = arguments.file_filter.as_deref().map(FileFilter::new);
    if arguments.all {
        return stats::run(&trace, &trace.sessions(), arguments, paths.as_ref(), &mut context);
    }
    let wanted = arguments.session.as_deref().or(arguments.session_id.as_deref());
    let session = trace.session(&context, wanted)?;
    context.remember_session(session);
    if let Some(wanted) = operation::Wanted::of(arguments) {
        return operation::run(&trace, session, wanted, &mut context);
    }
    if arguments.stats {
        return stats::run(&trace, &[session], arguments, paths.as_ref(), &mut context);
    }
    if arguments.tree {
        return tree::run(&trace, session, paths.as_ref(), &mut context);
    }
    let filter = arguments.filter.as_deref().map(|text| filter::parse(text, &trace)).transpose()?;
    let chosen = show::Chosen { filter: filter.as_ref(), paths: paths.as_ref() };
    show::run(&trace, session, &view, chosen, &mut context)
}
