//! Logons: what complete SESSION_SETUPs say about their session (MS-SMB2 3.2.4.2.3).

use crate::meaning::session_setup;
use crate::operation::Operation;
use crate::state::State;
use smb2::{Command, NtStatus};

/// Whether the request of a row binds a session of another connection.
pub(crate) fn is_bind(operation: &Operation) -> bool {
    operation.command == Some(Command::SESSION_SETUP)
        && operation.request.as_deref().is_some_and(session_setup::is_bind)
}

impl State {
    /// Enters into its session what a complete leg of a logon says. A bind is no logon of its own.
    pub(crate) fn learn_identity(&mut self, operation: &Operation) {
        let Some(session) = operation.session.filter(|_| !is_bind(operation)) else { return };
        let response = operation.captured_response().filter(|_| operation.status == Some(0));
        let captured = operation.captured_request().map_or(0, <[u8]>::len);
        let identity = session_setup::identity(operation.request.as_deref(), captured, response);
        let last = operation.status.filter(|status| NtStatus(*status) != NtStatus::MORE_PROCESSING_REQUIRED);
        self.sessions.logon(session, identity, last);
    }
}
