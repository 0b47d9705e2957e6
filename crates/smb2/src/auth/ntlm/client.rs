//! The client's side of an NTLMv2 logon (MS-NLMP 3.1.5).

use super::av_pair::{self, MIC_PRESENT};
use super::message::authenticate_offset as at;
use super::nt_hash::{hmac_md5, rc4};
use super::{AvId, Challenge, Message, NegotiateFlags, NtHash, SIGNATURE};
use crate::{Malformed, header, utf16};
use std::fmt;

/// What the client offers.
const OFFER: NegotiateFlags = NegotiateFlags(
    NegotiateFlags::UNICODE.0
        | NegotiateFlags::REQUEST_TARGET.0
        | NegotiateFlags::SIGN.0
        | NegotiateFlags::NTLM.0
        | NegotiateFlags::ALWAYS_SIGN.0
        | NegotiateFlags::EXTENDED_SESSIONSECURITY.0
        | NegotiateFlags::TARGET_INFO.0
        | NegotiateFlags::VERSION.0
        | NegotiateFlags::KEY_128.0
        | NegotiateFlags::KEY_EXCH.0
        | NegotiateFlags::KEY_56.0,
);

/// VERSION (MS-NLMP 2.2.2.10): 6.1, build 0, NTLMSSP_REVISION_W2K3; for debugging only, says the specification.
const VERSION: [u8; 8] = [6, 1, 0, 0, 0, 0, 0, 15];

/// Why a logon could not go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NtlmError {
    /// The server's NTLM message is broken.
    #[error("the server's NTLM message is malformed: {0}")]
    Malformed(#[from] Malformed),
    /// An NTLM message, but no CHALLENGE.
    #[error("the server answered NEGOTIATE with an NTLM message other than CHALLENGE")]
    NoChallenge,
    /// The server did not agree to Unicode strings.
    #[error("the server's NTLM speaks no unicode (negotiate flags {:#010x})", .0.0)]
    NoUnicode(NegotiateFlags),
    /// No NTLM message in the server's security buffer.
    #[error("the server's security buffer holds no NTLM message")]
    NoNtlm,
    /// A message is due from the server, or the logon is over.
    #[error("the logon has no further token to send")]
    OutOfTurn,
}

/// The randomness and the time that a logon needs; this crate has neither.
#[derive(Clone, Copy)]
pub struct Entropy {
    /// ClientChallenge: random.
    pub client_challenge: [u8; 8],
    /// ExportedSessionKey: random.
    pub exported_session_key: [u8; 16],
    /// Now, in 100 ns since 1601, for servers that send no MsvAvTimestamp.
    pub filetime: u64,
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entropy").field("filetime", &self.filetime).finish_non_exhaustive()
    }
}

/// A client that logs on with NTLMv2. Empty user and password: anonymously.
#[derive(Clone, Debug)]
pub struct Client {
    domain: String,
    user: String,
    workstation: String,
    target_name: Option<String>,
    /// `None`: anonymous.
    nt_hash: Option<NtHash>,
    wrong_proof: bool,
}

/// The client's last message, and the key it agreed on.
#[derive(Clone, PartialEq, Eq)]
pub struct Authenticated {
    /// AUTHENTICATE_MESSAGE.
    pub message: Vec<u8>,
    /// ExportedSessionKey.
    pub session_key: [u8; 16],
    /// Flags agreed on.
    pub flags: NegotiateFlags,
    /// Whether `message` carries a MIC; SPNEGO then wants a mechListMIC as well.
    pub has_mic: bool,
}

impl fmt::Debug for Authenticated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticated")
            .field("flags", &self.flags)
            .field("has_mic", &self.has_mic)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// A client for `user` in `domain` (may be empty) on the machine `workstation` (may be empty).
    pub fn new(domain: &str, user: &str, password: &str, workstation: &str) -> Self {
        let anonymous = user.is_empty() && password.is_empty();
        Self {
            domain: domain.to_owned(),
            user: user.to_owned(),
            workstation: workstation.to_owned(),
            target_name: None,
            nt_hash: (!anonymous).then(|| NtHash::from_password(password)),
            wrong_proof: false,
        }
    }

    /// Names the service it wants (`cifs/server`), for servers that check it (MsvAvTargetName).
    #[must_use]
    pub fn with_target_name(mut self, service: &str) -> Self {
        self.target_name = Some(service.to_owned());
        self
    }

    /// Spoils NTProofStr, so that the server refuses the logon whatever the password: to re-enact a captured failure.
    #[must_use]
    pub fn with_wrong_proof(mut self) -> Self {
        self.wrong_proof = true;
        self
    }

    /// NEGOTIATE_MESSAGE.
    pub fn negotiate(&self) -> Vec<u8> {
        let no_names = [0; 16];
        [&SIGNATURE[..], &1u32.to_le_bytes(), &OFFER.0.to_le_bytes(), &no_names, &VERSION].concat()
    }

    /// Answers the server's CHALLENGE_MESSAGE.
    ///
    /// # Errors
    /// [`NtlmError`] when `challenge` is not one, or agrees to no Unicode.
    pub fn authenticate(&self, challenge: &[u8], entropy: &Entropy) -> Result<Authenticated, NtlmError> {
        let Message::Challenge(challenge) = Message::parse(challenge)? else { return Err(NtlmError::NoChallenge) };
        let agreed = challenge.flags() & OFFER;
        if !agreed.has(NegotiateFlags::UNICODE) {
            return Err(NtlmError::NoUnicode(challenge.flags()));
        }
        let (flags, responses) = match &self.nt_hash {
            Some(nt_hash) => (agreed, self.responses(nt_hash, challenge, entropy)?),
            None => (agreed | NegotiateFlags::ANONYMOUS, Responses::anonymous()),
        };
        let (session_key, encrypted) = if flags.has(NegotiateFlags::KEY_EXCH) {
            let key = entropy.exported_session_key;
            (key, rc4(&responses.session_base_key, key).to_vec())
        } else {
            (responses.session_base_key, Vec::new())
        };
        let mut message = self.message(flags, &responses, &encrypted);
        if responses.with_mic {
            let mic = hmac_md5(&session_key, &[&self.negotiate(), challenge.bytes(), &message]);
            let _ = header::patch(&mut message, at::MIC, &mic);
        }
        Ok(Authenticated { message, session_key, flags, has_mic: responses.with_mic })
    }

    /// LMv2 and NTLMv2 responses (MS-NLMP 3.3.2).
    fn responses(&self, hash: &NtHash, challenge: Challenge<'_>, entropy: &Entropy) -> Result<Responses, Malformed> {
        let key = hash.response_key(&self.user, &self.domain);
        let server_challenge = challenge.server_challenge();
        let target_info = challenge.target_info()?;
        let server_time = target_info.timestamp();

        let service = self.target_name.as_deref().map(utf16::from_str);
        let flags = (target_info.flags() | MIC_PRESENT).to_le_bytes();
        let mut pairs: Vec<(AvId, &[u8])> = target_info.collect();
        if server_time.is_some() {
            pairs.retain(|(id, _)| *id != AvId::FLAGS);
            pairs.push((AvId::FLAGS, &flags));
        }
        if let Some(service) = &service {
            pairs.push((AvId::TARGET_NAME, service));
        }

        let temp = [
            &[1, 1, 0, 0, 0, 0, 0, 0][..],
            &server_time.unwrap_or(entropy.filetime).to_le_bytes(),
            &entropy.client_challenge,
            &[0; 4],
            &av_pair::encode(pairs),
            &[0; 4],
        ]
        .concat();
        let proof = hmac_md5(&key, &[&server_challenge, &temp]);
        let lm = if server_time.is_some() {
            vec![0; 24]
        } else {
            let proof = hmac_md5(&key, &[&server_challenge, &entropy.client_challenge]);
            [&self.shown(proof)[..], &entropy.client_challenge].concat()
        };
        Ok(Responses {
            lm,
            nt: [&self.shown(proof)[..], &temp].concat(),
            session_base_key: hmac_md5(&key, &[&proof]),
            with_mic: server_time.is_some(),
        })
    }

    /// A proof as the server gets to see it.
    fn shown(&self, proof: [u8; 16]) -> [u8; 16] {
        if self.wrong_proof { proof.map(|byte| !byte) } else { proof }
    }

    /// AUTHENTICATE_MESSAGE with room for the MIC, zero so far.
    fn message(&self, flags: NegotiateFlags, responses: &Responses, encrypted_session_key: &[u8]) -> Vec<u8> {
        let (domain, user) = match self.nt_hash {
            Some(_) => (utf16::from_str(&self.domain), utf16::from_str(&self.user)),
            None => (Vec::new(), Vec::new()),
        };
        let workstation = utf16::from_str(&self.workstation);
        let mut message = vec![0; at::PAYLOAD];
        for (place, bytes) in [
            (0, &SIGNATURE[..]),
            (8, &3u32.to_le_bytes()),
            (at::FLAGS, &flags.0.to_le_bytes()),
            (at::VERSION, &VERSION),
        ] {
            let _ = header::patch(&mut message, place, bytes);
        }
        for (place, payload) in [
            (at::DOMAIN, &domain[..]),
            (at::USER, &user),
            (at::WORKSTATION, &workstation),
            (at::LM_RESPONSE, &responses.lm),
            (at::NT_RESPONSE, &responses.nt),
            (at::SESSION_KEY, encrypted_session_key),
        ] {
            let payload = payload.get(..payload.len().min(usize::from(u16::MAX))).unwrap_or_default();
            let length = u16::try_from(payload.len()).unwrap_or(u16::MAX).to_le_bytes();
            let offset = u32::try_from(message.len()).unwrap_or(u32::MAX).to_le_bytes();
            let _ = header::patch(&mut message, place, &[&length[..], &length, &offset].concat());
            message.extend_from_slice(payload);
        }
        message
    }
}

/// The proofs that a client knows its password, and the key that follows from them.
struct Responses {
    lm: Vec<u8>,
    nt: Vec<u8>,
    session_base_key: [u8; 16],
    with_mic: bool,
}

impl Responses {
    /// Those of nobody (MS-NLMP 3.2.5.1.2).
    fn anonymous() -> Self {
        Self { lm: vec![0], nt: Vec::new(), session_base_key: [0; 16], with_mic: false }
    }
}
