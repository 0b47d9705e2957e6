//! What a user knows of a trace's keys, as given on a command line or in a file.

mod account;
mod error;
mod hex;
mod service;
mod session;

pub(crate) use account::Recomputed;
pub use error::SecretError;
pub(crate) use service::{ServiceKeys, Ticket};
pub(crate) use session::SessionSecret;

use account::Account;
use kerberos::Keytab;
use std::collections::BTreeMap;
use std::fmt;

/// Keys and passwords that open encrypted messages and verify signatures. `Debug` shows how many there are, no more.
#[derive(Clone, Default)]
pub struct Secrets {
    sessions: BTreeMap<u64, SessionSecret>,
    accounts: Vec<Account>,
    keytab: Keytab,
}

impl Secrets {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.accounts.is_empty() && self.keytab.entries.is_empty()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("sessions", &self.sessions.len())
            .field("accounts", &self.accounts.len())
            .field("service_keys", &self.keytab.entries.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const KEY: &str = "28f2847263c83dc00621f742dd3f2e7b";

    #[test]
    fn an_error_says_what_is_wrong_and_no_secret() {
        let mut secrets = Secrets::default();
        let said = |error: SecretError| error.to_string();
        assert_eq!(secrets.add_session_key("7").map_err(said), Err("expected SESID=KEY".to_owned()));
        assert_eq!(
            secrets.add_session_key("0x7=abc").map_err(said),
            Err("session key: expected pairs of hex digits".to_owned())
        );
        assert_eq!(
            secrets.add_decryption_keys("0x7=abcd,abcd").map_err(said),
            Err("server-to-client key: 2 bytes, expected 16 or 32".to_owned())
        );
        assert_eq!(secrets.add_nt_hash("me=abcd").map_err(said), Err("NT hash: 2 bytes, expected 16".to_owned()));
        assert_eq!(secrets.add_nt_password("=x").map_err(said), Err("expected USER=PASS".to_owned()));
        assert_eq!(
            secrets.add_seskey_list("\nnonsense").map_err(said),
            Err("line 2: expected sesid,seskey,s2ckey,c2skey".to_owned())
        );
        assert!(secrets.is_empty());
    }

    #[test]
    fn no_message_repeats_what_was_given() {
        // Parts put the wrong way round, too long, or not in hex: wherever the secret stands, it stays unsaid.
        type Add = fn(&mut Secrets, &str) -> Result<(), SecretError>;
        let adders: [Add; 5] = [
            Secrets::add_session_key,
            Secrets::add_decryption_keys,
            Secrets::add_seskey_list,
            Secrets::add_nt_password,
            Secrets::add_nt_hash,
        ];
        let texts =
            ["5ec2e7", "5ec2e7=0x7", "0x7=5ec2e7", "0x7=5ec2e7,5ec2e7", "5ec2e7,5ec2e7", "me=5ec2e7", "=5ec2e7"];
        let mut refused = 0;
        for (add, text) in adders.into_iter().flat_map(|add| texts.map(|text| (add, text))) {
            if let Err(error) = add(&mut Secrets::default(), text) {
                refused += 1;
                assert!(!format!("{error} {error:?}").contains("5ec2e7"), "{text}: {error:?}");
            }
        }
        assert!(refused > 25, "{refused}");
    }

    #[test]
    fn debug_output_tells_no_secret() {
        let mut secrets = Secrets::default();
        secrets.add_session_key(&format!("0x7={KEY}")).unwrap();
        secrets.add_nt_password("me=open sesame").unwrap();
        assert_eq!(format!("{secrets:?}"), "Secrets { sessions: 1, accounts: 1, service_keys: 0, .. }");
    }
}
