//! Logons: SESSION_SETUPs that belong together, and how each is re-enacted (MS-SMB2 3.2.4.2.3).

use crate::plan::identity::{self, Reference};
use crate::plan::request::Request;
use crate::trace::Trace;
use smb2::auth::ntlm::Message;
use smb2::auth::spnego;
use smb2::message::SessionSetupRequest;
use smb2::{Command, NtStatus};
use std::collections::HashMap;

/// Who logs on in the live logon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The configured user.
    User,
    /// Nobody, as in the capture.
    Anonymous,
    /// The configured user with a wrong proof, because the captured logon was refused.
    WrongProof,
}

/// A SESSION_SETUP request as a leg of a logon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logon {
    /// The request that begins the logon; itself for the first leg.
    pub first: usize,
    /// 0-based leg.
    pub leg: u16,
    /// Whether it is the last captured leg.
    pub last: bool,
    /// Who logs on.
    pub identity: Identity,
    /// Whether it binds a session of another connection to this one.
    pub bind: bool,
}

/// Groups the SESSION_SETUPs of the plan into logons.
pub(super) fn mark(_trace: &Trace, requests: &mut [Request]) {
    let mut open: HashMap<(u32, Reference), Vec<usize>> = HashMap::new();
    let mut logons: Vec<Vec<usize>> = Vec::new();
    for (index, request) in requests.iter().enumerate() {
        if request.command() != Some(Command::SESSION_SETUP) {
            continue;
        }
        let goes_on = request.captured_status() == Some(NtStatus::MORE_PROCESSING_REQUIRED);
        let mut legs = open.remove(&(request.connection, request.session)).unwrap_or_default();
        legs.push(index);
        if goes_on {
            // The next leg names the session that the first response issued.
            let session = match (request.session, legs.first()) {
                (Reference::Issued(_), _) => request.session,
                (_, Some(first)) => Reference::Issued(*first),
                (other, None) => other,
            };
            open.insert((request.connection, session), legs);
        } else {
            logons.push(legs);
        }
    }
    logons.extend(open.into_values());
    for legs in logons {
        let identity = identity_of(legs.iter().filter_map(|leg| requests.get(*leg)));
        let bind = legs.first().and_then(|first| requests.get(*first)).is_some_and(|leg| identity::is_bind(&leg.bytes));
        let Some((first, count)) = legs.first().map(|first| (*first, legs.len())) else { continue };
        for (leg, index) in legs.into_iter().enumerate() {
            if let Some(request) = requests.get_mut(index) {
                let last = leg.saturating_add(1) == count;
                let leg = u16::try_from(leg).unwrap_or(u16::MAX);
                request.logon = Some(Logon { first, leg, last, identity, bind });
            }
        }
    }
}

fn identity_of<'a>(legs: impl Iterator<Item = &'a Request>) -> Identity {
    let mut identity = Identity::User;
    for leg in legs {
        if let Ok(view) = SessionSetupRequest::parse(&leg.bytes)
            && let Ok(blob) = view.security_buffer()
            && let Some(Ok(Message::Authenticate(message))) = spnego::find_ntlm(blob).map(Message::parse)
            && message.is_anonymous()
        {
            identity = Identity::Anonymous;
        }
        if leg.captured_status() == Some(NtStatus::LOGON_FAILURE) {
            identity = Identity::WrongProof;
        }
    }
    identity
}
