//! Opening encrypted PDUs and verifying signatures (MS-SMB2 3.2.5.1.1, 3.2.5.1.3).

use crate::connection::Connection;
use crate::missing_key::Lock;
use crate::operation::{Kind, Operation, SignatureState};
use crate::state::State;
use crate::unwrapping::Wrapping;
use bytes::Bytes;
use capture::Pdu;
use smb2::crypto::kdf::{KeyDerivation, channel_signing_key};
use smb2::crypto::{PreauthHash, SigningAlgorithm, TransformHeader};
use smb2::transport::Protocol;
use smb2::{Command, Header, Malformed, NtStatus, header, transform, wire};

/// Offset of the SessionId in the SMB2 TRANSFORM_HEADER (MS-SMB2 2.2.41).
const SESSION_ID: usize = 44;

impl State {
    /// The plain body of an encrypted PDU; `None` when it is not encrypted, or no key opens it.
    pub(crate) fn decrypt(&mut self, connection: &Connection, pdu: &Pdu) -> Option<Bytes> {
        let encrypted = Protocol::of(&pdu.body) == Some(Protocol::Encrypted);
        if self.keys.secrets.is_empty() || !encrypted || !pdu.holes.is_empty() {
            return None;
        }
        let session_id = transform_session_id(pdu).ok()?;
        let session = self.sessions.at(connection.place(), session_id)?;
        let plain = self.keys.open(session, session_id, pdu.direction, &pdu.body)?;
        self.counters.decrypted_pdus = self.counters.decrypted_pdus.saturating_add(1);
        Some(plain.into())
    }

    /// The row of an encrypted PDU that was not opened.
    pub(crate) fn encrypted(&mut self, connection: &mut Connection, pdu: &Pdu) -> Box<Operation> {
        let mut operation = self.row(Kind::Encrypted, pdu.connection);
        operation.encrypted = true;
        match transform_session_id(pdu) {
            Ok(session_id) => {
                operation.session_id = Some(session_id);
                operation.session = self.sessions.at(connection.place(), session_id);
                connection.used(operation.session);
            }
            Err(error) => self.malformed(&mut operation, "encrypted message", &error),
        }
        let key_known = operation
            .session
            .zip(operation.session_id)
            .is_some_and(|(session, session_id)| self.keys.may_open(session, session_id, pdu.direction));
        let lock = match ciphertext(pdu) {
            _ if !pdu.holes.is_empty() => Lock::Cut,
            Err(error) => {
                if operation.malformed.is_none() {
                    self.malformed(&mut operation, "encrypted message", &error);
                }
                Lock::Cut
            }
            Ok(_) if operation.session.is_some_and(|session| self.keys.has_opened(session, pdu.direction)) => {
                Lock::Damaged
            }
            Ok(_) if key_known => Lock::Unfit,
            Ok(_) => Lock::NoKey,
        };
        if key_known {
            self.counters.decryption_failures = self.counters.decryption_failures.saturating_add(1);
        } else {
            self.counters.encrypted_pdus = self.counters.encrypted_pdus.saturating_add(1);
        }
        operation.detail = lock.reason().map(str::to_owned);
        if let Some(session) = operation.session {
            self.sessions.locked(session, lock);
        }
        operation
    }

    /// Enters into a row what is known of the signature of one of its messages, once its session is known. `whole` are the bytes
    /// of the message if none is missing.
    pub(crate) fn verify(
        &mut self,
        connection: &Connection,
        operation: &mut Operation,
        header: &Header,
        wrapping: Wrapping,
        whole: impl FnOnce(&Operation) -> Option<Bytes>,
    ) {
        if !header.flags.is_signed() {
            operation.signed(SignatureState::Absent);
            return;
        }
        let session = operation.session.filter(|_| !self.keys.secrets.is_empty());
        let right = session.and_then(|session| Some((session, whole(operation)?))).and_then(|(session, message)| {
            self.assume_channel(connection, session, operation.session_id);
            let logon = header.command == Command::SESSION_SETUP;
            self.keys.verify((connection.summary.connection, session), &message, logon)
        });
        operation.signed(match right {
            Some(true) => SignatureState::Ok,
            _ if wrapping.encrypted => SignatureState::Absent,
            _ if is_exempt(header) && operation.session.is_some_and(|session| self.keys.signs(session)) => {
                SignatureState::Absent
            }
            Some(false) => SignatureState::Bad,
            None => SignatureState::Unverified,
        });
    }

    /// The signing key of a session whose logon was not captured: where the dialect is known and derives keys without
    /// the handshake, its session key is enough.
    fn assume_channel(&mut self, connection: &Connection, session: u32, session_id: Option<u64>) {
        let summary = &connection.summary;
        let place = (summary.connection, session);
        let Some(dialect) = summary.dialect.filter(|dialect| *dialect != 0x0311) else { return };
        if self.keys.has_channel(place) || self.keys.handshakes.get(&place).is_some() {
            return;
        }
        let secret = session_id.and_then(|session_id| self.keys.secrets.session(session_id));
        let none = PreauthHash::new();
        if let Some(key) = secret.and_then(|secret| secret.session_key.as_deref())
            && let Some(derivation) = KeyDerivation::of_dialect(dialect, &none)
            && let Some(algorithm) = SigningAlgorithm::of_connection(dialect, summary.signing_algorithm)
        {
            let key = channel_signing_key(derivation, algorithm, key);
            self.keys.set_channel(place, Some(key), false);
        }
    }
}

/// Whether a client does not verify the signature of such a message (MS-SMB2 3.2.5.1.3). A server that knows no such
/// session has no key: what it answers repeats the signature of the request (MS-SMB2 3.3.5.2.9).
fn is_exempt(header: &Header) -> bool {
    let status = NtStatus(header.status);
    header.message_id == header::ALL_ONES_64
        || header.flags.is_response() && (status == NtStatus::PENDING || status == NtStatus::USER_SESSION_DELETED)
}

fn transform_session_id(pdu: &Pdu) -> Result<u64, Malformed> {
    let captured = pdu.holes.first().map_or(pdu.body.len(), |hole| hole.offset as usize);
    let header = pdu.body.get(..captured).unwrap_or(&pdu.body);
    wire::u64_at(header, SESSION_ID, "SessionId of SMB2 TRANSFORM_HEADER")
}

/// The ciphertext that the SMB2 TRANSFORM_HEADER announces.
fn ciphertext(pdu: &Pdu) -> Result<&[u8], Malformed> {
    let size = TransformHeader::parse(&pdu.body)?.original_message_size();
    wire::slice(&pdu.body, transform::LENGTH, size as usize, "encrypted message")
}
