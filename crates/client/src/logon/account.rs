//! Who logs on, and with what.

use crate::kerberos::ServiceTicket;
use smb2::auth::Credentials;
use smb2::auth::spnego::Mechanism;
use std::fmt;
use std::sync::Arc;

/// An account, and the mechanism that it logs on with. `Display` writes the user as people do.
#[derive(Debug, Clone)]
pub enum Account {
    /// A password, for NTLM. Empty user and password: anonymously.
    Ntlm(Credentials),
    /// A ticket of the server's service.
    Kerberos(Arc<ServiceTicket>),
}

impl Account {
    /// The mechanism.
    pub fn mechanism(&self) -> Mechanism {
        match self {
            Self::Ntlm(_) => Mechanism::Ntlm,
            Self::Kerberos(_) => Mechanism::Kerberos,
        }
    }
}

impl From<Credentials> for Account {
    fn from(credentials: Credentials) -> Self {
        Self::Ntlm(credentials)
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ntlm(Credentials { domain, user, password }) => match (domain.as_str(), user.as_str()) {
                (_, "") if password.is_empty() => f.write_str("(anonymous)"),
                ("", user) => f.write_str(user),
                (domain, user) => write!(f, r"{domain}\{user}"),
            },
            Self::Kerberos(ticket) => write!(f, "{}", ticket.issued().client),
        }
    }
}
