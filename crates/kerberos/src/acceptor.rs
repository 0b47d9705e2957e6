//! The service's side of a logon: opening a client's request, and the keys that it leads to.

use crate::Malformed;
use crate::encryption::{DecryptError, EncryptionKey, EncryptionType, KeyUsage};
use crate::message::{ApRep, ApReq, Authenticator, EncApRepPart, EncTicketPart, Principal};

/// A client's request that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// Encryption type of the service's key that opened the ticket.
    pub ticket_encryption: EncryptionType,
    /// What the KDC says, the session key among it.
    pub ticket: EncTicketPart,
    /// The service, with its realm.
    pub service: Principal,
    /// What the client says, its subkey among it.
    pub authenticator: Authenticator,
}

/// Why a request could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AcceptError {
    /// The ticket is encrypted in a way that nobody here knows.
    #[error("the ticket has encryption type {0}, which is not supported")]
    UnsupportedEncryption(i32),
    /// There is no key of the ticket's encryption type.
    #[error("there is no key of the ticket's encryption type, {0}")]
    NoKey(EncryptionType),
    /// No key of the ticket's encryption type opens it.
    #[error("no key of encryption type {0} opens the ticket")]
    WrongKey(EncryptionType),
    /// The ticket was opened, and what is in it cannot be read.
    #[error("the ticket was opened: {0}")]
    Ticket(Malformed),
    /// The session key of the ticket does not open the authenticator.
    #[error("the session key does not open the authenticator: {0}")]
    Authenticator(DecryptError),
    /// The authenticator was opened, and what is in it cannot be read.
    #[error("the authenticator was opened: {0}")]
    AuthenticatorContent(Malformed),
}

/// Why an answer could not be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The session key does not open it.
    #[error("the session key does not open the AP-REP: {0}")]
    Encrypted(#[from] DecryptError),
    /// It was opened, and what is in it cannot be read.
    #[error("the AP-REP was opened: {0}")]
    Content(#[from] Malformed),
}

/// Opens `request` with the first of the service's `keys` that fits. Keys of other types than the ticket's are passed
/// over, and the integrity check decides among the rest.
///
/// Neither times nor names are judged: that is what the service did when the request was sent.
///
/// # Errors
/// [`AcceptError`] when no key fits, or what is encrypted cannot be read.
pub fn accept<'k>(keys: impl IntoIterator<Item = &'k EncryptionKey>, request: &ApReq) -> Result<Accepted, AcceptError> {
    let sealed = &request.ticket.enc_part;
    let kind = EncryptionType::from_wire(sealed.kind).ok_or(AcceptError::UnsupportedEncryption(sealed.kind))?;
    let mut keys = keys.into_iter().filter(|key| key.kind() == kind).peekable();
    if keys.peek().is_none() {
        return Err(AcceptError::NoKey(kind));
    }
    let opened = keys.find_map(|key| sealed.open(key, KeyUsage::TICKET).ok()).ok_or(AcceptError::WrongKey(kind))?;
    let ticket = EncTicketPart::parse(&opened).map_err(AcceptError::Ticket)?;
    let authenticator = request.authenticator.open(&ticket.key, KeyUsage::AP_REQ_AUTHENTICATOR);
    let authenticator = authenticator.map_err(AcceptError::Authenticator)?;
    let authenticator = Authenticator::parse(&authenticator).map_err(AcceptError::AuthenticatorContent)?;
    Ok(Accepted { ticket_encryption: kind, ticket, service: request.ticket.service.clone(), authenticator })
}

impl Accepted {
    /// Opens the service's answer, which may hold a subkey of its own.
    ///
    /// # Errors
    /// [`AnswerError`] when it is not the answer to this request.
    pub fn open_answer(&self, answer: &ApRep) -> Result<EncApRepPart, AnswerError> {
        Ok(EncApRepPart::parse(&answer.enc_part.open(&self.ticket.key, KeyUsage::AP_REP)?)?)
    }

    /// The key of the security context, which SMB2 takes as session key (MS-SMB2 3.2.5.3, MS-KILE 3.1.1.2): the
    /// subkey of the service's answer, else that of the client, else the session key of the ticket.
    pub fn context_key<'a>(&'a self, answer: Option<&'a EncApRepPart>) -> &'a EncryptionKey {
        let of_acceptor = answer.and_then(|answer| answer.subkey.as_ref());
        of_acceptor.or(self.authenticator.subkey.as_ref()).unwrap_or(&self.ticket.key)
    }
}
