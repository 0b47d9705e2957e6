//! A logon with Kerberos inside SPNEGO (RFC 4178, MS-SPNG).

use kerberos::EncryptionKey;
use kerberos::client::{Initiator, InitiatorError};
use smb2::auth::spnego::{self, Mechanism, NegState, Token};

/// Why a logon with Kerberos cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KerberosLogonError {
    /// In the exchange of AP-REQ and AP-REP.
    #[error(transparent)]
    Initiator(#[from] InitiatorError),
    /// The server wants another mechanism.
    #[error("the server chooses {0}")]
    OtherMechanism(Mechanism),
    /// The server's signature over the mechanisms offered is wrong: somebody has changed them.
    #[error("the server's signature over the mechanisms offered is wrong")]
    WrongMechListMic,
    /// The server makes a guest of a user whom the KDC has proven.
    #[error("the server knows the user as a guest only")]
    Guest,
    /// A message is due from the server, or the logon is over.
    #[error("the logon has no further token to send")]
    OutOfTurn,
}

/// The client side: one token, upon which the server mostly has decided.
#[derive(Debug)]
pub struct KerberosLogon {
    initiator: Initiator,
    leg: Leg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leg {
    Start,
    Requested,
    Signed,
}

impl KerberosLogon {
    /// A logon of this initiator.
    pub fn new(initiator: Initiator) -> Self {
        Self { initiator, leg: Leg::Start }
    }

    /// Spoils the proof, so that the server refuses the logon: to re-enact a captured failure.
    #[must_use]
    pub fn with_wrong_proof(self) -> Self {
        Self { initiator: self.initiator.with_wrong_proof(), ..self }
    }

    /// NegTokenInit with the AP-REQ first; then, for a server that wants it, NegTokenResp with the mechListMIC.
    pub(super) fn step(&mut self, server_token: Option<&[u8]>) -> Result<Vec<u8>, KerberosLogonError> {
        match (self.leg, server_token) {
            (Leg::Start, _) => {
                self.leg = Leg::Requested;
                Ok(spnego::kerberos_init(&self.initiator.request()))
            }
            (Leg::Requested, Some(token)) => {
                self.take(token)?;
                self.leg = Leg::Signed;
                let mic = self.initiator.sign(&spnego::kerberos_mech_types());
                Ok(spnego::completed_resp(&mic.ok_or(InitiatorError::NoAnswer)?))
            }
            _ => Err(KerberosLogonError::OutOfTurn),
        }
    }

    /// The key, once the server has accepted with this token.
    pub(super) fn complete(&mut self, server_token: &[u8]) -> Result<&EncryptionKey, KerberosLogonError> {
        self.take(server_token)?;
        Ok(self.initiator.session_key().ok_or(InitiatorError::NoAnswer)?)
    }

    /// Takes the AP-REP, if it has not come yet, and the signature, if there is one.
    fn take(&mut self, token: &[u8]) -> Result<(), KerberosLogonError> {
        let (answer, mic) = match Token::parse(token) {
            Some(Token::Resp { mechanism: Some(other), .. }) if other != Mechanism::Kerberos => {
                return Err(KerberosLogonError::OtherMechanism(other));
            }
            Some(Token::Resp { state: Some(NegState::Reject), .. }) => return Err(InitiatorError::NoAnswer.into()),
            Some(Token::Resp { response_token, mech_list_mic, .. }) => (response_token, mech_list_mic),
            // A server that answers without SPNEGO.
            Some(Token::Init { .. }) | None => (Some(token).filter(|token| !token.is_empty()), None),
        };
        if let Some(answer) = answer
            && self.initiator.session_key().is_none()
        {
            self.initiator.handle(answer)?;
        }
        let is_wrong = |mic| self.initiator.verifies(&spnego::kerberos_mech_types(), mic) == Some(false);
        if mic.is_some_and(is_wrong) { Err(KerberosLogonError::WrongMechListMic) } else { Ok(()) }
    }
}
