//! A request of our own with the answer that it would have had, as a row of the trace.

use crate::trace::{CapturedRow, Row};
use client::request::{Place, Request};
use dissect::{Kind, Operation};
use smb2::header::{self, offset};
use smb2::{Command, FileId, HeaderFlags, NtStatus};

/// Credits that each asks for: the captured client had some before the capture began.
const CREDITS: u16 = 256;
/// The body of a CREATE response, and where its FileId lies (MS-SMB2 2.2.14).
const CREATED: [u8; 88] = {
    let mut body = [0; 88];
    body[0] = 89;
    body
};
const CREATED_FILE_ID: usize = 64;

/// The exchange. Unless said otherwise, it succeeds.
pub(super) struct Exchange {
    request: Request,
    place: Place,
    status: NtStatus,
    /// SessionId and TreeId of the answer.
    session: u64,
    tree: u32,
    /// FileId of the answer to a CREATE.
    file: Option<FileId>,
}

impl Exchange {
    pub(super) fn of(request: Request) -> Self {
        let place = Place { credits: CREDITS, ..Place::default() };
        Self { request, place, status: NtStatus::SUCCESS, session: 0, tree: 0, file: None }
    }

    /// Signed, as a server wants a bind to be (MS-SMB2 3.3.5.5).
    pub(super) fn signed(mut self) -> Self {
        self.place.signed = true;
        self
    }

    pub(super) fn in_session(mut self, session: u64) -> Self {
        (self.place.session_id, self.session) = (session, session);
        self
    }

    /// The tree of a TREE_CONNECT is that of its answer.
    pub(super) fn in_tree(mut self, tree: u32) -> Self {
        if self.request.command != Command::TREE_CONNECT {
            self.place.tree_id = tree;
        }
        self.tree = tree;
        self
    }

    pub(super) fn opening(mut self, file: FileId) -> Self {
        self.file = Some(file);
        self
    }

    /// Answered with this status for this session.
    pub(super) fn answered(mut self, status: NtStatus, session: u64) -> Self {
        (self.status, self.session) = (status, session);
        self
    }

    /// The row, at the place of the request that needs it.
    pub(super) fn before(self, need: &CapturedRow<'_>) -> Row {
        let mut operation = Operation::new(u32::MAX, Kind::Exchange, need.connection());
        let place = need.request_start_seq().or(need.request_seq());
        let time = need.request_start_time().or(need.request_time());
        (operation.request_seq, operation.request_start_seq, operation.response_seq) = (place, place, place);
        (operation.request_time, operation.request_start_time, operation.response_time) = (time, time, time);
        operation.request_acks = need.request_acks();
        operation.command = Some(self.request.command);
        operation.status = Some(self.status.0);
        operation.session_id = Some(self.session);
        operation.file_id = self.file;
        operation.response = Some(self.response().into());
        operation.request = Some(self.request.message(&self.place).into());
        Row { file: "".into(), operation, data_left: false, stand_in: true }
    }

    /// Header and, of a CREATE, the body with its FileId.
    fn response(&self) -> Vec<u8> {
        let mut body = self.file.map_or_else(Vec::new, |_| CREATED.to_vec());
        if let Some(file) = self.file {
            put(&mut body, CREATED_FILE_ID, &file.0);
        }
        let place = Place { session_id: self.session, tree_id: self.tree, ..self.place };
        let mut response = Request { command: self.request.command, body }.message(&place);
        put(&mut response, offset::STATUS, &self.status.0.to_le_bytes());
        put(&mut response, offset::FLAGS, &HeaderFlags::SERVER_TO_REDIR.to_le_bytes());
        response
    }
}

/// Puts bytes where they fit: the message is of our own making.
fn put(message: &mut [u8], at: usize, bytes: &[u8]) {
    let fits = header::patch(message, at, bytes);
    debug_assert!(fits, "{at} lies outside");
}
