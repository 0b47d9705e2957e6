//! Kerberos in SESSION_SETUPs (MS-SMB2 3.2.4.2.3, RFC 4121): whom a ticket is for and, opened, of whom it is.

use crate::logon;
use crate::missing_key::Refusal;
use crate::operation::Operation;
use crate::secrets::Ticket;
use crate::session::Identity;
use crate::state::State;
use bytes::Bytes;
use capture::Hole;
use kerberos::gss::ContextToken;
use kerberos::message::{ApReq, EncApRepPart};
use kerberos::{Accepted, Principal};
use smb2::auth::spnego;
use smb2::message::{SessionSetupRequest, SessionSetupResponse};

/// A Kerberos logon or bind under way, whose ticket was opened.
#[derive(Debug)]
pub(crate) struct KerberosLogon {
    accepted: Box<Accepted>,
    answer: Answer,
}

/// The service's answer to a ticket, which may hold a key that counts before the client's.
#[derive(Debug)]
enum Answer {
    /// None was sent so far.
    None,
    Opened(EncApRepPart),
    /// There is one, perhaps with a key in it.
    Unreadable,
}

impl KerberosLogon {
    /// The session key so far, as long as its encryption type makes it (MS-SMB2 3.2.5.3); `None` when it may be in an
    /// answer that cannot be read.
    pub(crate) fn session_key(&self) -> Option<Vec<u8>> {
        let answer = match &self.answer {
            Answer::None => None,
            Answer::Opened(answer) => Some(answer),
            Answer::Unreadable => return None,
        };
        Some(self.accepted.context_key(answer).as_bytes().to_vec())
    }

    /// Takes in a response, which may hold the service's answer; `None` when not all of it was captured.
    pub(crate) fn answered(&mut self, response: Option<&[u8]>) {
        let buffer = response
            .and_then(|response| SessionSetupResponse::parse(response).ok())
            .and_then(|setup| setup.security_buffer().ok());
        let Some(buffer) = buffer else {
            self.answer = Answer::Unreadable;
            return;
        };
        let token = spnego::Token::parse(buffer).map_or(buffer, |token| token.mechanism_token().unwrap_or_default());
        if token.is_empty() {
            return;
        }
        self.answer = match ContextToken::parse(token) {
            Some(ContextToken::ApRep(answer)) => {
                self.accepted.open_answer(&answer).map_or(Answer::Unreadable, Answer::Opened)
            }
            Some(ContextToken::ApReq(_) | ContextToken::Error(_)) => return,
            None => Answer::Unreadable,
        };
    }
}

impl State {
    /// Opens the ticket in the request of a leg of a logon or bind, if there is one and the user knows a key of its
    /// service. Its client is the user of the session from then on.
    pub(crate) fn open_ticket(&mut self, operation: &Operation) -> Option<KerberosLogon> {
        if self.keys.secrets.is_empty() {
            return None;
        }
        let request = request(whole(operation.request.as_ref(), &operation.request_holes)?)?;
        let session = operation.session.filter(|_| !logon::is_bind(operation));
        match self.keys.open_ticket(&request) {
            Ticket::Opened(mut accepted) => {
                // Groups and claims of the user are of no use here, and may be many.
                accepted.ticket.authorization_data = None;
                accepted.authenticator.authorization_data = None;
                if let Some(session) = session {
                    self.sessions.logon(session, identity(&accepted.ticket.client), None);
                }
                Some(KerberosLogon { accepted, answer: Answer::None })
            }
            Ticket::Refused(error) => {
                self.counters.tickets_refused = self.counters.tickets_refused.saturating_add(1);
                if let Some(session) = session {
                    self.sessions.refused(session, Refusal::Ticket(error));
                }
                None
            }
            Ticket::NoKey => None,
        }
    }
}

/// The service that the ticket in a SESSION_SETUP request is for, which stands there for all to read.
pub(crate) fn service(token: &[u8]) -> Option<String> {
    match context_token(token)? {
        ContextToken::ApReq(request) => Some(request.ticket.service.to_string()),
        ContextToken::ApRep(_) | ContextToken::Error(_) => None,
    }
}

fn identity(client: &Principal) -> Identity {
    let (user, domain) = (client.name.to_string(), client.realm.clone());
    Identity { user: Some(user), domain: Some(domain), ..Identity::default() }
}

fn whole<'a>(message: Option<&'a Bytes>, holes: &[Hole]) -> Option<&'a [u8]> {
    message.filter(|_| holes.is_empty()).map(|message| &message[..])
}

fn request(message: &[u8]) -> Option<ApReq> {
    match context_token(SessionSetupRequest::parse(message).ok()?.security_buffer().ok()?)? {
        ContextToken::ApReq(request) => Some(request),
        ContextToken::ApRep(_) | ContextToken::Error(_) => None,
    }
}

/// The token of Kerberos in a security buffer, raw or inside SPNEGO.
fn context_token(buffer: &[u8]) -> Option<ContextToken> {
    let inside = spnego::Token::parse(buffer).and_then(|token| token.mechanism_token());
    ContextToken::parse(inside.unwrap_or(buffer))
}
