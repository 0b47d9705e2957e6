//! The chains that are in flight on one connection, without I/O.

use super::chain::{Answer, Chain};
use super::error::CrewError;
use super::stepwise::Stepwise;
use crate::probe::{Dialogue, ProbeError};
use crate::request::Request;
use crate::{Received, Signature};
use rustc_hash::FxHashMap;
use smb2::{Command, NtStatus};
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// Chains that are in flight at once on a connection, and about how many bytes they may have together: enough that the
/// server never waits for the client, and no more than it would keep in memory.
const MOST_CHAINS: usize = 64;
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// How long the server may work on what it has said it works on: longer than it waits for another client to give up an oplock
/// or lease (35 s in Windows and Samba).
const PENDING: Duration = Duration::from_secs(60);

/// The chains in flight.
pub(super) struct Pipeline {
    tree_id: u32,
    chains: FxHashMap<u64, InFlight>,
    next_slot: u64,
    /// Requests without a final response, by MessageId.
    open: BTreeMap<u64, OpenRequest>,
    /// Handed out, and still to be begun: there are not enough credits now.
    waiting: Option<Chain>,
    /// Slots of chains whose next request is to be sent.
    ready: VecDeque<u64>,
    bytes: usize,
    finished: Vec<(u64, Vec<Answer>)>,
    /// When the last answer came, or a request was sent while none was open.
    since: Instant,
}

struct InFlight {
    ticket: u64,
    /// About how many bytes it takes on the wire.
    length: usize,
    answers: Vec<Option<Answer>>,
    /// How many of the answers are still to come.
    missing: usize,
    /// What is left of a chain that could not go out as a whole.
    stepwise: Option<Stepwise>,
}

struct OpenRequest {
    slot: u64,
    /// Which request of its chain it is.
    index: usize,
    command: Command,
    /// The server has said that it works on it.
    is_pending: bool,
}

impl Pipeline {
    /// Nothing in flight on this share.
    pub(super) fn new(tree_id: u32, now: Instant) -> Self {
        Self {
            tree_id,
            chains: FxHashMap::default(),
            next_slot: 0,
            open: BTreeMap::new(),
            waiting: None,
            ready: VecDeque::new(),
            bytes: 0,
            finished: Vec::new(),
            since: now,
        }
    }

    /// Nothing is in flight, and nothing waits to be.
    pub(super) fn is_idle(&self) -> bool {
        self.chains.is_empty() && self.waiting.is_none()
    }

    /// The request that has been open for longest, and until when the server may take to answer it: `patience` from when it
    /// was sent, or from the last answer if that is later. What the server has said that it works on takes its time.
    pub(super) fn owed(&self, patience: Duration) -> Option<(Command, Instant)> {
        let silent = self.open.values().find(|open| !open.is_pending).map(|open| (open.command, patience));
        let first = || self.open.values().next().map(|open| (open.command, patience.max(PENDING)));
        let (command, patience) = silent.or_else(first)?;
        Some((command, self.since.checked_add(patience)?))
    }

    /// Sends what requests of chains in flight have become possible, on `wire`.
    pub(super) fn go_on(&mut self, dialogue: &mut Dialogue, now: Instant, wire: &mut Vec<u8>) -> Result<(), CrewError> {
        while dialogue.credits() > 0
            && let Some(slot) = self.ready.pop_front()
        {
            self.send_step(slot, dialogue, now, wire)?;
        }
        Ok(())
    }

    /// Begins one chain, sent on `wire`, if there is room and `next` has one; false when not.
    pub(super) fn begin(
        &mut self,
        next: &mut dyn FnMut() -> Option<Chain>,
        dialogue: &mut Dialogue,
        now: Instant,
        wire: &mut Vec<u8>,
    ) -> Result<bool, CrewError> {
        if let Some(what) = self.ready.front().and_then(|slot| self.chains.get(slot)?.stepwise.as_ref()?.next_command())
        {
            return self.awaits_credits(dialogue, what);
        }
        let is_full = self.chains.len() >= MOST_CHAINS || self.bytes >= MOST_BYTES;
        let Some(chain) = self.waiting.take().or_else(|| if is_full { None } else { next() }) else {
            return Ok(false);
        };
        let Some(first) = chain.requests.first() else {
            self.finished.push((chain.ticket, Vec::new()));
            return Ok(true);
        };
        let needed = u64::try_from(chain.requests.len()).unwrap_or(u64::MAX);
        if dialogue.credits() >= needed {
            self.send_whole(chain, dialogue, now, wire)?;
            return Ok(true);
        }
        if dialogue.credits() > 0 && self.open.is_empty() {
            // No answer is to come that could grant more: there never are enough for the whole chain.
            let slot = self.enter(&chain);
            if let Some(entered) = self.chains.get_mut(&slot) {
                entered.stepwise = Some(Stepwise::new(chain));
            }
            self.send_step(slot, dialogue, now, wire)?;
            return Ok(true);
        }
        let what = first.command;
        self.waiting = Some(chain);
        self.awaits_credits(dialogue, what)
    }

    /// Takes a response of the server; what answers no open request is passed over.
    pub(super) fn handle(&mut self, received: Received, dialogue: &Dialogue, now: Instant) -> Result<(), CrewError> {
        let (message_id, command) = (received.header.message_id, received.header.command);
        let Some(open) = self.open.get(&message_id).filter(|open| open.command == command) else { return Ok(()) };
        let address = dialogue.address();
        if received.signature == Signature::Bad {
            return Err(ProbeError::WrongSignature { address, what: command }.into());
        }
        let (slot, index) = (open.slot, open.index);
        if received.is_interim() {
            if let Some(open) = self.open.get_mut(&message_id) {
                open.is_pending = true;
            }
            return Ok(());
        }
        self.open.remove(&message_id);
        self.since = now;
        let Some(chain) = self.chains.get_mut(&slot) else { return Ok(()) };
        let answer = Answer { command, status: NtStatus(received.header.status), message: received.message };
        let answers = match &mut chain.stepwise {
            None => vec![answer],
            Some(stepwise) => {
                stepwise.handle_answer(answer).map_err(|source| CrewError::bad_answer(address, command, source))?
            }
        };
        chain.missing = chain.missing.saturating_sub(answers.len());
        for (place, answer) in chain.answers.iter_mut().skip(index).zip(answers) {
            *place = Some(answer);
        }
        if chain.missing > 0 {
            if chain.stepwise.is_some() {
                self.ready.push_back(slot);
            }
        } else if let Some(chain) = self.chains.remove(&slot) {
            self.bytes = self.bytes.saturating_sub(chain.length);
            self.finished.push((chain.ticket, chain.answers.into_iter().flatten().collect()));
        }
        Ok(())
    }

    /// Tickets and answers of the chains that have all of theirs.
    pub(super) fn take_finished(&mut self) -> Vec<(u64, Vec<Answer>)> {
        std::mem::take(&mut self.finished)
    }

    fn send_whole(
        &mut self,
        chain: Chain,
        dialogue: &mut Dialogue,
        now: Instant,
        wire: &mut Vec<u8>,
    ) -> Result<(), CrewError> {
        let slot = self.enter(&chain);
        self.send(slot, 0, &chain.requests, dialogue, now, wire)
    }

    /// Sends the next request of a chain that goes out step by step.
    fn send_step(
        &mut self,
        slot: u64,
        dialogue: &mut Dialogue,
        now: Instant,
        wire: &mut Vec<u8>,
    ) -> Result<(), CrewError> {
        let Some(chain) = self.chains.get_mut(&slot) else { return Ok(()) };
        let index = chain.answers.len().saturating_sub(chain.missing);
        let Some(request) = chain.stepwise.as_mut().and_then(Stepwise::next_request) else { return Ok(()) };
        self.send(slot, index, &[request], dialogue, now, wire)
    }

    fn send(
        &mut self,
        slot: u64,
        first_index: usize,
        requests: &[Request],
        dialogue: &mut Dialogue,
        now: Instant,
        wire: &mut Vec<u8>,
    ) -> Result<(), CrewError> {
        let (ids, bytes) = dialogue.send(self.tree_id, requests)?;
        bytes.iter().for_each(|bytes| wire.extend_from_slice(bytes));
        if self.open.is_empty() {
            self.since = now;
        }
        for ((message_id, index), request) in ids.zip(first_index..).zip(requests) {
            self.open.insert(message_id, OpenRequest { slot, index, command: request.command, is_pending: false });
        }
        Ok(())
    }

    /// A slot for a chain that begins now.
    fn enter(&mut self, chain: &Chain) -> u64 {
        let slot = self.next_slot;
        self.next_slot = slot.wrapping_add(1);
        let (length, missing) = (chain.length(), chain.requests.len());
        self.bytes = self.bytes.saturating_add(length);
        let answers = vec![None; missing];
        self.chains.insert(slot, InFlight { ticket: chain.ticket, length, answers, missing, stepwise: None });
        slot
    }

    /// False; an error when no answer is to come that could grant credits.
    fn awaits_credits(&self, dialogue: &Dialogue, what: Command) -> Result<bool, CrewError> {
        match self.open.is_empty() {
            true => Err(CrewError::NoCredits { address: dialogue.address(), what }),
            false => Ok(false),
        }
    }
}

#[cfg(test)]
mod tests;
