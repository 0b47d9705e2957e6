//! Who logs on live, and with which mechanism: NTLM, or Kerberos where the target has it.

use crate::options::{Options, Target};
use client::kerberos::TicketError;
use client::logon::Account;
use smb2::auth::Credentials;

/// What the capture shows of how a user logged on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Captured {
    /// With NTLM: so again, where there is a password.
    Ntlm,
    /// With Kerberos, or it is not to be seen.
    Other,
}

impl Options {
    /// Who logs on for a captured user: the one of this rule, or the configured one.
    pub(crate) fn credentials(&self, rule: Option<usize>) -> Credentials {
        let mapped = rule.and_then(|rule| self.mapping.users.credentials(rule, &self.target.domain));
        mapped.unwrap_or_else(|| self.target.credentials())
    }
}

impl Target {
    /// The configured user.
    pub fn credentials(&self) -> Credentials {
        Credentials { domain: self.domain.clone(), user: self.username.clone(), password: self.password.clone() }
    }

    /// The configured user with what there is to log on with. Waits for the KDC when a ticket is to be got.
    ///
    /// # Errors
    /// [`TicketError`].
    pub fn account(&self) -> Result<Account, TicketError> {
        self.account_of(self.credentials(), Captured::Other)
    }

    /// The same of any user.
    pub(crate) fn account_of(&self, credentials: Credentials, captured: Captured) -> Result<Account, TicketError> {
        match &self.kerberos {
            Some(tickets) if wants_ticket(&credentials, captured) => {
                tickets.ticket(&credentials).map(Account::Kerberos)
            }
            _ => Ok(Account::Ntlm(credentials)),
        }
    }

    /// The same with a ticket that was got before; `None` without one. Nobody is asked.
    pub(crate) fn held_account(&self, credentials: Credentials, captured: Captured) -> Option<Account> {
        match &self.kerberos {
            Some(tickets) if wants_ticket(&credentials, captured) => tickets.held(&credentials).map(Account::Kerberos),
            _ => Some(Account::Ntlm(credentials)),
        }
    }
}

fn wants_ticket(credentials: &Credentials, captured: Captured) -> bool {
    captured == Captured::Other || credentials.password.is_empty()
}
