//! Any conversation against any server: whatever comes and in whatever order, every request is recorded once, none goes
//! out before its time or outside its credits, and the replay ends.

use crate::captured::Captured;
use crate::simulation::{MAX_WAIT, Outcome, Simulation, options};
use crate::wire::{self, create, created, echo, file, message, oplock_break, read};
use capture::{CloseKind, Direction};
use proptest::collection::vec;
use proptest::prelude::*;
use smb2::Command;
use smbreplay_replay::{Options, Order, Pace};
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use store::runs::Verdict;

/// What a captured client did.
#[derive(Clone, Copy, Debug)]
enum Did {
    Echo,
    Open { path: u8, oplock: u8 },
    Read,
    Pair,
}

/// A captured client's act: where, how long after the act before, how long the server took, and what the client had seen.
#[derive(Clone, Copy, Debug)]
struct Act {
    connection: u32,
    did: Did,
    gap: u64,
    latency: u64,
    pends: bool,
    answered: bool,
    saw_all: bool,
}

fn act() -> impl Strategy<Value = Act> {
    let did = prop_oneof![
        3 => Just(Did::Echo),
        3 => (0..3u8, prop::sample::select(vec![0u8, 1, 8, 9])).prop_map(|(path, oplock)| Did::Open { path, oplock }),
        3 => Just(Did::Read),
        1 => Just(Did::Pair),
    ];
    let odds = (prop::bool::weighted(0.2), prop::bool::weighted(0.9), prop::bool::weighted(0.5));
    (0..4u32, did, 1..6u64, 1..40u64, odds).prop_map(|(connection, did, gap, latency, (pends, answered, saw_all))| {
        Act { connection, did, gap, latency, pends, answered, saw_all }
    })
}

/// What the live server, or the clock, does next.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Answer { which: usize, credits: u16, refuses: bool },
    Pend { which: usize },
    AnswerAgain { which: usize },
    AnswerNothing { lane: usize, message_id: u64 },
    Break { lane: usize, file: u8 },
    Close { lane: usize },
    Time { milliseconds: u64 },
}

fn happening() -> impl Strategy<Value = Happening> {
    let which = 0..64usize;
    prop_oneof![
        20 => (which.clone(), 0..4u16, prop::bool::weighted(0.1))
            .prop_map(|(which, credits, refuses)| Happening::Answer { which, credits, refuses }),
        3 => which.clone().prop_map(|which| Happening::Pend { which }),
        1 => which.prop_map(|which| Happening::AnswerAgain { which }),
        1 => (0..4usize, 0..40u64).prop_map(|(lane, message_id)| Happening::AnswerNothing { lane, message_id }),
        2 => (0..4usize, 100..140u8).prop_map(|(lane, file)| Happening::Break { lane, file }),
        1 => (0..4usize).prop_map(|lane| Happening::Close { lane }),
        4 => (1..100u64).prop_map(|milliseconds| Happening::Time { milliseconds }),
    ]
}

fn any_options() -> impl Strategy<Value = Options> {
    let order = prop::sample::select(vec![Order::Trace, Order::Session, Order::None]);
    let pace = prop::sample::select(vec![Pace::Asap, Pace::Original, Pace::Times(3.0)]);
    (order, pace).prop_map(|(order, pace)| Options { order, pace, ..options() })
}

/// The capture of these acts. MessageIds go up by one; every connection has begun with an ECHO.
fn captured(acts: &[Act], closes: &[bool]) -> Captured {
    let mut captured = Captured::with_connections(4);
    let mut ids = [1u64; 4];
    let mut opens: [Vec<(u64, u8)>; 4] = Default::default();
    let (mut at, mut opened) = (10, 0u8);
    let mut breaks = Vec::new();
    for act in acts {
        at += act.gap;
        let answered = at + act.latency;
        let (connection, place) = (act.connection, act.connection as usize);
        let id = ids[place];
        ids[place] += 1;
        let known = opens[place].iter().rev().find(|(since, _)| *since < at).map(|(_, open)| *open);
        let mut added = match (act.did, known) {
            (Did::Open { path, oplock }, _) => {
                opened = opened.wrapping_add(1).max(1);
                let id = file(opened);
                if act.answered {
                    opens[place].push((answered, opened));
                    if oplock > 1 {
                        breaks.push((connection, answered + 3, id, path));
                    }
                }
                let added = captured.request(connection, at, create(ids[place] - 1));
                let path = format!("p{path}");
                if act.answered { added.opened(answered, id, oplock, &path) } else { added.on(&path) }
            }
            (Did::Read, Some(open)) => {
                let added = captured.request(connection, at, read(id, file(open)));
                if act.answered { added.answered(answered) } else { added }
            }
            (Did::Pair, _) if act.answered => {
                ids[place] += 1;
                captured.chain(connection, at, &[echo(id), echo(id + 1)], answered, &[0, 0]);
                continue;
            }
            _ => {
                let added = captured.request(connection, at, echo(id));
                if act.answered { added.answered(answered) } else { added }
            }
        };
        if act.pends && act.latency > 1 {
            added = added.pended(at + 1, 1000 + at);
        }
        if !act.saw_all {
            added.acks(at.saturating_sub(6));
        }
    }
    for (connection, at, id, path) in breaks.into_iter().step_by(2) {
        captured.oplock_break(connection, at, id, &format!("p{path}"));
    }
    for (connection, &by_client) in (0u32..).zip(closes) {
        let by = if by_client { Direction::ClientToServer } else { Direction::ServerToClient };
        captured.close(connection, at + 60 + u64::from(connection), by, CloseKind::Fin);
    }
    captured
}

/// What the live server has granted on each lane, and what went out against it.
#[derive(Default)]
struct Ledger {
    granted: HashMap<usize, u64>,
    checked: usize,
    /// By lane and live MessageId: how many messages had gone out when it was answered.
    answered: HashMap<(usize, u64), usize>,
    closed: HashSet<usize>,
}

impl Ledger {
    fn check(&mut self, simulation: &Simulation) {
        for sent in &simulation.sent[self.checked..] {
            let end = *self.granted.entry(sent.lane).or_insert(1);
            assert!(sent.header.message_id < end, "{sent:?} where {end} were granted");
        }
        self.checked = simulation.sent.len();
    }

    /// What is outstanding, in the order in which it went out.
    fn outstanding(&self, simulation: &Simulation) -> Vec<(usize, u64)> {
        let sent = simulation.sent.iter().map(|sent| (sent.lane, sent.header.message_id));
        sent.filter(|key| !self.answered.contains_key(key) && !self.closed.contains(&key.0)).collect()
    }

    fn happen(&mut self, simulation: &mut Simulation, happening: Happening) {
        let outstanding = self.outstanding(simulation);
        let pick = |which: usize| outstanding.get(which % outstanding.len().max(1)).copied();
        match happening {
            Happening::Answer { which, credits, refuses } => {
                let Some((lane, id)) = pick(which) else { return };
                self.answered.insert((lane, id), simulation.sent.len());
                *self.granted.entry(lane).or_insert(1) += u64::from(credits);
                let is_create = simulation.latest(lane, id).header.command == Command::CREATE;
                let handle = created(file(100 + (id % 40) as u8), 9);
                let (status, body) = match (is_create, refuses) {
                    (_, true) => (0xc000_0022, &[9, 0, 0, 0, 0, 0, 0, 0, 0][..]),
                    (true, false) => (0, &handle[..]),
                    (false, false) => (0, &[][..]),
                };
                simulation.answer_with(lane, id, status, credits, body);
            }
            Happening::Pend { which } => {
                let Some((lane, id)) = pick(which) else { return };
                *self.granted.entry(lane).or_insert(1) += 10;
                simulation.pend(lane, id, 7000 + id);
            }
            Happening::AnswerAgain { which } => {
                let Some(sent) = simulation.sent.get(which).cloned() else { return };
                let key = (sent.lane, sent.header.message_id);
                if self.answered.contains_key(&key) {
                    simulation.answer_with(key.0, key.1, 0, 0, &[]);
                }
            }
            Happening::AnswerNothing { lane, message_id } => {
                if !outstanding.contains(&(lane, message_id)) {
                    simulation.receive(lane, &wire::response(&echo(message_id), 0, 0, &[4, 0, 0, 0]));
                }
            }
            Happening::Break { lane, file: number } => {
                let body = oplock_break(file(number), 1);
                let mut notification = message(Command::OPLOCK_BREAK, u64::MAX, &body);
                (notification[14], notification[16]) = (0, 1);
                simulation.receive(lane, &notification);
            }
            Happening::Close { lane } => {
                self.closed.insert(lane);
                simulation.server_closes(lane);
            }
            Happening::Time { milliseconds } => simulation.pass(Duration::from_millis(milliseconds)),
        }
    }
}

/// No request went out before an answer that its client had received, or that the order across connections puts first.
fn assert_in_order(outcome: &Outcome, answered: &HashMap<(usize, u64), usize>, order: Order) {
    let plan = outcome.plan();
    let live = |record: &smbreplay_replay::engine::RequestRecord| {
        let request = record.live_request.as_deref()?;
        Some((record.lane?, smb2::Header::parse(request).unwrap().message_id))
    };
    for late in &outcome.records {
        let request = plan.planned(late.request).unwrap();
        let Some((lane, id)) = live(late) else { continue };
        let sent = outcome.sent.iter().position(|sent| (sent.lane, sent.header.message_id) == (lane, id)).unwrap();
        for early in &outcome.records {
            let before = &plan.requests[early.request];
            let (Some(seq), Some(key)) = (before.answer().map(|answer| answer.seq), live(early)) else { continue };
            let had_to_come = match (before.connection == request.connection, order) {
                (true, _) => seq <= request.row.request_acks().unwrap_or(request.start_seq).min(request.start_seq),
                (false, Order::Trace) => seq <= request.start_seq,
                (false, _) => false,
            };
            let came = answered.get(&key).copied();
            assert!(
                !had_to_come || early.marks.contains(&"timed_out") || came.is_none_or(|count| count <= sent),
                "{lane}:{id} went out as number {sent}, {key:?} was answered when {came:?} were out"
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_conversation_ends_in_order_within_its_credits_and_recorded(
        acts in vec(act(), 1..30),
        closes in vec(any::<bool>(), 0..4),
        happenings in vec(happening(), 0..120),
        options in any_options(),
    ) {
        let order = options.order;
        let mut simulation = Simulation::start(captured(&acts, &closes), options);
        let mut ledger = Ledger::default();
        ledger.check(&simulation);
        for happening in happenings {
            ledger.happen(&mut simulation, happening);
            ledger.check(&simulation);
        }
        let silent_since = simulation.now();
        let outcome = simulation.run_out();
        let last = acts.iter().map(|act| act.gap + act.latency).sum::<u64>() + 200;
        let patience = MAX_WAIT * (acts.len() as u32 + 8) + Duration::from_millis(last) * 2;
        prop_assert!(outcome.ended <= silent_since + patience, "{:?} after {silent_since:?}", outcome.ended);
        assert_in_order(&outcome, &ledger.answered, order);
        for record in &outcome.records {
            let was_sent = record.live_request.is_some();
            prop_assert_eq!(was_sent, record.verdict != Verdict::Skipped);
            prop_assert_eq!(record.live_status.is_some(), record.answered.is_some());
        }
    }

    #[test]
    fn a_connection_lost_at_any_message_ends_the_replay_at_once(acts in vec(act(), 1..20), lost_after in 0..25usize) {
        let one = acts.iter().map(|act| Act { connection: 0, ..*act }).collect::<Vec<_>>();
        let mut simulation = Simulation::start(captured(&one, &[]), Options { order: Order::None, ..options() });
        let mut ledger = Ledger::default();
        for _ in 0..lost_after {
            ledger.happen(&mut simulation, Happening::Answer { which: 0, credits: 1, refuses: false });
            ledger.check(&simulation);
        }
        for lane in 0..4 {
            simulation.server_closes(lane);
        }
        prop_assert!(simulation.is_done());
        let sent = simulation.sent.len();
        let outcome = simulation.run_out();
        prop_assert_eq!(outcome.sent.len(), sent);
    }

    #[test]
    fn with_one_credit_at_a_time_everything_still_goes_out(acts in vec(act(), 1..30)) {
        let plain = |act: &Act| match act.did {
            Did::Pair => None,
            // No oplock: no break that the live server would have to send.
            Did::Open { path, .. } => Some(Did::Open { path, oplock: 0 }),
            did => Some(did),
        };
        let acts = acts.iter().filter_map(|act| {
            plain(act).map(|did| Act { did, answered: true, pends: false, ..*act })
        });
        let acts: Vec<_> = acts.collect();
        let mut simulation = Simulation::start(captured(&acts, &[]), options());
        let mut ledger = Ledger::default();
        for _ in 0..8 * (acts.len() + 4) {
            ledger.check(&simulation);
            ledger.happen(&mut simulation, Happening::Answer { which: 0, credits: 1, refuses: false });
            ledger.happen(&mut simulation, Happening::Time { milliseconds: 5 });
        }
        let outcome = simulation.run_out();
        for record in &outcome.records {
            prop_assert!(matches!(record.verdict, Verdict::Match | Verdict::Body), "{:?}", record.reason);
        }
    }
}
