//! A logon with the ticket of a service: AP-REQ, and AP-REP in return (RFC 4120 3.2, RFC 4121 4.1).

use super::{IssuedTicket, Moment};
use crate::encryption::{CONFOUNDER_LENGTH, KeyUsage};
use crate::gss::{ContextToken, GssFlags, MicKey, Side, TokenId, authenticator_checksum, frame};
use crate::message::{ApOptions, ApReq, Authenticator, EncApRepPart, EncryptedData, ErrorCode};
use crate::{EncryptionKey, Malformed};
use std::fmt;
use std::sync::Arc;

/// What a client of SMB asks of its context: as Windows, without delegation.
const FLAGS: GssFlags = GssFlags::MUTUAL
    .with(GssFlags::REPLAY)
    .with(GssFlags::SEQUENCE)
    .with(GssFlags::CONFIDENTIALITY)
    .with(GssFlags::INTEGRITY);

/// Why a logon came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InitiatorError {
    /// The server's token is none of Kerberos, or broken.
    #[error("the server's security buffer holds no AP-REP")]
    NoAnswer,
    /// The server refuses.
    #[error("the server refuses the ticket: {code}{}", .text.as_deref().map(|text| format!(" ({text})")).unwrap_or_default())]
    Refused {
        /// error-code.
        code: ErrorCode,
        /// e-text.
        text: Option<String>,
    },
    /// The server does not know the session key of the ticket: it is not who the ticket is for.
    #[error("the server does not prove that it is {service}")]
    NotTheService {
        /// Who it should be.
        service: String,
    },
    /// What the server's proof holds is broken.
    #[error("the server's AP-REP is malformed: {0}")]
    Malformed(#[from] Malformed),
}

/// Random bytes and the time, which has to be another one in each logon with a ticket: servers refuse what they have
/// seen before. `Debug` shows the time alone.
#[derive(Clone)]
pub struct InitiatorEntropy {
    /// Time of the authenticator.
    pub time: Moment,
    /// The client's own key for this logon.
    pub subkey: [u8; 32],
    /// Goes in front of what is encrypted.
    pub confounder: [u8; CONFOUNDER_LENGTH],
    /// Where the client begins to count messages.
    pub sequence_number: [u8; 4],
}

impl fmt::Debug for InitiatorEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InitiatorEntropy").field("time", &self.time).finish_non_exhaustive()
    }
}

/// One logon. `Debug` shows no key.
#[derive(Debug)]
pub struct Initiator {
    ticket: Arc<IssuedTicket>,
    entropy: InitiatorEntropy,
    subkey: EncryptionKey,
    wrong_proof: bool,
    answered: Option<EncApRepPart>,
}

impl Initiator {
    /// A logon with `ticket`.
    pub fn new(ticket: Arc<IssuedTicket>, entropy: InitiatorEntropy) -> Self {
        let subkey = EncryptionKey::from_entropy(ticket.key.kind(), &entropy.subkey);
        Self { ticket, entropy, subkey, wrong_proof: false, answered: None }
    }

    /// Spoils the authenticator, so that the server refuses the logon: to re-enact a captured failure.
    #[must_use]
    pub fn with_wrong_proof(mut self) -> Self {
        self.wrong_proof = true;
        self
    }

    /// The AP-REQ with its frame.
    pub fn request(&self) -> Vec<u8> {
        let authenticator = Authenticator {
            client: self.ticket.client.clone(),
            checksum: Some(authenticator_checksum(FLAGS)),
            microseconds: self.entropy.time.microseconds,
            time: self.entropy.time.seconds,
            subkey: Some(self.subkey.clone()),
            sequence_number: Some(self.sequence_number()),
            authorization_data: None,
        };
        let (usage, confounder) = (KeyUsage::AP_REQ_AUTHENTICATOR, &self.entropy.confounder);
        let mut sealed = EncryptedData::seal(&self.ticket.key, None, usage, confounder, &authenticator.to_der());
        if self.wrong_proof {
            // Every byte counts for the integrity check of each encryption type.
            sealed.cipher.iter_mut().rev().take(1).for_each(|byte| *byte = !*byte);
        }
        let request =
            ApReq { options: ApOptions::MUTUAL_REQUIRED, ticket: self.ticket.ticket.clone(), authenticator: sealed };
        frame(TokenId::AP_REQ, &request.to_der())
    }

    /// Takes the server's AP-REP, with its frame or without.
    ///
    /// # Errors
    /// [`InitiatorError`]: the server refuses, or is not the one that the ticket is for.
    pub fn handle(&mut self, token: &[u8]) -> Result<(), InitiatorError> {
        let reply = match ContextToken::parse(token) {
            Some(ContextToken::ApRep(reply)) => reply,
            Some(ContextToken::Error(error)) => {
                return Err(InitiatorError::Refused { code: error.code, text: error.text });
            }
            Some(ContextToken::ApReq(_)) | None => return Err(InitiatorError::NoAnswer),
        };
        let stranger = || InitiatorError::NotTheService { service: self.ticket.service.to_string() };
        let opened = reply.enc_part.open(&self.ticket.key, KeyUsage::AP_REP).map_err(|_| stranger())?;
        let part = EncApRepPart::parse(&opened)?;
        let sent = self.entropy.time;
        if (part.time, part.microseconds) != (sent.seconds, sent.microseconds) {
            return Err(stranger());
        }
        self.answered = Some(part);
        Ok(())
    }

    /// The key of the context, once the server has answered: the server's subkey, else the client's.
    pub fn session_key(&self) -> Option<&EncryptionKey> {
        self.answered.as_ref().map(|part| part.subkey.as_ref().unwrap_or(&self.subkey))
    }

    /// GSS_GetMIC over `message`; `None` before the server has answered.
    pub fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        Some(self.mic_key()?.sign(Side::Initiator, self.sequence_number(), message))
    }

    /// Whether `token` is the server's MIC over `message`; `None` before the server has answered.
    pub fn verifies(&self, message: &[u8], token: &[u8]) -> Option<bool> {
        Some(self.mic_key()?.verify(Side::Acceptor, message, token))
    }

    fn mic_key(&self) -> Option<MicKey<'_>> {
        let of_acceptor = self.answered.as_ref()?.subkey.is_some();
        Some(MicKey { key: self.session_key()?, of_acceptor })
    }

    /// Small enough for those that take it for a signed number.
    fn sequence_number(&self) -> u32 {
        u32::from_be_bytes(self.entropy.sequence_number) & 0x3fff_ffff
    }
}
