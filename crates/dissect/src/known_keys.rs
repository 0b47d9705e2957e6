//! The keys that a trace has proven, for those who want to keep them with it.

use crate::keys::{Keys, Proven};
use crate::session::Sessions;
use std::fmt::{self, Write as _};

/// Keys of sessions. `Debug` shows of how many, no more.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct KnownKeys {
    lines: String,
    sessions: u64,
}

impl KnownKeys {
    /// Those of `keys` that have opened a message of a session or fit a signature of its logon.
    pub(crate) fn of(keys: &Keys, sessions: &Sessions) -> Self {
        let mut known = Self::default();
        for session in sessions.summaries() {
            let proven = keys.proven(session.session);
            if proven != Proven::default() {
                known.add(session.session_id, &proven);
            }
        }
        known
    }

    /// Number of sessions.
    pub fn sessions(&self) -> u64 {
        self.sessions
    }

    /// Lines of Wireshark's `smb2_seskey_list`, which [`Secrets::add_seskey_list`](crate::Secrets::add_seskey_list) takes in:
    /// secret.
    pub fn expose(&self) -> &str {
        &self.lines
    }

    fn add(&mut self, session_id: u64, proven: &Proven) {
        self.sessions = self.sessions.saturating_add(1);
        let keys = [&proven.session_key, &proven.to_client, &proven.to_server];
        // Writing to a String cannot fail.
        let _ = write!(self.lines, "{}", hex(&session_id.to_le_bytes()));
        for key in keys {
            let _ = write!(self.lines, ",{}", hex(key.as_deref().unwrap_or_default()));
        }
        self.lines.push('\n');
    }
}

impl fmt::Debug for KnownKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownKeys").field("sessions", &self.sessions).finish_non_exhaustive()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::Secrets;

    #[test]
    fn what_is_kept_can_be_taken_in_again_and_debug_output_tells_none_of_it() {
        let mut known = KnownKeys::default();
        known.add(0x4800_9400_003d, &Proven { session_key: Some(vec![0x5e; 16]), ..Proven::default() });
        known.add(7, &Proven { to_server: Some(vec![0xc2; 32]), ..Proven::default() });
        let (first, second) = known.expose().split_once('\n').unwrap();
        assert_eq!(first, format!("3d00009400480000,{},,", "5e".repeat(16)));
        assert_eq!(second, format!("0700000000000000,,,{}\n", "c2".repeat(32)));
        let mut secrets = Secrets::default();
        secrets.add_seskey_list(known.expose()).unwrap();
        assert_eq!(secrets.session_ids().collect::<Vec<_>>(), [7, 0x4800_9400_003d]);
        assert_eq!(format!("{known:?}"), "KnownKeys { sessions: 2, .. }");
    }
}
