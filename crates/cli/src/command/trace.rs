//! Which trace and which sessions the user means.

use super::Context;
use crate::arguments::{ChosenSessions, TraceSelection};
use crate::failure::Failure;
use crate::output::printable;
use std::path::PathBuf;
use store::layout::{self, Layout, TracePlace};
use store::metadata::{self, MetadataError, Session, SessionMetadata};

/// An ingested trace.
pub(crate) struct Trace {
    /// The capture and where its output lies.
    pub(crate) place: TracePlace,
    /// What the ingest found.
    pub(crate) metadata: SessionMetadata,
}

/// The folders of the settings.
pub(crate) fn layout(context: &Context<'_>) -> Layout {
    Layout::new(&context.config)
}

/// The capture that `--case` and `--trace` name, by default the one that was ingested last.
pub(crate) fn find(context: &Context<'_>, selection: &TraceSelection) -> Result<TracePlace, Failure> {
    let layout = layout(context);
    let case = selection.case.as_deref();
    let Some(trace) = &selection.trace else {
        return last(context, &layout, case);
    };
    let current = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    layout.find_trace(trace, Some(case.unwrap_or(context.config.case_id())), &current).map_err(|error| match error {
        layout::LayoutError::NoTrace { .. } => {
            Failure::new(error, "give the path of a capture, or see `smbreplay list traces`")
        }
        other => cannot_find(other),
    })
}

fn last(context: &Context<'_>, layout: &Layout, case: Option<&str>) -> Result<TracePlace, Failure> {
    let Some(trace) = context.config.capture_path() else {
        return Err(Failure::new(
            "no trace is named and none was ingested yet",
            "name one with --trace FILE, or run `smbreplay ingest FILE`",
        ));
    };
    let place = layout
        .place(&trace)
        .map_err(|error| Failure::new(format!("the last trace is gone: {error}"), "name another with --trace FILE"))?;
    match case {
        Some(case) if place.case_id.as_deref() != Some(case) => Err(Failure::new(
            format!("the last trace, {}, is not in case {case}", place.trace.display()),
            format!("name one with --trace FILE; `smbreplay list traces --case {case}` shows them"),
        )),
        _ => Ok(place),
    }
}

/// The ingested trace that the user means.
pub(crate) fn open(context: &Context<'_>, selection: &TraceSelection) -> Result<Trace, Failure> {
    let place = find(context, selection)?;
    let metadata = metadata::read(&place.output.metadata()).map_err(|error| match error {
        MetadataError::Missing { .. } => Failure::new(
            format!("{}: not ingested yet", place.trace.display()),
            format!("run `smbreplay ingest {}` first", shell_word(&place.trace.display().to_string())),
        ),
        told => Failure::plain(told),
    })?;
    Ok(Trace { place, metadata })
}

impl Trace {
    /// Tells that the session files lack data, where they do.
    pub(crate) fn tell_payload(&self, context: &Context<'_>) {
        if let Some(what) = self.metadata.trace.payload.left_out() {
            context.warn(what);
        }
    }

    /// The time that counts as 0 in views of `session`, nanoseconds since 1970: that of the first packet, as in Wireshark.
    pub(crate) fn start_for(&self, session: &Session) -> i64 {
        self.metadata.trace.first_time.unwrap_or(session.first_time).0.0
    }

    /// The session that `wanted` names; by default the one used last, or the only one.
    pub(crate) fn session(&self, context: &Context<'_>, wanted: Option<&str>) -> Result<&Session, Failure> {
        let trace = self.place.trace.display();
        let sessions = &self.metadata.sessions;
        let chosen = match (wanted, context.config.session_id(), sessions.as_slice()) {
            (Some(wanted), ..) => layout::select_session(sessions, &file_name(wanted)),
            (None, _, [only]) => return Ok(only),
            (None, Some(last), _) => match layout::select_session(sessions, &file_name(last)) {
                Err(layout::SelectError::Unknown { .. } | layout::SelectError::NoSuchNumber { .. }) => {
                    let what = format!("{trace}: the last session used, {last}, is not in this trace");
                    return Err(Failure::new(what, "name one of `smbreplay session --list`"));
                }
                chosen => chosen,
            },
            (None, None, _) => {
                return Err(Failure::new("no session is named", "name one of `smbreplay session --list`"));
            }
        };
        chosen.map_err(|error| {
            let what = format!("{trace}: {error}");
            match error {
                layout::SelectError::Unknown { .. } => Failure::new(what, "see `smbreplay session --list`"),
                _ => Failure::plain(what),
            }
        })
    }

    /// The sessions in the default order.
    pub(crate) fn sessions(&self) -> Vec<&Session> {
        let order = layout::default_order(&self.metadata.sessions);
        order.into_iter().filter_map(|index| self.metadata.sessions.get(index)).collect()
    }

    /// The sessions that are named, each once; by default the one used last.
    pub(crate) fn named(&self, context: &Context<'_>, chosen: &ChosenSessions) -> Result<Vec<&Session>, Failure> {
        if chosen.all {
            return Ok(self.sessions().into_iter().filter(|session| session.session_id.0 != 0).collect());
        }
        let named: Vec<&str> = chosen.sessions.iter().chain(&chosen.session_id).map(String::as_str).collect();
        let wanted: Vec<Option<&str>> =
            if named.is_empty() { vec![None] } else { named.into_iter().map(Some).collect() };
        let mut sessions: Vec<&Session> = Vec::new();
        for wanted in wanted {
            let session = self.session(context, wanted)?;
            if !sessions.iter().any(|other| other.file == session.file) {
                sessions.push(session);
            }
        }
        Ok(sessions)
    }

    /// Those of them that can be replayed. One that is named and cannot be is refused; of all, it is left out.
    pub(crate) fn chosen(&self, context: &Context<'_>, chosen: &ChosenSessions) -> Result<Vec<&Session>, Failure> {
        let mut sessions = self.named(context, chosen)?;
        if chosen.all {
            for session in sessions.iter().filter(|session| !session.replayable) {
                let reasons = session.not_replayable.join(", ");
                context.warn(&format!("session {} is left out: {reasons}", session.session_id));
            }
            sessions.retain(|session| session.replayable);
            if sessions.is_empty() {
                let what = format!("{}: none of its sessions can be replayed", self.place.trace.display());
                return Err(Failure::new(what, "`smbreplay session --list` says why"));
            }
            return Ok(sessions);
        }
        if let Some(session) = sessions.iter().find(|session| !session.replayable) {
            let reasons = session.not_replayable.join(", ");
            let what = format!("session {} cannot be replayed: {reasons}", session.session_id);
            return Err(Failure::new(what, "choose another of `smbreplay session --list`"));
        }
        Ok(sessions)
    }
}

/// A session's file may be given with its folder, and without its extension.
fn file_name(wanted: &str) -> String {
    let name = wanted.rsplit(['/', '\\']).next().unwrap_or(wanted);
    let is_stem = name.to_ascii_lowercase().starts_with("smb2_session_") && !name.ends_with(".parquet");
    if is_stem { format!("{name}.parquet") } else { name.to_owned() }
}

/// What to do about a place that cannot be found.
pub(crate) fn cannot_find(error: layout::LayoutError) -> Failure {
    use layout::LayoutError;
    match &error {
        LayoutError::NoTrace { .. } => Failure::new(error, "see `smbreplay list traces`"),
        LayoutError::Io { .. } => Failure::new(error, "check that it exists and that you may read it"),
        _ => Failure::plain(error),
    }
}

/// The options that name the same trace again, each with a blank before it; nothing for the one ingested last.
pub(crate) fn as_typed(selection: &TraceSelection) -> String {
    let trace = selection.trace.as_ref().map(|trace| trace.display().to_string());
    let options = [("--case", selection.case.clone()), ("--trace", trace)];
    let typed = options.into_iter().filter_map(|(name, value)| Some(format!(" {name} {}", shell_word(&value?))));
    printable(&typed.collect::<String>()).into_owned()
}

/// The text as it must be typed in a shell.
pub(crate) fn shell_word(text: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "/._-+:@%,=".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_file_may_carry_its_folder_or_lack_its_extension() {
        let name = "smb2_session_0x0000040000000005-2.parquet";
        assert_eq!(file_name("smb2_session_0x0000040000000005-2"), name);
        assert_eq!(file_name(&format!("/cases/1/.tracer/a.pcap/sessions/{name}")), name);
        assert_eq!(file_name("0x5"), "0x5");
    }

    #[test]
    fn a_path_with_blanks_is_quoted_for_the_shell() {
        assert_eq!(shell_word("/a/b.pcap"), "/a/b.pcap");
        assert_eq!(shell_word("it's a.pcap"), "'it'\\''s a.pcap'");
    }
}
