use crate::example::key;
use smbreplay_kerberos::EncryptionType;
use smbreplay_kerberos::encryption::{DecryptError, KeyUsage};

#[test]
fn what_was_encrypted_is_opened_by_its_key_for_its_usage_alone() {
    for kind in EncryptionType::ALL {
        for length in 0..70 {
            let plain = vec![9; length];
            let cipher = key(kind, 1).encrypt(KeyUsage::TICKET, &[5; 16], &plain);
            assert_eq!(key(kind, 1).decrypt(KeyUsage::TICKET, &cipher).unwrap(), plain, "{kind}, {length}");
            assert_eq!(key(kind, 2).decrypt(KeyUsage::TICKET, &cipher), Err(DecryptError::Integrity));
            assert_eq!(key(kind, 1).decrypt(KeyUsage::AP_REP, &cipher), Err(DecryptError::Integrity));
        }
    }
}

#[test]
fn no_bit_of_a_ciphertext_can_change_and_no_byte_be_missing() {
    for kind in EncryptionType::ALL {
        let cipher = key(kind, 1).encrypt(KeyUsage::AS_REP, &[5; 16], b"a session key and more");
        for place in 0..cipher.len() {
            let mut changed = cipher.clone();
            changed[place] ^= 1;
            assert_eq!(key(kind, 1).decrypt(KeyUsage::AS_REP, &changed), Err(DecryptError::Integrity), "{kind}");
            assert!(key(kind, 1).decrypt(KeyUsage::AS_REP, &cipher[..place]).is_err(), "{kind}, {place}");
        }
    }
}

#[test]
fn a_key_is_not_shown() {
    assert_eq!(format!("{:?}", key(EncryptionType::Rc4Hmac, 1)), "EncryptionKey { kind: Rc4Hmac, .. }");
}
