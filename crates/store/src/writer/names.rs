//! What the session files are called.

use super::WriteError;
use super::session_rows::SessionRows;
use crate::layout::session_file_name;
use crate::metadata::{self, Session};
use dissect::SessionSummary;
use rustc_hash::FxHashSet;
use std::path::Path;

/// The names of the session files, and what the metadata say of them.
pub(super) struct Names {
    /// In the order of the rows; `None` where there are no rows.
    of_files: Vec<Option<String>>,
    described: Vec<Session>,
}

impl Names {
    /// Names the files of `rows` in `folder`: what belongs to no session first, then the sessions in order of first appearance.
    pub(super) fn give(folder: &Path, rows: &[SessionRows], sessions: Vec<SessionSummary>) -> Result<Self, WriteError> {
        let mut names = Self { of_files: vec![None; rows.len()], described: Vec::new() };
        let mut taken = FxHashSet::default();
        let rest = rows.first().map(|rows| (0, rows.tally.summary()));
        let sessions = sessions.into_iter().map(|summary| ((summary.session as usize).saturating_add(1), summary));
        for (index, summary) in rest.into_iter().chain(sessions) {
            // A session that was announced but has no rows has nothing to show or to replay.
            let Some(tally) = rows.get(index).map(|rows| &rows.tally).filter(|tally| tally.rows > 0) else { continue };
            let name = free_name(&mut taken, &summary);
            names.described.push(metadata::session(&summary, &name, tally.rows, tally.locked));
            if let Some(of_file) = names.of_files.get_mut(index) {
                *of_file = Some(name);
            }
        }
        let nameless = rows.iter().zip(&names.of_files).position(|(rows, name)| rows.tally.rows > 0 && name.is_none());
        match nameless {
            Some(index) => {
                let session = index.checked_sub(1);
                let reason = format!("rows of a session that the trace does not have: {session:?}");
                Err(WriteError::Encoding { path: folder.to_owned(), reason })
            }
            None => Ok(names),
        }
    }

    /// The names in the order of the rows; `None` where there are no rows.
    pub(super) fn of_files(&self) -> impl Iterator<Item = Option<&str>> {
        self.of_files.iter().map(Option::as_deref)
    }

    /// The metadata of the files.
    pub(super) fn into_described(self) -> Vec<Session> {
        self.described
    }
}

/// The name for a session, of a later generation when it is taken: the id 0 of a session that a client made up would be
/// that of what belongs to no session.
fn free_name(taken: &mut FxHashSet<String>, summary: &SessionSummary) -> String {
    let mut generations = summary.generation.max(1)..=u32::MAX;
    generations
        .find_map(|generation| {
            let name = session_file_name(summary.session_id, generation);
            taken.insert(name.clone()).then_some(name)
        })
        .unwrap_or_default()
}
