//! What would open the encrypted messages of a session, in words.

use crate::summary::SessionSummary;
use kerberos::AcceptError;

/// Why an encrypted PDU was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// No key is known for it.
    NoKey,
    /// None of those that are known fits.
    Unfit,
    /// A key is known that has opened others: its bytes were changed.
    Damaged,
    /// It is not all there, so that no key would help.
    Cut,
}

/// Why what the user knows leads to no key of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The password or hash of its user is not the one that logged on.
    Password,
    /// The session key does not fit the signature of the logon's last response.
    SessionKey,
    /// No key of the service that was given opens the Kerberos ticket of the logon, or what is in it cannot be read.
    Ticket(AcceptError),
    /// The ticket was opened, and the server's answer, whose key would count, is damaged or was not captured whole.
    Answer,
    /// The keys hang on all bytes of the logon (MS-SMB2 3.2.5.3.1), and not all were captured.
    LogonCut,
}

/// The encrypted PDUs of a session that were not opened, and what was tried.
#[derive(Debug, Default)]
pub(crate) struct Locked {
    no_key: bool,
    unfit: bool,
    refusal: Option<Refusal>,
}

impl Lock {
    /// What a row says of it.
    pub(crate) fn reason(self) -> Option<&'static str> {
        match self {
            Self::NoKey => None,
            Self::Unfit => Some("no known key fits"),
            Self::Damaged => Some("the key of the others does not fit: it is damaged"),
            Self::Cut => Some("not all of it was captured"),
        }
    }
}

impl Locked {
    /// A PDU was not opened.
    pub(crate) fn add(&mut self, lock: Lock) {
        self.no_key |= lock == Lock::NoKey;
        self.unfit |= lock == Lock::Unfit;
    }

    /// What the user knows was of no use for the logon.
    pub(crate) fn refused(&mut self, refusal: Refusal) {
        self.refusal = Some(refusal);
    }

    /// What would open them, as a phrase; `None` when no key would.
    pub(crate) fn missing_key(&self, session: &SessionSummary) -> Option<String> {
        (self.no_key || self.unfit).then(|| self.phrase(session))
    }

    fn phrase(&self, session: &SessionSummary) -> String {
        const BOTH: &str = "decryption keys of both directions";
        let account = account(session);
        match (self.refusal, account) {
            (Some(Refusal::LogonCut), _) => format!("{BOTH} (not all of the logon was captured)"),
            (Some(Refusal::Password), Some(account)) => format!(
                "session key, or the right NT password or hash of user {account} (the one given is not that of the logon)"
            ),
            (Some(Refusal::SessionKey), Some(account)) => format!(
                "the right session key (the one given does not fit the logon), or NT password or hash of user {account}"
            ),
            (Some(Refusal::SessionKey), None) => {
                "the right session key (the one given does not fit the logon)".to_owned()
            }
            (Some(Refusal::Ticket(error)), _) => {
                let service = session.service.as_deref().unwrap_or("the server");
                format!("session key, or the right keytab or password of {service} ({error})")
            }
            (Some(Refusal::Answer), _) => {
                "session key (the Kerberos ticket was opened, and the server's answer to it cannot be read)".to_owned()
            }
            _ if session.logon_status.is_none() && self.unfit => format!("{BOTH} (those known do not fit)"),
            _ if session.logon_status.is_none() => format!("{BOTH} (the logon was not captured)"),
            (_, Some(account)) => format!("session key, or NT password or hash of user {account}"),
            (_, None) => match session.mechanism.as_deref() {
                Some("Kerberos") => match session.service.as_deref() {
                    Some(service) => format!("session key, or keytab or password of {service}"),
                    None => "session key, or keytab of the server".to_owned(),
                },
                Some(mechanism @ ("anonymous" | "guest")) => format!("session key (the logon was {mechanism})"),
                Some(mechanism) => format!("session key (no password is enough with {mechanism})"),
                None => "session key".to_owned(),
            },
        }
    }
}

/// The account whose password leads to the keys, as a user would give it.
fn account(session: &SessionSummary) -> Option<String> {
    let user = session.user.as_deref().filter(|_| session.mechanism.as_deref() == Some("NTLM"))?;
    Some(match session.domain.as_deref() {
        None | Some("") => user.to_owned(),
        Some(domain) => format!("{domain}\\{user}"),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::session::{Identity, Place, Sessions};

    /// What a session says that is missing after a logon by `mechanism`, or none, and these locks.
    fn said(mechanism: Option<&str>, domain: Option<&str>, refusal: Option<Refusal>, locks: &[Lock]) -> Option<String> {
        let mut sessions = Sessions::default();
        let place = Place { connection: 0, server: "10.0.0.1:445".parse().unwrap(), server_guid: None };
        let session = sessions.begin(place, 7).unwrap();
        if let Some(mechanism) = mechanism {
            let text = |text: &str| Some(text.to_owned());
            let user = text("eva").filter(|_| mechanism == "NTLM");
            let domain = domain.and_then(text);
            let service = text("cifs/files@LAB").filter(|_| mechanism == "Kerberos" && domain.is_some());
            let identity = Identity { user, domain, workstation: None, mechanism: text(mechanism), service };
            sessions.logon(session, identity, Some(0));
        }
        if let Some(refusal) = refusal {
            sessions.refused(session, refusal);
        }
        locks.iter().for_each(|lock| sessions.locked(session, *lock));
        sessions.summaries().remove(0).missing_key
    }

    #[test]
    fn what_helps_hangs_on_how_the_user_logged_on() {
        let said = |mechanism, domain| said(mechanism, domain, None, &[Lock::NoKey]).unwrap();
        assert_eq!(said(Some("NTLM"), None), "session key, or NT password or hash of user eva");
        assert_eq!(said(Some("NTLM"), Some("LAB")), "session key, or NT password or hash of user LAB\\eva");
        assert_eq!(said(Some("Kerberos"), None), "session key, or keytab of the server");
        assert_eq!(said(Some("Kerberos"), Some("")), "session key, or keytab or password of cifs/files@LAB");
        assert_eq!(said(Some("NEGOEX"), None), "session key (no password is enough with NEGOEX)");
        assert_eq!(said(Some("guest"), None), "session key (the logon was guest)");
        assert_eq!(said(Some("anonymous"), None), "session key (the logon was anonymous)");
        assert_eq!(said(None, None), "decryption keys of both directions (the logon was not captured)");
    }

    #[test]
    fn a_secret_that_does_not_fit_is_named() {
        let said = |mechanism, refusal, lock| said(mechanism, None, refusal, &[lock]).unwrap();
        assert_eq!(
            said(Some("NTLM"), Some(Refusal::Password), Lock::NoKey),
            "session key, or the right NT password or hash of user eva (the one given is not that of the logon)"
        );
        assert_eq!(
            said(Some("NTLM"), Some(Refusal::SessionKey), Lock::Unfit),
            "the right session key (the one given does not fit the logon), or NT password or hash of user eva"
        );
        assert_eq!(
            said(Some("Kerberos"), Some(Refusal::SessionKey), Lock::Unfit),
            "the right session key (the one given does not fit the logon)"
        );
        let wrong = Refusal::Ticket(AcceptError::WrongKey(kerberos::EncryptionType::Rc4Hmac));
        assert_eq!(
            said(Some("Kerberos"), Some(wrong), Lock::NoKey),
            "session key, or the right keytab or password of the server (no key of encryption type rc4-hmac opens the \
             ticket)"
        );
        assert_eq!(
            said(Some("Kerberos"), Some(Refusal::Answer), Lock::NoKey),
            "session key (the Kerberos ticket was opened, and the server's answer to it cannot be read)"
        );
        assert_eq!(
            said(Some("NTLM"), Some(Refusal::LogonCut), Lock::NoKey),
            "decryption keys of both directions (not all of the logon was captured)"
        );
        assert_eq!(said(None, None, Lock::Unfit), "decryption keys of both directions (those known do not fit)");
    }

    #[test]
    fn no_key_is_missing_where_none_would_help() {
        assert_eq!(said(Some("NTLM"), None, None, &[]), None);
        assert_eq!(said(Some("NTLM"), None, None, &[Lock::Cut, Lock::Damaged]), None);
    }
}
