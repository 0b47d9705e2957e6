//! Signatures, against RFC 4493, and the rules of MS-SMB2 3.1.4.1.

use crate::hex;
use smb2::crypto::{SigningAlgorithm, SigningKey};
use smb2::{Command, header};

const ALGORITHMS: [SigningAlgorithm; 3] =
    [SigningAlgorithm::HmacSha256, SigningAlgorithm::AesCmac, SigningAlgorithm::AesGmac];

fn message(command: Command, flags: u32, message_id: u64) -> Vec<u8> {
    let mut message = vec![0; 80];
    for (at, bytes) in [
        (0, &header::PROTOCOL_ID[..]),
        (header::offset::STRUCTURE_SIZE, &64u16.to_le_bytes()),
        (header::offset::COMMAND, &command.0.to_le_bytes()),
        (header::offset::FLAGS, &flags.to_le_bytes()),
        (header::offset::MESSAGE_ID, &message_id.to_le_bytes()),
    ] {
        assert!(header::patch(&mut message, at, bytes));
    }
    message
}

#[test]
fn a_signed_message_verifies_and_a_changed_one_does_not() {
    for algorithm in ALGORITHMS {
        let key = SigningKey::new(algorithm, [3; 16]);
        let mut message = message(Command::READ, 8, 42);
        key.sign(&mut message).unwrap();
        assert_ne!(message[48..64], [0; 16], "{algorithm:?}");
        assert!(key.verify(&message), "{algorithm:?}");
        assert!(!SigningKey::new(algorithm, [4; 16]).verify(&message), "{algorithm:?}");
        for at in [8, 24, 47, 48, 63, 64, 79] {
            let mut changed = message.clone();
            changed[at] ^= 1;
            assert!(!key.verify(&changed), "{algorithm:?}, byte {at}");
        }
        assert!(!key.verify(&message[..79]), "{algorithm:?}: the padding counts");
    }
}

#[test]
fn signing_changes_nothing_but_the_signature() {
    for algorithm in ALGORITHMS {
        let unsigned = message(Command::WRITE, 0, 1);
        let mut signed = unsigned.clone();
        signed[50] = 9;
        let key = SigningKey::new(algorithm, [3; 16]);
        key.sign(&mut signed).unwrap();
        assert_eq!(signed[..48], unsigned[..48]);
        assert_eq!(signed[64..], unsigned[64..]);
        assert_eq!(signed[48..64], key.signature(&unsigned).unwrap());
    }
}

#[test]
fn hmac_sha256_is_that_of_rfc_2104_cut_to_16_bytes() {
    let message = message(Command::ECHO, 8, 7);
    let right = aws_lc_rs::hmac::sign(&aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &[5; 16]), &message);
    let signature = SigningKey::new(SigningAlgorithm::HmacSha256, [5; 16]).signature(&message).unwrap();
    assert_eq!(signature, right.as_ref()[..16]);
}

#[test]
fn cmac_is_that_of_rfc_4493() {
    // The RFC's messages are no SMB2 messages: the primitive is tested below the header.
    let key: [u8; 16] = hex::array("2b7e151628aed2a6abf7158809cf4f3c");
    let key = aws_lc_rs::cmac::Key::new(aws_lc_rs::cmac::AES_128, &key).unwrap();
    let message = hex::bytes(
        "6bc1bee22e409f96e93d7e117393172a ae2d8a571e03ac9c9eb76fac45af8e51
         30c81c46a35ce411e5fbc1191a0a52ef f69f2445df4f9b17ad2b417be66c3710",
    );
    for (length, tag) in [
        (0, "bb1d6929e95937287fa37d129b756746"),
        (16, "070a16b46b4d4144f79bdd9dd04a287c"),
        (40, "dfa66747de9ae63030ca32611497c827"),
        (64, "51f0bebf7e3b9d92fc49741779363cfe"),
    ] {
        assert_eq!(aws_lc_rs::cmac::sign(&key, &message[..length]).unwrap().as_ref(), hex::bytes(tag), "{length}");
    }
}

#[test]
fn cmac_covers_the_message_with_its_signature_taken_as_zeros() {
    let mut message = message(Command::ECHO, 8, 7);
    let key = aws_lc_rs::cmac::Key::new(aws_lc_rs::cmac::AES_128, &[5; 16]).unwrap();
    let right = aws_lc_rs::cmac::sign(&key, &message).unwrap();
    message[48..64].fill(0xee);
    let signature = SigningKey::new(SigningAlgorithm::AesCmac, [5; 16]).signature(&message).unwrap();
    assert_eq!(signature, right.as_ref());
}

#[test]
fn the_nonce_of_gmac_tells_message_role_and_cancel_apart() {
    use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
    let gcm = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &[5; 16]).unwrap());
    let key = SigningKey::new(SigningAlgorithm::AesGmac, [5; 16]);
    for (command, flags, nonce) in [
        (Command::READ, 8, "0807060504030201 00000000"),
        (Command::READ, 9, "0807060504030201 01000000"),
        (Command::CANCEL, 8, "0807060504030201 02000000"),
    ] {
        let message = message(command, flags, 0x0102_0304_0506_0708);
        let nonce = Nonce::assume_unique_for_key(hex::array(nonce));
        let tag = gcm.seal_in_place_separate_tag(nonce, Aad::from(&message), &mut []).unwrap();
        assert_eq!(key.signature(&message).unwrap(), tag.as_ref(), "{command:?} {flags}");
    }
}

#[test]
fn what_has_no_header_is_neither_signed_nor_verified() {
    for algorithm in ALGORITHMS {
        let key = SigningKey::new(algorithm, [3; 16]);
        for mut broken in [vec![], vec![0xfe; 63], vec![0; 64]] {
            let before = broken.clone();
            assert!(key.sign(&mut broken).is_err());
            assert!(key.signature(&broken).is_err());
            assert!(!key.verify(&broken));
            assert_eq!(broken, before);
        }
    }
}

#[test]
fn a_connection_signs_with_what_its_dialect_prescribes() {
    for (dialect, negotiated, algorithm) in [
        (0x0202, None, Some(SigningAlgorithm::HmacSha256)),
        (0x0210, None, Some(SigningAlgorithm::HmacSha256)),
        (0x0300, None, Some(SigningAlgorithm::AesCmac)),
        (0x0302, Some(2), Some(SigningAlgorithm::AesCmac)),
        (0x0311, None, Some(SigningAlgorithm::AesCmac)),
        (0x0311, Some(0), Some(SigningAlgorithm::HmacSha256)),
        (0x0311, Some(2), Some(SigningAlgorithm::AesGmac)),
        (0x0311, Some(3), None),
    ] {
        assert_eq!(SigningAlgorithm::of_connection(dialect, negotiated), algorithm, "{dialect:#x} {negotiated:?}");
    }
}
