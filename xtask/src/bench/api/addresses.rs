//! What the clients ask: pages of a long session, some of them of what a filter selects, and the list of sessions.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::site::{CASE, SESSION, SESSION_TRACE};
use crate::bench::analysis::creates_below;

/// Rows of a page.
const PAGE: u32 = 100;
/// The server keeps what filters selected last. So many others in between are more than it keeps.
const FOLDERS: u64 = 400;
/// Selects every sixth request or so.
const BROAD: &str = "smb2.cmd == 5";

/// A question about the session. Answers to it that begin elsewhere are of the same kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Question {
    /// The sessions of the trace.
    Sessions,
    /// Operations of the session.
    Operations { kind: Kind, filter: Option<String>, file_filter: Option<String>, cursor: Option<String> },
}

/// Which operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    All,
    /// Many, by a filter.
    Broad,
    /// Those on some paths.
    Paths,
    /// A few, by the same filter again and again.
    Few,
    /// A few, by a filter that was not asked for lately.
    New,
}

/// What is asked one after the other; a list to go round in. The cursors are those of [`Question::all`] and
/// [`Question::broad`], and the session has so many folders.
pub(super) fn questions(pages: &[String], filtered: &[String], folders: u64) -> Vec<Question> {
    let middle = folders / 2;
    let mut pages = pages.iter().cycle();
    let mut filtered = filtered.iter().cycle();
    let mut all = Vec::new();
    for number in 0..folders.clamp(1, FOLDERS) {
        // All over the session.
        let folder = number.saturating_mul(folders).checked_div(FOLDERS.min(folders)).unwrap_or_default();
        all.extend([
            Question::all(),
            Question::all().at(pages.next()),
            Question::broad(),
            Question::all().at(pages.next()),
            Question::Sessions,
            Question::all().at(pages.next()),
            Question::below(Kind::Few, middle),
            Question::broad().at(filtered.next()),
            Question::on_paths(middle),
            Question::below(Kind::New, folder),
        ]);
    }
    all
}

/// The first question of each kind, with and without a cursor.
pub(super) fn one_of_each(questions: &[Question]) -> Vec<Question> {
    let mut found: Vec<Question> = Vec::new();
    for question in questions {
        if !found.iter().any(|known| known.kind() == question.kind()) {
            found.push(question.clone());
        }
    }
    found
}

impl Question {
    /// All operations.
    pub(super) fn all() -> Self {
        Self::Operations { kind: Kind::All, filter: None, file_filter: None, cursor: None }
    }

    /// Many of them.
    pub(super) fn broad() -> Self {
        Self::Operations { kind: Kind::Broad, filter: Some(BROAD.into()), file_filter: None, cursor: None }
    }

    fn below(kind: Kind, folder: u64) -> Self {
        Self::Operations { kind, filter: Some(creates_below(folder)), file_filter: None, cursor: None }
    }

    fn on_paths(folder: u64) -> Self {
        let file_filter = Some(format!("*day-{folder}\\*"));
        Self::Operations { kind: Kind::Paths, filter: None, file_filter, cursor: None }
    }

    /// The same from a cursor on, if there is one.
    pub(super) fn at(mut self, from: Option<&String>) -> Self {
        if let Self::Operations { cursor, .. } = &mut self {
            *cursor = from.cloned();
        }
        self
    }

    /// Path and query.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Sessions => path_and_query("/api/sessions", &[]),
            Self::Operations { .. } => self.page(&[("limit", &PAGE.to_string())]),
        }
    }

    /// The same with another size of page, or other columns.
    pub(super) fn page(&self, how: &[(&str, &str)]) -> String {
        let Self::Operations { filter, file_filter, cursor, .. } = self else { return self.address() };
        let given = [("filter", filter), ("file_filter", file_filter), ("cursor", cursor)];
        let given = given.iter().filter_map(|(name, value)| Some((*name, value.as_deref()?)));
        let all: Vec<(&str, &str)> = how.iter().copied().chain(given).collect();
        path_and_query(&format!("/api/sessions/{SESSION}"), &all)
    }

    /// What makes its answer one of its own kind.
    fn kind(&self) -> Option<(Kind, bool)> {
        match self {
            Self::Sessions => None,
            Self::Operations { kind, cursor, .. } => Some((*kind, cursor.is_some())),
        }
    }
}

fn path_and_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let of_trace = [("capture_path", SESSION_TRACE), ("case_id", CASE)];
    let all = of_trace.iter().chain(parameters);
    let pairs: Vec<String> =
        all.map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC))).collect();
    format!("{path}?{}", pairs.join("&"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn an_address_has_nothing_that_ends_its_line_or_its_parameter() {
        let address = Question::below(Kind::Few, 7).at(Some(&"ab".to_owned())).address();
        assert!(address.starts_with("/api/sessions/1?capture_path=session%2Epcap&case_id="), "{address}");
        assert!(address.contains("&limit=100&filter=smb2%2Ecmd%20%3D%3D%205%20%26%26%20"), "{address}");
        assert!(address.ends_with("&cursor=ab"), "{address}");
        assert!(address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\'), "{address}");
    }

    #[test]
    fn every_kind_is_asked_and_new_filters_are_new_for_long() {
        let cursors = ["a".to_owned(), "b".to_owned(), "c".to_owned()];
        let asked = questions(&cursors, &cursors, 23_000);
        assert_eq!(one_of_each(&asked).len(), 8);
        let new = |question: &&Question| matches!(question, Question::Operations { kind: Kind::New, .. });
        let new: BTreeSet<String> = asked.iter().filter(new).map(Question::address).collect();
        assert_eq!(new.len(), 400);
        let at = |cursor: &String| asked.contains(&Question::all().at(Some(cursor)));
        assert!(cursors.iter().all(at));
    }

    #[test]
    fn a_short_session_without_further_pages_is_asked_about_too() {
        let asked = questions(&[], &[], 1);
        assert_eq!((asked.len(), one_of_each(&asked).len()), (10, 6));
    }
}
