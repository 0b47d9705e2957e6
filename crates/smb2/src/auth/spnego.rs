//! SPNEGO: negotiating the mechanism (RFC 4178, MS-SPNG), and finding NTLM inside it.

use super::der::{APPLICATION_0, ENUMERATED, Elements, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, context, element};
use super::ntlm;
use std::fmt;

/// 1.3.6.1.5.5.2, SPNEGO itself.
const SPNEGO: &[u8] = &[0x2b, 6, 1, 5, 5, 2];
/// 1.3.6.1.4.1.311.2.2.10.
const NTLMSSP: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 10];
/// 1.3.6.1.4.1.311.2.2.30.
const NEGOEX: &[u8] = &[0x2b, 6, 1, 4, 1, 0x82, 0x37, 2, 2, 30];
/// 1.2.840.113554.1.2.2.
const KERBEROS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2];
/// 1.2.840.48018.1.2.2: the same with a bit lost, once, and kept for ever.
const MS_KERBEROS: &[u8] = &[0x2a, 0x86, 0x48, 0x82, 0xf7, 0x12, 1, 2, 2];
/// 1.2.840.113554.1.2.2.3.
const KERBEROS_USER_TO_USER: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 1, 2, 2, 3];
/// 1.3.6.1.5.2.5.
const IAKERB: &[u8] = &[0x2b, 6, 1, 5, 2, 5];

/// A security mechanism.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mechanism {
    /// NTLMSSP.
    Ntlm,
    /// Kerberos 5, under either of its two identifiers.
    Kerberos,
    /// Kerberos 5 user-to-user.
    KerberosUserToUser,
    /// Kerberos 5 whose client reaches the KDC through the server (IAKERB).
    IaKerb,
    /// NEGOEX, which negotiates once more.
    NegoEx,
    /// Another one, as dotted object identifier.
    Other(String),
}

impl Mechanism {
    /// The mechanism of an object identifier, given its content in DER.
    pub fn from_oid(oid: &[u8]) -> Self {
        match oid {
            _ if oid == NTLMSSP => Self::Ntlm,
            _ if oid == NEGOEX => Self::NegoEx,
            _ if oid == KERBEROS || oid == MS_KERBEROS => Self::Kerberos,
            _ if oid == KERBEROS_USER_TO_USER => Self::KerberosUserToUser,
            _ if oid == IAKERB => Self::IaKerb,
            _ => Self::Other(dotted(oid)),
        }
    }
}

impl fmt::Display for Mechanism {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ntlm => "NTLM",
            Self::Kerberos => "Kerberos",
            Self::KerberosUserToUser => "Kerberos user-to-user",
            Self::IaKerb => "IAKERB",
            Self::NegoEx => "NEGOEX",
            Self::Other(oid) => oid,
        })
    }
}

/// How far the negotiation got, by the responder's word (RFC 4178 4.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NegState {
    /// Done.
    AcceptCompleted,
    /// At least one more token is needed.
    AcceptIncomplete,
    /// No.
    Reject,
    /// A mechListMIC is needed.
    RequestMic,
}

/// A negotiation token. Fields that are missing or broken are `None` or empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token<'a> {
    /// NegTokenInit: the initiator's first, or what a server sends in its NEGOTIATE response (NegTokenInit2).
    Init {
        /// mechTypes, best first.
        mech_types: Vec<Mechanism>,
        /// mechTypes as they stand, in DER: what a mechListMIC covers.
        mech_types_der: &'a [u8],
        /// mechToken: the first token of the first mechanism.
        mech_token: Option<&'a [u8]>,
    },
    /// NegTokenResp: every further one.
    Resp {
        /// negState.
        state: Option<NegState>,
        /// supportedMech: the responder's choice.
        mechanism: Option<Mechanism>,
        /// responseToken: the mechanism's token.
        response_token: Option<&'a [u8]>,
        /// mechListMIC: the signature over the initiator's mechTypes.
        mech_list_mic: Option<&'a [u8]>,
    },
}

impl<'a> Token<'a> {
    /// Reads a token; `None` when `blob` is not SPNEGO.
    pub fn parse(blob: &'a [u8]) -> Option<Self> {
        let (tag, content) = Elements(blob).next()?;
        if tag == context(1) {
            return Some(Self::resp(Elements(Elements(content).first(SEQUENCE)?)));
        }
        let init = match tag {
            APPLICATION_0 => {
                let mut elements = Elements(content);
                elements.next().filter(|mech| *mech == (OBJECT_IDENTIFIER, SPNEGO))?;
                elements.first(context(0))?
            }
            _ if tag == context(0) => content,
            _ => return None,
        };
        Some(Self::init(Elements(Elements(init).first(SEQUENCE)?)))
    }

    fn init(fields: Elements<'a>) -> Self {
        let mech_types_der = fields.find(context(0)).unwrap_or_default();
        let mech_types = Elements(Elements(mech_types_der).first(SEQUENCE).unwrap_or_default())
            .filter(|(tag, _)| *tag == OBJECT_IDENTIFIER)
            .map(|(_, oid)| Mechanism::from_oid(oid))
            .collect();
        Self::Init { mech_types, mech_types_der, mech_token: octets(fields, 2) }
    }

    fn resp(fields: Elements<'a>) -> Self {
        let state = fields.find(context(0)).and_then(|state| Elements(state).first(ENUMERATED));
        let mechanism = fields.find(context(1)).and_then(|mech| Elements(mech).first(OBJECT_IDENTIFIER));
        Self::Resp {
            state: match state {
                Some([0]) => Some(NegState::AcceptCompleted),
                Some([1]) => Some(NegState::AcceptIncomplete),
                Some([2]) => Some(NegState::Reject),
                Some([3]) => Some(NegState::RequestMic),
                _ => None,
            },
            mechanism: mechanism.map(Mechanism::from_oid),
            response_token: octets(fields, 2),
            mech_list_mic: octets(fields, 3),
        }
    }

    /// The token of the mechanism inside.
    pub fn mechanism_token(&self) -> Option<&'a [u8]> {
        match *self {
            Self::Init { mech_token, .. } => mech_token,
            Self::Resp { response_token, .. } => response_token,
        }
    }
}

/// The NTLM message in a security buffer, raw or inside SPNEGO.
pub fn find_ntlm(blob: &[u8]) -> Option<&[u8]> {
    let is_ntlm = |token: &&[u8]| token.starts_with(&ntlm::SIGNATURE);
    Some(blob).filter(is_ntlm).or_else(|| Token::parse(blob)?.mechanism_token().filter(is_ntlm))
}

/// The mechanism that a security buffer's token belongs to; without a token, the one chosen, or the first offered.
pub fn mechanism(blob: &[u8]) -> Option<Mechanism> {
    if find_ntlm(blob).is_some() {
        return Some(Mechanism::Ntlm);
    }
    match Token::parse(blob) {
        Some(Token::Init { mech_types, mech_token, .. }) => {
            mech_token.and_then(gss_mechanism).or_else(|| mech_types.into_iter().next())
        }
        Some(Token::Resp { mechanism, response_token, .. }) => {
            mechanism.or_else(|| response_token.and_then(gss_mechanism))
        }
        None => gss_mechanism(blob),
    }
}

/// mechTypes of an initiator that offers NTLM alone, in DER: what its mechListMIC covers.
pub fn ntlm_mech_types() -> Vec<u8> {
    element(SEQUENCE, &element(OBJECT_IDENTIFIER, NTLMSSP))
}

/// mechTypes of an initiator that offers Kerberos alone, as Windows does under both of its identifiers, in DER.
pub fn kerberos_mech_types() -> Vec<u8> {
    element(SEQUENCE, &[MS_KERBEROS, KERBEROS].map(|oid| element(OBJECT_IDENTIFIER, oid)).concat())
}

/// NegTokenInit that offers NTLM alone, with its first message.
pub fn ntlm_init(message: &[u8]) -> Vec<u8> {
    init(&ntlm_mech_types(), message)
}

/// NegTokenInit that offers Kerberos alone, with its first token.
pub fn kerberos_init(token: &[u8]) -> Vec<u8> {
    init(&kerberos_mech_types(), token)
}

fn init(mech_types: &[u8], mech_token: &[u8]) -> Vec<u8> {
    let fields = [element(context(0), mech_types), element(context(2), &element(OCTET_STRING, mech_token))];
    let init = element(context(0), &element(SEQUENCE, &fields.concat()));
    element(APPLICATION_0, &[element(OBJECT_IDENTIFIER, SPNEGO), init].concat())
}

/// NegTokenResp of an initiator: the next message of the mechanism, and the mechListMIC if one is due.
pub fn resp(message: &[u8], mech_list_mic: Option<&[u8]>) -> Vec<u8> {
    let mic = mech_list_mic.map(|mic| element(context(3), &element(OCTET_STRING, mic)));
    let fields = [
        element(context(0), &element(ENUMERATED, &[1])),
        element(context(2), &element(OCTET_STRING, message)),
        mic.unwrap_or_default(),
    ];
    element(context(1), &element(SEQUENCE, &fields.concat()))
}

/// NegTokenResp of an initiator whose mechanism is through: the mechListMIC alone.
pub fn completed_resp(mech_list_mic: &[u8]) -> Vec<u8> {
    let fields =
        [element(context(0), &element(ENUMERATED, &[0])), element(context(3), &element(OCTET_STRING, mech_list_mic))];
    element(context(1), &element(SEQUENCE, &fields.concat()))
}

/// The OCTET STRING in field `[number]`.
fn octets<'a>(fields: Elements<'a>, number: u8) -> Option<&'a [u8]> {
    Elements(fields.find(context(number))?).first(OCTET_STRING)
}

/// The mechanism named at the start of a GSS-API initial token (RFC 2743 3.1).
fn gss_mechanism(token: &[u8]) -> Option<Mechanism> {
    let oid = Elements(Elements(token).first(APPLICATION_0)?).first(OBJECT_IDENTIFIER)?;
    (oid != SPNEGO).then(|| Mechanism::from_oid(oid))
}

/// An object identifier as text; numbers above 64 bits lose their upper part.
fn dotted(oid: &[u8]) -> String {
    let mut arcs: Vec<u64> = Vec::new();
    let mut value = 0u64;
    for byte in oid {
        value = value << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            if arcs.is_empty() {
                let top = (value / 40).min(2);
                arcs.push(top);
                value = value.saturating_sub(top.saturating_mul(40));
            }
            arcs.push(value);
            value = 0;
        }
    }
    arcs.iter().map(u64::to_string).collect::<Vec<_>>().join(".")
}
