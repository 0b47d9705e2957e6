//! Views of the three messages (MS-NLMP 2.2.1).
//!
//! `parse` checks the fixed part only; each accessor of the payload checks its own field, so that one broken field
//! leaves the others readable.

use super::{AvPairs, NegotiateFlags, SIGNATURE};
use crate::{Malformed, utf16, wire};

/// MessageType of the three messages.
const MESSAGE_TYPE: usize = 8;

/// Any of the three messages.
#[derive(Clone, Copy, Debug)]
pub enum Message<'a> {
    /// NEGOTIATE_MESSAGE: the client begins.
    Negotiate(Negotiate<'a>),
    /// CHALLENGE_MESSAGE: the server's challenge and what it is.
    Challenge(Challenge<'a>),
    /// AUTHENTICATE_MESSAGE: who the client is, and the proof.
    Authenticate(Authenticate<'a>),
}

impl<'a> Message<'a> {
    /// Reads an NTLM message.
    ///
    /// # Errors
    /// [`Malformed`] when the signature, the type or the fixed part is not right.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let signature = wire::u64_at(bytes, 0, "NTLM Signature")?;
        if signature != u64::from_le_bytes(SIGNATURE) {
            return Err(Malformed::BadValue {
                what: "Signature",
                offset: 0,
                value: signature,
                expected: "not NTLMSSP",
            });
        }
        let kind = wire::u32_at(bytes, MESSAGE_TYPE, "NTLM MessageType")?;
        match kind {
            1 => {
                wire::slice(bytes, 0, 16, "NEGOTIATE_MESSAGE")?;
                Ok(Self::Negotiate(Negotiate { bytes }))
            }
            2 => {
                wire::slice(bytes, 0, 32, "CHALLENGE_MESSAGE")?;
                Ok(Self::Challenge(Challenge { bytes }))
            }
            3 => {
                wire::slice(bytes, 0, 52, "AUTHENTICATE_MESSAGE")?;
                Ok(Self::Authenticate(Authenticate { bytes }))
            }
            _ => Err(Malformed::BadValue {
                what: "NTLM MessageType",
                offset: MESSAGE_TYPE,
                value: kind.into(),
                expected: "not NEGOTIATE, CHALLENGE or AUTHENTICATE",
            }),
        }
    }
}

/// NEGOTIATE_MESSAGE (MS-NLMP 2.2.1.1).
#[derive(Clone, Copy, Debug)]
pub struct Negotiate<'a> {
    bytes: &'a [u8],
}

impl<'a> Negotiate<'a> {
    /// The whole message.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// What the client offers.
    pub fn flags(self) -> NegotiateFlags {
        flags_at(self.bytes, 12)
    }

    /// DomainName of the client's machine, mostly empty.
    ///
    /// # Errors
    /// [`Malformed`] when it lies outside the message.
    pub fn domain(self) -> Result<String, Malformed> {
        field(self.bytes, 16, "NTLM DomainName").map(oem)
    }

    /// Workstation, mostly empty.
    ///
    /// # Errors
    /// [`Malformed`] when it lies outside the message.
    pub fn workstation(self) -> Result<String, Malformed> {
        field(self.bytes, 24, "NTLM Workstation").map(oem)
    }
}

/// CHALLENGE_MESSAGE (MS-NLMP 2.2.1.2).
#[derive(Clone, Copy, Debug)]
pub struct Challenge<'a> {
    bytes: &'a [u8],
}

impl<'a> Challenge<'a> {
    /// The whole message.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// What the server accepts.
    pub fn flags(self) -> NegotiateFlags {
        flags_at(self.bytes, 20)
    }

    /// ServerChallenge.
    pub fn server_challenge(self) -> [u8; 8] {
        wire::array(self.bytes, 24, "ServerChallenge").unwrap_or_default()
    }

    /// TargetName: the server's domain, or its own name.
    ///
    /// # Errors
    /// [`Malformed`] when it lies outside the message.
    pub fn target_name(self) -> Result<String, Malformed> {
        field(self.bytes, 12, "NTLM TargetName").map(|bytes| text(bytes, self.flags()))
    }

    /// TargetInfo; empty when the server sends none.
    ///
    /// # Errors
    /// [`Malformed`] when it lies outside the message.
    pub fn target_info(self) -> Result<AvPairs<'a>, Malformed> {
        field(self.bytes, 40, "NTLM TargetInfo").map(AvPairs::new)
    }
}

/// AUTHENTICATE_MESSAGE (MS-NLMP 2.2.1.3).
#[derive(Clone, Copy, Debug)]
pub struct Authenticate<'a> {
    bytes: &'a [u8],
}

/// Where the parts of AUTHENTICATE_MESSAGE lie.
pub(super) mod authenticate_offset {
    pub(crate) const LM_RESPONSE: usize = 12;
    pub(crate) const NT_RESPONSE: usize = 20;
    pub(crate) const DOMAIN: usize = 28;
    pub(crate) const USER: usize = 36;
    pub(crate) const WORKSTATION: usize = 44;
    pub(crate) const SESSION_KEY: usize = 52;
    pub(crate) const FLAGS: usize = 60;
    pub(crate) const VERSION: usize = 64;
    pub(crate) const MIC: usize = 72;
    pub(crate) const PAYLOAD: usize = 88;
}
use authenticate_offset as at;

impl<'a> Authenticate<'a> {
    /// The whole message.
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// What was agreed; zero from clients too old to send flags.
    pub fn flags(self) -> NegotiateFlags {
        if self.payload_start() >= 64 { flags_at(self.bytes, at::FLAGS) } else { NegotiateFlags::default() }
    }

    /// UserName; empty for an anonymous logon.
    ///
    /// # Errors
    /// [`Malformed`] when it lies outside the message.
    pub fn user(self) -> Result<String, Malformed> {
        self.text(at::USER, "NTLM UserName")
    }

    /// DomainName.
    ///
    /// # Errors
    /// [`Malformed`] when it lies outside the message.
    pub fn domain(self) -> Result<String, Malformed> {
        self.text(at::DOMAIN, "NTLM DomainName")
    }

    /// Workstation.
    ///
    /// # Errors
    /// [`Malformed`] when it lies outside the message.
    pub fn workstation(self) -> Result<String, Malformed> {
        self.text(at::WORKSTATION, "NTLM Workstation")
    }

    /// LmChallengeResponse: 24 bytes, or a zero byte from anonymous clients.
    ///
    /// # Errors
    /// [`Malformed`] when it lies outside the message.
    pub fn lm_response(self) -> Result<&'a [u8], Malformed> {
        field(self.bytes, at::LM_RESPONSE, "LmChallengeResponse")
    }

    /// NtChallengeResponse: 24 bytes in NTLMv1, more in NTLMv2, none from anonymous clients.
    ///
    /// # Errors
    /// [`Malformed`] when it lies outside the message.
    pub fn nt_response(self) -> Result<&'a [u8], Malformed> {
        field(self.bytes, at::NT_RESPONSE, "NtChallengeResponse")
    }

    /// The NtChallengeResponse as NTLMv2 has it; `None` for NTLMv1, anonymous and broken ones.
    pub fn ntlm_v2(self) -> Option<NtlmV2Response<'a>> {
        let (proof, temp) = self.nt_response().ok()?.split_first_chunk()?;
        (temp.len() >= NtlmV2Response::AV_PAIRS).then_some(NtlmV2Response { proof: *proof, temp })
    }

    /// EncryptedRandomSessionKey: 16 bytes with key exchange, else none.
    ///
    /// # Errors
    /// [`Malformed`] when it lies outside the message.
    pub fn encrypted_session_key(self) -> Result<&'a [u8], Malformed> {
        field(self.bytes, at::SESSION_KEY, "EncryptedRandomSessionKey")
    }

    /// The place of the MIC over the three messages, if the payload leaves one; it is a MIC when
    /// [`NtlmV2Response::promises_mic`].
    pub fn mic(self) -> Option<[u8; 16]> {
        (self.payload_start() >= at::PAYLOAD).then(|| wire::array(self.bytes, at::MIC, "MIC").ok()).flatten()
    }

    /// Nobody logs on: neither name nor response.
    pub fn is_anonymous(self) -> bool {
        self.nt_response().is_ok_and(<[u8]>::is_empty) && self.user().is_ok_and(|user| user.is_empty())
    }

    fn text(self, fields: usize, what: &'static str) -> Result<String, Malformed> {
        field(self.bytes, fields, what).map(|bytes| text(bytes, self.flags()))
    }

    /// Offset of the first byte of payload: clients of different ages have fixed parts of different lengths.
    fn payload_start(self) -> usize {
        [at::LM_RESPONSE, at::NT_RESPONSE, at::DOMAIN, at::USER, at::WORKSTATION]
            .into_iter()
            .filter_map(|fields| location(self.bytes, fields, "NTLM payload").ok())
            .filter(|(_, length)| *length > 0)
            .map(|(offset, _)| offset)
            .min()
            .unwrap_or(usize::MAX)
    }
}

/// NTLMv2_RESPONSE (MS-NLMP 2.2.2.8).
#[derive(Clone, Copy, Debug)]
pub struct NtlmV2Response<'a> {
    /// NTProofStr: the proof that the client knows the password.
    pub proof: [u8; 16],
    /// NTLMv2_CLIENT_CHALLENGE, called temp: what the proof covers besides the server's challenge.
    pub temp: &'a [u8],
}

impl<'a> NtlmV2Response<'a> {
    /// Where the AV pairs start in `temp`.
    const AV_PAIRS: usize = 28;

    /// TimeStamp in 100 ns since 1601.
    pub fn timestamp(self) -> u64 {
        wire::u64_at(self.temp, 8, "TimeStamp").unwrap_or_default()
    }

    /// ChallengeFromClient.
    pub fn client_challenge(self) -> [u8; 8] {
        wire::array(self.temp, 16, "ChallengeFromClient").unwrap_or_default()
    }

    /// The server's TargetInfo with the client's additions.
    pub fn av_pairs(self) -> AvPairs<'a> {
        AvPairs::new(self.temp.get(Self::AV_PAIRS..).unwrap_or_default())
    }

    /// Whether the AUTHENTICATE message carries a MIC.
    pub fn promises_mic(self) -> bool {
        self.av_pairs().flags() & super::av_pair::MIC_PRESENT != 0
    }
}

/// Offset and length that a "Fields" structure at `fields` (Len, MaxLen, BufferOffset) gives.
fn location(message: &[u8], fields: usize, what: &'static str) -> Result<(usize, usize), Malformed> {
    let descriptor: [u8; 8] = wire::array(message, fields, what)?;
    let length = wire::u16_at(&descriptor, 0, what)?;
    let offset = wire::u32_at(&descriptor, 4, what)?;
    Ok((offset as usize, length.into()))
}

fn field<'a>(message: &'a [u8], fields: usize, what: &'static str) -> Result<&'a [u8], Malformed> {
    let (offset, length) = location(message, fields, what)?;
    wire::slice(message, offset, length, what)
}

fn flags_at(message: &[u8], offset: usize) -> NegotiateFlags {
    NegotiateFlags(wire::u32_at(message, offset, "NegotiateFlags").unwrap_or_default())
}

fn text(bytes: &[u8], flags: NegotiateFlags) -> String {
    if flags.has(NegotiateFlags::UNICODE) { utf16::to_string(bytes) } else { oem(bytes) }
}

/// Which code page it is, the wire does not say: taken as Latin-1.
fn oem(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}
