//! Ids whose issuing response the capture lacks, though it has the request: the nearest earlier request that may have
//! issued them stands for it.

use crate::plan::reference::Reference;
use crate::plan::request::Request;
use smb2::Command;
use std::collections::HashMap;

/// What kind of id, and where it is valid.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Issue {
    /// A SessionId, of the logons of this connection.
    Session(u32),
    /// A TreeId of a session.
    Tree(Reference),
    /// A FileId of a session.
    File(Reference),
}

/// Requests without a captured answer that may have issued an id, by what they would have issued, latest last.
#[derive(Default)]
pub(super) struct Unanswered {
    candidates: HashMap<Issue, Vec<usize>>,
}

impl Unanswered {
    /// Remembers a request whose ids are resolved.
    pub(super) fn remember(&mut self, index: usize, request: &Request) {
        if request.answer().is_some() {
            return;
        }
        let issue = match request.command() {
            Some(Command::SESSION_SETUP) if request.session().issuer().is_none() => Issue::Session(request.connection),
            Some(Command::TREE_CONNECT) => Issue::Tree(request.session()),
            Some(Command::CREATE) => Issue::File(request.session()),
            _ => return,
        };
        self.candidates.entry(issue).or_default().push(index);
    }

    /// The nearest request that may have issued an id; it issues no other.
    pub(super) fn take(&mut self, issue: Issue) -> Option<usize> {
        self.candidates.get_mut(&issue)?.pop()
    }
}
