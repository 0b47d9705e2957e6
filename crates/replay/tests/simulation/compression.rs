//! Compression that is asked for, against servers that have it and others.

use crate::captured::Captured;
use crate::simulation::{Outcome, Simulation, options};
use crate::wire::{create, created, file, message, read, response};
use client::request::{Place, negotiate};
use smb2::compression::{Algorithm, Scheme, compress};
use smb2::context::negotiate::{CompressionCapabilities, context_type};
use smb2::message::NegotiateRequest;
use smb2::{Command, Guid};
use smbreplay_replay::Options;
use store::runs::Verdict;

const CONTENTS: [u8; 5000] = [b'x'; 5000];

/// The body of a NEGOTIATE response that selects 3.1.1, with these contexts (MS-SMB2 2.2.4).
fn negotiated(contexts: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut body = vec![0; 64];
    body[..6].copy_from_slice(&[65, 0, 1, 0, 0x11, 0x03]);
    body[6] = u8::try_from(contexts.len()).unwrap();
    body[56..58].copy_from_slice(&128_u16.to_le_bytes());
    body[60..64].copy_from_slice(&128_u32.to_le_bytes());
    for (kind, data) in contexts {
        body.resize(body.len().next_multiple_of(8), 0);
        body.extend(kind.to_le_bytes());
        body.extend(u16::try_from(data.len()).unwrap().to_le_bytes());
        body.extend([0; 4]);
        body.extend(data);
    }
    body
}

fn preauthentication() -> (u16, Vec<u8>) {
    (context_type::PREAUTH_INTEGRITY_CAPABILITIES, [&[1, 0, 32, 0, 1, 0][..], &[3; 32]].concat())
}

/// The algorithms of a server, and that they may be chained.
fn compression(algorithms: &[u16]) -> (u16, Vec<u8>) {
    let count = u16::try_from(algorithms.len()).unwrap();
    let head = [count, 0, 1, 0].into_iter().chain(algorithms.iter().copied());
    (context_type::COMPRESSION_CAPABILITIES, head.flat_map(u16::to_le_bytes).collect())
}

/// The body of a WRITE (MS-SMB2 2.2.21).
fn write(message_id: u64) -> Vec<u8> {
    let mut body = vec![49, 0, 112, 0];
    body.extend(u32::try_from(CONTENTS.len()).unwrap().to_le_bytes());
    body.extend([0; 8]);
    body.extend(file(7).0);
    body.extend([0; 16]);
    body.extend(CONTENTS);
    message(Command::WRITE, message_id, &body)
}

/// The body of a READ response (MS-SMB2 2.2.20).
fn contents() -> Vec<u8> {
    let mut body = vec![17, 0, 80, 0];
    body.extend(u32::try_from(CONTENTS.len()).unwrap().to_le_bytes());
    body.extend([0; 8]);
    body.extend(CONTENTS);
    body
}

/// A file is written and read on a connection of 3.1.1.
fn captured() -> Captured {
    let offer = negotiate::Offer { dialects: &[0x0311], client_guid: Guid([1; 16]), salt: [2; 32] };
    let request = negotiate::negotiate(&offer).unwrap().message(&Place::default());
    let mut captured = Captured::default();
    captured.connect(0, "10.0.0.1:50000");
    captured.request(0, 0, request).answered_with(1, 0, &negotiated(&[preauthentication()]));
    captured.request(0, 10, create(1)).opened(11, file(7), 0, "a");
    captured.request(0, 20, write(2)).answered(21).on("a");
    captured.request(0, 30, read(3, file(7))).answered_with(31, 0, &contents()).on("a");
    captured
}

/// The algorithms that the live NEGOTIATE offers.
fn offered(simulation: &Simulation) -> Option<Vec<u16>> {
    let negotiate = simulation.latest(0, 0).bytes;
    let view = NegotiateRequest::parse(&negotiate).unwrap();
    let all: Vec<_> = view.contexts().map(Result::unwrap).collect();
    assert_eq!(all.len(), usize::from(view.negotiate_context_count()));
    let found = all.into_iter().find(|context| context.context_type == context_type::COMPRESSION_CAPABILITIES)?;
    Some(CompressionCapabilities::parse(found.data).unwrap().compression_algorithms().unwrap().collect())
}

/// Replays it to a server that answers the NEGOTIATE with these contexts, and compresses what is read if it can.
fn replay(options: Options, contexts: &[(u16, Vec<u8>)], answers: Option<Scheme>) -> (Simulation, Option<Vec<u16>>) {
    let mut simulation = Simulation::start(captured(), options);
    let offered = offered(&simulation);
    simulation.answer_with(0, 0, 0, 10, &negotiated(contexts));
    simulation.answer_with(0, 1, 0, 10, &created(file(0xa1), 0));
    simulation.answer(0, 2);
    let read = response(&simulation.latest(0, 3).bytes, 0, 10, &contents());
    simulation.receive(0, &answers.map_or(read.clone(), |scheme| compress(&read, 80, scheme).unwrap()));
    (simulation, offered)
}

fn assert_all_match(outcome: &Outcome) {
    for id in [1, 2, 3] {
        assert_eq!((outcome.verdict(0, id), outcome.reason(0, id)), (Verdict::Match, ""), "message {id}");
    }
}

#[test]
fn writes_go_out_compressed_and_compressed_answers_match_where_the_server_agrees() {
    let algorithms = [Algorithm::Lz77, Algorithm::Lz77Huffman, Algorithm::Lznt1, Algorithm::Lz4];
    for algorithm in algorithms {
        let scheme = Scheme { algorithm, chained: true, patterns: true };
        let contexts = [preauthentication(), compression(&[4, algorithm.code()])];
        let options = Options { compress: true, ..options() };
        let (simulation, offered) = replay(options, &contexts, Some(scheme));
        assert_eq!(offered, Some(vec![2, 3, 1, 4, 5]));
        let sent = simulation.latest(0, 2);
        assert!(sent.compressed && sent.bytes.ends_with(&CONTENTS), "{}", algorithm.name());
        assert!(!simulation.latest(0, 3).compressed, "a READ has nothing to compress");
        let outcome = simulation.run_out();
        assert_all_match(&outcome);
        let told =
            format!("compression: {}; 1 requests were sent compressed, 1 answers came compressed", algorithm.name());
        assert_eq!(outcome.compression(), Some(told));
    }
}

#[test]
fn without_asking_nothing_is_offered_or_compressed() {
    let (simulation, offered) = replay(options(), &[preauthentication()], None);
    assert_eq!(offered, None);
    assert!(simulation.sent.iter().all(|sent| !sent.compressed));
    let outcome = simulation.run_out();
    assert_all_match(&outcome);
    assert_eq!(outcome.compression(), None);
}

#[test]
fn a_server_that_does_not_compress_is_told_of_and_gets_the_same_messages() {
    let (plain, _) = replay(options(), &[preauthentication()], None);
    let (asked, _) = replay(Options { compress: true, ..options() }, &[preauthentication()], None);
    let behind_the_negotiate = |simulation: &Simulation| -> Vec<Vec<u8>> {
        simulation.sent.iter().skip(1).map(|sent| sent.bytes.clone()).collect()
    };
    assert_eq!(behind_the_negotiate(&asked), behind_the_negotiate(&plain));
    let outcome = asked.run_out();
    assert_all_match(&outcome);
    assert_eq!(outcome.compression().as_deref(), Some("compression: not offered by the server"));
}

#[test]
fn an_answer_that_is_compressed_without_having_been_agreed_to_is_expanded_all_the_same() {
    let scheme = Scheme { algorithm: Algorithm::Lz77, chained: false, patterns: false };
    let (simulation, _) = replay(options(), &[preauthentication()], Some(scheme));
    assert_all_match(&simulation.run_out());
}
