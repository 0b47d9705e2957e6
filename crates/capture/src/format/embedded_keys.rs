//! Keys of SMB sessions in a pcapng file.
//!
//! A Decryption Secrets Block names the form of its secrets by a number. None is registered for SMB: that of smbreplay is not
//! registered either, and what it stands for begins with a line that says so, in case it is given to something else one day.

use std::fmt;

/// Secrets Type of these keys: `SMBK`.
pub const SECRETS_TYPE: u32 = 0x534d_424b;

/// The first line of these secrets.
const TITLE: &str = "# smbreplay: smb2_seskey_list";

/// Longest text that is believed, in bytes: some ten thousand sessions.
const MAX_TEXT: usize = 2 << 20;

/// What a block holds: lines of Wireshark's `smb2_seskey_list`. `Debug` shows its length, no more.
#[derive(Clone, PartialEq, Eq)]
pub struct EmbeddedKeys(String);

impl EmbeddedKeys {
    /// Keys as these lines tell them; `None` when there are more than a reader takes.
    pub fn new(lines: &str) -> Option<Self> {
        let text = format!("{TITLE}\n{lines}");
        (text.len() <= MAX_TEXT).then_some(Self(text))
    }

    /// The keys in the secrets of a block; `None` when it holds others.
    pub(super) fn parse(kind: u32, secrets: &[u8]) -> Option<Self> {
        let text = (kind == SECRETS_TYPE && secrets.len() <= MAX_TEXT).then_some(secrets)?;
        let text = std::str::from_utf8(text).ok()?;
        (text.lines().next() == Some(TITLE)).then(|| Self(text.to_owned()))
    }

    /// The lines, to be parsed or to be written into a block: secret. The first one is a comment.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EmbeddedKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbeddedKeys").field("length", &self.0.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn secrets_of_others_are_no_keys_of_smb() {
        let keys = EmbeddedKeys::new("3d00009400480000,28f2,,\n").unwrap();
        let secrets = keys.expose().as_bytes();
        assert_eq!(EmbeddedKeys::parse(SECRETS_TYPE, secrets), Some(keys.clone()));
        assert_eq!(EmbeddedKeys::parse(0x544c_534b, secrets), None);
        assert_eq!(EmbeddedKeys::parse(SECRETS_TYPE, b"CLIENT_RANDOM 52 f0"), None);
        assert_eq!(EmbeddedKeys::parse(SECRETS_TYPE, b"\xff\xfe"), None);
        assert_eq!(EmbeddedKeys::parse(SECRETS_TYPE, &[secrets, &vec![b'#'; MAX_TEXT]].concat()), None);
    }

    #[test]
    fn debug_output_tells_no_key() {
        assert_eq!(format!("{:?}", EmbeddedKeys::new("5ec2e7").unwrap()), "EmbeddedKeys { length: 36, .. }");
    }
}
