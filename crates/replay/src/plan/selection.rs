//! `--limit`, `--from`, `--to`, `--file-filter`: a part of the chosen sessions, and what that part needs.

use crate::file_filter::FileFilter;
use crate::plan::request::Request;
use crate::trace::{CapturedRow, Trace};
use smb2::Command;
use std::collections::{HashMap, HashSet};

/// Which operations of the chosen sessions are replayed. What a chosen one needs stays in: its connection's negotiation,
/// its session, tree and handles, the rest of its chain, the target of a CANCEL.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// At most so many, the first ones.
    pub limit: Option<u64>,
    /// Not those whose request is complete in an earlier frame than this one.
    pub from: Option<u64>,
    /// Not those whose request is complete in a later frame than this one.
    pub to: Option<u64>,
    /// Only those about such a path.
    pub files: Option<FileFilter>,
}

impl Selection {
    /// Whether nothing is left out.
    pub fn is_everything(&self) -> bool {
        self.limit.is_none() && self.from.is_none() && self.to.is_none() && self.files.is_none()
    }

    /// Takes what is neither chosen nor needed out of the trace; returns how many requests that were. `requests` are
    /// those of the trace, in its order and resolved.
    pub(super) fn apply(&self, trace: &mut Trace, requests: &[Request]) -> u64 {
        let mut chosen: Vec<bool> = requests
            .iter()
            .map(|request| trace.rows.get(request.row()).is_some_and(|row| !row.stand_in() && self.chooses(&row)))
            .collect();
        if let Some(limit) = self.limit.and_then(|limit| usize::try_from(limit).ok()) {
            let beyond = chosen.iter_mut().filter(|chosen| **chosen).skip(limit);
            beyond.for_each(|chosen| *chosen = false);
        }
        let kept = Needs::of(requests).close(chosen);
        let mut dropped = HashSet::new();
        let mut stand_ins = 0_usize;
        for (request, _) in requests.iter().zip(kept).filter(|(_, kept)| !kept) {
            dropped.insert(request.row());
            if request.stand_in {
                stand_ins = stand_ins.saturating_add(1);
            } else if let Some(header) = trace.planned(request).and_then(|planned| planned.header())
                && header.command != Command::CANCEL
            {
                trace.left_out.push((request.connection, header.message_id, header.credit_charge));
            }
        }
        trace.rows.retain(|row| !dropped.contains(&row));
        dropped.len().saturating_sub(stand_ins).try_into().unwrap_or(u64::MAX)
    }

    fn chooses(&self, row: &CapturedRow<'_>) -> bool {
        let frame = row.request_frame().unwrap_or(0);
        let in_range = self.from.is_none_or(|from| frame >= from) && self.to.is_none_or(|to| frame <= to);
        let mut paths = [row.path(), row.new_path()].into_iter().flatten();
        in_range && self.files.as_ref().is_none_or(|files| paths.any(|path| files.accepts(path)))
    }
}

/// Which requests another one cannot do without.
struct Needs<'a> {
    requests: &'a [Request],
    chains: HashMap<(u32, u64), Vec<usize>>,
    /// Legs, by the first one.
    logons: HashMap<usize, Vec<usize>>,
    /// By connection: negotiations.
    negotiations: HashMap<u32, Vec<usize>>,
    /// By connection and the request that issued the session: logons that bind or renew it there.
    bindings: HashMap<(u32, usize), Vec<usize>>,
}

impl<'a> Needs<'a> {
    fn of(requests: &'a [Request]) -> Self {
        let mut needs = Self {
            requests,
            chains: HashMap::new(),
            logons: HashMap::new(),
            negotiations: HashMap::new(),
            bindings: HashMap::new(),
        };
        for (index, request) in requests.iter().enumerate() {
            if let Some(chain) = request.chain_key() {
                needs.chains.entry(chain).or_default().push(index);
            }
            if let Some(logon) = request.logon() {
                needs.logons.entry(logon.first).or_default().push(index);
                if let Some(session) = request.session().issuer() {
                    needs.bindings.entry((request.connection, session)).or_default().push(index);
                }
            }
            if request.command() == Some(Command::NEGOTIATE) {
                needs.negotiations.entry(request.connection).or_default().push(index);
            }
        }
        needs
    }

    /// Adds to the chosen what they need, and what that needs.
    fn close(&self, mut kept: Vec<bool>) -> Vec<bool> {
        let mut open: Vec<usize> = kept.iter().enumerate().filter_map(|(index, kept)| kept.then_some(index)).collect();
        while let Some(index) = open.pop() {
            let Some(request) = self.requests.get(index) else { continue };
            for needed in self.needed_by(index, request) {
                if let Some(kept) = kept.get_mut(needed).filter(|kept| !**kept) {
                    *kept = true;
                    open.push(needed);
                }
            }
        }
        kept
    }

    fn needed_by(&self, index: usize, request: &Request) -> Vec<usize> {
        let mut needed: Vec<usize> =
            request.issuers().chain(request.rare().cancels).chain(request.tree_connect(index)).collect();
        if request.stand_in {
            needed.extend(request.rare().after);
        }
        let session = request.session().issuer().map(|session| (request.connection, session));
        let groups = [
            request.chain_key().and_then(|chain| self.chains.get(&chain)),
            request.logon().and_then(|logon| self.logons.get(&logon.first)),
            session.and_then(|session| self.bindings.get(&session)),
            self.negotiations.get(&request.connection),
        ];
        needed.extend(groups.into_iter().flatten().flatten());
        needed
    }
}
