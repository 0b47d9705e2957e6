//! A chain whose requests go out one after another, because the server grants too few credits for all of them at once.

use super::chain::{Answer, Chain};
use crate::request::{Request, handle};
use bytes::Bytes;
use smb2::header::{self, offset};
use smb2::message::CreateResponse;
use smb2::{Command, FileId, Malformed};
use std::collections::VecDeque;

/// The requests that have not been sent, and the handle that they are about.
#[derive(Debug)]
pub(super) struct Stepwise {
    rest: VecDeque<Request>,
    handle: Handle,
}

#[derive(Debug)]
enum Handle {
    /// No request has named one.
    None,
    /// That of the request before.
    Is(FileId),
    /// The CREATE that should have made it was refused so.
    Refused(Answer),
}

impl Stepwise {
    /// The chain from its first request on.
    pub(super) fn new(chain: Chain) -> Self {
        Self { rest: chain.requests.into(), handle: Handle::None }
    }

    /// The next request, with the handle put in; `None` when all were sent.
    pub(super) fn next_request(&mut self) -> Option<Request> {
        let mut request = self.rest.pop_front()?;
        if let Handle::Is(file_id) = self.handle {
            handle::resolve(&mut request, file_id);
        }
        if let Some(file_id) = handle::file_id(&request).filter(|file_id| *file_id != FileId::RELATED) {
            self.handle = Handle::Is(file_id);
        }
        Some(request)
    }

    /// The command of the next request.
    pub(super) fn next_command(&self) -> Option<Command> {
        self.rest.front().map(|request| request.command)
    }

    /// Takes the answer to the request before, and returns with it those that the server would have given to the
    /// requests behind it in a chain without asking: when a CREATE is refused, so is what is about its handle
    /// (MS-SMB2 3.3.5.2.7.2).
    pub(super) fn handle_answer(&mut self, answer: Answer) -> Result<Vec<Answer>, Malformed> {
        if answer.command == Command::CREATE {
            self.handle = match answer.status.is_success() {
                true => Handle::Is(CreateResponse::parse(&answer.message)?.file_id()),
                false => Handle::Refused(answer.clone()),
            };
        }
        let mut answers = vec![answer];
        while let Handle::Refused(refusal) = &self.handle
            && let Some(request) = self.rest.pop_front_if(|next| handle::file_id(next) == Some(FileId::RELATED))
        {
            answers.push(repeated(refusal, request.command));
        }
        Ok(answers)
    }
}

/// The refusal of one request as that of another: the bodies of errors are alike (MS-SMB2 2.2.2).
fn repeated(refusal: &Answer, command: Command) -> Answer {
    let mut message = refusal.message.to_vec();
    let _ = header::patch(&mut message, offset::COMMAND, &command.0.to_le_bytes());
    Answer { command, status: refusal.status, message: Bytes::from(message) }
}
