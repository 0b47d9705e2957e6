//! The trace that is used when none is named.

use crate::command::Context;
use crate::command::trace::{cannot_find, shell_word};
use crate::failure::Failure;
use crate::output::counted;
use replay::readiness::Check;
use std::path::Path;
use store::layout::{Layout, TracePlace};
use store::metadata::{self, MetadataError, SessionMetadata};
use store::reader::SessionFile;

/// Name of the check.
pub(super) const NAME: &str = "last_trace";

/// The last trace, as far as it is there.
pub(super) struct LastTrace {
    pub(super) check: Check,
    pub(super) place: Option<TracePlace>,
    pub(super) metadata: Option<SessionMetadata>,
}

/// Looks for its captured files and reads the head of each of its session files.
pub(super) fn examine(context: &Context<'_>) -> Result<LastTrace, Failure> {
    let only = |check| Ok(LastTrace { check, place: None, metadata: None });
    let Some(trace) = context.config.capture_path() else {
        return only(Check::not_tried(NAME, "nothing was ingested yet: `smbreplay ingest FILE`"));
    };
    let place = match Layout::new(&context.config).place(&trace) {
        Ok(place) => place,
        Err(error) => {
            let advice = "ingest another, or name one with --trace FILE";
            return only(Check::warning(NAME, cannot_find(error), advice));
        }
    };
    let shown = shell_word(&place.trace.display().to_string());
    let read = metadata::read(&place.output.metadata());
    let (check, metadata) = match read {
        Ok(metadata) => (files(&place, &metadata, context)?, Some(metadata)),
        Err(MetadataError::Missing { .. }) => {
            let found = format!("{}: not ingested", place.trace.display());
            (Check::warning(NAME, found, format!("smbreplay ingest {shown}")), None)
        }
        Err(MetadataError::Version { path, source }) => {
            let advice = format!("update smbreplay, or smbreplay ingest --force {shown}");
            (Check::failed(NAME, format!("{}: {source}", path.display()), advice), None)
        }
        Err(error) => {
            let found = format!("{}: cannot be used", place.output.metadata().display());
            let found = match error {
                MetadataError::Foreign { reason, .. } => format!("{found}: {reason}"),
                MetadataError::Io { source, .. } => format!("{found}: {source}"),
                _ => found,
            };
            (Check::failed(NAME, found, format!("smbreplay ingest --force {shown}")), None)
        }
    };
    Ok(LastTrace { check, place: Some(place), metadata })
}

fn files(place: &TracePlace, metadata: &SessionMetadata, context: &Context<'_>) -> Result<Check, Failure> {
    let shown = place.trace.display();
    let again = format!("smbreplay ingest --force {}", shell_word(&shown.to_string()));
    let mut unusable = Vec::new();
    for session in &metadata.sessions {
        context.interrupt.check()?;
        if let Err(error) = SessionFile::open(&place.output.session_file(&session.file)) {
            unusable.push(error.to_string());
        }
    }
    if let Some(first) = unusable.first() {
        let count = unusable.len();
        let found = format!("{shown}: {} cannot be used, the first: {first}", counted(count, "session file"));
        return Ok(Check::failed(NAME, found, again));
    }
    let captured = metadata.trace.files.iter().filter(|file| file.path != "-");
    let gone = captured.clone().find(|file| !Path::new(&file.path).is_file());
    let changed = captured.clone().find(|file| std::fs::metadata(&file.path).is_ok_and(|now| now.len() != file.size));
    Ok(match (gone, changed) {
        (Some(gone), _) => Check::warning(
            NAME,
            format!("{shown}: ingested, but {} is no longer there", gone.path),
            "put it back if you want to ingest it again; a replay does without",
        ),
        (None, Some(changed)) => {
            Check::warning(NAME, format!("{shown}: {} has changed since it was ingested", changed.path), again)
        }
        (None, None) => {
            let sessions = metadata.sessions.iter().filter(|session| session.session_id.0 != 0);
            let replayable = sessions.clone().filter(|session| session.replayable).count();
            let sessions = counted(sessions.count(), "session");
            Check::ok(NAME, format!("{shown}: {sessions}, {replayable} of them can be replayed"))
        }
    })
}
