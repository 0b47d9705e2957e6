//! What to do about what a check found, as far as that depends on who asked: each face of the program has words of its own for it.

use crate::target::TargetError;
use client::kerberos::{ErrorCode, KdcError, TicketError};
use client::probe::ProbeError;
use smb2::auth::spnego::Mechanism;

/// What to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Advice {
    /// Name another server: this one has no address.
    NameServer,
    /// Replay at a lab server, or insist on the captured one.
    KeepFromCaptured,
    /// See that the server runs, and that its address and port are the right ones.
    Reach,
    /// Correct the user, the domain or the password.
    CorrectAccount,
    /// See why the server refuses a ticket that the KDC gave.
    TakeTicket,
    /// Say where the KDC of the realm is.
    NameKdc,
    /// See that the KDC runs, and that it is the right one.
    ReachKdc,
    /// Correct the name that the server has in its realm, or make a service of that name.
    NameService,
    /// Get new tickets, or log on with a password or key.
    RenewTickets,
    /// Give the user a password, or take a credential cache or keytab that is the user's.
    GiveSecret,
    /// Make the share, or name another.
    MakeShare,
    /// Name a share that is a disk.
    NameDisk,
    /// Let the user write to the top folder of the share, or replay below another folder.
    WriteElsewhere,
    /// Enable dialects on the server, or offer another one.
    OfferDialect {
        /// Those to enable, in words.
        enable: String,
        /// The one to offer.
        offer: String,
    },
    /// The same whoever asked.
    Same(String),
}

impl Advice {
    /// About a target that nothing is sent to.
    pub(super) fn on_target(error: &TargetError) -> Self {
        match error {
            TargetError::Resolve { .. } | TargetError::NoAddress { .. } => Self::NameServer,
            TargetError::CapturedServer { .. } => Self::KeepFromCaptured,
        }
    }

    /// About a ticket that there is not.
    pub fn on_ticket(error: &TicketError) -> Self {
        let same = |words: &str| Self::Same(words.to_owned());
        match error {
            TicketError::NoKdc { .. } => Self::NameKdc,
            TicketError::Unreachable { .. } => Self::ReachKdc,
            TicketError::CacheOfAnother { .. } | TicketError::NotInKeytab(_) => Self::GiveSecret,
            TicketError::CacheExpired(_) | TicketError::CacheWithoutTicket(_) => Self::RenewTickets,
            TicketError::OtherRealm { .. } => same("log on as a user of the realm that the server is in"),
            TicketError::NoRandomness(_) => same("try again"),
            TicketError::Kdc(error) => match error {
                KdcError::UnknownClient(_) | KdcError::WrongSecret(_) => Self::CorrectAccount,
                KdcError::UnknownService(_) => Self::NameService,
                KdcError::Expired(_) => Self::RenewTickets,
                KdcError::Revoked(_) => same("let the account log on again: unlock or enable it"),
                KdcError::PasswordExpired(_) => same("change the password of the account"),
                KdcError::ClockSkew { .. } => same("set the clocks: they may differ by five minutes"),
                KdcError::NoCommonType => {
                    same("give user and service keys of AES, or of RC4, and let the KDC use them")
                }
                KdcError::UnknownPreauthentication => same("let the KDC take encrypted timestamps from this user"),
                KdcError::KeyOfPassword(_) | KdcError::Refused { .. } => same("check the log of the KDC"),
                KdcError::Malformed(_) | KdcError::Mismatch(_) => Self::ReachKdc,
            },
        }
    }

    /// About a step that failed after at most `patience` seconds.
    pub(super) fn on_probe(error: &ProbeError, patience: f64) -> Self {
        let same = |words: &str| Self::Same(words.to_owned());
        match error {
            ProbeError::Unreachable { .. } => Self::Reach,
            ProbeError::LogonRefused { mechanism: Mechanism::Kerberos, .. } => Self::TakeTicket,
            ProbeError::LogonRefused { .. } => Self::CorrectAccount,
            ProbeError::ShareRefused { .. } => Self::MakeShare,
            ProbeError::Timeout { .. } => Self::Same(format!(
                "check that an SMB server listens there and is not overloaded; `max_wait` is {patience} s"
            )),
            ProbeError::DialectRefused { .. } | ProbeError::DialectNotOffered { .. } => {
                same("enable SMB2 or SMB3 on the server")
            }
            ProbeError::Closed { .. } | ProbeError::BadAnswer { .. } | ProbeError::NotSmb { .. } => {
                same("check that an SMB2 server listens there")
            }
            ProbeError::TooLong(_) => same("use a shorter name"),
            ProbeError::LogonGarbled { source, .. } => match source.ticket_refused() {
                Some(ErrorCode::SKEW) => same("set the clocks: they may differ by five minutes"),
                Some(_) => Self::TakeTicket,
                None => Self::Same(format!("let the server accept {} logons", source.mechanism())),
            },
            ProbeError::WrongSignature { .. } | ProbeError::NotSent { .. } => same("check the server's log"),
            ProbeError::NoRandomness(_) => same("try again"),
        }
    }
}

impl From<&str> for Advice {
    fn from(words: &str) -> Self {
        Self::Same(words.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use client::logon::{KerberosLogonError, LogonError};
    use kerberos::client::InitiatorError;

    #[test]
    fn a_server_that_refuses_a_ticket_by_krb_error_is_not_told_to_accept_kerberos() {
        let advice = |code| {
            let refused = KerberosLogonError::Initiator(InitiatorError::Refused { code, text: None });
            let source = LogonError::Kerberos(refused);
            Advice::on_probe(&ProbeError::LogonGarbled { address: ([127, 0, 0, 1], 445).into(), source }, 5.0)
        };
        assert_eq!(advice(ErrorCode::SKEW), "set the clocks: they may differ by five minutes".into());
        for code in [ErrorCode::TKT_EXPIRED, ErrorCode::BADKEYVER] {
            assert_eq!(advice(code), Advice::TakeTicket);
        }
    }
}
