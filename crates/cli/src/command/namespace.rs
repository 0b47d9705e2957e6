//! What chosen sessions show of their shares.

use super::Context;
use super::trace::Trace;
use crate::failure::Failure;
use crate::output::{Progress, counted};
use replay::namespace::Namespace;
use store::metadata::Session;

/// Goes through the sessions with these files. That some of their messages cannot be read is told.
pub(crate) fn infer(trace: &Trace, files: &[String], context: &Context<'_>) -> Result<Namespace, Failure> {
    let chosen = trace.metadata.sessions.iter().filter(|session| files.contains(&session.file));
    tell_encrypted(chosen.clone(), context);
    let total = chosen.map(|session| session.operations).fold(0, u64::saturating_add);
    let progress = Progress::operations(context.output.quiet());
    Namespace::infer(&trace.place.output, &trace.metadata, files, &mut |done| {
        progress.show("looking at the shares", done, total);
    })
    .map_err(|error| Failure::new(error, "ingest the trace again with --force"))
}

/// Tells which sessions have messages that cannot be read: what they are about is not known.
pub(crate) fn tell_encrypted<'a>(sessions: impl Iterator<Item = &'a Session>, context: &Context<'_>) {
    for session in sessions.filter(|session| session.encrypted_messages > 0) {
        let messages = counted(usize::try_from(session.encrypted_messages).unwrap_or(usize::MAX), "message");
        let key = session.missing_key.as_deref().unwrap_or("a key");
        let told = format!("session {}: {messages} stayed encrypted; what would open them: {key}", session.session_id);
        context.warn(&told);
    }
}
