//! The frame around context tokens (RFC 2743 3.1, RFC 4121 4.1).

use crate::der::{Elements, OBJECT_IDENTIFIER, application_tag, element, object_identifier};
use crate::message::{ApRep, ApReq, KrbError};

/// 1.2.840.113554.1.2.2, as content of an OBJECT IDENTIFIER.
pub const KERBEROS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2];
/// 1.2.840.48018.1.2.2: the same with a bit lost, once, and kept for ever.
pub const MS_KERBEROS: &[u8] = &[0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 1, 2, 2];

/// TOK_ID: what stands in a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TokenId(pub [u8; 2]);

impl TokenId {
    /// KRB_AP_REQ.
    pub const AP_REQ: Self = Self([1, 0]);
    /// KRB_AP_REP.
    pub const AP_REP: Self = Self([2, 0]);
    /// KRB_ERROR.
    pub const ERROR: Self = Self([3, 0]);
}

/// A token of a security context that is being established.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContextToken {
    /// The initiator's.
    ApReq(ApReq),
    /// The acceptor's.
    ApRep(ApRep),
    /// The acceptor's refusal.
    Error(KrbError),
}

impl ContextToken {
    /// Reads a token with its frame or without: some servers answer with the bare message. `None` when it is no
    /// token of Kerberos, or the message in it is broken.
    pub fn parse(token: &[u8]) -> Option<Self> {
        let message = message(token)?;
        match *message.first()? {
            tag if tag == application_tag(14) => ApReq::parse(message).map(Self::ApReq),
            tag if tag == application_tag(15) => ApRep::parse(message).map(Self::ApRep),
            tag if tag == application_tag(30) => KrbError::parse(message).map(Self::Error),
            _ => return None,
        }
        .ok()
    }
}

/// The token with its frame, under the identifier of RFC 4121.
pub fn frame(TokenId(id): TokenId, message: &[u8]) -> Vec<u8> {
    element(application_tag(0), &[&object_identifier(KERBEROS), &id[..], message].concat())
}

/// The message in a token.
fn message(token: &[u8]) -> Option<&[u8]> {
    if token.first() != Some(&application_tag(0)) {
        return Some(without_id(token));
    }
    let mut content = Elements::new(token, "GSS-API token").expect(application_tag(0)).ok()?;
    let (tag, oid) = content.take().ok()?;
    let kerberos = tag == OBJECT_IDENTIFIER && (oid == KERBEROS || oid == MS_KERBEROS);
    kerberos.then(|| without_id(content.rest()))
}

fn without_id(token: &[u8]) -> &[u8] {
    match token {
        [1..=3, 0, message @ ..] => message,
        message => message,
    }
}
