//! Answers are compared field by field; whatever a server or a capture holds, a comparison ends in fields.

use crate::captured::Captured;
use crate::simulation::{Outcome, Simulation, options};
use crate::wire::{close, create, created, echo, file, read};
use capture::Hole;
use smbreplay_replay::pattern;
use store::runs::Verdict;

const STOPPED_ON_SYMLINK: u32 = 0x8000_002d;

/// The body of a READ response (MS-SMB2 2.2.20).
fn data(data: &[u8]) -> Vec<u8> {
    let mut body = vec![17, 0, 80, 0];
    body.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
    body.extend([0; 8]);
    body.extend(data);
    body
}

/// CREATE response with attributes and size.
fn opened_as(attributes: u32, size: u64) -> Vec<u8> {
    let mut body = created(file(1), 0);
    body[48..56].copy_from_slice(&size.to_le_bytes());
    body[56..60].copy_from_slice(&attributes.to_le_bytes());
    body
}

/// A CREATE of `a` and a READ from it, answered as given.
fn a_read_of(captured_data: &[u8]) -> Captured {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, create(1)).opened(20, file(1), 0, "a");
    captured.request(0, 30, read(2, file(1))).answered_with(40, 0, &data(captured_data)).on("a");
    captured
}

/// Replays it, the READ answered with this body.
fn read_live(captured: Captured, body: &[u8]) -> Outcome {
    let mut simulation = Simulation::begin(captured, options());
    simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), 0));
    simulation.answer_with(0, 2, 0, 10, body);
    simulation.run_out()
}

/// Fields that differ in the answer to a message.
fn fields(outcome: &Outcome, message_id: u64) -> Vec<&str> {
    outcome.record(0, message_id).differences.iter().map(|found| found.field.as_str()).collect()
}

#[test]
fn the_same_data_matches_wherever_the_server_puts_it() {
    let mut elsewhere = data(b"");
    elsewhere[2] = 88;
    elsewhere[4] = 5;
    elsewhere.extend([0; 8]);
    elsewhere.extend(b"bytes");
    for body in [data(b"bytes"), elsewhere] {
        assert_eq!(read_live(a_read_of(b"bytes"), &body).verdict(0, 2), Verdict::Match);
    }
}

#[test]
fn other_data_is_shown_from_its_first_differing_byte() {
    let outcome = read_live(a_read_of(b"bytes"), &data(b"byTes!"));
    assert_eq!(outcome.verdict(0, 2), Verdict::Body);
    assert_eq!(fields(&outcome, 2), ["transferred", "data"]);
    let shown = &outcome.record(0, 2).differences[1];
    assert_eq!(
        (shown.captured.as_str(), shown.live.as_str()),
        ("5 bytes, at 2: 74 65 73", "6 bytes, at 2: 54 65 73 21")
    );
}

#[test]
fn what_the_capture_has_of_data_is_compared_and_no_more() {
    let with_hole = || {
        let mut captured = a_read_of(b"by\0\0s");
        let row = captured.rows.last_mut().unwrap();
        row.operation.response_holes = vec![Hole { offset: 82, length: 2 }];
        captured
    };
    let same = read_live(with_hole(), &data(b"bytes"));
    assert_eq!(same.verdict(0, 2), Verdict::Match);
    assert!(same.record(0, 2).marks.contains(&"partly_captured"));
    assert_eq!(fields(&read_live(with_hole(), &data(b"bytez")), 2), ["data"]);
}

#[test]
fn data_that_was_not_kept_is_compared_by_its_hash() {
    for kept in [Some(80), None] {
        compare_without_data(kept);
    }
}

fn compare_without_data(kept: Option<usize>) {
    let without_data = || {
        let mut captured = a_read_of(b"bytes");
        let operation = &mut captured.rows.last_mut().unwrap().operation;
        operation.response = operation.response.take().zip(kept).map(|(response, kept)| response.slice(..kept));
        operation.payload_length = Some(5);
        operation.payload_hash = Some(dissect::operation::payload_hash(b"bytes"));
        captured
    };
    assert_eq!(read_live(without_data(), &data(b"bytes")).verdict(0, 2), Verdict::Match);
    assert_eq!(fields(&read_live(without_data(), &data(b"bytez")), 2), ["data"]);
    assert_eq!(fields(&read_live(without_data(), &data(b"bytes!")), 2), ["transferred"]);
}

/// A READ at 1000 whose data was not to be stored, but for its hash where `is_hashed`; `kept` bytes of the answer are held.
fn an_unstored_read(of: &[u8], is_hashed: bool, kept: usize) -> Captured {
    let mut captured = a_read_of(of);
    let length = u32::try_from(of.len()).unwrap();
    let operation = &mut captured.rows.last_mut().unwrap().operation;
    let mut response = operation.response.take().unwrap().to_vec();
    response[80..].fill(0);
    response.truncate(kept);
    operation.response = Some(response.into());
    operation.response_length = Some(80 + length);
    operation.response_holes = vec![Hole { offset: 80, length }];
    (operation.offset, operation.payload_offset, operation.payload_length) = (Some(1000), Some(80), Some(length));
    operation.payload_hash = is_hashed.then(|| dissect::operation::payload_hash(of));
    captured
}

#[test]
fn data_that_is_not_stored_is_compared_by_its_hash() {
    for kept in [80, 85] {
        let read = |live: &[u8]| read_live(an_unstored_read(b"bytes", true, kept), &data(live));
        let same = read(b"bytes");
        assert_eq!((same.verdict(0, 2), &same.record(0, 2).marks[..]), (Verdict::Match, &[][..]));
        assert_eq!(fields(&read(b"bytez"), 2), ["data"]);
        assert_eq!(fields(&read(&[0; 5]), 2), ["data"]);
        assert_eq!(fields(&read(b"bytes!"), 2), ["transferred"]);
    }
}

#[test]
fn a_pattern_in_the_place_of_data_that_is_not_stored_is_no_difference_and_marked() {
    for kept in [80, 120] {
        let read = |live: &[u8]| read_live(an_unstored_read(&[7; 40], true, kept), &data(live));
        let pattern = read(&pattern::contents(1000, 40));
        assert_eq!(pattern.verdict(0, 2), Verdict::Match);
        assert_eq!(pattern.record(0, 2).marks, ["partly_captured", "pattern_payload"]);
        assert_eq!(fields(&read(&pattern::contents(1001, 40)), 2), ["data"]);
    }
}

#[test]
fn of_data_without_a_hash_only_the_length_is_compared() {
    for kept in [80, 85] {
        let read = |live: &[u8]| read_live(an_unstored_read(b"bytes", false, kept), &data(live));
        let other = read(b"other");
        assert_eq!((other.verdict(0, 2), &other.record(0, 2).marks[..]), (Verdict::Match, &["partly_captured"][..]));
        assert_eq!(fields(&read(b"bytes!"), 2), ["transferred"]);
    }
}

#[test]
fn an_answer_is_recorded_whole_when_the_session_file_lacks_its_data() {
    let large = vec![7; 20_000];
    let outcome = read_live(an_unstored_read(&large, true, 80), &data(&large));
    assert_eq!((outcome.verdict(0, 2), recorded(&outcome)), (Verdict::Match, (20_080, None)));
}

/// A READ of data that is large enough to stay in the session file, where `padding` bytes follow it.
fn a_large_read(large: &[u8], padding: u32) -> Captured {
    let mut captured = a_read_of(large);
    let operation = &mut captured.rows.last_mut().unwrap().operation;
    operation.response = operation.response.take().map(|response| response.slice(..80));
    operation.response_length = Some(80 + u32::try_from(large.len()).unwrap() + padding);
    operation.payload_length = u32::try_from(large.len()).ok();
    operation.payload_hash = Some(dissect::operation::payload_hash(large));
    captured
}

/// How many bytes of the answer to the READ are recorded, and how many left out.
fn recorded(outcome: &Outcome) -> (usize, Option<u32>) {
    let record = outcome.record(0, 2);
    (record.live_response.as_ref().unwrap().len(), record.live_response_left)
}

#[test]
fn large_data_that_is_the_captured_is_left_out_of_the_record() {
    let large = vec![7; 20_000];
    let outcome = read_live(a_large_read(&large, 0), &data(&large));
    assert_eq!(outcome.verdict(0, 2), Verdict::Match);
    assert_eq!(recorded(&outcome), (80, Some(20_000)));
}

#[test]
fn an_answer_is_recorded_whole_when_its_data_differs_or_is_not_the_end_of_both_messages() {
    let large = vec![7; 20_000];
    let mut other = large.clone();
    other[19_999] ^= 1;
    let differing = read_live(a_large_read(&large, 0), &data(&other));
    assert_eq!((fields(&differing, 2), recorded(&differing)), (vec!["data"], (20_080, None)));
    let shorter = read_live(a_large_read(&large, 0), &data(&large[1..]));
    assert_eq!((fields(&shorter, 2), recorded(&shorter)), (vec!["transferred"], (20_079, None)));

    let padded = [data(&large), vec![0; 4]].concat();
    let live_padded = read_live(a_large_read(&large, 0), &padded);
    assert_eq!((live_padded.verdict(0, 2), recorded(&live_padded)), (Verdict::Match, (20_084, None)));
    let captured_padded = read_live(a_large_read(&large, 4), &data(&large));
    assert_eq!((captured_padded.verdict(0, 2), recorded(&captured_padded)), (Verdict::Match, (20_080, None)));
}

#[test]
fn small_data_is_recorded() {
    let small = vec![7; 16_383];
    let outcome = read_live(a_large_read(&small, 0), &data(&small));
    assert_eq!((outcome.verdict(0, 2), recorded(&outcome)), (Verdict::Match, (16_463, None)));
}

#[test]
fn an_answer_that_lies_about_its_lengths_is_malformed_and_nothing_worse() {
    for cut in 0..21 {
        let outcome = read_live(a_read_of(b"bytes"), &data(b"bytes")[..cut]);
        assert_eq!(outcome.verdict(0, 2), Verdict::Body, "{cut}");
        assert!(fields(&outcome, 2).contains(&"malformed"), "{cut}");
    }
    let mut lying = data(b"bytes");
    lying[4..8].fill(0xff);
    assert_eq!(fields(&read_live(a_read_of(b"bytes"), &lying), 2), ["transferred", "malformed"]);
}

#[test]
fn a_malformed_captured_answer_differs_from_a_good_one_only() {
    let captured = || {
        let mut captured = Captured::with_connections(1);
        captured.request(0, 10, create(1)).opened(20, file(1), 0, "a");
        captured.request(0, 30, read(2, file(1))).answered_with(40, 0, &[17, 0, 80]).on("a");
        captured
    };
    assert_eq!(fields(&read_live(captured(), &data(b"bytes")), 2), ["malformed"]);
    assert_eq!(read_live(captured(), &[17, 0, 80]).verdict(0, 2), Verdict::Match);
}

#[test]
fn an_open_that_differs_explains_what_follows_on_its_path() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, create(1)).answered_with(20, 0, &opened_as(0x20, 5)).on("a");
    captured.request(0, 30, read(2, file(1))).answered_with(40, 0, &data(b"bytes")).on("a");
    captured.request(0, 50, close(3, file(1))).answered_with(60, 0, &[]).on("a");
    captured.request(0, 70, echo(4)).answered(80);
    let mut simulation = Simulation::begin(captured, options());
    simulation.answer_with(0, 1, 0, 10, &{
        let mut body = opened_as(0x22, 3);
        body[64..80].copy_from_slice(&file(0xa1).0);
        body
    });
    simulation.answer_with(0, 2, 0, 10, &data(b"byt"));
    simulation.answer(0, 3);
    simulation.answer(0, 4);
    let outcome = simulation.run_out();
    assert_eq!(fields(&outcome, 1), ["file_attributes", "end_of_file"]);
    assert_eq!((outcome.verdict(0, 1), outcome.cause(0, 1)), (Verdict::Body, None));
    assert_eq!((outcome.verdict(0, 2), outcome.cause(0, 2)), (Verdict::Body, Some(1)));
    assert_eq!(outcome.verdict(0, 3), Verdict::Match);
}

#[test]
fn sizes_of_directories_and_times_are_not_compared() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, create(1)).answered_with(20, 0, &opened_as(0x10, 0)).on("d");
    let mut simulation = Simulation::begin(captured, options());
    let mut body = opened_as(0x10, 4096);
    body[8..40].fill(7);
    simulation.answer_with(0, 1, 0, 10, &body);
    assert_eq!(simulation.run_out().verdict(0, 1), Verdict::Match);
}

#[test]
fn where_a_symbolic_link_leads_is_compared() {
    let error = |target: &str| {
        let target = smb2::utf16::from_str(target);
        let length = u16::try_from(target.len()).unwrap();
        let mut link = (24 + u32::from(length)).to_le_bytes().to_vec();
        link.extend(b"SYML");
        link.extend(0xa000_000c_u32.to_le_bytes());
        link.extend((12 + length).to_le_bytes());
        link.extend([0; 2]);
        link.extend([0, 0]);
        link.extend(length.to_le_bytes());
        link.extend([0, 0, 0, 0]);
        link.extend(1_u32.to_le_bytes());
        link.extend(target);
        let mut body = vec![9, 0, 0, 0];
        body.extend(u32::try_from(link.len()).unwrap().to_le_bytes());
        body.extend(link);
        body
    };
    let replayed = |live: &str| {
        let mut captured = Captured::with_connections(1);
        captured.request(0, 10, create(1)).answered_with(20, STOPPED_ON_SYMLINK, &error("there")).on("link");
        let mut simulation = Simulation::begin(captured, options());
        simulation.answer_with(0, 1, STOPPED_ON_SYMLINK, 10, &error(live));
        simulation.run_out()
    };
    assert_eq!(replayed("there").verdict(0, 1), Verdict::Match);
    let other = replayed("where");
    assert_eq!(fields(&other, 1), ["substitute_name"]);
    assert_eq!(other.record(0, 1).differences[0].live, "where");
}

#[test]
fn rules_take_fields_out_and_bring_them_in() {
    let ignoring = |rule: &str| {
        let mut options = options();
        options.comparison.ignore = vec![rule.parse().unwrap()];
        let mut simulation = Simulation::begin(a_read_of(b"bytes"), options);
        simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), 0));
        simulation.answer_with(0, 2, 0, 10, &data(b"bytez"));
        simulation.run_out()
    };
    assert_eq!(ignoring("READ.data@a").verdict(0, 2), Verdict::Match);
    assert_eq!(ignoring("READ.data@b").verdict(0, 2), Verdict::Body);
    assert_eq!(ignoring("CREATE.*").verdict(0, 2), Verdict::Body);

    let mut options = options();
    options.comparison.compare = vec!["creation_time".parse().unwrap()];
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, create(1)).opened(20, file(1), 0, "a");
    let mut simulation = Simulation::begin(captured, options);
    let mut body = created(file(0xa1), 0);
    body[8] = 1;
    simulation.answer_with(0, 1, 0, 10, &body);
    assert_eq!(fields(&simulation.run_out(), 1), ["creation_time"]);
}

#[test]
fn an_interim_answer_on_one_side_is_no_difference() {
    let mut captured = Captured::with_connections(1);
    captured.request(0, 10, create(1)).pended(12, 77).opened(20, file(1), 0, "a");
    let mut simulation = Simulation::begin(captured, options());
    simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), 0));
    assert_eq!(simulation.run_out().verdict(0, 1), Verdict::Match);
}
