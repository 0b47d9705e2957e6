#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

use super::*;
use crate::request::Place;
use crate::request::close::close;
use crate::request::create::{Kind, open_or_make};
use crate::request::{handle, write::write};
use smb2::header::{self, HeaderFlags, offset};
use smb2::{FileId, Header, chain, transport};

const LIVE: FileId = FileId([9; 16]);
const SUCCESS: NtStatus = NtStatus::SUCCESS;
const TREE: u32 = 5;

/// A pipeline, and a server that answers what the test says.
struct Scene {
    pipeline: Pipeline,
    dialogue: Dialogue,
    chains: VecDeque<Chain>,
}

impl Scene {
    /// The server has granted so many credits.
    fn with_credits(credits: u16) -> Self {
        let mut dialogue = Dialogue::new(([127, 0, 0, 1], 445).into());
        dialogue.send(0, &[close(LIVE)]).unwrap();
        let pipeline = Pipeline::new(TREE, Instant::now());
        let mut scene = Self { pipeline, dialogue, chains: VecDeque::new() };
        scene.answer(0, Command::CLOSE, SUCCESS, credits);
        scene
    }

    fn give(&mut self, ticket: u64, requests: Vec<Request>) {
        self.chains.push_back(Chain { ticket, requests });
    }

    /// What goes out now.
    fn sent(&mut self) -> Result<Vec<Vec<u8>>, CrewError> {
        let Self { pipeline, dialogue, chains } = self;
        let (mut wire, now) = (Vec::new(), Instant::now());
        pipeline.go_on(dialogue, now, &mut wire)?;
        while pipeline.begin(&mut || chains.pop_front(), dialogue, now, &mut wire)? {}
        let mut messages = Vec::new();
        while !wire.is_empty() {
            let length = u32::from_be_bytes(*wire.first_chunk().unwrap()) as usize;
            let body: Vec<u8> = wire.drain(..transport::LENGTH + length).skip(transport::LENGTH).collect();
            messages.extend(chain::messages(&body).map(|member| body[member.range].to_vec()));
        }
        Ok(messages)
    }

    /// MessageIds and commands of what goes out now.
    fn heads(&mut self) -> Vec<(u64, Command)> {
        let sent = self.sent().unwrap();
        let headers = sent.iter().map(|message| Header::parse(message).unwrap());
        headers.map(|header| (header.message_id, header.command)).collect()
    }

    fn answer(&mut self, message_id: u64, command: Command, status: NtStatus, credits: u16) {
        self.answer_with_flags(message_id, command, status, credits, HeaderFlags::SERVER_TO_REDIR);
    }

    fn answer_with_flags(&mut self, message_id: u64, command: Command, status: NtStatus, credits: u16, flags: u32) {
        let mut body = vec![0; 88];
        body[..2].copy_from_slice(&89u16.to_le_bytes());
        body[64..80].copy_from_slice(&LIVE.0);
        let place = Place { message_id, credits, ..Place::default() };
        let mut message = Request { command, body }.message(&place);
        assert!(header::patch(&mut message, offset::FLAGS, &flags.to_le_bytes()));
        assert!(header::patch(&mut message, offset::STATUS, &status.0.to_le_bytes()));
        self.dialogue.handle_bytes(&transport::frame(message.len()).unwrap());
        self.dialogue.handle_bytes(&message);
        while let Some(received) = self.dialogue.poll_answer().unwrap() {
            self.pipeline.handle(received, &self.dialogue, Instant::now()).unwrap();
        }
    }

    /// Tickets, and commands and status of the answers, of what is finished.
    fn finished(&mut self) -> Vec<(u64, Vec<(Command, NtStatus)>)> {
        let pairs = |answers: Vec<Answer>| answers.iter().map(|answer| (answer.command, answer.status)).collect();
        self.pipeline.take_finished().into_iter().map(|(ticket, answers)| (ticket, pairs(answers))).collect()
    }
}

fn file() -> Vec<Request> {
    vec![open_or_make(&[0x61], Kind::File).unwrap(), write(FileId::RELATED, 0, b"text").0, close(FileId::RELATED)]
}

fn file_id(message: &[u8]) -> Option<FileId> {
    let command = Header::parse(message).unwrap().command;
    handle::file_id(&Request { command, body: message[header::LENGTH..].to_vec() })
}

#[test]
fn with_one_credit_a_chain_goes_out_request_by_request_with_the_handle_put_in() {
    let mut scene = Scene::with_credits(1);
    scene.give(7, file());
    for (message_id, command, named) in
        [(1, Command::CREATE, None), (2, Command::WRITE, Some(LIVE)), (3, Command::CLOSE, Some(LIVE))]
    {
        let sent = scene.sent().unwrap();
        let [message] = sent.as_slice() else { panic!("{sent:?}") };
        let header = Header::parse(message).unwrap();
        assert_eq!((header.message_id, header.command, header.tree_id()), (message_id, command, Some(TREE)));
        assert!(!header.flags.is_related());
        assert_eq!(file_id(message), named);
        assert_eq!(scene.finished(), []);
        scene.answer(message_id, command, SUCCESS, 1);
    }
    let answers = [Command::CREATE, Command::WRITE, Command::CLOSE].map(|command| (command, SUCCESS));
    assert_eq!(scene.finished(), [(7, answers.to_vec())]);
    assert!(scene.pipeline.is_idle());
}

#[test]
fn what_is_about_the_handle_of_a_refused_create_is_refused_without_being_sent() {
    let mut scene = Scene::with_credits(1);
    let both = [file(), file()].concat();
    scene.give(7, both);
    assert_eq!(scene.heads(), [(1, Command::CREATE)]);
    scene.answer(1, Command::CREATE, NtStatus::ACCESS_DENIED, 1);
    assert_eq!(scene.heads(), [(2, Command::CREATE)], "a further CREATE is tried");
    scene.answer(2, Command::CREATE, SUCCESS, 1);
    assert_eq!(scene.heads(), [(3, Command::WRITE)]);
    scene.answer(3, Command::WRITE, SUCCESS, 1);
    assert_eq!(scene.heads(), [(4, Command::CLOSE)]);
    scene.answer(4, Command::CLOSE, SUCCESS, 1);
    let commands = [Command::CREATE, Command::WRITE, Command::CLOSE];
    let answers =
        [commands.map(|command| (command, NtStatus::ACCESS_DENIED)), commands.map(|command| (command, SUCCESS))];
    assert_eq!(scene.finished(), [(7, answers.concat())]);
}

#[test]
fn a_refusal_repeated_for_the_rest_of_a_chain_is_a_message_of_its_command() {
    let mut scene = Scene::with_credits(1);
    scene.give(7, file());
    scene.sent().unwrap();
    scene.answer(1, Command::CREATE, NtStatus::ACCESS_DENIED, 1);
    let finished = scene.pipeline.take_finished();
    let headers = finished[0].1.iter().map(|answer| Header::parse(&answer.message).unwrap());
    let headers: Vec<_> = headers.map(|header| (header.command, NtStatus(header.status))).collect();
    let commands = [Command::CREATE, Command::WRITE, Command::CLOSE];
    assert_eq!(headers, commands.map(|command| (command, NtStatus::ACCESS_DENIED)));
}

#[test]
fn with_credits_a_chain_goes_out_at_once_and_is_related() {
    let mut scene = Scene::with_credits(3);
    scene.give(7, file());
    let sent = scene.sent().unwrap();
    let related: Vec<_> = sent.iter().map(|message| Header::parse(message).unwrap().flags.is_related()).collect();
    assert_eq!(related, [false, true, true]);
    let named: Vec<_> = sent.iter().map(|message| file_id(message)).collect();
    assert_eq!(named, [None, Some(FileId::RELATED), Some(FileId::RELATED)]);
}

#[test]
fn answers_out_of_order_are_told_in_the_order_of_the_requests() {
    let mut scene = Scene::with_credits(6);
    scene.give(7, file());
    scene.give(8, file());
    assert_eq!(scene.heads().len(), 6);
    let commands = [Command::CREATE, Command::WRITE, Command::CLOSE];
    for message_id in [6, 3, 5, 4] {
        scene.answer(message_id, commands[(message_id as usize - 1) % 3], SUCCESS, 1);
    }
    let answers = commands.map(|command| (command, SUCCESS)).to_vec();
    assert_eq!(scene.finished(), [(8, answers.clone())]);
    scene.answer(2, Command::WRITE, SUCCESS, 1);
    scene.answer(1, Command::CREATE, SUCCESS, 1);
    assert_eq!(scene.finished(), [(7, answers)]);
}

#[test]
fn a_chain_waits_for_credits_that_are_still_to_come() {
    let mut scene = Scene::with_credits(4);
    scene.give(7, file());
    scene.give(8, file());
    assert_eq!(scene.heads().len(), 3);
    scene.answer(1, Command::CREATE, SUCCESS, 1);
    assert_eq!(scene.heads(), []);
    scene.answer(2, Command::WRITE, SUCCESS, 1);
    assert_eq!(scene.heads(), [(4, Command::CREATE), (5, Command::WRITE), (6, Command::CLOSE)]);
}

#[test]
fn an_interim_response_is_no_answer_but_its_credits_count() {
    let mut scene = Scene::with_credits(1);
    scene.give(7, vec![close(LIVE)]);
    scene.give(8, vec![close(LIVE)]);
    assert_eq!(scene.heads(), [(1, Command::CLOSE)]);
    let interim = HeaderFlags::SERVER_TO_REDIR | HeaderFlags::ASYNC_COMMAND;
    scene.answer_with_flags(1, Command::CLOSE, NtStatus(0x103), 1, interim);
    assert_eq!(scene.finished(), []);
    assert_eq!(scene.heads(), [(2, Command::CLOSE)]);
    let allowed = |scene: &Scene| scene.pipeline.owed(Duration::from_secs(5)).map(|(_, until)| until - Instant::now());
    assert!(allowed(&scene).is_some_and(|time| time < Duration::from_secs(6)), "of the other nothing is known");
    scene.answer_with_flags(2, Command::CLOSE, SUCCESS, 1, HeaderFlags::SERVER_TO_REDIR);
    assert!(allowed(&scene).is_some_and(|time| time > Duration::from_secs(50)), "the server works on it");
    scene.answer_with_flags(1, Command::CLOSE, SUCCESS, 0, interim);
    assert_eq!(scene.finished(), [(8, vec![(Command::CLOSE, SUCCESS)]), (7, vec![(Command::CLOSE, SUCCESS)])]);
}

#[test]
fn a_server_that_grants_nothing_more_is_given_up() {
    let mut scene = Scene::with_credits(1);
    scene.give(7, file());
    scene.sent().unwrap();
    scene.answer(1, Command::CREATE, SUCCESS, 0);
    let error = scene.sent().unwrap_err();
    assert_eq!(error.to_string(), "127.0.0.1:445 grants no credit for WRITE");
}

#[test]
fn what_answers_no_open_request_is_passed_over() {
    let mut scene = Scene::with_credits(3);
    scene.give(7, file());
    scene.sent().unwrap();
    scene.answer(1, Command::CLOSE, SUCCESS, 0);
    scene.answer(99, Command::CREATE, SUCCESS, 0);
    assert_eq!((scene.finished(), scene.pipeline.open.len()), (vec![], 3));
}

#[test]
fn a_wrong_signature_is_an_error() {
    let mut scene = Scene::with_credits(1);
    scene.give(7, vec![close(LIVE)]);
    let message = bytes::Bytes::from(scene.sent().unwrap().remove(0));
    let header = Header::parse(&message).unwrap();
    let forged = Received { header, message, signature: Signature::Bad, encrypted: false };
    let error = scene.pipeline.handle(forged, &scene.dialogue, Instant::now()).unwrap_err();
    assert_eq!(error.to_string(), "127.0.0.1:445 answered CLOSE with a wrong signature");
}

#[test]
fn chains_and_bytes_in_flight_are_bounded() {
    let mut scene = Scene::with_credits(1000);
    (0..100).for_each(|ticket| scene.give(ticket, vec![close(LIVE)]));
    assert_eq!(scene.heads().len(), MOST_CHAINS);
    let mut scene = Scene::with_credits(1000);
    let large = || vec![write(LIVE, 0, &[0; 65_536]).0; 10];
    (0..100).for_each(|ticket| scene.give(ticket, large()));
    assert_eq!(scene.heads().len(), 70, "seven chains of ten times 64 KiB are more than 4 MiB");
}

#[test]
fn a_chain_of_no_requests_is_answered_at_once() {
    let mut scene = Scene::with_credits(1);
    scene.give(7, vec![]);
    assert_eq!(scene.heads(), []);
    assert_eq!(scene.finished(), [(7, vec![])]);
}
