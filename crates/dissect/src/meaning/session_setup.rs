//! SESSION_SETUP (MS-SMB2 2.2.5, 2.2.6) and the tokens in it (MS-NLMP 2.2.1, RFC 4178).

use super::say;
use crate::operation::Operation;
use crate::session::Identity;
use crate::ticket;
use smb2::Malformed;
use smb2::auth::ntlm::{self, Message as Ntlm};
use smb2::auth::spnego;
use smb2::message::{SessionSetupRequest, SessionSetupResponse};

/// SMB2_SESSION_FLAG_BINDING.
const BINDING: u8 = 0x01;
/// SMB2_SESSION_FLAG_IS_GUEST.
const IS_GUEST: u16 = 0x0001;
/// SMB2_SESSION_FLAG_IS_NULL.
const IS_NULL: u16 = 0x0002;

pub(super) fn request(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let setup = SessionSetupRequest::parse(message)?;
    if setup.flags() & BINDING != 0 {
        say(operation, "bind");
    }
    if setup.previous_session_id() != 0 {
        say(operation, format_args!("replaces session {:#018x}", setup.previous_session_id()));
    }
    let token = setup.security_buffer()?;
    match spnego::find_ntlm(token).map(Ntlm::parse).transpose()? {
        Some(Ntlm::Negotiate(_)) => say(operation, "NTLM NEGOTIATE"),
        Some(Ntlm::Challenge(_)) => say(operation, "NTLM CHALLENGE"),
        Some(Ntlm::Authenticate(message)) if message.is_anonymous() => say(operation, "NTLM AUTHENTICATE, anonymous"),
        Some(Ntlm::Authenticate(message)) => {
            let (domain, user) = (message.domain()?, message.user()?);
            say(operation, format_args!("NTLM AUTHENTICATE {domain}\\{user}"));
        }
        None => {
            if let Some(mechanism) = spnego::mechanism(token) {
                say(operation, mechanism);
            }
        }
    }
    Ok(())
}

pub(super) fn response(operation: &mut Operation, message: &[u8]) -> Result<(), Malformed> {
    let setup = SessionSetupResponse::parse(message)?;
    if setup.session_flags() & IS_GUEST != 0 {
        say(operation, "as guest");
    }
    if setup.session_flags() & IS_NULL != 0 {
        say(operation, "as nobody");
    }
    setup.security_buffer().map(drop)
}

/// Whether a request binds a session of another connection to this one.
pub(crate) fn is_bind(request: &[u8]) -> bool {
    SessionSetupRequest::parse(request).is_ok_and(|setup| setup.flags() & BINDING != 0)
}

/// Who logs on, as far as one leg of a logon says. Of the request, bytes from `captured` on may be missing and read as zero.
pub(crate) fn identity(request: Option<&[u8]>, captured: usize, response: Option<&[u8]>) -> Identity {
    let mut identity = Identity::default();
    let setup = request.and_then(|request| SessionSetupRequest::parse(request).ok());
    if let Some(token) = setup.and_then(|setup| setup.security_buffer().ok()).filter(|token| !token.is_empty()) {
        // The token of a mechanism decides; a mere choice of one that is offered may still change.
        identity.mechanism = spnego::mechanism(token).map(|mechanism| mechanism.to_string());
        identity.service = ticket::service(token);
        let ntlm = request.filter(|request| is_told(request, captured)).and_then(|_| spnego::find_ntlm(token));
        if let Some(Ok(Ntlm::Authenticate(message))) = ntlm.map(Ntlm::parse) {
            // No name has a zero in it: what reads so was not captured, or not all of it.
            let named = |text: &String| !text.is_empty() && !text.contains('\0');
            let text = |text: Result<String, Malformed>| text.ok().filter(named);
            identity.user = text(message.user());
            identity.domain = text(message.domain());
            identity.workstation = text(message.workstation());
            if message.is_anonymous() {
                identity.mechanism = Some("anonymous".to_owned());
            }
        }
    }
    match response.and_then(|response| SessionSetupResponse::parse(response).ok()).map(|setup| setup.session_flags()) {
        Some(flags) if flags & IS_GUEST != 0 => identity.mechanism = Some("guest".to_owned()),
        Some(flags) if flags & IS_NULL != 0 => identity.mechanism = Some("anonymous".to_owned()),
        _ => {}
    }
    identity
}

/// Whether the fixed part of the NTLM message in `request`, which says where the names are, lies in its first `captured` bytes.
fn is_told(request: &[u8], captured: usize) -> bool {
    let starts = request.windows(ntlm::SIGNATURE.len()).position(|bytes| bytes == ntlm::SIGNATURE);
    captured == request.len() || starts.is_some_and(|start| start.saturating_add(NTLM_FIXED) <= captured)
}

/// Bytes of AUTHENTICATE_MESSAGE up to its NegotiateFlags, these included (MS-NLMP 2.2.1.3).
const NTLM_FIXED: usize = 64;
