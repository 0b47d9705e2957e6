//! SMB messages as they stood on the wire.

/// CANCEL (MS-SMB2 2.2.30).
pub(crate) const CANCEL: u16 = 12;

const COMMANDS: [&str; 19] = [
    "NEGOTIATE",
    "SESSION_SETUP",
    "LOGOFF",
    "TREE_CONNECT",
    "TREE_DISCONNECT",
    "CREATE",
    "CLOSE",
    "FLUSH",
    "READ",
    "WRITE",
    "LOCK",
    "IOCTL",
    "CANCEL",
    "ECHO",
    "QUERY_DIRECTORY",
    "CHANGE_NOTIFY",
    "QUERY_INFO",
    "SET_INFO",
    "OPLOCK_BREAK",
];

/// A message: one member of a chain, or a whole transport PDU that is not SMB2 in clear (SMB1, encrypted, compressed).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// From the header to the next message of the chain (padding included) or to the end of the PDU.
    pub bytes: Vec<u8>,
    /// 1-based number of the packet that completed its PDU.
    pub packet: u64,
    /// Which PDU of its direction it was in, 0-based.
    pub pdu: usize,
    /// Place in its chain, 0-based.
    pub index: usize,
    /// Whether it is the last of its chain.
    pub last: bool,
}

impl Message {
    /// Whether it is an SMB2 message in clear; only then the fields below have a value.
    pub fn is_smb2(&self) -> bool {
        self.bytes.starts_with(b"\xfeSMB")
    }

    fn field<const N: usize>(&self, at: usize) -> Option<[u8; N]> {
        let end = at.checked_add(N)?;
        self.is_smb2().then(|| self.bytes.get(at..end))??.try_into().ok()
    }

    /// Status of a response (MS-SMB2 2.2.1.2).
    pub fn status(&self) -> Option<u32> {
        self.field(8).map(u32::from_le_bytes)
    }

    /// Command.
    pub fn command(&self) -> Option<u16> {
        self.field(12).map(u16::from_le_bytes)
    }

    /// Flags.
    pub fn flags(&self) -> Option<u32> {
        self.field(16).map(u32::from_le_bytes)
    }

    /// MessageId.
    pub fn message_id(&self) -> Option<u64> {
        self.field(24).map(u64::from_le_bytes)
    }

    /// The command's name, its number, or what kind of message it is.
    pub fn name(&self) -> String {
        match (self.command(), self.bytes.get(..4)) {
            (Some(command), _) => match COMMANDS.get(usize::from(command)) {
                Some(name) => (*name).to_owned(),
                None => format!("command {command}"),
            },
            (None, Some(b"\xffSMB")) => "SMB1 message".to_owned(),
            (None, Some(b"\xfdSMB")) => "encrypted message".to_owned(),
            (None, Some(b"\xfcSMB")) => "compressed message".to_owned(),
            _ => "unknown message".to_owned(),
        }
    }
}

/// The messages of a PDU's body (MS-SMB2 2.2.1, NextCommand).
pub(crate) fn split_chain(body: &[u8], pdu: usize, packet: u64) -> Result<Vec<Message>, String> {
    match body.get(..4) {
        Some(b"\xfeSMB") => {}
        Some(b"\xffSMB" | b"\xfdSMB" | b"\xfcSMB") => {
            return Ok(vec![Message { bytes: body.to_vec(), packet, pdu, index: 0, last: true }]);
        }
        _ => return Err("no SMB protocol id".to_owned()),
    }
    let mut chain = Vec::new();
    let mut rest = body;
    loop {
        let index = chain.len();
        let message = Message { bytes: rest.to_vec(), packet, pdu, index, last: true };
        if rest.len() < 64 || !message.is_smb2() {
            return Err(format!("message {index} of the chain has no SMB2 header"));
        }
        let next = message.field(20).map_or(0, u32::from_le_bytes) as usize;
        if next == 0 {
            chain.push(message);
            return Ok(chain);
        }
        let Some((this, following)) = rest.split_at_checked(next).filter(|_| next >= 64) else {
            return Err(format!("NextCommand {next} of message {index} leaves the chain"));
        };
        chain.push(Message { bytes: this.to_vec(), last: false, ..message });
        rest = following;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn member(next: u32, length: usize) -> Vec<u8> {
        let mut bytes = b"\xfeSMB".to_vec();
        bytes.resize(length, 0);
        bytes[20..24].copy_from_slice(&next.to_le_bytes());
        bytes
    }

    #[test]
    fn a_chain_is_split_with_its_padding() {
        let body = [member(72, 72), member(0, 65)].concat();
        let chain = split_chain(&body, 3, 9).unwrap();
        let seen: Vec<_> = chain.iter().map(|message| (message.bytes.len(), message.index, message.last)).collect();
        assert_eq!(seen, [(72, 0, false), (65, 1, true)]);
        assert!(chain.iter().all(|message| message.pdu == 3 && message.packet == 9));
    }

    #[test]
    fn a_broken_chain_is_refused() {
        assert!(split_chain(&member(80, 72), 0, 1).is_err());
        assert!(split_chain(&member(8, 72), 0, 1).is_err());
        assert!(split_chain(&[member(72, 72), vec![0; 72]].concat(), 0, 1).is_err());
        assert!(split_chain(b"HTTP", 0, 1).is_err());
    }

    #[test]
    fn an_smb1_negotiate_is_one_message_without_smb2_fields() {
        let chain = split_chain(b"\xffSMBr-and-so-on", 0, 1).unwrap();
        assert_eq!((chain.len(), chain[0].command(), chain[0].name()), (1, None, "SMB1 message".to_owned()));
    }
}
