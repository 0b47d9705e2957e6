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
    /// Keys as `lines` tell them, in as many blocks as it takes.
    pub fn of(lines: &str) -> Vec<Self> {
        let mut blocks: Vec<Self> = Vec::new();
        for line in lines.lines() {
            let room = |block: &&mut Self| block.0.len().saturating_add(line.len()) < MAX_TEXT;
            match blocks.last_mut().filter(room) {
                Some(Self(text)) => text.extend([line, "\n"]),
                None => blocks.push(Self(format!("{TITLE}\n{line}\n"))),
            }
        }
        blocks
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
    #![allow(clippy::arithmetic_side_effects, reason = "tests")]

    use super::*;

    #[test]
    fn secrets_of_others_are_no_keys_of_smb() {
        let [keys] = &EmbeddedKeys::of("3d00009400480000,28f2,,\n")[..] else { unreachable!() };
        let secrets = keys.expose().as_bytes();
        assert_eq!(EmbeddedKeys::parse(SECRETS_TYPE, secrets), Some(keys.clone()));
        assert_eq!(EmbeddedKeys::parse(0x544c_534b, secrets), None);
        assert_eq!(EmbeddedKeys::parse(SECRETS_TYPE, b"CLIENT_RANDOM 52 f0"), None);
        assert_eq!(EmbeddedKeys::parse(SECRETS_TYPE, b"\xff\xfe"), None);
        assert_eq!(EmbeddedKeys::parse(SECRETS_TYPE, &[secrets, &vec![b'#'; MAX_TEXT]].concat()), None);
    }

    #[test]
    fn keys_that_are_too_many_for_a_block_go_into_several() {
        let lines = "3d00009400480000,28f2847263c83dc00621f742dd3f2e7b,,\n".repeat(MAX_TEXT / 40);
        let blocks = EmbeddedKeys::of(&lines);
        assert!(blocks.len() > 1);
        let secrets = blocks.iter().map(|block| block.expose().as_bytes());
        assert!(secrets.clone().all(|secrets| EmbeddedKeys::parse(SECRETS_TYPE, secrets).is_some()));
        let kept = secrets.flat_map(|secrets| secrets.split(|byte| *byte == b'\n'));
        assert_eq!(kept.filter(|line| line.starts_with(b"3d")).count(), MAX_TEXT / 40);
        assert_eq!(EmbeddedKeys::of(""), []);
    }

    #[test]
    fn debug_output_tells_no_key() {
        assert_eq!(format!("{:?}", EmbeddedKeys::of("5ec2e7")), "[EmbeddedKeys { length: 37, .. }]");
    }
}
