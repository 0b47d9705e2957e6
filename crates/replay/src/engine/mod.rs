//! The engine: performs the steps of a plan when their time has come, and takes in what the server answers.
//!
//! It is sans-I/O: [`Engine::handle_*`](Engine::handle_connected) take what happened and when, [`Engine::poll_command`]
//! gives what to do, [`Engine::poll_record`] what became of each request, [`Engine::next_timeout`] when to call
//! [`Engine::handle_timeout`]. Times count from the start of the run.

mod answers;
mod breaks;
mod compose;
mod extras;
mod message_ids;
mod readiness;
mod records;
mod state;

pub use records::{ExtraRecord, Record, RequestRecord};

use crate::options::Options;
use crate::plan::{Action, Fate, Plan};
use client::Connection;
use readiness::Readiness;
use rustc_hash::FxHashMap;
use smb2::{Command as Smb2Command, Guid};
use state::{Extra, LaneState, LogonState, Phase, Progress, RequestState, SessionState};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;

/// Something the driver has to do on a connection. Lanes are numbered as in the plan.
#[derive(Debug)]
pub enum Command {
    /// Make the TCP connection.
    Connect(usize),
    /// Write bytes.
    Write(usize, Vec<u8>),
    /// Close the sending side.
    Finish(usize),
    /// Break the connection.
    Reset(usize),
}

/// Randomness and time of one run, given from outside.
#[derive(Clone, Debug)]
pub struct Seed {
    /// Random bytes; every value the run needs is derived from them.
    pub random: [u8; 32],
    /// Start of the run in 100 ns since 1601.
    pub filetime: u64,
}

/// A replay under way.
pub struct Engine {
    plan: Plan,
    options: Options,
    seed: Seed,
    draws: u64,
    now: Duration,
    lanes: Vec<LaneState>,
    lane_of: FxHashMap<u32, usize>,
    requests: Vec<RequestState>,
    captured_opens: breaks::CapturedOpens,
    extras: Vec<Extra>,
    /// By index of the first leg.
    logons: FxHashMap<usize, LogonState>,
    /// By live SessionId.
    sessions: FxHashMap<u64, SessionState>,
    /// Trees, by (live SessionId, live TreeId), that demand encryption.
    encrypted_trees: rustc_hash::FxHashSet<(u64, u32)>,
    deadlines: BinaryHeap<Reverse<(Duration, usize)>>,
    commands: VecDeque<Command>,
    records: VecDeque<Record>,
    warnings: Vec<String>,
    interrupted: bool,
    /// When the last step was performed.
    last_performed: Duration,
}

impl Engine {
    /// An engine that has done nothing yet.
    pub fn new(plan: Plan, options: Options, seed: Seed) -> Self {
        let lanes = plan.lanes.iter().enumerate().map(|(index, lane)| {
            let mut ids = message_ids::MessageIds::default();
            for (message_id, charge) in &lane.left_out {
                ids.leave_out(*message_id, *charge);
            }
            LaneState {
                core: Connection::new(u16::try_from(index).unwrap_or(u16::MAX)),
                phase: Phase::Before,
                next_step: 0,
                next_milestone: 0,
                reached: vec![false; lane.milestones.len()],
                ids,
                outstanding: FxHashMap::default(),
                negotiate: None,
            }
        });
        let lanes = lanes.collect();
        let lane_of = plan.lanes.iter().enumerate().map(|(index, lane)| (lane.connection, index)).collect();
        let requests = plan.requests.iter().map(|_| RequestState::default()).collect();
        let captured_opens = breaks::CapturedOpens::of(&plan);
        let mut engine = Self {
            plan,
            options,
            seed,
            draws: 0,
            now: Duration::ZERO,
            lanes,
            lane_of,
            requests,
            captured_opens,
            extras: Vec::new(),
            logons: FxHashMap::default(),
            sessions: FxHashMap::default(),
            encrypted_trees: rustc_hash::FxHashSet::default(),
            deadlines: BinaryHeap::new(),
            commands: VecDeque::new(),
            records: VecDeque::new(),
            warnings: Vec::new(),
            interrupted: false,
            last_performed: Duration::ZERO,
        };
        engine.skip_unsendable();
        engine
    }

    /// The plan that is carried out.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Things the user should be told at the end.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Time has passed; also the call that starts the run.
    pub fn handle_timeout(&mut self, now: Duration) {
        self.now = self.now.max(now);
        self.pass_deadlines();
        self.advance();
    }

    /// A connection stands.
    pub fn handle_connected(&mut self, lane: usize, now: Duration) {
        if let Some(state) = self.lanes.get_mut(lane) {
            state.phase = Phase::Open;
        }
        self.handle_timeout(now);
    }

    /// Bytes came on a connection.
    pub fn handle_bytes(&mut self, lane: usize, bytes: &[u8], now: Duration) {
        self.now = self.now.max(now);
        if let Some(state) = self.lanes.get_mut(lane) {
            state.core.handle_bytes(bytes);
        }
        while let Some(state) = self.lanes.get_mut(lane) {
            match state.core.poll_message() {
                Ok(Some(received)) => self.take(lane, received),
                Ok(None) => break,
                Err(error) => {
                    self.warnings.push(format!("connection {}: {error}", self.connection_number(lane)));
                    self.commands.push_back(Command::Reset(lane));
                    self.lane_closed(lane, true);
                    break;
                }
            }
        }
        self.pass_deadlines();
        self.advance();
    }

    /// The server closed a connection, or it broke, or could not be made.
    pub fn handle_closed(&mut self, lane: usize, now: Duration) {
        self.now = self.now.max(now);
        self.lane_closed(lane, true);
        self.pass_deadlines();
        self.advance();
    }

    /// Stops the run: nothing more is sent, connections are closed.
    pub fn interrupt(&mut self, now: Duration) {
        self.now = self.now.max(now);
        self.interrupted = true;
        for lane in 0..self.lanes.len() {
            self.skip_rest(lane, "the replay was interrupted");
        }
        self.advance();
    }

    /// What to do next, in order.
    pub fn poll_command(&mut self) -> Option<Command> {
        self.commands.pop_front()
    }

    /// What became of a request. Each is given once.
    pub fn poll_record(&mut self) -> Option<Record> {
        self.records.pop_front()
    }

    /// Whether everything was done and nothing is waited for.
    pub fn is_done(&self) -> bool {
        let nothing_due = || self.next_deadline().is_none() && self.next_milestone_deadline().is_none();
        self.steps_done() && (self.interrupted || nothing_due())
    }

    /// When [`Engine::handle_timeout`] must be called at the latest; `None`: only something happening matters.
    pub fn next_timeout(&self) -> Option<Duration> {
        let heads = (0..self.lanes.len()).filter_map(|lane| match self.readiness(lane) {
            Readiness::At(time) => Some(time),
            _ => None,
        });
        heads.chain(self.next_deadline()).chain(self.next_milestone_deadline()).min()
    }

    /// Ends the run after [`Engine::is_done`]: closes what is open and judges what was never answered.
    pub fn finish(&mut self, now: Duration) {
        self.now = self.now.max(now);
        for lane in 0..self.lanes.len() {
            self.skip_rest(lane, "the replay ended before it");
            if self.lanes.get(lane).is_some_and(|state| state.phase == Phase::Open) {
                self.commands.push_back(Command::Finish(lane));
            }
        }
        self.record_unanswered();
    }

    /// Performs every step whose time has come.
    fn advance(&mut self) {
        loop {
            self.pass_milestones();
            let mut progress = false;
            for lane in 0..self.lanes.len() {
                while self.readiness(lane) == Readiness::Now {
                    self.perform(lane);
                    progress = true;
                }
            }
            if !progress && !self.give_up_milestones() {
                return;
            }
        }
    }

    fn perform(&mut self, lane: usize) {
        let Some(state) = self.lanes.get_mut(lane) else { return };
        let step = self.plan.lanes.get(lane).and_then(|planned| planned.steps.get(state.next_step));
        let Some(action) = step.map(|step| step.action.clone()) else { return };
        state.next_step = state.next_step.saturating_add(1);
        self.last_performed = self.now;
        match action {
            Action::Connect => {
                state.phase = Phase::Connecting;
                self.commands.push_back(Command::Connect(lane));
            }
            Action::Send(chain) => self.send(lane, &chain),
            Action::Close(how) => {
                if state.phase == Phase::Open {
                    match how {
                        capture::CloseKind::Fin => {
                            state.phase = Phase::Closing;
                            self.commands.push_back(Command::Finish(lane));
                        }
                        capture::CloseKind::Rst => {
                            self.commands.push_back(Command::Reset(lane));
                            self.lane_closed(lane, false);
                        }
                    }
                }
            }
        }
    }

    /// A connection is gone: what was outstanding stays unanswered, what was to come cannot be sent.
    fn lane_closed(&mut self, lane: usize, by_server: bool) {
        let Some(state) = self.lanes.get_mut(lane) else { return };
        if matches!(state.phase, Phase::Closed { .. }) {
            return;
        }
        let by_server = by_server && state.phase != Phase::Closing;
        let never_made = matches!(state.phase, Phase::Before | Phase::Connecting);
        state.phase = Phase::Closed { by_server };
        let mut dropped: Vec<_> = std::mem::take(&mut state.outstanding).into_iter().collect();
        dropped.sort_unstable_by_key(|(message_id, _)| *message_id);
        if let Some(planned) = self.plan.lanes.get(lane) {
            for (milestone, reached) in planned.milestones.iter().zip(state.reached.iter_mut()) {
                *reached |= !matches!(
                    milestone.kind,
                    crate::plan::MilestoneKind::Answer(_) | crate::plan::MilestoneKind::AnyAnswer(_)
                );
            }
        }
        for (_, outstanding) in dropped {
            self.drop_outstanding(&outstanding, by_server);
        }
        let reason =
            if never_made { "its connection could not be made" } else { "the live server had closed the connection" };
        self.skip_rest(lane, reason);
    }

    /// Turns all steps left on a lane into requests that are not sent.
    fn skip_rest(&mut self, lane: usize, reason: &str) {
        let (Some(state), Some(planned)) = (self.lanes.get_mut(lane), self.plan.lanes.get(lane)) else { return };
        let rest: Vec<usize> = planned
            .steps
            .iter()
            .skip(state.next_step)
            .flat_map(|step| match &step.action {
                Action::Send(chain) => chain.clone(),
                Action::Connect | Action::Close(_) => Vec::new(),
            })
            .collect();
        state.next_step = planned.steps.len();
        for index in rest {
            self.skip(index, reason.to_owned(), None);
        }
    }

    /// Records what the plan already knows cannot be sent.
    fn skip_unsendable(&mut self) {
        for index in 0..self.requests.len() {
            let fate = self.plan.requests.get(index).map(|request| request.fate.clone());
            if let Some(Fate::Skip(reason)) = fate {
                self.skip(index, reason, None);
            }
        }
    }

    fn steps_done(&self) -> bool {
        self.lanes.iter().zip(&self.plan.lanes).all(|(state, lane)| state.next_step >= lane.steps.len())
    }

    fn connection_number(&self, lane: usize) -> u32 {
        self.plan.lanes.get(lane).map_or(0, |lane| lane.connection)
    }

    /// Bytes that are fresh for each `purpose` and call, and the same in the same run.
    fn draw<const N: usize>(&mut self) -> [u8; N] {
        self.draws = self.draws.wrapping_add(1);
        derive(&self.seed.random, &self.draws.to_le_bytes())
    }

    /// ClientGuid for a captured one: equal stays equal, different stays different, zero stays zero.
    fn client_guid(&self, captured: Guid) -> Guid {
        if captured == Guid::default() { captured } else { Guid(derive(&self.seed.random, &captured.0)) }
    }

    fn command_of(&self, index: usize) -> Option<Smb2Command> {
        self.plan.requests.get(index)?.command()
    }

    fn is_unsent(&self, index: usize) -> bool {
        self.requests.get(index).is_some_and(|state| state.progress == Progress::Waiting)
    }
}

/// `N` bytes, at most 32, that follow from `seed` and `input` and do not tell the seed.
fn derive<const N: usize>(seed: &[u8; 32], input: &[u8]) -> [u8; N] {
    let block = smb2::crypto::kdf::sp800_108(seed, b"smbreplay\0", input, 256);
    let mut bytes = [0; N];
    bytes.iter_mut().zip(block).for_each(|(to, from)| *to = from);
    bytes
}
