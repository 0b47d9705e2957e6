//! One logon with NTLM inside SPNEGO, leg by leg.

use super::ntlm::{Authenticated, Client, Entropy, NtlmError, signature};
use super::spnego::{self, NegState, Token};
use std::fmt;

/// Who logs on. Empty user and password: an anonymous logon.
#[derive(Clone, Default)]
pub struct Credentials {
    /// Domain, may be empty.
    pub domain: String,
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("domain", &self.domain).field("user", &self.user).finish_non_exhaustive()
    }
}

/// What to send next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// SPNEGO token for SESSION_SETUP's security buffer.
    pub token: Vec<u8>,
}

/// The client side of an NTLM logon: two tokens to send, then the server has decided.
#[derive(Debug)]
pub struct NtlmLogon {
    client: Client,
    entropy: Entropy,
    leg: Leg,
}

/// How far the logon is.
#[derive(Debug)]
enum Leg {
    Start,
    Negotiated,
    Authenticated { session_key: SessionKey },
}

/// ExportedSessionKey, kept out of `Debug`.
struct SessionKey([u8; 16]);

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey")
    }
}

impl NtlmLogon {
    /// A logon with `credentials`; `entropy` must be fresh for each.
    pub fn new(credentials: &Credentials, entropy: Entropy) -> Self {
        let Credentials { domain, user, password } = credentials;
        Self { client: Client::new(domain, user, password, ""), entropy, leg: Leg::Start }
    }

    /// Names the service it wants (`cifs/server`), for servers that check it.
    #[must_use]
    pub fn with_target_name(mut self, service: &str) -> Self {
        self.client = self.client.with_target_name(service);
        self
    }

    /// Spoils the proof, so that the server refuses the logon whatever the password: to re-enact a captured failure.
    #[must_use]
    pub fn with_wrong_proof(mut self) -> Self {
        self.client = self.client.with_wrong_proof();
        self
    }

    /// The next token to send: NegTokenInit with NEGOTIATE in the first leg, whatever the argument; then NegTokenResp
    /// with AUTHENTICATE, given the security buffer of the SESSION_SETUP response.
    ///
    /// # Errors
    /// [`NtlmError`] when `server_token` holds no CHALLENGE that fits, or nothing further is due.
    pub fn step(&mut self, server_token: Option<&[u8]>) -> Result<Step, NtlmError> {
        match (&self.leg, server_token) {
            (Leg::Start, _) => {
                self.leg = Leg::Negotiated;
                Ok(Step { token: spnego::ntlm_init(&self.client.negotiate()) })
            }
            (Leg::Negotiated, Some(server_token)) => {
                let challenge = spnego::find_ntlm(server_token).ok_or(NtlmError::NoNtlm)?;
                let authenticated = self.client.authenticate(challenge, &self.entropy)?;
                let token = match Token::parse(server_token) {
                    Some(Token::Resp { state, .. }) => {
                        let wanted = authenticated.has_mic || state == Some(NegState::RequestMic);
                        let mic = wanted.then(|| mech_list_mic(&authenticated));
                        spnego::resp(&authenticated.message, mic.as_ref().map(|mic| &mic[..]))
                    }
                    // A server that answers without SPNEGO goes on without it.
                    Some(Token::Init { .. }) | None => authenticated.message,
                };
                self.leg = Leg::Authenticated { session_key: SessionKey(authenticated.session_key) };
                Ok(Step { token })
            }
            _ => Err(NtlmError::OutOfTurn),
        }
    }

    /// ExportedSessionKey, once AUTHENTICATE has been made; it is worth nothing until the server has accepted that.
    pub fn session_key(&self) -> Option<[u8; 16]> {
        match &self.leg {
            Leg::Authenticated { session_key } => Some(session_key.0),
            Leg::Start | Leg::Negotiated => None,
        }
    }
}

/// The signature over the mechanisms offered (RFC 4178 5). Windows sends it and Samba insists on it whenever the
/// AUTHENTICATE message has a MIC; others may request it.
fn mech_list_mic(authenticated: &Authenticated) -> [u8; 16] {
    signature::first_signature(
        &authenticated.session_key,
        authenticated.flags,
        signature::Direction::ClientToServer,
        &spnego::ntlm_mech_types(),
    )
}
