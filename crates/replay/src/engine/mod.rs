//! The engine: performs the steps of a plan when their time has come, and takes in what the server answers.
//!
//! It is sans-I/O: [`Engine::handle_*`](Engine::handle_connected) take what happened and when, [`Engine::poll_command`]
//! gives what to do, [`Engine::poll_record`] what became of each request, [`Engine::next_timeout`] when to call
//! [`Engine::handle_timeout`]. Times count from the start of the run.

mod addressing;
mod answers;
mod breaks;
mod closing;
mod compose;
mod compression;
mod extras;
mod frontier;
mod logons;
mod message_ids;
mod milestones;
mod naming;
mod patience;
mod protection;
mod readiness;
mod records;
mod requests;
mod schedule;
mod seed;
mod state;

pub use compression::compression_in_short;
pub use records::{ExtraRecord, Record, RequestRecord};
pub use seed::Seed;

use crate::compare::Comparison;
use crate::map::Names;
use crate::options::Options;
use crate::payload::{Held, Payloads};
use crate::plan::{Action, Plan, Reference, Request};
use bytes::Bytes;
use capture::Timestamp;
use client::Connection;
use readiness::Readiness;
use requests::{Progress, Requests};
use rustc_hash::FxHashMap;
use smb2::Command as Smb2Command;
use state::{Extra, Issued, LaneState, LogonState, Phase, SessionState};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// Something the driver has to do on a connection. Lanes are numbered as in the plan.
#[derive(Debug)]
pub enum Command {
    /// Make the TCP connection.
    Connect(usize),
    /// Write bytes.
    Write(usize, Bytes),
    /// Close the sending side.
    Finish(usize),
    /// Break the connection.
    Reset(usize),
}

/// A replay under way.
pub struct Engine {
    plan: Arc<Plan>,
    names: Names,
    options: Options,
    seed: Seed,
    draws: u64,
    now: Duration,
    lanes: Vec<LaneState>,
    lane_of: FxHashMap<u32, usize>,
    requests: Requests,
    frontier: frontier::Frontier,
    schedule: schedule::Schedule,
    /// Lanes whose milestones have to be looked at.
    came: Vec<usize>,
    /// How many connections are being made.
    connecting: usize,
    captured_breaks: breaks::CapturedBreaks,
    issued: Issued,
    extras: Vec<Extra>,
    /// Captured requests that went out.
    sent: u64,
    /// By index of the first leg.
    logons: FxHashMap<usize, LogonState>,
    /// By index of the last leg, until it is recorded: why a logon that the live server accepts is not used.
    unproven: FxHashMap<usize, String>,
    /// By live SessionId.
    sessions: FxHashMap<u64, SessionState>,
    /// Trees, by (live SessionId, live TreeId), that demand encryption.
    encrypted_trees: rustc_hash::FxHashSet<(u64, u32)>,
    deadlines: BinaryHeap<Reverse<(Duration, usize)>>,
    commands: VecDeque<Command>,
    records: VecDeque<Record>,
    comparison: Comparison,
    payloads: Box<dyn Payloads>,
    warnings: Vec<String>,
    interrupted: bool,
    /// When the last step was performed.
    last_performed: Duration,
    /// The latest captured time of a step that was performed or passed over.
    performed_until: Timestamp,
    /// When something happened last: a step or an arrival.
    last_happened: Duration,
}

impl Engine {
    /// An engine that has done nothing yet.
    pub fn new(plan: impl Into<Arc<Plan>>, options: Options, seed: Seed) -> Self {
        let plan: Arc<Plan> = plan.into();
        let mapping = &options.mapping;
        let names = Names::new(&plan.shares, &options.target.share, mapping, mapping.root.as_ref());
        let core = |index: usize| {
            let mut core = Connection::new(u16::try_from(index).unwrap_or(u16::MAX));
            if options.compress {
                core.compress();
            }
            core
        };
        let lanes = plan.lanes.iter().enumerate().map(|(index, lane)| LaneState {
            core: core(index),
            phase: Phase::Before,
            next_step: 0,
            next_milestone: 0,
            reached: vec![false; lane.milestones.len()],
            ids: message_ids::MessageIds::new(lane.first_message_id, &lane.left_out),
            outstanding: FxHashMap::default(),
            free_at: None,
            was_free_at: None,
            asked: None,
            negotiate: None,
        });
        let lanes = lanes.collect();
        let lane_of = plan.lanes.iter().enumerate().map(|(index, lane)| (lane.connection, index)).collect();
        let requests = Requests::of(&plan);
        let frontier = frontier::Frontier::new(&plan);
        let schedule = schedule::Schedule::new(&plan);
        let came = (0..plan.lanes.len()).collect();
        let captured_breaks = breaks::CapturedBreaks::of(&plan);
        let is_dead = |request: &Request| request.file_ids().any(|(_, id)| id == Reference::Dead);
        let all_files = plan.requests.iter().any(is_dead);
        let comparison = Comparison::new(&plan, options.comparison.clone());
        let mut engine = Self {
            plan,
            names,
            options,
            seed,
            draws: 0,
            now: Duration::ZERO,
            lanes,
            lane_of,
            requests,
            frontier,
            schedule,
            came,
            connecting: 0,
            captured_breaks,
            issued: Issued { all_files, ..Issued::default() },
            extras: Vec::new(),
            sent: 0,
            logons: FxHashMap::default(),
            unproven: FxHashMap::default(),
            sessions: FxHashMap::default(),
            encrypted_trees: rustc_hash::FxHashSet::default(),
            deadlines: BinaryHeap::new(),
            commands: VecDeque::new(),
            records: VecDeque::new(),
            comparison,
            payloads: Box::new(Held),
            warnings: Vec::new(),
            interrupted: false,
            last_performed: Duration::ZERO,
            performed_until: Timestamp(i64::MIN),
            last_happened: Duration::ZERO,
        };
        engine.skip_unsendable();
        engine
    }

    /// The same, with the place from where requests are had whose data the plan does not hold.
    #[must_use]
    pub fn with_payloads(mut self, payloads: Box<dyn Payloads>) -> Self {
        self.payloads = payloads;
        self
    }

    /// The plan that is carried out.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How many captured requests went out so far.
    pub fn sent_count(&self) -> u64 {
        self.sent
    }

    /// Where captured names lie live.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// What was compared so far.
    pub fn comparison(&self) -> &Comparison {
        &self.comparison
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
        self.happens(now);
        if self.lanes.get(lane).is_some_and(|state| state.phase == Phase::Connecting) {
            self.enter_phase(lane, Phase::Open);
        }
        self.advance();
    }

    /// Bytes came on a connection.
    pub fn handle_bytes(&mut self, lane: usize, bytes: &[u8], now: Duration) {
        self.happens(now);
        let is_closed = |state: &&mut LaneState| matches!(state.phase, Phase::Closed { .. });
        if let Some(state) = self.lanes.get_mut(lane).filter(|state| !is_closed(state)) {
            state.core.handle_bytes(bytes);
            self.take_messages(lane);
        }
        self.advance();
    }

    /// The server closed a connection, or it broke, or could not be made.
    pub fn handle_closed(&mut self, lane: usize, now: Duration) {
        self.happens(now);
        self.lane_closed(lane, true);
        self.advance();
    }

    /// Stops the run: nothing more is sent, connections are closed.
    pub fn interrupt(&mut self, now: Duration) {
        self.happens(now);
        self.interrupted = true;
        for lane in 0..self.lanes.len() {
            self.skip_rest(lane, "the replay was interrupted");
        }
        self.advance();
    }

    /// Whether [`Engine::interrupt`] ended the run.
    pub fn is_interrupted(&self) -> bool {
        self.interrupted
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
        let waits = [self.schedule.next_timer(), self.next_deadline(), self.next_milestone_deadline()];
        waits.into_iter().chain([self.stall_deadline()]).flatten().min()
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
            self.pass_deadlines();
            let mut progress = false;
            while let Some(lane) = self.next_ready() {
                self.perform(lane);
                progress = true;
            }
            if !progress && !self.give_up_milestones() && !self.give_up_stalled() {
                break;
            }
        }
        debug_assert!(
            (0..self.lanes.len()).all(|lane| self.readiness(lane) != Readiness::Now),
            "a step that may be performed was overlooked"
        );
    }

    /// The lane with the earliest step that may be performed now.
    fn next_ready(&mut self) -> Option<usize> {
        self.schedule.pass_timers(self.now);
        while let Some(lane) = self.schedule.take_touched() {
            let readiness = self.readiness(lane);
            if let Some(state) = self.lanes.get_mut(lane) {
                state.free_at = match readiness {
                    Readiness::Now => Some(state.free_at.map_or(self.now, |known| known.min(self.now))),
                    Readiness::At { time, .. } => Some(time),
                    Readiness::Waiting(_) => None,
                };
            }
            self.schedule.enter(lane, readiness);
        }
        self.schedule.first_ready()
    }

    fn perform(&mut self, lane: usize) {
        let next = self.lanes.get(lane).map_or(0, |state| state.next_step);
        let plan = Arc::clone(&self.plan);
        let Some(action) = plan.step(lane, next).map(|step| step.action) else { return };
        if let Action::Send(chain) = action
            && self.ask_for_credits(lane, &chain)
        {
            return;
        }
        if let Some(state) = self.lanes.get_mut(lane) {
            state.was_free_at = state.free_at.take();
        }
        self.pass_steps(lane, next.saturating_add(1));
        self.last_performed = self.now;
        self.last_happened = self.now;
        match action {
            Action::Connect => {
                self.enter_phase(lane, Phase::Connecting);
                self.commands.push_back(Command::Connect(lane));
            }
            Action::Send(chain) => self.send(lane, &chain),
            Action::Close(how) => self.close(lane, how),
        }
    }

    /// Takes what has arrived on a connection, message by message.
    fn take_messages(&mut self, lane: usize) {
        while let Some(state) = self.lanes.get_mut(lane) {
            match state.core.poll_message() {
                Ok(Some(received)) => self.take(lane, received),
                Ok(None) => break,
                Err(error) => {
                    self.warn(format!("connection {}: {error}", self.connection_number(lane)));
                    self.commands.push_back(Command::Reset(lane));
                    self.lane_closed(lane, true);
                    break;
                }
            }
        }
    }

    fn happens(&mut self, now: Duration) {
        self.now = self.now.max(now);
        self.last_happened = self.now;
    }

    /// Records what the plan already knows cannot be sent.
    fn skip_unsendable(&mut self) {
        for index in 0..self.requests.len() {
            let reason = self.plan.requests.get(index).and_then(|request| request.skipped());
            if let Some(reason) = reason.map(str::to_owned) {
                self.skip(index, reason, None);
            }
        }
    }

    fn steps_done(&self) -> bool {
        self.schedule.first_head().is_none()
    }

    /// The steps of a lane before `next` are performed, or never will be.
    fn pass_steps(&mut self, lane: usize, next: usize) {
        let (Some(state), Some(planned)) = (self.lanes.get_mut(lane), self.plan.lanes.get(lane)) else { return };
        state.next_step = next.min(planned.steps.len());
        if let Some(passed) = next.checked_sub(1).and_then(|passed| self.plan.step(lane, passed)) {
            self.performed_until = self.performed_until.max(passed.time);
        }
        self.schedule.begins_with(lane, self.plan.seq_of(lane, next));
    }

    fn enter_phase(&mut self, lane: usize, phase: Phase) {
        let Some(state) = self.lanes.get_mut(lane) else { return };
        let connecting = |phase: Phase| usize::from(phase == Phase::Connecting);
        self.connecting = self.connecting.saturating_add(connecting(phase)).saturating_sub(connecting(state.phase));
        state.phase = phase;
        self.schedule.touch(lane);
    }

    fn connection_number(&self, lane: usize) -> u32 {
        self.plan.lanes.get(lane).map_or(0, |lane| lane.connection)
    }

    fn command_of(&self, index: usize) -> Option<Smb2Command> {
        self.plan.requests.get(index)?.command()
    }

    fn is_unsent(&self, index: usize) -> bool {
        self.requests.progress(index) == Progress::Waiting
    }
}
