//! Ciphertexts that MIT Kerberos tests its own decryption with.

use super::hex;
use smbreplay_kerberos::encryption::KeyUsage;
use smbreplay_kerberos::{EncryptionKey, EncryptionType};

#[test]
fn the_ciphertexts_of_mit_kerberos_are_opened() {
    for (kind, usage, key, plain, cipher) in [
        (
            EncryptionType::Rc4Hmac,
            0,
            "f81fec39255f5784e850c4377c88bd85",
            "",
            "02c1eb15586144122ec717763dd348bf00434ddc6585954c",
        ),
        (
            EncryptionType::Rc4Hmac,
            1,
            "67d1300d281223867f9647ff48721273",
            "1",
            "6156e0cc04e0a0874f9fda008f498a7adbbc80b70b14dddbc0",
        ),
        (
            EncryptionType::Aes128Sha1,
            0,
            "5a5c0f0ba54f3828b2195e66ca24a289",
            "",
            "49ff8e11c173d9583a3254fbe7b1f1df36c538e8416784a1672e6676",
        ),
        (
            EncryptionType::Aes128Sha1,
            1,
            "98450e3f3baa13f5c99beb936981b06f",
            "1",
            "f86742f537b35dc2174a4dbaa920faf9042090b065e1ebb1cad9a65394",
        ),
        (
            EncryptionType::Aes256Sha1,
            0,
            "17f275f2954f2ed1f90c377ba7f4d6a369aa0136e0bf0c927ad6133c693759a9",
            "",
            "e5094c55ee7b38262e2b044280b06937 9a95bf95bd8376fb3281b435",
        ),
    ] {
        let key = EncryptionKey::new(kind, &hex(key)).unwrap();
        assert_eq!(key.decrypt(KeyUsage(usage), &hex(cipher)).unwrap(), plain.as_bytes(), "{kind}, usage {usage}");
    }
}
