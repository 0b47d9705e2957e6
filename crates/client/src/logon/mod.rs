//! One logon, leg by leg, with the mechanism of its account, inside SPNEGO (MS-SMB2 3.2.4.2.3).

mod account;
mod kerberos;

pub use account::Account;
pub use kerberos::{KerberosLogon, KerberosLogonError};

use ::kerberos::client::InitiatorError;
use ::kerberos::message::ErrorCode;
use smb2::auth::spnego::Mechanism;
use smb2::auth::{NtlmError, NtlmLogon};
use std::fmt;

/// The client's side of a logon.
#[derive(Debug)]
pub enum Logon {
    /// With NTLM: two tokens to send.
    Ntlm(NtlmLogon),
    /// With Kerberos: mostly one.
    Kerberos(KerberosLogon),
}

/// Why a logon cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum LogonError {
    /// With NTLM.
    #[error(transparent)]
    Ntlm(#[from] NtlmError),
    /// With Kerberos.
    #[error(transparent)]
    Kerberos(#[from] KerberosLogonError),
}

/// The key that a logon agrees on, in its full length; kept out of `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionKey(Vec<u8>);

impl Logon {
    /// The next token to send: the first one, whatever the argument; then the answer to the security buffer of a
    /// SESSION_SETUP response that says STATUS_MORE_PROCESSING_REQUIRED.
    ///
    /// # Errors
    /// [`LogonError`] when the server's token does not fit, or nothing further is due.
    pub fn step(&mut self, server_token: Option<&[u8]>) -> Result<Vec<u8>, LogonError> {
        Ok(match self {
            Self::Ntlm(logon) => logon.step(server_token)?.token,
            Self::Kerberos(logon) => logon.step(server_token)?,
        })
    }

    /// The server has let the user in, with this security buffer: the key of the session. `None` when the logon has
    /// agreed on none.
    ///
    /// # Errors
    /// [`LogonError`] when the server has not proven itself as it had to.
    pub fn complete(&mut self, server_token: &[u8]) -> Result<Option<SessionKey>, LogonError> {
        match self {
            Self::Ntlm(logon) => Ok(logon.session_key().map(|key| SessionKey(key.to_vec()))),
            Self::Kerberos(logon) => {
                let key = logon.complete(server_token)?;
                Ok(Some(SessionKey(key.as_bytes().to_vec())))
            }
        }
    }

    /// The server has let the user in as a guest or anonymously, with this security buffer: there is no key of the session.
    ///
    /// # Errors
    /// [`LogonError`] when the mechanism proves the user: any server can call any user a guest, and be spared its own proof.
    pub fn complete_as_guest(&mut self, server_token: &[u8]) -> Result<(), LogonError> {
        match self {
            // The server does not know the password that the key is made from.
            Self::Ntlm(_) => Ok(()),
            Self::Kerberos(logon) => {
                logon.complete(server_token)?;
                Err(KerberosLogonError::Guest.into())
            }
        }
    }
}

impl LogonError {
    /// The error-code with which the server refuses a ticket (KRB-ERROR, RFC 4120 5.9.1).
    pub fn ticket_refused(&self) -> Option<ErrorCode> {
        match self {
            Self::Kerberos(KerberosLogonError::Initiator(InitiatorError::Refused { code, .. })) => Some(*code),
            _ => None,
        }
    }

    /// The mechanism.
    pub fn mechanism(&self) -> Mechanism {
        match self {
            Self::Ntlm(_) => Mechanism::Ntlm,
            Self::Kerberos(_) => Mechanism::Kerberos,
        }
    }
}

impl SessionKey {
    /// Its bytes, which are a secret: 16, or 32 with the longer keys of Kerberos.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey")
    }
}
