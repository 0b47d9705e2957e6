//! A captured connection as a sequence of steps, and what its server did as milestones.

use crate::options::Order;
use crate::plan::cause::{Cause, Causes};
use crate::plan::request::{Fate, Request};
use crate::trace::Trace;
use capture::{CloseKind, Direction, Timestamp};
use dissect::{Closed, Kind};
use smb2::message::NegotiateRequest;
use smb2::{Command, FileId, Guid};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Makes the TCP connection.
    Connect,
    /// Sends a chain; a single message is a chain of one.
    Send(Vec<usize>),
    /// Closes the connection as the captured client did.
    Close(CloseKind),
}

/// Something the client does, at its place in the trace.
#[derive(Clone, Debug)]
pub struct Step {
    /// What.
    pub action: Action,
    /// Its place.
    pub seq: u64,
    /// Its captured time.
    pub time: Timestamp,
    /// Place of the last thing the client had received on this connection; `None`: all that the capture shows before.
    pub acks: Option<u64>,
    /// When it is due, from the start of the run; `None`: as soon as its order allows.
    pub due: Option<Duration>,
}

/// What a milestone waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MilestoneKind {
    /// The interim or the final response to a request.
    AnyAnswer(usize),
    /// The final response to a request.
    Answer(usize),
    /// A break of this handle or lease.
    Break {
        /// Index of the row in the trace.
        row: usize,
        /// Handle of an oplock break, as captured.
        file_id: Option<FileId>,
        /// Key of a lease break.
        lease_key: Option<Guid>,
        /// What made the captured server send it.
        cause: Cause,
    },
    /// The connection is closed on both sides.
    Closed,
}

/// Something the server did, at its place in the trace.
#[derive(Clone, Debug)]
pub struct Milestone {
    /// Its place.
    pub seq: u64,
    /// Its captured time.
    pub time: Timestamp,
    /// What.
    pub kind: MilestoneKind,
}

/// A connection of the plan.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Its number in the trace.
    pub connection: u32,
    /// The captured client.
    pub client: SocketAddr,
    /// DialectRevision of the captured connection.
    pub dialect: Option<u16>,
    /// Lanes with the same number wait for each other's milestones; `None`: this one waits for no other.
    pub group: Option<usize>,
    /// What the client does, in order.
    pub steps: Vec<Step>,
    /// What the server did, in order.
    pub milestones: Vec<Milestone>,
    /// How the captured connection ended.
    pub closed: Option<Closed>,
    /// The first MessageId of the capture, where the connection is older than it; else 0.
    pub first_message_id: u64,
    /// Captured MessageIds, with their CreditCharge, that no live request will use.
    pub left_out: Vec<(u64, u16)>,
}

/// Builds the lanes. Requests are in trace order.
pub(super) fn lanes(trace: &Trace, requests: &[Request], order: Order) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    let mut by_connection: HashMap<u32, usize> = HashMap::new();
    let client_guids = client_guids(requests);
    let mut clients: HashMap<Client, usize> = HashMap::new();
    for known in &trace.connections {
        let clients_so_far = clients.len();
        let client = client_guids
            .get(&known.connection)
            .map_or_else(|| Client::Address(known.client.ip()), |guid| Client::Guid(*guid));
        let group = match order {
            Order::Trace => Some(0),
            Order::Session => Some(*clients.entry(client).or_insert(clients_so_far)),
            Order::None => None,
        };
        by_connection.insert(known.connection, lanes.len());
        lanes.push(Lane {
            connection: known.connection,
            client: known.client,
            dialect: known.dialect,
            group,
            steps: Vec::new(),
            milestones: Vec::new(),
            closed: None,
            first_message_id: 0,
            left_out: Vec::new(),
        });
    }
    for (connection, message_id, charge) in &trace.left_out {
        if let Some(lane) = by_connection.get(connection).and_then(|lane| lanes.get_mut(*lane)) {
            lane.left_out.push((*message_id, *charge));
        }
    }
    begin_in_the_middle(&mut lanes, &by_connection, requests);
    add_sends(&mut lanes, &by_connection, requests);
    add_events(&mut lanes, &by_connection, trace, &Causes::of(trace, requests));
    for lane in &mut lanes {
        lane.steps.sort_by_key(|step| step.seq);
        begin_with_connect(lane);
        lane.milestones.sort_by_key(|milestone| milestone.seq);
    }
    lanes.retain(|lane| lane.steps.iter().any(|step| matches!(step.action, Action::Send(_))));
    lanes
}

/// What makes connections those of one client: the ClientGuid (MS-SMB2 3.2.1.1), which several programs on a machine do not
/// share and several addresses of a machine do; its address where the capture lacks it or SMB 2.0.2 left it zero.
#[derive(PartialEq, Eq, Hash)]
enum Client {
    Guid(Guid),
    Address(IpAddr),
}

/// The ClientGuid of each connection whose NEGOTIATE was captured, unless it is zero.
fn client_guids(requests: &[Request]) -> HashMap<u32, Guid> {
    let captured = requests.iter().filter(|request| !request.stand_in && request.command() == Some(Command::NEGOTIATE));
    captured
        .filter_map(|request| Some((request.connection, NegotiateRequest::parse(&request.bytes).ok()?.client_guid())))
        .filter(|(_, guid)| *guid != Guid::default())
        .collect()
}

/// Notes which ids the capture begins with where a stand-in makes the connection's negotiation.
fn begin_in_the_middle(lanes: &mut [Lane], by_connection: &HashMap<u32, usize>, requests: &[Request]) {
    let begins = |request: &&Request| request.stand_in && request.command() == Some(Command::NEGOTIATE);
    let mut first: HashMap<u32, u64> =
        requests.iter().filter(begins).map(|request| (request.connection, u64::MAX)).collect();
    for request in requests.iter().filter(|request| !request.stand_in && request.command() != Some(Command::CANCEL)) {
        if let (Some(first), Some(header)) = (first.get_mut(&request.connection), request.header()) {
            *first = header.message_id.min(*first);
        }
    }
    for (connection, first) in first {
        if let Some(lane) = by_connection.get(&connection).and_then(|lane| lanes.get_mut(*lane)) {
            lane.first_message_id = first;
            lane.left_out.retain(|(message_id, _)| *message_id >= first);
        }
    }
}

fn add_sends(lanes: &mut [Lane], by_connection: &HashMap<u32, usize>, requests: &[Request]) {
    let mut last_chain: HashMap<u32, u64> = HashMap::new();
    for (index, request) in requests.iter().enumerate() {
        let Some(lane) = by_connection.get(&request.connection).and_then(|lane| lanes.get_mut(*lane)) else { continue };
        if let Fate::Skip(_) = request.fate {
            if let Some(header) = request.header()
                && header.command != Command::CANCEL
                && !request.stand_in
            {
                lane.left_out.push((header.message_id, header.credit_charge));
            }
            continue;
        }
        if let Some(answer) = request.captured.answer {
            lane.milestones.extend(request.captured.interim.map(|(seq, time)| Milestone {
                seq,
                time,
                kind: MilestoneKind::AnyAnswer(index),
            }));
            if request.command() != Some(Command::CANCEL) {
                lane.milestones.push(Milestone { seq: answer.0, time: answer.1, kind: MilestoneKind::Answer(index) });
            }
        }
        let goes_on = request.chain.is_some() && last_chain.get(&request.connection) == request.chain.as_ref();
        match (goes_on, lane.steps.last_mut().map(|step| &mut step.action)) {
            (true, Some(Action::Send(chain))) => chain.push(index),
            _ => lane.steps.push(Step {
                action: Action::Send(vec![index]),
                seq: request.start_seq,
                time: request.start_time,
                acks: request.acks,
                due: None,
            }),
        }
        match request.chain {
            Some(chain) => last_chain.insert(request.connection, chain),
            None => last_chain.remove(&request.connection),
        };
    }
}

fn add_events(lanes: &mut [Lane], by_connection: &HashMap<u32, usize>, trace: &Trace, causes: &Causes) {
    for (index, row) in trace.rows.iter().enumerate() {
        let operation = &row.operation;
        let Some(lane) = by_connection.get(&operation.connection).and_then(|lane| lanes.get_mut(*lane)) else {
            continue;
        };
        match operation.kind {
            Kind::Connect => {
                if let (Some(seq), Some(time)) = (operation.request_seq, operation.request_time) {
                    lane.steps.push(Step { action: Action::Connect, seq, time, acks: None, due: None });
                }
            }
            Kind::Close => add_close(lane, operation),
            Kind::Notification => {
                if let (Some(seq), Some(time)) = (operation.response_seq, operation.response_time)
                    && operation.command == Some(Command::OPLOCK_BREAK)
                {
                    let (file_id, lease_key) = (operation.file_id, operation.lease_key);
                    let kind =
                        MilestoneKind::Break { row: index, file_id, lease_key, cause: causes.of_break(operation) };
                    lane.milestones.push(Milestone { seq, time, kind });
                }
            }
            Kind::Exchange | Kind::Request | Kind::Response | Kind::Encrypted => {}
        }
    }
}

fn add_close(lane: &mut Lane, operation: &dissect::Operation) {
    let place = operation.request_seq.or(operation.response_seq);
    let time = operation.request_time.or(operation.response_time);
    let (Some(closed), Some(mut seq), Some(time)) = (operation.closed, place, time) else { return };
    lane.closed = Some(closed);
    if closed.by == Direction::ClientToServer {
        let action = Action::Close(closed.how);
        lane.steps.push(Step { action, seq, time, acks: operation.request_acks, due: None });
        // The client does not wait for the server's side of its own close.
        seq = seq.saturating_add(1);
    }
    lane.milestones.push(Milestone { seq, time, kind: MilestoneKind::Closed });
}

/// Every lane begins with one connect, at its captured place or just before its first request. Steps are in order.
fn begin_with_connect(lane: &mut Lane) {
    let captured = lane.steps.iter().position(|step| step.action == Action::Connect);
    let begins = lane.steps.first().map(|step| (step.seq, step.time));
    let place = match captured {
        Some(0) => begins,
        _ => begins.map(|(seq, time)| (seq.saturating_sub(1), time)),
    };
    lane.steps.retain(|step| step.action != Action::Connect);
    if let Some((seq, time)) = place {
        lane.steps.insert(0, Step { action: Action::Connect, seq, time, acks: None, due: None });
    }
}
