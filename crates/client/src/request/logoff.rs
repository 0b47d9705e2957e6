//! SMB2 LOGOFF requests (MS-SMB2 2.2.7, 3.2.4.23).

use super::Request;
use smb2::Command;

/// Ends the session named in the header, and all that is open in it.
pub fn logoff() -> Request {
    let reserved = 0u16;
    let body = [STRUCTURE_SIZE.to_le_bytes(), reserved.to_le_bytes()].concat();
    Request { command: Command::LOGOFF, body }
}

const STRUCTURE_SIZE: u16 = 4;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;
    use smb2::message::logoff::LogoffRequest;

    #[test]
    fn it_is_a_logoff_of_its_fixed_length() {
        let message = logoff().message(&Place::default());
        LogoffRequest::parse(&message).unwrap();
        assert_eq!(message.len(), LogoffRequest::FIXED_END);
    }
}
