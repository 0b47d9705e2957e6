//! RPC over named pipes: which interface and operation a message on a pipe is about (C706 12.6, MS-RPCE 2.1.1.2).
//!
//! Requests name an interface only by the identifier that a bind gave it, so that a pipe's state is remembered.

use crate::bounded::Bounded;
use crate::operation::Operation;
use crate::state::State;
use capture::Hole;
use smb2::message::{IoctlRequest, IoctlResponse};
use smb2::rpc::{Interface, PacketType, Pdu};
use smb2::{Command, FileId, Guid};
use std::collections::VecDeque;

/// How many pipes are remembered.
const PIPES: usize = 1 << 16;
/// How many contexts of a pipe are remembered.
const CONTEXTS: usize = 64;
/// How many calls of a pipe are remembered until their response.
const CALLS: usize = 64;
/// How many PDUs of one message are named.
const PDUS: usize = 8;
/// ShareType of IPC$ (MS-SMB2 2.2.10).
const SHARE_TYPE_PIPE: u8 = 2;
/// FSCTL_PIPE_TRANSCEIVE (MS-FSCC 2.3): a write and the read of its answer.
const FSCTL_PIPE_TRANSCEIVE: u32 = 0x0011_c017;

/// The pipe of a handle: session, FileId, and the number of the open, where it is known.
type Name = (u32, FileId, Option<u32>);

/// The pipes of a trace.
#[derive(Debug)]
pub(crate) struct Pipes {
    by_name: Bounded<Name, Pipe>,
}

impl Default for Pipes {
    fn default() -> Self {
        Self { by_name: Bounded::new(PIPES) }
    }
}

impl Pipes {
    /// How many were forgotten.
    pub(crate) fn evicted(&self) -> u64 {
        self.by_name.evicted()
    }
}

/// What was agreed on a pipe, and what is under way.
#[derive(Debug, Default)]
struct Pipe {
    /// Interfaces by their context's identifier, oldest first.
    contexts: VecDeque<(u16, Guid)>,
    /// Calls by their identifier, as they were named.
    calls: VecDeque<(u32, String)>,
    client: Stream,
    server: Stream,
}

/// One direction of a pipe.
#[derive(Debug, Default)]
struct Stream {
    /// How much of a fragment is still to come.
    rest: usize,
}

impl Stream {
    /// The PDUs that begin in what was written or read at once.
    fn pdus<'a>(&mut self, data: Data<'a>) -> Vec<Pdu<'a>> {
        let skipped = self.rest.min(data.length);
        self.rest = self.rest.saturating_sub(skipped);
        let mut left = data.length.saturating_sub(skipped);
        let mut bytes = data.captured.get(skipped..).unwrap_or_default();
        let mut pdus = Vec::new();
        while let Ok(pdu) = Pdu::parse(bytes) {
            let length = usize::from(pdu.frag_length());
            self.rest = length.saturating_sub(left);
            left = left.saturating_sub(length);
            bytes = bytes.get(length..).unwrap_or_default();
            pdus.push(pdu);
            if pdus.len() == PDUS {
                break;
            }
        }
        pdus
    }
}

/// What is written or read at once.
#[derive(Debug, Clone, Copy)]
struct Data<'a> {
    /// The bytes up to the first one that was not captured.
    captured: &'a [u8],
    /// How many there were.
    length: usize,
}

/// What a row writes to a pipe and reads from it.
#[derive(Debug, Default)]
struct Transfer<'a> {
    written: Option<Data<'a>>,
    read: Option<Data<'a>>,
}

impl State {
    /// Says in a complete row on a pipe what RPC it carries, in front of everything else.
    pub(crate) fn name_rpc(&mut self, operation: &mut Operation) {
        let Some(Transfer { written, read }) = Transfer::of(operation) else { return };
        let (Some(session), Some(file_id)) = (operation.session, operation.file_id) else { return };
        let name = (session, file_id, operation.open);
        let mut fresh = Pipe::default();
        let known = self.pipes.by_name.get_mut(&name);
        let is_new = known.is_none();
        let pipe = known.unwrap_or(&mut fresh);
        let mut phrases = Vec::new();
        let transceived = written.is_some();
        for pdu in written.map(|data| pipe.client.pdus(data)).unwrap_or_default() {
            phrases.extend(pipe.said_by_client(&pdu));
        }
        for pdu in read.map(|data| pipe.server.pdus(data)).unwrap_or_default() {
            phrases.extend(pipe.said_by_server(&pdu, transceived));
        }
        if phrases.is_empty() {
            return;
        }
        if is_new {
            self.pipes.by_name.insert(name, fresh);
        }
        phrases.extend(operation.detail.take());
        operation.detail = Some(phrases.join(", "));
    }
}

impl Pipe {
    fn said_by_client(&mut self, pdu: &Pdu<'_>) -> Option<String> {
        match pdu.packet_type() {
            PacketType::REQUEST if pdu.flags() & Pdu::FIRST_FRAG == 0 => None,
            PacketType::REQUEST => {
                let call = self.call(pdu.context_id().ok()?, pdu.opnum().ok()?);
                self.calls.push_back((pdu.call_id(), call.clone()));
                if self.calls.len() > CALLS {
                    self.calls.pop_front();
                }
                Some(call)
            }
            PacketType::BIND => Some(format!("bind to {}", self.proposed(pdu))),
            PacketType::ALTER_CONTEXT => Some(format!("alter context to {}", self.proposed(pdu))),
            PacketType::CO_CANCEL | PacketType::ORPHANED => {
                let verb = if pdu.packet_type() == PacketType::CO_CANCEL { "cancel" } else { "orphaned" };
                Some(
                    self.calls
                        .iter()
                        .rfind(|(id, _)| *id == pdu.call_id())
                        .map_or_else(|| format!("{verb} call {}", pdu.call_id()), |(_, call)| format!("{verb} {call}")),
                )
            }
            other => other.name().map(|name| format!("RPC {name}")),
        }
    }

    /// What the server says; the answer to a call is not named again in the row of the call.
    fn said_by_server(&mut self, pdu: &Pdu<'_>, transceived: bool) -> Option<String> {
        match pdu.packet_type() {
            PacketType::RESPONSE | PacketType::FAULT => {
                let answered = self.calls.iter().position(|(id, _)| *id == pdu.call_id());
                let call = answered.and_then(|index| self.calls.get(index)).map(|(_, call)| call.clone());
                if pdu.flags() & Pdu::LAST_FRAG != 0
                    && let Some(index) = answered
                {
                    self.calls.remove(index);
                }
                let of = |what: &str| call.map_or_else(|| format!("RPC {what}"), |call| format!("{what} of {call}"));
                match pdu.packet_type() {
                    PacketType::FAULT => {
                        let fault = pdu.fault_status().map_or_else(|_| "fault".to_owned(), fault);
                        Some(if transceived { fault } else { of(&fault) })
                    }
                    _ if transceived || pdu.flags() & Pdu::FIRST_FRAG == 0 => None,
                    _ => Some(of("response")),
                }
            }
            PacketType::BIND_ACK | PacketType::ALTER_CONTEXT_RESP => {
                // negotiate_ack (3) only tells of features of the association (MS-RPCE 2.2.2.4)
                let results: Vec<_> = pdu.context_results().ok()?.take(CONTEXTS).collect();
                let refused = results.iter().find(|result| matches!(result.result, 1 | 2));
                Some(match (results.iter().any(|result| result.result == 0), refused) {
                    (true, _) => "accepted".to_owned(),
                    (false, Some(refused)) => format!("refused: {}", refusal(refused.reason)),
                    (false, None) => pdu.packet_type().name()?.to_owned(),
                })
            }
            PacketType::BIND_NAK => Some("bind refused".to_owned()),
            other => other.name().map(|name| format!("RPC {name}")),
        }
    }

    /// Remembers the contexts that a PDU proposes; the interfaces in a few words.
    fn proposed(&mut self, pdu: &Pdu<'_>) -> String {
        let mut names: Vec<String> = Vec::new();
        for context in pdu.contexts().into_iter().flatten().take(CONTEXTS) {
            let uuid = context.interface.uuid;
            self.contexts.retain(|(id, _)| *id != context.id);
            self.contexts.push_back((context.id, uuid));
            if self.contexts.len() > CONTEXTS {
                self.contexts.pop_front();
            }
            let name = interface(uuid);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() { "an interface that is not captured".to_owned() } else { names.join(" and ") }
    }

    /// A call: `srvsvc NetrShareEnum`. What was not captured or is not known stays a number.
    fn call(&self, context: u16, opnum: u16) -> String {
        let Some((_, uuid)) = self.contexts.iter().find(|(id, _)| *id == context) else {
            return format!("RPC operation {opnum} of context {context}");
        };
        match Interface::by_uuid(*uuid).and_then(|interface| interface.operation(opnum)) {
            Some(operation) => format!("{} {operation}", interface(*uuid)),
            None => format!("{} operation {opnum}", interface(*uuid)),
        }
    }
}

impl<'a> Transfer<'a> {
    /// That of a row; `None` when it is on no pipe, or moves no data.
    fn of(operation: &'a Operation) -> Option<Self> {
        let on_pipe = operation.share_type == Some(SHARE_TYPE_PIPE)
            || operation.share.as_deref().is_some_and(|share| share.to_ascii_uppercase().ends_with("\\IPC$"));
        let request =
            |offset, length| Data::of(operation.request.as_deref()?, offset, length, &operation.request_holes);
        let response =
            |offset, length| Data::of(operation.response.as_deref()?, offset, length, &operation.response_holes);
        let payload = || operation.payload_offset.zip(operation.payload_length);
        match operation.command {
            Some(Command::WRITE) if on_pipe => {
                let written = payload().and_then(|(offset, length)| request(offset, length));
                Some(Self { written, read: None })
            }
            Some(Command::READ) if on_pipe => {
                let read = payload().and_then(|(offset, length)| response(offset, length));
                Some(Self { written: None, read })
            }
            Some(Command::IOCTL) if operation.ctl_code == Some(FSCTL_PIPE_TRANSCEIVE) => {
                let ioctl = operation.request.as_deref().and_then(|message| IoctlRequest::parse(message).ok());
                let written = ioctl.and_then(|ioctl| request(ioctl.input_offset(), ioctl.input_count()));
                let ioctl = operation.response.as_deref().and_then(|message| IoctlResponse::parse(message).ok());
                let read = ioctl.and_then(|ioctl| response(ioctl.output_offset(), ioctl.output_count()));
                Some(Self { written, read })
            }
            _ => None,
        }
    }
}

impl<'a> Data<'a> {
    fn of(message: &'a [u8], offset: u32, length: u32, holes: &[Hole]) -> Option<Self> {
        let (start, length) = (offset as usize, length as usize);
        let hole = holes.iter().map(|hole| hole.offset as usize).filter(|hole| *hole >= start).min();
        let end = start.saturating_add(length).min(message.len()).min(hole.unwrap_or(usize::MAX));
        Some(Self { captured: message.get(start..end)?, length })
    }
}

fn interface(uuid: Guid) -> String {
    Interface::by_uuid(uuid).map_or_else(|| format!("interface {uuid}"), |interface| interface.name().to_owned())
}

/// Why a context was refused (C706 12.6.3.1, p_provider_reason_t).
fn refusal(reason: u16) -> String {
    match reason {
        0 => "no reason given".to_owned(),
        1 => "the interface is not supported".to_owned(),
        2 => "no transfer syntax is supported".to_owned(),
        3 => "a local limit is reached".to_owned(),
        reason => format!("reason {reason}"),
    }
}

/// The status of a fault (C706 appendix E, MS-RPCE 2.2.2.9); others are Windows error codes.
fn fault(status: u32) -> String {
    let name = match status {
        0x0000_0005 => "access denied",
        0x0000_06f7 => "bad stub data",
        0x1c00_0009 => "nca_s_fault_invalid_tag",
        0x1c00_000b => "nca_s_invalid_bound",
        0x1c00_001a => "nca_s_fault_context_mismatch",
        0x1c01_0002 => "nca_s_op_rng_error",
        0x1c01_0003 => "nca_s_unk_if",
        0x1c01_0014 => "nca_s_server_too_busy",
        status => return format!("fault {status:#010x}"),
    };
    format!("fault {name}")
}
