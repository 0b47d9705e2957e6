//! RFC 8009 appendix A.

use super::hex;
use smbreplay_kerberos::encryption::KeyUsage;
use smbreplay_kerberos::{EncryptionKey, EncryptionType};

const USAGE: KeyUsage = KeyUsage(2);
const KEY_128: &str = "3705d96080c17728a0e800eab6e0d23c";
const KEY_256: &str = "6d404d37faf79f9df0d33568d320669800eb4836472ea8a026d16b7182460c52";

fn key(kind: EncryptionType) -> EncryptionKey {
    let bytes = if kind == EncryptionType::Aes128Sha256 { KEY_128 } else { KEY_256 };
    EncryptionKey::new(kind, &hex(bytes)).unwrap()
}

#[test]
fn passwords_lead_to_the_keys_of_the_rfc() {
    let salt = [&hex("10df9dd783e5bc8acea1730e74355f61")[..], b"ATHENA.MIT.EDUraeburn"].concat();
    for (kind, expected) in [
        (EncryptionType::Aes128Sha256, "089bca48b105ea6ea77ca5d2f39dc5e7"),
        (EncryptionType::Aes256Sha384, "45bd806dbf6a833a9cffc1c94589a222367a79bc21c413718906e9f578a78467"),
    ] {
        assert_eq!(EncryptionKey::from_password(kind, "password", &salt, None).unwrap().as_bytes(), hex(expected));
    }
}

#[test]
fn the_ciphertexts_of_the_rfc_are_made_and_opened() {
    let vectors = [
        (
            EncryptionType::Aes128Sha256,
            "",
            "7e5895eaf2672435bad817f545a37148",
            "ef85fb890bb8472f4dab20394dca781d ad877eda39d50c870c0d5a0a8e48c718",
        ),
        (
            EncryptionType::Aes128Sha256,
            "000102030405",
            "7bca285e2fd4130fb55b1a5c83bc5b24",
            "84d7f30754ed987bab0bf3506beb09cf b55402cef7e6877ce99e247e52d16ed4421dfdf8976c",
        ),
        (
            EncryptionType::Aes128Sha256,
            "000102030405060708090a0b0c0d0e0f",
            "56ab21713ff62c0a1457200f6fa9948f",
            "3517d640f50ddc8ad3628722b3569d2ae07493fa8263254080ea65c1008e8fc2 95fb4852e7d83e1e7c48c37eebe6b0d3",
        ),
        (
            EncryptionType::Aes256Sha384,
            "",
            "f764e9fa15c276478b2c7d0c4e5f58e4",
            "41f53fa5bfe7026d91faf9be959195a0 58707273a96a40f0a01960621ac612748b9bbfbe7eb4ce3c",
        ),
        (
            EncryptionType::Aes256Sha384,
            "000102030405",
            "b80d3251c1f6471494256ffe712d0b9a",
            "4ed7b37c2bcac8f74f23c1cf07e62bc7b75fb3f637b9 f559c7f664f69eab7b6092237526ea0d1f61cb20d69d10f2",
        ),
    ];
    for (kind, plain, confounder, cipher) in vectors {
        let confounder: [u8; 16] = hex(confounder).try_into().unwrap();
        assert_eq!(key(kind).encrypt(USAGE, &confounder, &hex(plain)), hex(cipher), "{kind}");
        assert_eq!(key(kind).decrypt(USAGE, &hex(cipher)).unwrap(), hex(plain), "{kind}");
    }
}

#[test]
fn the_checksums_of_the_rfc_are_made() {
    let data = hex("000102030405060708090a0b0c0d0e0f1011121314");
    let expected = hex("d78367186643d67b411cba9139fc1dee");
    assert_eq!(key(EncryptionType::Aes128Sha256).checksum(USAGE, &data), expected);
    let expected = hex("45ee791567eefca37f4ac1e0222de80d43c3bfa06699672a");
    assert_eq!(key(EncryptionType::Aes256Sha384).checksum(USAGE, &data), expected);
}
