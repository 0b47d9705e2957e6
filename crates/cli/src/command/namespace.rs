//! What chosen sessions show of their shares.

use super::Context;
use super::trace::Trace;
use crate::failure::Failure;
use crate::output::Progress;
use replay::namespace::Namespace;

/// Goes through the sessions with these files.
pub(crate) fn infer(trace: &Trace, files: &[String], context: &Context<'_>) -> Result<Namespace, Failure> {
    let chosen = trace.metadata.sessions.iter().filter(|session| files.contains(&session.file));
    let total = chosen.map(|session| session.operations).fold(0, u64::saturating_add);
    let progress = Progress::operations(context.output.quiet());
    Namespace::infer(&trace.place.output, &trace.metadata, files, &mut |done| {
        progress.show("looking at the shares", done, total);
    })
    .map_err(|error| Failure::new(error, "ingest the trace again with --force"))
}
