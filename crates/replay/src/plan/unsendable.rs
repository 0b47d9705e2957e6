//! Which requests cannot be sent, whatever the live server does.

use crate::plan::payload;
use crate::plan::reference::Reference;
use crate::plan::request::{Form, Request};
use crate::trace::Trace;
use smb2::Command;
use std::collections::{HashMap, HashSet};
use store::Payload;

/// Marks them. A chain is sent whole or not at all.
pub(super) fn mark(trace: &Trace, requests: &mut [Request]) {
    let known: HashSet<u32> = trace.connections.iter().map(|known| known.connection).collect();
    let mut chains = incomplete_chains(trace, requests);
    for request in requests.iter_mut() {
        if !known.contains(&request.connection) {
            request.skip("nothing is known of its connection");
        }
        if let Some(missing) = trace.rows.get(request.row()).and_then(|row| payload::missing(&row))
            && !missing.is_empty()
        {
            request.rare_mut().missing_payload = missing;
        }
        if let Some(reason) = unsendable(trace, request) {
            if let Some(chain) = request.chain_key() {
                chains.insert(chain, reason.clone());
            }
            request.skip(reason);
        }
    }
    skip_silent_pipes(trace, requests);
    for request in requests.iter_mut() {
        if let Some(reason) = request.chain_key().and_then(|chain| chains.get(&chain)) {
            request.skip(format!("its chain cannot be sent: {reason}"));
        }
    }
}

/// Chains some of whose members are not among the requests: of a session that is not replayed, say.
fn incomplete_chains(trace: &Trace, requests: &[Request]) -> HashMap<(u32, u64), String> {
    // By chain: how many members there are, and whether another must follow the latest.
    let mut members: HashMap<(u32, u64), (u16, bool)> = HashMap::new();
    let mut incomplete = HashMap::new();
    for request in requests {
        let Some(chain) = request.chain_key() else { continue };
        let (count, goes_on) = members.entry(chain).or_insert((0, true));
        if request.chain_index != *count || !*goes_on {
            incomplete.insert(chain, "a part of it is not in the replay".to_owned());
        }
        *count = count.saturating_add(1);
        // A NextCommand that leads elsewhere is the captured client's mistake, sent as it is.
        *goes_on = trace.planned(request).is_some_and(|planned| {
            planned.header().is_some_and(|header| header.next_command as usize == planned.bytes().len())
        });
    }
    let cut = members.into_iter().filter(|(_, (_, goes_on))| *goes_on);
    incomplete.extend(cut.map(|(chain, _)| (chain, "a part of it is not in the replay".to_owned())));
    incomplete
}

/// A server that has not been told what was written to a pipe has nothing to answer there.
fn skip_silent_pipes(trace: &Trace, requests: &mut [Request]) {
    let mut silent: HashSet<u32> = HashSet::new();
    for request in requests.iter_mut() {
        let Some(row) = trace.rows.get(request.row()).filter(payload::is_on_pipe) else { continue };
        let Some(open) = row.open() else { continue };
        match request.command() {
            Some(Command::WRITE) if request.skipped().is_some() && !row.request_holes().is_empty() => {
                silent.insert(open);
            }
            Some(Command::READ | Command::WRITE | Command::IOCTL) if silent.contains(&open) => {
                request.skip("what was written to the pipe before it could not be sent");
            }
            _ => {}
        }
    }
}

fn unsendable(trace: &Trace, request: &Request) -> Option<String> {
    if request.form == Form::Unreadable {
        return Some("encrypted or unreadable in the capture, and no key is known".into());
    }
    if trace.rows.get(request.row())?.request_holes().len() > request.rare().missing_payload.len() {
        let is_stored = trace.payload == Payload::Full || request.command() != Some(Command::WRITE);
        let why = if is_stored { "part of the request is missing in the capture" } else { "its data is not stored" };
        return Some(why.into());
    }
    if request.session() == Reference::Orphan {
        return Some("its session is from before the capture".into());
    }
    if request.tree() == Reference::Orphan {
        return Some("its tree connect is from before the capture".into());
    }
    if request.file_ids().any(|(_, id)| id == Reference::Orphan) {
        return Some("its handle is from before the capture".into());
    }
    None
}
