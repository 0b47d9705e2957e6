//! Reading what is there already, where the capture shows what there shall be.

use super::contents::{Contents, Piece};
use super::survey::{OPEN, SHARE_ALL};
use super::wanted::Thing;
use crate::namespace::Namespace;
use bytes::Bytes;
use client::crew::{Answer, Chain, Work};
use client::request::create::{Open, create};
use client::request::{Request, close, read};
use smb2::message::ReadResponse;
use smb2::{Command, FileId};
use std::collections::HashMap;
use store::ReadError;

/// FILE_READ_DATA, FILE_READ_ATTRIBUTES, SYNCHRONIZE (MS-SMB2 2.2.13.1.1).
const READ: u32 = 0x0010_0081;
const NON_DIRECTORY_FILE: u32 = 0x40;
/// Bytes that one READ asks for: what one credit pays for (MS-SMB2 3.2.4.1.5).
const MOST_READ: usize = 65_536;
/// Bytes that are compared side by side.
const MOST_HELD: usize = 16 << 20;

/// Compares the shown contents of files with those on a share.
pub(super) struct Verify<'a> {
    things: &'a [&'a Thing],
    contents: Contents,
    /// File and stream of each receiver of contents.
    receivers: Vec<(usize, Vec<u16>)>,
    under_way: HashMap<u64, Piece>,
    next_ticket: u64,
    held: usize,
    /// Offset of the first byte that differs, by thing; `None` within where a file cannot be read.
    pub(super) differing: HashMap<usize, Result<u64, smb2::NtStatus>>,
    pub(super) failed: Option<ReadError>,
    pub(super) compared: u64,
}

impl<'a> Verify<'a> {
    pub(super) fn new(namespace: &'a Namespace, things: &'a [&'a Thing], mut contents: Contents) -> Self {
        let mut receivers = Vec::new();
        for (index, thing) in things.iter().enumerate() {
            let Some(node) = thing.node(namespace) else { continue };
            for stream in node.streams.values().filter(|stream| stream.before) {
                contents.want(receivers.len(), stream.shown.iter(), stream.size_before());
                receivers.push((index, stream.name.clone()));
            }
        }
        Self {
            things,
            contents,
            receivers,
            under_way: HashMap::new(),
            next_ticket: 0,
            held: 0,
            differing: HashMap::new(),
            failed: None,
            compared: 0,
        }
    }

    fn chain(&self, piece: &Piece) -> Option<Vec<Request>> {
        let (index, stream) = self.receivers.get(piece.receiver)?;
        let thing = self.things.get(*index)?;
        let path = match stream.as_slice() {
            [] => thing.path.clone(),
            stream => [thing.path.as_slice(), &[u16::from(b':')], stream].concat(),
        };
        let open = Open {
            access: READ,
            attributes: 0,
            share_access: SHARE_ALL,
            disposition: OPEN,
            options: NON_DIRECTORY_FILE,
            contexts: &[],
        };
        let mut chain = vec![create(&path, &open).ok()?];
        let mut at = piece.offset;
        for part in piece.bytes.chunks(MOST_READ) {
            chain.push(read::read(FileId::RELATED, at, u32::try_from(part.len()).unwrap_or(u32::MAX)));
            at = at.saturating_add(part.len() as u64);
        }
        chain.push(close::close(FileId::RELATED));
        Some(chain)
    }

    fn compare(&mut self, piece: &Piece, answers: &[Answer]) {
        let Some((index, _)) = self.receivers.get(piece.receiver) else { return };
        let mut at = piece.offset;
        let reads = answers.iter().filter(|answer| matches!(answer.command, Command::CREATE | Command::READ));
        let mut parts = piece.bytes.chunks(MOST_READ);
        for answer in reads {
            if !answer.status.is_success() {
                self.differing.entry(*index).or_insert(Err(answer.status));
                return;
            }
            if answer.command == Command::CREATE {
                continue;
            }
            let wanted = parts.next().unwrap_or_default();
            let live = ReadResponse::parse(&answer.message).ok().and_then(|view| view.data().ok()).unwrap_or_default();
            if wanted != live {
                let same = wanted.iter().zip(live).take_while(|(a, b)| a == b).count();
                self.differing.entry(*index).or_insert(Ok(at.saturating_add(same as u64)));
                return;
            }
            at = at.saturating_add(wanted.len() as u64);
            self.compared = self.compared.saturating_add(wanted.len() as u64);
        }
    }
}

impl Work for Verify<'_> {
    fn next_chain(&mut self, _connection: usize) -> Option<Chain> {
        while self.failed.is_none() && self.held < MOST_HELD {
            let piece = match self.contents.next_piece() {
                Ok(Some(Ok(piece))) => piece,
                Ok(Some(Err(_))) => continue,
                Ok(None) => return None,
                Err(error) => {
                    self.failed = Some(error);
                    return None;
                }
            };
            // One difference is enough.
            let known = self.receivers.get(piece.receiver).is_some_and(|(index, _)| self.differing.contains_key(index));
            if let Some(requests) = self.chain(&piece).filter(|_| !known) {
                let ticket = self.next_ticket;
                self.next_ticket = ticket.saturating_add(1);
                self.held = self.held.saturating_add(piece.bytes.len());
                self.under_way.insert(ticket, piece);
                return Some(Chain { ticket, requests });
            }
        }
        None
    }

    fn handle_answers(&mut self, ticket: u64, answers: Vec<Answer>) {
        if let Some(mut piece) = self.under_way.remove(&ticket) {
            self.held = self.held.saturating_sub(piece.bytes.len());
            self.compare(&piece, &answers);
            piece.bytes = Bytes::new();
        }
    }
}
