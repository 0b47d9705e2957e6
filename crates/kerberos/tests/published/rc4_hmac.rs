//! The NT hash as key (RFC 4757 2), and tokens of the two MIC formats.

use super::hex;
use smbreplay_kerberos::gss::{MicKey, Side};
use smbreplay_kerberos::{EncryptionKey, EncryptionType};

#[test]
fn the_password_of_the_rfc_leads_to_its_key() {
    let key = EncryptionKey::from_password(EncryptionType::Rc4Hmac, "foo", b"ignored", None).unwrap();
    assert_eq!(key.as_bytes(), hex("ac8e657f83df82beea5d43bdaf7800cc"));
}

#[test]
fn a_mic_is_verified_for_its_key_its_side_and_its_message() {
    for kind in EncryptionType::ALL {
        let key = EncryptionKey::from_entropy(kind, &[7; 32]);
        let other = EncryptionKey::from_entropy(kind, &[8; 32]);
        let (mic, wrong) = (MicKey { key: &key, of_acceptor: true }, MicKey { key: &other, of_acceptor: true });
        let token = mic.sign(Side::Acceptor, 5, b"mechanisms");
        assert!(mic.verify(Side::Acceptor, b"mechanisms", &token), "{kind}");
        assert!(!mic.verify(Side::Initiator, b"mechanisms", &token), "{kind}");
        assert!(!mic.verify(Side::Acceptor, b"mechanism", &token), "{kind}");
        assert!(!wrong.verify(Side::Acceptor, b"mechanisms", &token), "{kind}");
        for end in 0..token.len() {
            assert!(!mic.verify(Side::Acceptor, b"mechanisms", token.get(..end).unwrap()), "{kind}");
        }
    }
}
