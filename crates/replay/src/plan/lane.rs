//! A captured connection as a sequence of steps, and what its server did as milestones.

use crate::options::Order;
use crate::plan::cause::Causes;
use crate::plan::milestone::{Milestone, MilestoneKind, PlacedMilestone};
use crate::plan::request::Request;
use crate::plan::step::{Chain, Place, Step};
use crate::trace::{CapturedRow, Trace};
use capture::Direction;
use dissect::{Closed, Kind};
use smb2::message::NegotiateRequest;
use smb2::{Command, Guid};
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

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
    /// When each step is due, nanoseconds from the start of the run; empty: as soon as its order allows.
    pub(super) dues: Vec<u64>,
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
    let client_guids = client_guids(trace, requests);
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
            dues: Vec::new(),
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
    begin_in_the_middle(&mut lanes, &by_connection, trace, requests);
    add_sends(&mut lanes, &by_connection, trace, requests);
    add_events(&mut lanes, &by_connection, trace, &Causes::of(trace, requests));
    for lane in &mut lanes {
        lane.steps.sort_by_key(|step| step.place(requests).0);
        begin_with_connect(lane, requests);
        lane.milestones.sort_by_key(|milestone| milestone.placed(requests).seq);
        lane.steps.shrink_to_fit();
        lane.milestones.shrink_to_fit();
    }
    lanes.retain(|lane| lane.steps.iter().any(|step| matches!(step, Step::Send(_))));
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
fn client_guids(trace: &Trace, requests: &[Request]) -> HashMap<u32, Guid> {
    let captured = requests.iter().filter(|request| !request.stand_in && request.command() == Some(Command::NEGOTIATE));
    captured
        .filter_map(|request| trace.planned(request))
        .filter_map(|request| Some((request.connection, NegotiateRequest::parse(request.bytes()).ok()?.client_guid())))
        .filter(|(_, guid)| *guid != Guid::default())
        .collect()
}

/// Notes which ids the capture begins with where a stand-in makes the connection's negotiation.
fn begin_in_the_middle(lanes: &mut [Lane], by_connection: &HashMap<u32, usize>, trace: &Trace, requests: &[Request]) {
    let begins = |request: &&Request| request.stand_in && request.command() == Some(Command::NEGOTIATE);
    let mut first: HashMap<u32, u64> =
        requests.iter().filter(begins).map(|request| (request.connection, u64::MAX)).collect();
    for request in requests.iter().filter(|request| !request.stand_in && request.command() != Some(Command::CANCEL)) {
        if let Some(first) = first.get_mut(&request.connection)
            && let Some(header) = trace.planned(request).and_then(|planned| planned.header())
        {
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

fn add_sends(lanes: &mut [Lane], by_connection: &HashMap<u32, usize>, trace: &Trace, requests: &[Request]) {
    let mut last_chain: HashMap<u32, (u32, u64)> = HashMap::new();
    for (number, request) in (0_u32..).zip(requests) {
        let Some(lane) = by_connection.get(&request.connection).and_then(|lane| lanes.get_mut(*lane)) else { continue };
        if request.skipped().is_some() {
            if let Some(header) = trace.planned(request).and_then(|planned| planned.header())
                && header.command != Command::CANCEL
                && !request.stand_in
            {
                lane.left_out.push((header.message_id, header.credit_charge));
            }
            continue;
        }
        if request.answer.is_some() {
            lane.milestones.extend(request.rare().interim.map(|_| Milestone::AnyAnswer(number)));
            if request.command() != Some(Command::CANCEL) {
                lane.milestones.push(Milestone::Answer(number));
            }
        }
        let chain = request.chain_key();
        let goes_on = chain.is_some() && last_chain.get(&request.connection) == chain.as_ref();
        match (goes_on, lane.steps.last_mut()) {
            (true, Some(Step::Send(chain))) => chain.push(number as usize),
            _ => lane.steps.push(Step::Send(Chain::of(number as usize))),
        }
        match chain {
            Some(chain) => last_chain.insert(request.connection, chain),
            None => last_chain.remove(&request.connection),
        };
    }
}

fn add_events(lanes: &mut [Lane], by_connection: &HashMap<u32, usize>, trace: &Trace, causes: &Causes) {
    for row in trace.rows.iter() {
        let Some(lane) = by_connection.get(&row.connection()).and_then(|lane| lanes.get_mut(*lane)) else {
            continue;
        };
        match row.kind() {
            Kind::Connect => {
                if let (Some(seq), Some(time)) = (row.request_seq(), row.request_time()) {
                    lane.steps.push(Step::Connect(Box::new(Place { seq, time, acks: None })));
                }
            }
            Kind::Close => add_close(lane, &row),
            Kind::Notification => {
                if let (Some(seq), Some(time)) = (row.response_seq(), row.response_time())
                    && row.command() == Some(Command::OPLOCK_BREAK)
                {
                    let (file_id, lease_key) = (row.file_id(), row.lease_key());
                    let kind = MilestoneKind::Break { file_id, lease_key, cause: causes.of_break(&row) };
                    lane.milestones.push(Milestone::Event(Box::new(PlacedMilestone { seq, time, kind })));
                }
            }
            Kind::Exchange | Kind::Request | Kind::Response | Kind::Encrypted => {}
        }
    }
}

fn add_close(lane: &mut Lane, row: &CapturedRow<'_>) {
    let place = row.request_seq().or(row.response_seq());
    let time = row.request_time().or(row.response_time());
    let (Some(closed), Some(mut seq), Some(time)) = (row.closed(), place, time) else { return };
    lane.closed = Some(closed);
    if closed.by == Direction::ClientToServer {
        lane.steps.push(Step::Close(Box::new((closed.how, Place { seq, time, acks: row.request_acks() }))));
        // The client does not wait for the server's side of its own close.
        seq = seq.saturating_add(1);
    }
    let closed = PlacedMilestone { seq, time, kind: MilestoneKind::Closed };
    lane.milestones.push(Milestone::Event(Box::new(closed)));
}

/// Every lane begins with one connect, at its captured place or just before its first request. Steps are in order.
fn begin_with_connect(lane: &mut Lane, requests: &[Request]) {
    let captured = lane.steps.iter().position(|step| matches!(step, Step::Connect(_)));
    let begins = lane.steps.first().map(|step| step.place(requests));
    let place = match captured {
        Some(0) => begins,
        _ => begins.map(|(seq, time)| (seq.saturating_sub(1), time)),
    };
    lane.steps.retain(|step| !matches!(step, Step::Connect(_)));
    if let Some((seq, time)) = place {
        lane.steps.insert(0, Step::Connect(Box::new(Place { seq, time, acks: None })));
    }
}
