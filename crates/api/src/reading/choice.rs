//! Which operations of a session are chosen: those that a filter selects and whose path matches.

use super::cursor::Cursor;
use super::selections::SelectionKey;
use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::trace::{Trace, unreadable};
use analysis::filter::{Filter, Rows};
use replay::FileFilter;
use std::ops::Range;
use store::{FileIdentity, ReadError, Selection, SessionFile};

/// What is asked of the operations of a session.
#[derive(Debug)]
pub(crate) struct Choice {
    /// What their path has to match.
    pub(crate) pattern: Option<String>,
    filter: Filter,
    identity: FileIdentity,
    /// What tells this question from others.
    asked: [String; 3],
}

impl Choice {
    /// The choice that these texts are, of the operations in `file`.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidFilter`], [`ErrorCode::Conflict`] when the file is gone.
    pub(crate) fn of(
        trace: &Trace,
        file: &SessionFile,
        filter: Option<String>,
        pattern: Option<String>,
    ) -> Result<Self, ApiError> {
        let first_frame = trace.metadata.trace.first_time.map(|time| time.0);
        let text = filter.unwrap_or_default();
        let filter = Filter::parse(&text, first_frame).map_err(|error| {
            let (start, end) = (error.range.start, error.range.end);
            let place = format!("bytes {start} to {end} of the filter: {}", marked(&text, &error.range));
            ApiError::new(ErrorCode::InvalidFilter, &error).advise(place)
        })?;
        let pattern = pattern.filter(|pattern| !pattern.is_empty());
        let identity = file.identity().map_err(unreadable)?;
        let asked = [text.trim().to_owned(), pattern.clone().unwrap_or_default(), format!("{first_frame:?}")];
        Ok(Self { pattern, filter, identity, asked })
    }

    /// Pages of what is chosen.
    pub(crate) fn pages<T>(&self, with: impl FnOnce(&Cursor<'_>) -> T) -> T {
        let [filter, pattern, first_frame] = &self.asked;
        with(&Cursor { file: &self.identity, chosen: &[filter, pattern, first_frame] })
    }

    /// What is chosen; `None`: everything.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] when the file cannot be read.
    pub(crate) fn selection(&self, app: &App, file: &SessionFile) -> Result<Option<Selection>, ApiError> {
        let [filter, ..] = &self.asked;
        if filter.is_empty() && self.pattern.is_none() {
            return Ok(None);
        }
        let key = SelectionKey { file: self.identity.clone(), asked: self.asked.to_vec() };
        app.selections.get(key, || self.select(file)).map(Some).map_err(unreadable)
    }

    fn select(&self, file: &SessionFile) -> Result<Selection, ReadError> {
        let paths = self.pattern.as_deref().map(FileFilter::new);
        let accepts = |path: &str| paths.as_ref().is_none_or(|paths| paths.accepts(path));
        file.select(&mut Rows::new(Some(&self.filter), paths.is_some().then_some(&accepts)))
    }
}

/// The part of a filter that is to blame, with what stands around it.
fn marked(text: &str, range: &Range<usize>) -> String {
    const AROUND: usize = 30;
    let part = |range: Range<usize>| text.get(range).unwrap_or_default();
    let before: String = part(0..range.start).chars().rev().take(AROUND).collect();
    let before: String = before.chars().rev().collect();
    let blamed: String = part(range.clone()).chars().take(AROUND).collect();
    let behind: String = part(range.end..text.len()).chars().take(AROUND).collect();
    format!("{before}»{blamed}«{behind}")
}
