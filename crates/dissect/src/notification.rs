//! Messages of the server that answer no request: oplock and lease breaks, and a session closed
//! (MS-SMB2 2.2.23, 2.2.44).

use crate::connection::Connection;
use crate::meaning;
use crate::message::Message;
use crate::operation::{Kind, Operation};
use crate::response::{place, works_on};
use crate::state::State;
use smb2::Header;

impl State {
    /// Takes in a message whose MessageId is all ones.
    pub(crate) fn notification(&mut self, connection: &mut Connection, header: &Header, message: Message) {
        let mut operation = self.row(Kind::Notification, connection.summary.connection);
        place(&mut operation, &message);
        operation.response_header(header);
        operation.status = Some(header.status);
        operation.response_flags = Some(header.flags.0);
        self.faulty(&mut operation, "notification", &message);
        if let Err(problem) = meaning::notification(&mut operation, &message.understood())
            && !message.hides(&problem)
        {
            self.malformed(&mut operation, "notification", &problem);
        }
        operation.response_bytes(message.bytes, message.holes);

        operation.session = self.sessions.at(connection.place(), header.session_id);
        self.find_tree(&mut operation);
        self.verify(connection, &mut operation, header, message.wrapping, Operation::whole_response);
        // A break names neither session nor tree (MS-SMB2 3.3.4.6): its FileId or LeaseKey leads to them.
        if let Some(file_id) = operation.file_id {
            let open = match operation.session {
                Some(session) => self.opens.get(session, file_id),
                None => connection.sessions().find_map(|session| self.opens.get(session, file_id)),
            };
            if let Some(open) = open {
                works_on(&mut operation, open);
            }
        } else {
            self.find_lease(connection, &mut operation);
        }
        connection.used(operation.session);
        self.complete(operation);
    }
}
