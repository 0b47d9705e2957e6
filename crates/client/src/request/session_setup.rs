//! SMB2 SESSION_SETUP requests (MS-SMB2 2.2.5, 3.2.4.2.3).

use super::{Request, TooLong, length_field};
use smb2::Command;
use smb2::message::session_setup::SessionSetupRequest;

/// One leg of a logon to a new session, with `token` for its security buffer: signing enabled, nothing replaced.
///
/// # Errors
/// [`TooLong`] when the token does not fit the security buffer.
pub fn session_setup(token: &[u8]) -> Result<Request, TooLong> {
    with_flags(0, token)
}

/// The same, to bind a session of another connection to this one (MS-SMB2 3.2.4.2.3.1).
///
/// # Errors
/// [`TooLong`] when the token does not fit.
pub fn bind(token: &[u8]) -> Result<Request, TooLong> {
    with_flags(BINDING, token)
}

fn with_flags(flags: u8, token: &[u8]) -> Result<Request, TooLong> {
    let length = length_field("security token", token.len())?;
    let (capabilities, channel, previous_session_id) = (0u32, 0u32, 0u64);
    let body = [
        &STRUCTURE_SIZE.to_le_bytes()[..],
        &[flags, SIGNING_ENABLED],
        &capabilities.to_le_bytes(),
        &channel.to_le_bytes(),
        &BUFFER_OFFSET.to_le_bytes(),
        &length.to_le_bytes(),
        &previous_session_id.to_le_bytes(),
        token,
    ]
    .concat();
    Ok(Request { command: Command::SESSION_SETUP, body })
}

const STRUCTURE_SIZE: u16 = 25;
/// SMB2_NEGOTIATE_SIGNING_ENABLED.
const SIGNING_ENABLED: u8 = 0x01;
/// SMB2_SESSION_FLAG_BINDING.
const BINDING: u8 = 0x01;
const BUFFER_OFFSET: u16 = SessionSetupRequest::FIXED_END as u16;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;

    #[test]
    fn the_token_lies_where_the_fields_say() {
        let message = session_setup(b"token").unwrap().message(&Place::default());
        let view = SessionSetupRequest::parse(&message).unwrap();
        assert_eq!(view.security_buffer().unwrap(), b"token");
        assert_eq!((view.flags(), view.security_mode(), view.previous_session_id()), (0, SIGNING_ENABLED, 0));
        assert_eq!(view.security_buffer_range().unwrap().end, message.len());
    }

    #[test]
    fn a_bind_says_so() {
        let message = bind(b"token").unwrap().message(&Place::default());
        assert_eq!(SessionSetupRequest::parse(&message).unwrap().flags(), BINDING);
    }

    #[test]
    fn a_token_beyond_the_length_field_is_refused() {
        assert_eq!(session_setup(&[0; 65_536]).unwrap_err().what, "security token");
        session_setup(&[0; 65_535]).unwrap();
    }
}
