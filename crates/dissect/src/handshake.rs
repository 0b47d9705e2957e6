//! From a captured logon to keys (MS-SMB2 3.2.5.3): the preauthentication hash, the session key, what it derives.

use crate::connection::Connection;
use crate::keys::CIPHERS;
use crate::logon;
use crate::missing_key::Refusal;
use crate::operation::Operation;
use crate::secrets::Recomputed;
use crate::state::State;
use crate::ticket::KerberosLogon;
use bytes::Bytes;
use smb2::auth::ntlm::Message as Ntlm;
use smb2::auth::spnego;
use smb2::crypto::kdf::{KeyDerivation, channel_signing_key};
use smb2::crypto::{Cipher, PreauthHash, SessionKeys, SigningAlgorithm};
use smb2::message::{SessionSetupRequest, SessionSetupResponse};
use smb2::{Header, NtStatus};

/// A logon or bind under way.
#[derive(Debug, Default)]
pub(crate) struct Handshake {
    /// Session.PreauthIntegrityHashValue so far; `None` when not all of the handshake was captured.
    preauth: Option<PreauthHash>,
    /// Whether its first leg was captured. What has none may be a reauthentication, which leads to no keys.
    begun: bool,
    /// The response that carries the NTLM CHALLENGE.
    challenge: Option<Bytes>,
    /// What its Kerberos ticket holds, once there was one that could be opened.
    kerberos: Option<KerberosLogon>,
}

impl State {
    /// Takes in a leg of a logon or bind, complete with its session and with what its ticket holds; the last one leads to keys.
    pub(crate) fn learn_keys(
        &mut self,
        connection: &Connection,
        operation: &Operation,
        kerberos: Option<KerberosLogon>,
    ) {
        let (Some(session), Some(status)) = (operation.session, operation.status.map(NtStatus)) else { return };
        let place = (connection.summary.connection, session);
        // A reauthentication leaves the keys as they are (MS-SMB2 3.2.5.3.2).
        if self.keys.secrets.is_empty() || self.keys.has_channel(place) {
            return;
        }
        let mut handshake = self.keys.handshakes.remove(&place).unwrap_or_else(|| begin(connection, operation));
        handshake.update(operation.request.as_ref().filter(|_| operation.request_holes.is_empty()));
        let response = operation.response.as_ref().filter(|_| operation.response_holes.is_empty());
        handshake.kerberos = kerberos.or(handshake.kerberos.take());
        if let Some(kerberos) = handshake.kerberos.as_mut() {
            kerberos.answered(response.map(|response| &response[..]));
        }
        if status == NtStatus::MORE_PROCESSING_REQUIRED {
            handshake.update(response);
            let begun = handshake.begun;
            handshake.challenge = response.filter(|response| begun && challenge(response).is_some()).cloned();
            self.keys.handshakes.insert(place, handshake);
        } else if status.is_success() {
            self.derive(connection, operation, &handshake);
        }
    }

    fn derive(&mut self, connection: &Connection, operation: &Operation, handshake: &Handshake) {
        let (Some(session), Some(session_id)) = (operation.session, operation.session_id) else { return };
        let summary = &connection.summary;
        let place = (summary.connection, session);
        let bind = logon::is_bind(operation);
        let none = PreauthHash::new();
        let preauth = handshake.preauth.as_ref();
        if summary.dialect == Some(0x0311) && preauth.is_none() && !bind {
            self.sessions.refused(session, Refusal::LogonCut);
        }
        let rules = summary.dialect.filter(|dialect| *dialect != 0x0311 || preauth.is_some()).and_then(|dialect| {
            let signing = SigningAlgorithm::of_connection(dialect, summary.signing_algorithm)?;
            Some((dialect, KeyDerivation::of_dialect(dialect, preauth.unwrap_or(&none))?, signing))
        });
        let secret = self.keys.secrets.session(session_id).filter(|_| !bind);
        let of_session = |embedded| secret.filter(|secret| secret.embedded == embedded)?.session_key.clone();
        let (given, embedded) = (of_session(false), of_session(true));
        let mut candidates: Vec<_> = given.into_iter().collect();
        if let Some(kerberos) = &handshake.kerberos {
            let key = kerberos.session_key();
            if key.is_none() && !bind {
                self.sessions.refused(session, Refusal::Answer);
            }
            candidates.extend(key);
        }
        match self.ntlm_session_key(operation, handshake) {
            Recomputed::Key(key) => candidates.push(key.to_vec()),
            Recomputed::WrongPassword if !bind => self.sessions.refused(session, Refusal::Password),
            Recomputed::WrongPassword | Recomputed::NoPassword => {}
        }
        // What the capture itself says of its keys counts least.
        candidates.extend(embedded);
        let (Some((dialect, derivation, signing)), Some(first)) = (rules, candidates.first()) else {
            self.keys.set_channel(place, None, false);
            return;
        };
        let signed = operation.response.as_deref().filter(|response| {
            operation.response_holes.is_empty() && Header::parse(response).is_ok_and(|header| header.flags.is_signed())
        });
        let fits = |key: &&Vec<u8>| {
            signed.is_some_and(|response| channel_signing_key(derivation, signing, key).verify(response))
        };
        let proven = candidates.iter().find(fits);
        if signed.is_some() && proven.is_none() {
            self.counters.session_keys_refused = self.counters.session_keys_refused.saturating_add(1);
            if !bind {
                self.sessions.refused(session, Refusal::SessionKey);
            }
        }
        let key = proven.unwrap_or(first);
        let signing_key = channel_signing_key(derivation, signing, key);
        self.keys.set_channel(place, Some(signing_key), proven.is_some());
        if !bind {
            for cipher in ciphers(dialect, summary.cipher) {
                let keys = SessionKeys::derive(derivation, signing, cipher, key);
                self.keys.add(session, session_id, &keys);
            }
            self.keys.keep_session_key(session, key, proven.is_some());
        }
    }

    /// The session key of a logon whose last request is that of `operation`, by the password of its user.
    fn ntlm_session_key(&self, operation: &Operation, handshake: &Handshake) -> Recomputed {
        let tokens = || {
            let whole = operation.request.as_deref().filter(|_| operation.request_holes.is_empty())?;
            let request = SessionSetupRequest::parse(whole).ok()?;
            let authenticate = spnego::find_ntlm(request.security_buffer().ok()?)?;
            Some((challenge(handshake.challenge.as_deref()?)?, authenticate))
        };
        let messages = tokens().map(|(challenge, authenticate)| (Ntlm::parse(challenge), Ntlm::parse(authenticate)));
        match messages {
            Some((Ok(Ntlm::Challenge(challenge)), Ok(Ntlm::Authenticate(authenticate)))) => {
                self.keys.secrets.session_key_of(challenge, authenticate)
            }
            _ => Recomputed::NoPassword,
        }
    }
}

impl Handshake {
    /// Continues the hash with a message, which is `None` when it was not captured whole.
    fn update(&mut self, message: Option<&Bytes>) {
        self.preauth = self.preauth.take().zip(message).map(|(mut preauth, message)| {
            preauth.update(message);
            preauth
        });
    }
}

/// A handshake before the leg of `operation`. The hash begins with that of the connection's NEGOTIATE, if this leg can
/// be the first.
fn begin(connection: &Connection, operation: &Operation) -> Handshake {
    let header = operation.request.as_deref().and_then(|request| Header::parse(request).ok());
    let first = header.is_some_and(|header| header.session_id == 0) || logon::is_bind(operation);
    let summary = &connection.summary;
    let preauth = summary.negotiate_request.as_ref().zip(summary.negotiate_response.as_ref()).filter(|_| first);
    let preauth = preauth.map(|(request, response)| {
        let mut preauth = PreauthHash::new();
        preauth.update(request);
        preauth.update(response);
        preauth
    });
    Handshake { preauth, begun: first, challenge: None, kerberos: None }
}

/// The NTLM CHALLENGE in a SESSION_SETUP response.
fn challenge(response: &[u8]) -> Option<&[u8]> {
    let token = SessionSetupResponse::parse(response).ok()?.security_buffer().ok()?;
    spnego::find_ntlm(token).filter(|token| matches!(Ntlm::parse(token), Ok(Ntlm::Challenge(_))))
}

/// The ciphers that a session on a connection may use; `None` among them derives the other keys only.
fn ciphers(dialect: u16, negotiated: Option<u16>) -> Vec<Option<Cipher>> {
    match (dialect, negotiated.and_then(Cipher::from_wire)) {
        (0x0300 | 0x0302, _) => vec![Some(Cipher::Aes128Ccm)],
        (0x0311, None) => CIPHERS.map(Some).to_vec(),
        (0x0311, cipher) => vec![cipher],
        _ => vec![None],
    }
}
