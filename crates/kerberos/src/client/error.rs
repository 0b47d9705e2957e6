//! Why a KDC gives no ticket.

use super::Moment;
use crate::encryption::StringToKeyError;
use crate::message::{ErrorCode, KrbError};
use crate::{Malformed, Principal};

/// Why there is no ticket. No variant holds a password or key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KdcError {
    /// The realm does not know the user.
    #[error("the realm has no principal {0}")]
    UnknownClient(Principal),
    /// The realm does not know the service.
    #[error("the realm has no service {0}")]
    UnknownService(Principal),
    /// The password or the key is not the user's.
    #[error("the KDC refuses the password or key of {0}")]
    WrongSecret(Principal),
    /// The account is locked, disabled or expired.
    #[error("the account {0} is locked, disabled or expired")]
    Revoked(Principal),
    /// The password has to be changed first.
    #[error("the password of {0} has expired")]
    PasswordExpired(Principal),
    /// The clocks are too far apart.
    #[error("the clock of the KDC is {} s {} this machine's", .ahead.unsigned_abs(), direction(*.ahead))]
    ClockSkew {
        /// Seconds by which the KDC's is ahead.
        ahead: i64,
    },
    /// KDC, user and service have no encryption type in common.
    #[error("client, service and KDC have no encryption type in common")]
    NoCommonType,
    /// The KDC wants another proof than an encrypted time.
    #[error("the KDC wants a pre-authentication that is not known here")]
    UnknownPreauthentication,
    /// The ticket-granting ticket has expired.
    #[error("the ticket-granting ticket of {0} has expired")]
    Expired(Principal),
    /// The KDC names parameters for the key of the password that cannot be used.
    #[error("the KDC says how to make a key of the password, and that cannot be used: {0}")]
    KeyOfPassword(StringToKeyError),
    /// The KDC refuses for another reason.
    #[error("the KDC refuses: {code}{}", in_words(.text.as_deref()))]
    Refused {
        /// error-code.
        code: ErrorCode,
        /// e-text.
        text: Option<String>,
    },
    /// The answer is not what RFC 4120 has.
    #[error("the KDC answers with a malformed message: {0}")]
    Malformed(#[from] Malformed),
    /// The answer is none to this request, or not from this KDC.
    #[error("the answer of the KDC does not fit the request: {0}")]
    Mismatch(&'static str),
}

impl KdcError {
    /// What a refusal means for a request of `client` for `service`.
    pub(super) fn refused(error: KrbError, client: &Principal, service: &Principal, now: Moment) -> Self {
        match error.code {
            ErrorCode::C_PRINCIPAL_UNKNOWN => Self::UnknownClient(client.clone()),
            ErrorCode::S_PRINCIPAL_UNKNOWN => Self::UnknownService(service.clone()),
            ErrorCode::PREAUTH_FAILED => Self::WrongSecret(client.clone()),
            ErrorCode::CLIENT_REVOKED => Self::Revoked(client.clone()),
            ErrorCode::KEY_EXPIRED => Self::PasswordExpired(client.clone()),
            ErrorCode::SKEW => Self::ClockSkew { ahead: error.time.saturating_sub(now.seconds) },
            ErrorCode::ETYPE_NOSUPP => Self::NoCommonType,
            ErrorCode::TKT_EXPIRED => Self::Expired(client.clone()),
            code => Self::Refused { code, text: error.text },
        }
    }
}

fn direction(ahead: i64) -> &'static str {
    if ahead < 0 { "behind" } else { "ahead of" }
}

fn in_words(text: Option<&str>) -> String {
    text.map(|text| format!(" ({text})")).unwrap_or_default()
}
