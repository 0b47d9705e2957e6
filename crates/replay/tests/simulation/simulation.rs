//! An engine under a clock that only the test moves, and a server that only answers when the test says so.

use crate::captured::Captured;
use crate::wire;
use smb2::Header;
use smb2::transport::Protocol;
use smbreplay_replay::engine::{Command, Engine, ExtraRecord, Record, RequestRecord, Seed, compression_in_short};
use smbreplay_replay::plan::Plan;
use smbreplay_replay::{Options, Target};
use std::time::Duration;
use store::runs::Verdict;

/// Patience of the options used here.
pub(crate) const MAX_WAIT: Duration = Duration::from_millis(1000);

/// The options used when a test does not say otherwise.
pub(crate) fn options() -> Options {
    let target = Target {
        server: "lab".into(),
        port: 445,
        domain: String::new(),
        username: "user".into(),
        password: "password".into(),
        share: "share".into(),
        kerberos: None,
    };
    Options { max_wait: MAX_WAIT, ping: false, ..Options::to(target) }
}

/// A message that went out.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) lane: usize,
    pub(crate) at: Duration,
    pub(crate) header: Header,
    /// Expanded, if it went out compressed.
    pub(crate) bytes: Vec<u8>,
    pub(crate) compressed: bool,
}

/// What the engine did to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tcp {
    Connected,
    Finished,
    Reset,
}

/// A replay under way.
pub(crate) struct Simulation {
    engine: Engine,
    now: Duration,
    refuses: bool,
    /// Every message so far.
    pub(crate) sent: Vec<Sent>,
    looked_at: usize,
    /// What happened to connections so far.
    pub(crate) tcp: Vec<(usize, Tcp)>,
    records: Vec<RequestRecord>,
    extras: Vec<ExtraRecord>,
}

impl Simulation {
    /// Starts: connections stand as soon as they are asked for.
    pub(crate) fn start(captured: Captured, options: Options) -> Self {
        Self::new(captured, options, false)
    }

    /// Starts against a server that refuses connections.
    pub(crate) fn refused(captured: Captured, options: Options) -> Self {
        Self::new(captured, options, true)
    }

    fn new(captured: Captured, options: Options, refuses: bool) -> Self {
        let plan = Plan::new(captured.into_trace(), &options);
        let engine = Engine::new(plan, options, Seed { random: [7; 32], filetime: 0 });
        let mut simulation = Self {
            engine,
            now: Duration::ZERO,
            refuses,
            sent: Vec::new(),
            looked_at: 0,
            tcp: Vec::new(),
            records: Vec::new(),
            extras: Vec::new(),
        };
        simulation.engine.handle_timeout(Duration::ZERO);
        simulation.carry_out();
        simulation
    }

    /// Starts, and answers the ECHO with which each connection begins.
    pub(crate) fn begin(captured: Captured, options: Options) -> Self {
        let mut simulation = Self::start(captured, options);
        for (lane, message_id) in simulation.newly_sent() {
            simulation.answer(lane, message_id);
        }
        simulation
    }

    /// (lane, MessageId) of what went out since the last call.
    pub(crate) fn newly_sent(&mut self) -> Vec<(usize, u64)> {
        let new = &self.sent[self.looked_at..];
        self.looked_at = self.sent.len();
        new.iter().map(|sent| (sent.lane, sent.header.message_id)).collect()
    }

    /// Moves the clock, waking the engine when it asked for it.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.engine.next_timeout().filter(|at| *at <= end) {
            assert!(at > self.now, "the engine asks to be woken at {at:?}, and it is {:?}", self.now);
            self.now = at;
            self.engine.handle_timeout(at);
            self.carry_out();
        }
        self.now = end;
        self.engine.handle_timeout(end);
        self.carry_out();
    }

    /// Time passes, and the engine is woken only at its end.
    pub(crate) fn oversleep(&mut self, time: Duration) {
        self.now += time;
        self.engine.handle_timeout(self.now);
        self.carry_out();
    }

    /// The server answers with success and ten credits.
    pub(crate) fn answer(&mut self, lane: usize, message_id: u64) {
        self.answer_with(lane, message_id, 0, 10, &[]);
    }

    /// The server answers.
    pub(crate) fn answer_with(&mut self, lane: usize, message_id: u64, status: u32, credits: u16, body: &[u8]) {
        let message = wire::response(&self.latest(lane, message_id).bytes, status, credits, body);
        self.receive(lane, &message);
    }

    /// The server sends an interim response.
    pub(crate) fn pend(&mut self, lane: usize, message_id: u64, async_id: u64) {
        let message = wire::response(&self.latest(lane, message_id).bytes, 0x103, 10, &[9, 0, 0, 0, 0, 0, 0, 0, 0]);
        self.receive(lane, &wire::asynchronous(message, async_id));
    }

    /// A message of the server, in its transport frame.
    pub(crate) fn receive(&mut self, lane: usize, message: &[u8]) {
        let mut framed = u32::try_from(message.len()).unwrap().to_be_bytes().to_vec();
        framed.extend(message);
        self.receive_bytes(lane, &framed);
    }

    /// Bytes of the server, whatever they are.
    pub(crate) fn receive_bytes(&mut self, lane: usize, bytes: &[u8]) {
        self.engine.handle_bytes(lane, bytes, self.now);
        self.carry_out();
    }

    /// The server closes a connection.
    pub(crate) fn server_closes(&mut self, lane: usize) {
        self.engine.handle_closed(lane, self.now);
        self.carry_out();
    }

    /// The user stops the run.
    pub(crate) fn interrupt(&mut self) {
        self.engine.interrupt(self.now);
        self.carry_out();
    }

    /// Time since the start.
    pub(crate) fn now(&self) -> Duration {
        self.now
    }

    pub(crate) fn is_done(&self) -> bool {
        self.engine.is_done()
    }

    /// Lets time pass, the server silent, until the engine says that it is done.
    pub(crate) fn run_out(mut self) -> Outcome {
        for _ in 0..10_000 {
            if self.engine.is_done() {
                return self.finish();
            }
            let next = self.engine.next_timeout().expect("not done, and nothing to wait for: the replay hangs");
            self.pass(next.saturating_sub(self.now));
        }
        panic!("the replay does not end");
    }

    fn finish(mut self) -> Outcome {
        self.engine.finish(self.now);
        self.carry_out();
        let requests = self.engine.plan().requests.len();
        assert_eq!(self.records.len(), requests, "each request is recorded once");
        let warnings = self.engine.warnings().to_vec();
        let Self { engine, now, sent, tcp, records, extras, .. } = self;
        Outcome { engine, ended: now, sent, tcp, records, extras, warnings }
    }

    /// The latest message with this MessageId.
    pub(crate) fn latest(&self, lane: usize, message_id: u64) -> Sent {
        let found = self.sent.iter().rev().find(|sent| sent.lane == lane && sent.header.message_id == message_id);
        found.unwrap_or_else(|| panic!("message {message_id} was not sent on lane {lane}")).clone()
    }

    fn carry_out(&mut self) {
        while let Some(command) = self.engine.poll_command() {
            match command {
                Command::Connect(lane) if self.refuses => self.engine.handle_closed(lane, self.now),
                Command::Connect(lane) => {
                    self.tcp.push((lane, Tcp::Connected));
                    self.engine.handle_connected(lane, self.now);
                }
                Command::Write(lane, bytes) => self.written(lane, &bytes),
                Command::Finish(lane) => self.tcp.push((lane, Tcp::Finished)),
                Command::Reset(lane) => self.tcp.push((lane, Tcp::Reset)),
            }
        }
        while let Some(record) = self.engine.poll_record() {
            match record {
                Record::Request(record) => self.records.push(record),
                Record::Extra(record) => self.extras.push(record),
            }
        }
    }

    fn written(&mut self, lane: usize, framed: &[u8]) {
        let pdu = &framed[4..];
        let compressed = Protocol::of(pdu) == Some(Protocol::Compressed);
        let plain = if compressed { smb2::compression::expand(pdu).unwrap() } else { pdu.to_vec() };
        for member in smb2::chain::messages(&plain) {
            let bytes = plain[member.range].to_vec();
            let header = Header::parse(&bytes).unwrap();
            self.sent.push(Sent { lane, at: self.now, header, bytes, compressed });
        }
    }
}

/// A replay that has ended.
pub(crate) struct Outcome {
    engine: Engine,
    pub(crate) ended: Duration,
    pub(crate) sent: Vec<Sent>,
    pub(crate) tcp: Vec<(usize, Tcp)>,
    pub(crate) records: Vec<RequestRecord>,
    pub(crate) extras: Vec<ExtraRecord>,
    pub(crate) warnings: Vec<String>,
}

impl Outcome {
    /// What was carried out.
    pub(crate) fn plan(&self) -> &Plan {
        self.engine.plan()
    }

    /// What the report says of compression.
    pub(crate) fn compression(&self) -> Option<String> {
        compression_in_short(std::slice::from_ref(&self.engine))
    }

    /// What became of the captured request with this MessageId.
    pub(crate) fn record(&self, connection: u32, message_id: u64) -> &RequestRecord {
        let found = self.records.iter().find(|record| {
            let request = self.engine.plan().planned(record.request).unwrap();
            let id = request.header().map(|header| header.message_id);
            request.connection == connection && id == Some(message_id)
        });
        found.unwrap_or_else(|| panic!("no record of message {message_id} on connection {connection}"))
    }

    /// Its verdict.
    pub(crate) fn verdict(&self, connection: u32, message_id: u64) -> Verdict {
        self.record(connection, message_id).verdict
    }

    /// Why it was skipped or not compared.
    pub(crate) fn reason(&self, connection: u32, message_id: u64) -> &str {
        self.record(connection, message_id).reason.as_deref().unwrap_or_default()
    }

    /// The captured MessageId of the request that explains it.
    pub(crate) fn cause(&self, connection: u32, message_id: u64) -> Option<u64> {
        let cause = self.record(connection, message_id).cause?;
        self.engine.plan().planned(cause)?.header().map(|header| header.message_id)
    }
}
