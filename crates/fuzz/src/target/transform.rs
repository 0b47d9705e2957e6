//! Encryption, signing and compression headers.
//!
//! What was encrypted is decrypted again, and nothing else is; what was signed verifies, and not when a bit is changed. An
//! input begins with the cipher and the signing algorithm that it is read with.

use smb2::compression::{CompressionHeader, Payload};
use smb2::crypto::encryption::{Cipher, CipherKey};
use smb2::crypto::kdf::{KeyDerivation, SessionKeys};
use smb2::crypto::preauth::PreauthHash;
use smb2::crypto::signing::{SigningAlgorithm, SigningKey};
use smb2::transform::{self, TransformHeader};
use smb2::{Header, header};

/// The ciphers, as the first byte of an input chooses them.
pub(crate) const CIPHERS: [Cipher; 4] = [Cipher::Aes128Ccm, Cipher::Aes128Gcm, Cipher::Aes256Ccm, Cipher::Aes256Gcm];

/// The key of all targets for a cipher.
pub(crate) fn cipher_key(cipher: Cipher) -> CipherKey {
    CipherKey::new(cipher, [0x5a; 32])
}

pub(super) fn body(input: &[u8]) {
    let Some((choice, pdu)) = input.split_first() else { return };
    let cipher = CIPHERS.get(usize::from(choice & 3)).copied().unwrap_or(Cipher::Aes128Gcm);
    encryption(&cipher_key(cipher), pdu);
    let algorithm = SigningAlgorithm::from_wire(u16::from(choice >> 2 & 3)).unwrap_or(SigningAlgorithm::AesCmac);
    signing(&SigningKey::new(algorithm, [0xa5; 16]), pdu);
    compression(pdu);
    derivation(pdu);
}

fn encryption(key: &CipherKey, pdu: &[u8]) {
    if let Ok(header) = TransformHeader::parse(pdu) {
        let _ = format!("{header:?}");
        assert_eq!(header.encrypted().len() + transform::LENGTH, pdu.len());
    }
    if let Ok(plain) = key.decrypt(pdu) {
        let Ok(header) = TransformHeader::parse(pdu) else { unreachable!("decrypted without a header") };
        assert_eq!(plain.len(), header.original_message_size() as usize);
        // A bit of the tag: the same key refuses.
        let mut changed = pdu.to_vec();
        if let Some(byte) = changed.get_mut(TransformHeader::SIGNATURE_OFFSET) {
            *byte ^= 1;
        }
        assert!(key.decrypt(&changed).is_err(), "another tag is accepted");
    }
    let nonce = u64::from(pdu.first().copied().unwrap_or_default());
    let encrypted = key.encrypt(0x1234, nonce, pdu);
    assert_eq!(key.decrypt(&encrypted).as_deref(), Ok(pdu));
    let cut = encrypted.get(..encrypted.len().saturating_sub(1)).unwrap_or_default();
    assert!(key.decrypt(cut).is_err() || pdu.is_empty(), "a message without its last byte is accepted");
}

fn signing(key: &SigningKey, message: &[u8]) {
    let _ = key.verify(message);
    let mut signed = message.to_vec();
    assert_eq!(key.sign(&mut signed).is_ok(), Header::parse(message).is_ok());
    if Header::parse(message).is_err() {
        assert!(signed == message && !key.verify(message), "what has no header is left alone");
        return;
    }
    assert!(key.verify(&signed), "what was signed verifies");
    let at = header::offset::SIGNATURE..header::offset::SIGNATURE + 16;
    assert_eq!(signed.get(at).map(<[u8]>::to_vec), key.signature(message).ok().map(|it| it.to_vec()));
    if let Some(last) = signed.last_mut() {
        *last ^= 1;
    }
    assert!(!key.verify(&signed), "a changed bit verifies");
}

fn compression(pdu: &[u8]) {
    let Ok(header) = CompressionHeader::parse(pdu) else { return };
    let _ = format!("{header:?}");
    let parts = header.payload().map(|payload| match payload {
        Payload::Chained(rest) => rest.len() + 8,
        Payload::Unchained { uncompressed, compressed } => uncompressed.len() + compressed.len() + 16,
    });
    assert!(parts.is_err() || parts == Ok(pdu.len()), "the parts are the whole: {parts:?}");
}

fn derivation(bytes: &[u8]) {
    let mut preauth = PreauthHash::new();
    preauth.update(bytes);
    let dialect = bytes.first_chunk().map_or(0x0311, |bytes| u16::from_le_bytes(*bytes));
    for dialect in [dialect, 0x0202, 0x0300, 0x0311] {
        let Some(derivation) = KeyDerivation::of_dialect(dialect, &preauth) else { continue };
        let signing = SigningAlgorithm::of_connection(dialect, None).unwrap_or(SigningAlgorithm::AesCmac);
        let keys = SessionKeys::derive(derivation, signing, Some(Cipher::Aes256Gcm), bytes.get(..32).unwrap_or(bytes));
        assert_eq!(keys.encryption.is_some(), dialect >= 0x0300);
        let _ = format!("{keys:?} {preauth:?}");
    }
}
