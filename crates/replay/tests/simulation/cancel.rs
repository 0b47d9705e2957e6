//! CANCEL, and what it is for.

use crate::captured::Captured;
use crate::simulation::{Simulation, options};
use crate::wire::{asynchronous, cancel, echo, file, notify};
use store::runs::Verdict;

const CANCELLED: u32 = 0xc000_0120;
const NO_HANDLE: u8 = 0xff;

/// A CHANGE_NOTIFY, pended or not, its CANCEL in the captured form, its final response, and an ECHO after it.
fn cancelled_notify(pended: bool) -> Captured {
    let mut captured = Captured::with_connections(1);
    let watch = captured.request(0, 10, notify(1, file(NO_HANDLE)));
    if pended {
        watch.pended(11, 0x55).answered_with(40, CANCELLED, &[]);
        captured.request(0, 20, asynchronous(cancel(0), 0x55));
    } else {
        watch.answered_with(40, CANCELLED, &[]);
        captured.request(0, 20, cancel(1));
    }
    captured.request(0, 41, echo(2)).answered(42);
    captured
}

/// The live CANCEL: (asynchronous, MessageId, AsyncId or what stands in its place).
fn form(simulation: &Simulation) -> (bool, u64, u64) {
    let sent = simulation.sent.iter().find(|sent| sent.header.command == smb2::Command::CANCEL).unwrap();
    let async_id = u64::from_le_bytes(sent.bytes[32..40].try_into().unwrap());
    (sent.header.flags.is_async(), sent.header.message_id, async_id)
}

#[test]
fn it_names_the_live_async_id_once_the_live_target_is_pended() {
    let mut simulation = Simulation::begin(cancelled_notify(true), options());
    simulation.pend(0, 1, 0x99);
    assert_eq!(form(&simulation), (true, 0, 0x99));
}

#[test]
fn it_takes_the_asynchronous_form_when_only_the_live_target_is_pended() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, echo(1)).answered(15);
    captured.request(0, 11, notify(2, file(NO_HANDLE))).answered_with(40, CANCELLED, &[]);
    captured.request(0, 20, cancel(2));
    let mut simulation = Simulation::begin(captured, options());
    simulation.pend(0, 2, 0x99);
    simulation.answer(0, 1);
    assert_eq!(form(&simulation), (true, 2, 0x99));
}

#[test]
fn it_takes_the_synchronous_form_when_the_live_target_has_had_no_interim_response() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, notify(1, file(NO_HANDLE))).pended(11, 0x55);
    captured.request(0, 20, asynchronous(cancel(0), 0x55));
    let simulation = Simulation::begin(captured, options());
    assert_eq!(form(&simulation), (false, 1, 0));
}

#[test]
fn it_is_sent_even_when_the_target_has_answered_already() {
    let mut simulation = Simulation::begin(cancelled_notify(true), options());
    simulation.answer_with(0, 1, CANCELLED, 10, &[]);
    assert_eq!(form(&simulation), (false, 1, 0));
}

#[test]
fn it_takes_no_message_id_and_gets_no_verdict() {
    let mut simulation = Simulation::begin(cancelled_notify(false), options());
    assert_eq!(form(&simulation), (false, 1, 0));
    simulation.answer_with(0, 1, CANCELLED, 10, &[]);
    simulation.answer(0, 2);
    let outcome = simulation.run_out();
    let verdicts: Vec<Verdict> = outcome.records.iter().map(|record| record.verdict).collect();
    assert_eq!(verdicts, [Verdict::Match, Verdict::NotCompared, Verdict::Match, Verdict::Match]);
}

#[test]
fn the_patches_of_its_two_forms_do_not_overlap() {
    let mut simulation = Simulation::begin(cancelled_notify(true), options());
    simulation.pend(0, 1, 0x99);
    simulation.answer_with(0, 1, CANCELLED, 10, &[]);
    simulation.answer(0, 2);
    for record in simulation.run_out().records {
        let ends = record.patches.iter().map(|patch| patch.offset + patch.length);
        let next = record.patches.iter().skip(1).map(|patch| patch.offset);
        assert!(ends.zip(next).all(|(end, next)| end <= next), "{:?}", record.patches);
    }
}
