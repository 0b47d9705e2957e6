//! One connection to a live server, without I/O: plain messages in and protected bytes out, and the reverse.

use crate::compression::{Compressed, Compression};
use crate::framing::{BadFrame, Framing};
use crate::sealed::{SealError, Sealed, framed};
use crate::security::Security;
use crate::{Negotiated, Window};
use bytes::Bytes;
use smb2::compression::ExpandError;
use smb2::crypto::{DecryptError, SessionKeys, TransformHeader};
use smb2::transport::Protocol;
use smb2::{Command, Header, Malformed, NtStatus, chain, header};

/// MessageId of a message that answers no request.
pub const UNSOLICITED: u64 = header::ALL_ONES_64;
const STATUS_PENDING: u32 = 0x0000_0103;

/// Why bytes from the server cannot be understood. The connection is of no use afterwards.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiveError {
    /// Not a transport PDU.
    #[error(transparent)]
    BadFrame(#[from] BadFrame),
    /// A PDU that is neither SMB2 nor an encrypted or compressed SMB2 message.
    #[error("the server sent a message that starts with {start:02x?}, not an SMB2 one")]
    NotSmb2 {
        /// Its first bytes.
        start: Vec<u8>,
    },
    /// An encrypted message that no key here opens.
    #[error("the server's encrypted message cannot be read: {0}")]
    Decrypt(#[from] DecryptError),
    /// An encrypted message for a session that this connection does not know.
    #[error("the server sent an encrypted message for unknown session {session_id:#018x}")]
    UnknownSession {
        /// The SessionId of the transform header.
        session_id: u64,
    },
    /// A compressed message that cannot be expanded.
    #[error("the server's compressed message cannot be read: {0}")]
    Expand(#[from] ExpandError),
    /// A message whose header or chain is broken.
    #[error("the server sent a malformed message: {0}")]
    Malformed(#[from] Malformed),
}

/// Whether a response's signature is what it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// Not signed.
    Absent,
    /// Signed, but no key is known (yet), or the message is one whose signature does not count (MS-SMB2 3.2.5.1.3):
    /// it came encrypted, is interim, answers no request, or says that the server has no such session.
    Unverified,
    /// Right.
    Good,
    /// Wrong.
    Bad,
}

/// A message from the server, plain.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its header.
    pub header: Header,
    /// The whole message, header and, inside a chain, padding included.
    pub message: Bytes,
    /// Its signature.
    pub signature: Signature,
    /// Whether it came encrypted.
    pub encrypted: bool,
}

impl Received {
    /// Answers no request: a break or a notice of the server.
    pub fn is_unsolicited(&self) -> bool {
        self.header.message_id == UNSOLICITED
    }

    /// "Still working on it": the final response is to come (MS-SMB2 3.3.4.2).
    pub fn is_interim(&self) -> bool {
        self.header.flags.is_async() && self.header.status == STATUS_PENDING
    }
}

/// The protocol core of one connection.
#[derive(Default)]
pub struct Connection {
    framing: Framing,
    decoded: std::collections::VecDeque<Received>,
    security: Security,
    compression: Compression,
    window: Window,
    negotiated: Option<Negotiated>,
    nonce: u64,
}

impl Connection {
    /// A connection that has just been made. `number` distinguishes the connections of one client: encrypted messages
    /// of connections that share a session must never share a nonce.
    pub fn new(number: u16) -> Self {
        Self { nonce: u64::from(number) << 48, ..Self::default() }
    }

    /// What was negotiated, once it was.
    pub fn negotiated(&self) -> Option<&Negotiated> {
        self.negotiated.as_ref()
    }

    /// Compresses requests with data from now on, where the server and the dialect allow it. What the server compresses is
    /// expanded in any case.
    pub fn compress(&mut self) {
        self.compression.wanted = true;
    }

    /// How many PDUs were compressed so far.
    pub fn compressed(&self) -> Compressed {
        self.compression.counts()
    }

    /// The MessageIds that may be used.
    pub fn window(&self) -> &Window {
        &self.window
    }

    /// Whether messages of the session can be signed here.
    pub fn can_sign(&self, session_id: u64) -> bool {
        self.security.can_sign(session_id)
    }

    /// Whether messages of the session can be encrypted here.
    pub fn can_encrypt(&self, session_id: u64) -> bool {
        self.security.keys(session_id).is_some_and(|keys| keys.encryption.is_some())
    }

    /// Signs each of `messages` that has SMB2_FLAGS_SIGNED set and whose session has a key here, and returns them with
    /// the bytes to write: transport header, and the chain, compressed where that was agreed and makes it smaller, and
    /// encrypted for `encrypt` when that is a session.
    ///
    /// The messages must be final but for their signatures: ids, NextCommand and padding included. A member whose
    /// SessionId is all ones is signed for the session of the member before it.
    ///
    /// # Errors
    /// [`SealError`]; nothing was sent or counted then.
    pub fn seal(&mut self, mut messages: Vec<Vec<u8>>, encrypt: Option<u64>) -> Result<Sealed, SealError> {
        let mut session = 0;
        let mut sent = Vec::with_capacity(messages.len());
        for message in &mut messages {
            let Ok(header) = Header::parse(message) else { continue };
            if header.session_id != header::ALL_ONES_64 {
                session = header.session_id;
            }
            if header.flags.is_signed()
                && encrypt.is_none()
                && let Some(key) = self.security.signing_key(session, &header)
            {
                let _ = key.sign(message);
            }
            sent.push(header);
        }
        let messages: Vec<Bytes> = messages.into_iter().map(Bytes::from).collect();
        let scheme = self.negotiated.as_ref().and_then(Negotiated::compression);
        let compressed = self.compression.compress(scheme, &sent, &messages);
        let plain = compressed.as_ref().map_or(messages.as_slice(), std::slice::from_ref);
        let wire = match encrypt {
            None => framed(plain)?,
            Some(session_id) => {
                let key = self.security.keys(session_id).and_then(|keys| keys.encryption.as_ref());
                let key = key.ok_or(SealError::NoCipherKey { session_id })?;
                self.nonce = self.nonce.wrapping_add(1);
                framed(&[Bytes::from(key.encrypt(session_id, self.nonce, &plain.concat()))])?
            }
        };
        if compressed.is_some() {
            self.compression.sent();
        }
        for (header, message) in sent.iter().zip(messages.iter()) {
            self.security.sent(header, message);
            if header.command != Command::CANCEL {
                self.window.sent(header.message_id, header.credit_charge);
            }
        }
        Ok(Sealed { messages, wire })
    }

    /// The bytes to write for an SMB1 multi-protocol negotiate (MS-SMB2 3.2.4.2.2.1), given without transport header.
    ///
    /// # Errors
    /// [`SealError::TooLong`].
    pub fn seal_multi_protocol(&mut self, smb1_negotiate: Vec<u8>) -> Result<Sealed, SealError> {
        let messages = vec![Bytes::from(smb1_negotiate)];
        let wire = framed(&messages)?;
        self.window.sent_multi_protocol();
        Ok(Sealed { messages, wire })
    }

    /// Takes bytes as they come from the socket.
    pub fn handle_bytes(&mut self, received: &[u8]) {
        self.framing.handle(received);
    }

    /// The next message of the server, in its order. Each PDU is decrypted only once the messages before it were
    /// taken, so that keys established meanwhile are used.
    ///
    /// # Errors
    /// [`ReceiveError`]: the connection should be closed.
    pub fn poll_message(&mut self) -> Result<Option<Received>, ReceiveError> {
        while self.decoded.is_empty() {
            match self.framing.poll()? {
                Some(body) => self.decode(body)?,
                None => return Ok(None),
            }
        }
        let Some(received) = self.decoded.pop_front() else { return Ok(None) };
        if !received.is_unsolicited() {
            let last = !received.is_interim();
            self.window.granted(received.header.message_id, received.header.credits, last);
            if last {
                self.security.received(&received.header, &received.message);
            }
        }
        if received.header.command == Command::NEGOTIATE && received.header.status == 0 {
            self.negotiated = Some(Negotiated::parse(&received.message)?);
        }
        Ok(Some(received))
    }

    /// Derives the keys of a session whose SESSION_SETUP just succeeded here, from the session key of its
    /// authentication. `None` before a negotiation, or when the dialect is unknown.
    pub fn establish(&mut self, session_id: u64, session_key: &[u8]) -> Option<SessionKeys> {
        let negotiated = self.negotiated.as_ref()?;
        self.security.establish(session_id, session_key, negotiated)
    }

    /// See [`Connection::complete_bind`]: before the first SESSION_SETUP that binds a session of another connection.
    pub fn begin_bind(&mut self, session_id: u64, keys: &SessionKeys) {
        self.security.begin_bind(session_id, keys);
    }

    /// After the SESSION_SETUP that binds has succeeded: this connection signs with its own key from now on.
    pub fn complete_bind(&mut self, session_id: u64, session_key: &[u8]) {
        if let Some(negotiated) = &self.negotiated {
            self.security.complete_bind(session_id, session_key, negotiated);
        }
    }

    /// Forgets the keys of a session that was logged off.
    pub fn forget(&mut self, session_id: u64) {
        self.security.forget(session_id);
    }

    fn decode(&mut self, body: Bytes) -> Result<(), ReceiveError> {
        let encrypted = Protocol::of(&body) == Some(Protocol::Encrypted);
        let opened = if encrypted { self.decrypt(&body)? } else { body };
        let plain = match Protocol::of(&opened) {
            Some(Protocol::Smb2) => opened,
            Some(Protocol::Compressed) => self.compression.expand(&opened)?,
            _ => return Err(ReceiveError::NotSmb2 { start: opened.iter().take(4).copied().collect() }),
        };
        for member in chain::messages(&plain) {
            if let Some(problem) = member.problem {
                return Err(problem.into());
            }
            let message = plain.slice(member.range);
            let header = Header::parse(&message)?;
            let mut received = Received { header, message, signature: Signature::Absent, encrypted };
            received.signature = self.check(&received);
            self.decoded.push_back(received);
        }
        Ok(())
    }

    fn decrypt(&self, body: &[u8]) -> Result<Bytes, ReceiveError> {
        let session_id = TransformHeader::parse(body)?.session_id();
        let key = self.security.keys(session_id).and_then(|keys| keys.decryption.as_ref());
        let key = key.ok_or(ReceiveError::UnknownSession { session_id })?;
        Ok(Bytes::from(key.decrypt(body)?))
    }

    fn check(&self, received: &Received) -> Signature {
        if !received.header.flags.is_signed() {
            return Signature::Absent;
        }
        // A server that knows no such session has no key: its answer repeats the signature of the request.
        let has_no_key = received.header.status == NtStatus::USER_SESSION_DELETED.0;
        let does_not_count = received.encrypted || received.is_interim() || received.is_unsolicited() || has_no_key;
        match self.security.verifies(&received.header, &received.message).filter(|_| !does_not_count) {
            Some(true) => Signature::Good,
            Some(false) => Signature::Bad,
            None => Signature::Unverified,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::{Place, Request};
    use smb2::compression::{self, Algorithm, Scheme};
    use smb2::crypto::{Cipher, KeyDerivation, PreauthHash, SigningAlgorithm};
    use smb2::header::offset;
    use smb2::transport;

    const SESSION: u64 = 0x77;

    fn keys() -> SessionKeys {
        let preauth = PreauthHash::new();
        let derivation = KeyDerivation::of_dialect(0x0311, &preauth).unwrap();
        SessionKeys::derive(derivation, SigningAlgorithm::AesCmac, Some(Cipher::Aes128Gcm), &[5; 16])
    }

    /// An ECHO response that has SMB2_FLAGS_SIGNED set and no signature yet.
    fn response(message_id: u64) -> Vec<u8> {
        let request = Request { command: Command::ECHO, body: vec![4, 0, 0, 0] };
        let place = Place { message_id, session_id: SESSION, signed: true, ..Place::default() };
        let mut message = request.message(&place);
        assert!(header::patch(&mut message, offset::FLAGS, &[0x09, 0, 0, 0]));
        message
    }

    fn receive(body: &[u8]) -> Received {
        let mut connection = Connection::new(0);
        connection.begin_bind(SESSION, &keys());
        connection.handle_bytes(&transport::frame(body.len()).unwrap());
        connection.handle_bytes(body);
        connection.poll_message().unwrap().unwrap()
    }

    #[test]
    fn a_right_signature_is_good_and_a_changed_message_bad() {
        let mut message = response(3);
        keys().signing.sign(&mut message).unwrap();
        assert_eq!(receive(&message).signature, Signature::Good);
        *message.last_mut().unwrap() ^= 1;
        assert_eq!(receive(&message).signature, Signature::Bad);
    }

    #[test]
    fn what_came_compressed_is_expanded_before_its_signature_is_looked_at_also_inside_encryption() {
        let mut message = response(3);
        message.extend([7; 1000]);
        keys().signing.sign(&mut message).unwrap();
        for (algorithm, chained) in Algorithm::ALL.into_iter().zip([false, true, false, true]) {
            let scheme = Scheme { algorithm, chained, patterns: chained };
            let compressed = compression::compress(&message, 64, scheme).unwrap();
            let received = receive(&compressed);
            assert_eq!((&received.message[..], received.signature), (&message[..], Signature::Good));
            let encrypted = receive(&keys().decryption.unwrap().encrypt(SESSION, 1, &compressed));
            assert_eq!((&encrypted.message[..], encrypted.encrypted), (&message[..], true));
        }
    }

    #[test]
    fn a_compressed_message_that_cannot_be_expanded_is_an_error() {
        let scheme = Scheme { algorithm: Algorithm::Lz77, chained: false, patterns: false };
        let mut message = response(3);
        message.extend([7; 1000]);
        let compressed = compression::compress(&message, 64, scheme).unwrap();
        let mut connection = Connection::new(0);
        let cut = compressed.get(..compressed.len() - 2).unwrap();
        connection.handle_bytes(&transport::frame(cut.len()).unwrap());
        connection.handle_bytes(cut);
        assert!(matches!(connection.poll_message(), Err(ReceiveError::Expand(_))));
    }

    #[test]
    fn writes_are_compressed_when_asked_for_and_agreed_to_and_their_signatures_are_of_the_messages() {
        let scheme = |sealed: &Sealed| Protocol::of(sealed.wire.concat().get(transport::LENGTH..).unwrap());
        let message = |command| {
            let body = vec![9; 8000];
            let place = Place { message_id: 3, session_id: SESSION, signed: true, ..Place::default() };
            Request { command, body }.message(&place)
        };
        let mut connection = Connection::new(0);
        connection.begin_bind(SESSION, &keys());
        connection.negotiated = Some(agreeing());
        let mut seal = |command, encrypt, wanted| {
            connection.compression.wanted = wanted;
            connection.seal(vec![message(command)], encrypt).unwrap()
        };
        let plain = seal(Command::WRITE, None, false);
        assert_eq!(scheme(&plain), Some(Protocol::Smb2));
        assert_eq!(scheme(&seal(Command::IOCTL, None, true)), Some(Protocol::Smb2), "only what has data to write");
        let compressed = seal(Command::WRITE, None, true);
        assert_eq!(compressed.messages, plain.messages, "what is recorded is the message");
        let expanded = compression::expand(compressed.wire.concat().get(transport::LENGTH..).unwrap()).unwrap();
        assert_eq!(Some(&expanded[..]), plain.messages.first().map(|message| &message[..]));
        let encrypted = seal(Command::WRITE, Some(SESSION), true);
        let wire = encrypted.wire.concat();
        let opened = keys().encryption.unwrap().decrypt(wire.get(transport::LENGTH..).unwrap()).unwrap();
        assert_eq!(compression::expand(&opened).unwrap().len(), expanded.len());
        assert_eq!(connection.compressed(), Compressed { sent: 2, received: 0 });
    }

    /// What a server says that compresses with LZ77.
    fn agreeing() -> Negotiated {
        Negotiated {
            dialect: 0x0311,
            security_mode: 1,
            capabilities: 0,
            server_guid: smb2::Guid::default(),
            max_transact_size: 0,
            max_read_size: 0,
            max_write_size: 0,
            signing: SigningAlgorithm::AesCmac,
            cipher: Some(Cipher::Aes128Gcm),
            compressions: vec![2, 4],
            chained_compression: true,
            system_time: 0,
        }
    }

    #[test]
    fn what_came_encrypted_or_answers_no_request_is_not_judged_by_its_signature() {
        let encrypted = receive(&keys().decryption.unwrap().encrypt(SESSION, 1, &response(3)));
        assert_eq!((encrypted.encrypted, encrypted.signature), (true, Signature::Unverified));
        assert_eq!(receive(&response(UNSOLICITED)).signature, Signature::Unverified);
        let mut interim = response(3);
        assert!(header::patch(&mut interim, offset::STATUS, &STATUS_PENDING.to_le_bytes()));
        assert!(header::patch(&mut interim, offset::FLAGS, &[0x0b, 0, 0, 0]));
        assert_eq!(receive(&interim).signature, Signature::Unverified);
    }
}
