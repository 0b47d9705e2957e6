//! A captured connection as a sequence of steps, and what its server did as milestones.

use crate::options::Order;
use crate::plan::cause::Causes;
use crate::plan::milestone::{Milestone, MilestoneKind, PlacedMilestone};
use crate::plan::request::Request;
use crate::plan::step::{Action, Step, Turn};
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
    /// The chains of several messages that it sends.
    pub(super) chains: Vec<Vec<usize>>,
    /// Beginnings and ends of the connection on its part.
    pub(super) turns: Vec<Turn>,
    /// When each step is due, nanoseconds from the start of the run; empty: as soon as its order allows.
    pub(super) dues: Vec<u64>,
    /// What the server did, in order.
    pub milestones: Vec<Milestone>,
    /// Those that are no response.
    pub events: Vec<PlacedMilestone>,
    /// How the captured connection ended.
    pub closed: Option<Closed>,
    /// The first MessageId of the capture, where the connection is older than it; else 0.
    pub first_message_id: u64,
    /// Captured MessageIds, with their CreditCharge, that no live request will use.
    pub left_out: Vec<(u64, u16)>,
}

impl Lane {
    /// Whether its steps go out as soon as their order allows.
    pub fn is_never_due(&self) -> bool {
        self.dues.is_empty()
    }

    fn push_turn(&mut self, turn: Turn) {
        self.steps.extend(u32::try_from(self.turns.len()).map(Step::Turn));
        self.turns.push(turn);
    }

    fn push_event(&mut self, event: PlacedMilestone) {
        self.milestones.extend(u32::try_from(self.events.len()).map(Milestone::Event));
        self.events.push(event);
    }

    /// Adds a message to the chain that is sent last; false when there is none.
    fn prolong(&mut self, request: u32) -> bool {
        let Some(last) = self.steps.last_mut() else { return false };
        match *last {
            Step::Send(first) => {
                let Ok(chain) = u32::try_from(self.chains.len()) else { return false };
                self.chains.push(vec![first as usize, request as usize]);
                *last = Step::SendChain(chain);
            }
            Step::SendChain(chain) => {
                let Some(chain) = self.chains.get_mut(chain as usize) else { return false };
                chain.push(request as usize);
            }
            Step::Turn(_) => return false,
        }
        true
    }
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
            chains: Vec::new(),
            turns: Vec::new(),
            dues: Vec::new(),
            milestones: Vec::new(),
            events: Vec::new(),
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
        let mut steps = std::mem::take(&mut lane.steps);
        steps.sort_by_key(|step| lane.seq(*step, requests));
        lane.steps = steps;
        begin_with_connect(lane, trace, requests);
        let events = &lane.events;
        lane.milestones.sort_by_key(|milestone| milestone.placed(requests, events).seq);
        lane.steps.shrink_to_fit();
        lane.milestones.shrink_to_fit();
    }
    lanes.retain(|lane| lane.steps.iter().any(|step| matches!(step, Step::Send(_) | Step::SendChain(_))));
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
        if request.answer().is_some() {
            lane.milestones.extend(request.rare().interim.map(|_| Milestone::AnyAnswer(number)));
            if request.command() != Some(Command::CANCEL) {
                lane.milestones.push(Milestone::Answer(number));
            }
        }
        let chain = request.chain_key();
        let goes_on = chain.is_some() && last_chain.get(&request.connection) == chain.as_ref();
        if !goes_on || !lane.prolong(number) {
            lane.steps.push(Step::Send(number));
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
                    lane.push_turn(Turn { close: None, seq, time, acks: None });
                }
            }
            Kind::Close => add_close(lane, &row),
            Kind::Notification => {
                if let (Some(seq), Some(time)) = (row.response_seq(), row.response_time())
                    && row.command() == Some(Command::OPLOCK_BREAK)
                {
                    let (file_id, lease_key) = (row.file_id(), row.lease_key());
                    let kind = MilestoneKind::Break { file_id, lease_key, cause: causes.of_break(&row) };
                    lane.push_event(PlacedMilestone { seq, time: Some(time), kind });
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
        lane.push_turn(Turn { close: Some(closed.how), seq, time, acks: row.request_acks() });
        // The client does not wait for the server's side of its own close.
        seq = seq.saturating_add(1);
    }
    lane.push_event(PlacedMilestone { seq, time: Some(time), kind: MilestoneKind::Closed });
}

/// Every lane begins with one connect, at its captured place or just before its first request. Steps are in order.
fn begin_with_connect(lane: &mut Lane, trace: &Trace, requests: &[Request]) {
    let captured = lane.steps.iter().position(|step| lane.action(*step) == Action::Connect);
    let begins = lane.steps.first().map(|step| lane.place(*step, trace, requests));
    let place = match captured {
        Some(0) => begins,
        _ => begins.map(|(seq, time)| (seq.saturating_sub(1), time)),
    };
    let mut steps = std::mem::take(&mut lane.steps);
    steps.retain(|step| lane.action(*step) != Action::Connect);
    lane.steps = steps;
    if let Some((seq, time)) = place {
        lane.push_turn(Turn { close: None, seq, time, acks: None });
        lane.steps.rotate_right(1);
    }
}
