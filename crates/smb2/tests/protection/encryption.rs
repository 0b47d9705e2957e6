//! Encryption, against the examples of Microsoft's "Encryption in SMB 3.0: a protocol perspective" and "SMB 3.1.1
//! encryption in Windows 10".

use crate::hex;
use smb2::crypto::{Cipher, CipherKey, DecryptError, KeyDerivation, PreauthHash, SessionKeys, SigningAlgorithm};

const CIPHERS: [Cipher; 4] = [Cipher::Aes128Ccm, Cipher::Aes128Gcm, Cipher::Aes256Ccm, Cipher::Aes256Gcm];

fn keys(derivation: KeyDerivation<'_>, cipher: Cipher, session_key: &str) -> (CipherKey, CipherKey) {
    let keys = SessionKeys::derive(derivation, SigningAlgorithm::AesCmac, Some(cipher), &hex::bytes(session_key));
    (keys.encryption.unwrap(), keys.decryption.unwrap())
}

#[test]
fn ccm_opens_the_example_of_3_0() {
    let (encryption, decryption) = keys(KeyDerivation::Smb30, Cipher::Aes128Ccm, "B4546771B515F766A86735532DD6C4F0");
    assert_eq!(encryption.expose(), hex::bytes("261B72350558F2E9DCF613070383EDBF"));
    assert_eq!(decryption.expose(), hex::bytes("8FE2B57EC34D2DB5B1A9727F526BBDB5"));
    let write_request = hex::bytes(
        "FD534D4281A286535415445DAE393921E44FA42E66E69A111892584FB5ED524A
         744DA3EE87000000000001001100001400E4080025C8FEE16605A437832D1CD5
         2DA9F4645333482A175FE5384563F45FCDAFAEF38BC62BA4D5C62897996625A4
         4C29BE5658DE2E6117585779E7B59FFD971278D08580D7FA899E410E910EABF5
         AA1DB43050B33B49182637759AC15D84BFCDF5B6B238993C0F4CF4D6012023F6
         C627297075D84B7803912D0A9639634453595EF3E33FFE4E7AC2AB",
    );
    let plain = encryption.decrypt(&write_request).unwrap();
    assert_eq!(
        plain,
        hex::bytes(
            "FE534D4240000100000000000900400008000000000000000400000000000000
             FFFE0000010000001100001400E4080000000000000000000000000000000000
             3100700017000000000000000000000015010000390000020100000039020000
             00000000000000007000000000000000536D623320656E6372797074696F6E20
             74657374696E67"
        )
    );
    let write_response = hex::bytes(
        "FD534D42A6015530A18F6D9AFFE22AFAE8E66484860000000000000011000014
         00E4080050000000000001001100001400E40800DBF46435C5F14169293CE079
         E344479BF670227E49873F458672C3098DAC467DD5809F369D67409166515787
         1483E01F7BECD02064EAC3E235F913668BBC2F097980D4B378F1993EFF6E60D1
         77309E5B",
    );
    assert_eq!(
        decryption.decrypt(&write_response).unwrap(),
        hex::bytes(
            "FE534D4240000100000000000900210009000000000000000400000000000000
             FFFE0000010000001100001400E4080000000000000000000000000000000000
             11000000170000000000000000000000"
        )
    );
}

#[test]
fn gcm_opens_the_example_of_3_1_1() {
    let preauth = PreauthHash::from(hex::array::<64>(
        "B23F3CBFD69487D9832B79B1594A367CDD950909B774C3A4C412B4FCEA9EDDDBA7DB256BA2EA30E9
         77F11F9B113247578E0E915C6D2A513B8F2FCA5707DC8770",
    ));
    let derivation = KeyDerivation::Smb311 { preauth: &preauth };
    let (encryption, decryption) = keys(derivation, Cipher::Aes128Gcm, "419FDDF34C1E001909D362AE7FB6AF79");
    assert_eq!(encryption.expose(), hex::bytes("A2F5E80E5D59103034F32E52F698E5EC"));
    assert_eq!(decryption.expose(), hex::bytes("748C50868C90F302962A5C35F5F9A8BF"));
    let write_response = hex::bytes(
        "FD534D42ACBE1CB7ED343ADF1725EF144D90D4B0E06831DD2E8EB7B4000000000000000050000000
         00000100250000000010000026BBBF949983A6C1C796559D0F2C510CB651D1F7B6AC8DED32A2A0B8
         F2D793A815C6F6B848D69767A215841A42D400AE6DDB5F0B44173A014973321FDD7950DA6179159B
         82E03C9E18A050FF0EA1C967",
    );
    assert_eq!(
        decryption.decrypt(&write_response).unwrap(),
        hex::bytes(
            "FE534D4240000100000000000900010001000000000000000500000000000000FFFE000001000000
             25000000001000000000000000000000000000000000000011000000170000000000000000000000"
        )
    );
}

#[test]
fn what_was_encrypted_opens_again_and_its_header_says_what_it_is() {
    for cipher in CIPHERS {
        let key = CipherKey::new(cipher, [9; 32]);
        for length in [0, 1, 16, 80, 4099] {
            let plain = vec![0x5a; length];
            let pdu = key.encrypt(0x1122_3344_5566_7788, 7, &plain);
            assert_eq!(pdu[..4], *b"\xfdSMB");
            assert_eq!(pdu[20..36], 7u128.to_le_bytes());
            assert_eq!(pdu[36..40], (length as u32).to_le_bytes());
            assert_eq!(pdu[40..44], [0, 0, 1, 0]);
            assert_eq!(pdu[44..52], 0x1122_3344_5566_7788u64.to_le_bytes());
            assert_eq!(pdu.len(), 52 + length);
            assert_eq!(key.decrypt(&pdu).unwrap(), plain, "{cipher:?} {length}");
        }
    }
}

#[test]
fn a_changed_byte_is_noticed_wherever_it_is() {
    for cipher in CIPHERS {
        let key = CipherKey::new(cipher, [9; 32]);
        let pdu = key.encrypt(5, 7, b"message");
        let places = [4, 19, 20, 30, 40, 42, 44, 52, 58];
        for at in places {
            let mut changed = pdu.clone();
            changed[at] ^= 1;
            assert!(matches!(key.decrypt(&changed), Err(DecryptError::Unauthentic { .. })), "{cipher:?} byte {at}");
        }
        assert_eq!(CipherKey::new(cipher, [8; 32]).decrypt(&pdu), Err(DecryptError::Unauthentic { session_id: 5 }));
    }
}

#[test]
fn a_cut_or_foreign_pdu_is_malformed() {
    let key = CipherKey::new(Cipher::Aes128Gcm, [9; 32]);
    let pdu = key.encrypt(5, 7, b"message");
    for cut in 0..pdu.len() {
        assert!(matches!(key.decrypt(&pdu[..cut]), Err(DecryptError::Malformed(_))), "cut at {cut}");
    }
    let mut plain = pdu;
    plain[0] = 0xfe;
    assert!(matches!(key.decrypt(&plain), Err(DecryptError::Malformed(_))));
}

#[test]
fn keys_from_a_file_must_have_the_length_of_the_cipher() {
    for cipher in CIPHERS {
        let length = if cipher.has_256_bit_key() { 32 } else { 16 };
        assert_eq!(CipherKey::from_slice(cipher, &vec![1; length]).unwrap().expose(), vec![1; length]);
        assert_eq!(CipherKey::from_slice(cipher, &vec![1; 48 - length]), None);
        assert_eq!(Cipher::from_wire(cipher.to_wire()), Some(cipher));
    }
    assert_eq!(Cipher::from_wire(0), None);
}
