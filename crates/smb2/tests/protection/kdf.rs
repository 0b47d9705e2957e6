//! Key derivation, against the examples of Microsoft's "SMB 2 and SMB 3 security in Windows 10: the anatomy of signing
//! and cryptographic keys".

use crate::hex;
use smb2::crypto::kdf::{channel_signing_key, session_key, sp800_108};
use smb2::crypto::{Cipher, KeyDerivation, PreauthHash, SessionKeys, SigningAlgorithm};

fn cipher_keys(keys: &SessionKeys) -> (Vec<u8>, Vec<u8>) {
    let expose = |key: &Option<smb2::crypto::CipherKey>| key.as_ref().unwrap().expose().to_vec();
    (expose(&keys.encryption), expose(&keys.decryption))
}

#[test]
fn keys_of_3_0_are_those_of_the_example() {
    let key: [u8; 16] = hex::array("7CD451825D0450D235424E44BA6E78CC");
    let keys = SessionKeys::derive(KeyDerivation::Smb30, SigningAlgorithm::AesCmac, Some(Cipher::Aes128Ccm), &key);
    assert_eq!(*keys.signing.expose(), hex::array("0B7E9C5CAC36C0F6EA9AB275298CEDCE"));
    let (encryption, decryption) = cipher_keys(&keys);
    assert_eq!(encryption, hex::bytes("FAD27796665B313EBB578F388632B4F7"));
    assert_eq!(decryption, hex::bytes("B0F0427F7CEB416D1D9DCC0CD4F99447"));
    assert_eq!(keys.application, hex::array("BB23A4575AA26C721AF525AF15A87B4F"));
}

#[test]
fn a_bound_channel_of_3_0_signs_with_the_key_of_the_example() {
    let key: [u8; 16] = hex::array("4E01A2B313BCF660CC250BEF021AEDE6");
    let signing = channel_signing_key(KeyDerivation::Smb30, SigningAlgorithm::AesCmac, &key);
    assert_eq!(*signing.expose(), hex::array("BA1A17DBBFEC349BCA105563D598952F"));
}

#[test]
fn keys_of_3_1_1_are_those_of_the_example() {
    let preauth = PreauthHash::from(hex::array::<64>(
        "0DD13628CC3ED218EF9DF9772D436D0887AB9814BFAE63A80AA845F36909DB7928622DDDAD522D97
         51640A459762C5A9D6BB084CBB3CE6BDADEF5D5BCE3C6C01",
    ));
    let key: [u8; 16] = hex::array("270E1BA896585EEB7AF3472D3B4C75A7");
    let derivation = KeyDerivation::Smb311 { preauth: &preauth };
    let keys = SessionKeys::derive(derivation, SigningAlgorithm::AesCmac, Some(Cipher::Aes128Gcm), &key);
    assert_eq!(*keys.signing.expose(), hex::array("73FE7A9A77BEF0BDE49C650D8CCB5F76"));
    let (encryption, decryption) = cipher_keys(&keys);
    assert_eq!(encryption, hex::bytes("629BCBC54422A0F572B97F45989B6073"));
    assert_eq!(decryption, hex::bytes("E2AF0DCEFAC68DA71A0DFBD0D1350D74"));
    assert_eq!(keys.application, hex::array("6D7AD7954E9EC61E907B4D473DC178FF"));
}

#[test]
fn aes_256_keys_come_from_the_whole_session_key_and_all_others_from_its_first_half() {
    let preauth = PreauthHash::new();
    let derivation = KeyDerivation::Smb311 { preauth: &preauth };
    let (long, mut other_tail) = ([7; 32], [7; 32]);
    other_tail[31] = 8;
    let derive = |cipher, key: &[u8]| SessionKeys::derive(derivation, SigningAlgorithm::AesGmac, Some(cipher), key);

    let keys = derive(Cipher::Aes256Gcm, &long);
    assert_eq!(cipher_keys(&keys).0, sp800_108(&long, b"SMBC2SCipherKey\0", &[0; 64], 256));
    assert_ne!(cipher_keys(&keys), cipher_keys(&derive(Cipher::Aes256Gcm, &other_tail)));
    assert_eq!(keys.signing, derive(Cipher::Aes256Gcm, &other_tail).signing);
    assert_eq!(cipher_keys(&derive(Cipher::Aes128Gcm, &long)), cipher_keys(&derive(Cipher::Aes128Gcm, &other_tail)));
}

#[test]
fn dialects_2_x_sign_with_the_cut_session_key_and_do_not_encrypt() {
    let keys = SessionKeys::derive(
        KeyDerivation::Smb2,
        SigningAlgorithm::HmacSha256,
        Some(Cipher::Aes128Ccm),
        &[[1; 16], [2; 16]].concat(),
    );
    assert_eq!(*keys.signing.expose(), [1; 16]);
    assert!(keys.encryption.is_none() && keys.decryption.is_none());
}

#[test]
fn a_short_session_key_is_padded_with_zeros() {
    assert_eq!(session_key(&[1, 2, 3]), [1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn unknown_dialects_have_no_rules() {
    let preauth = PreauthHash::new();
    for dialect in [0x0202, 0x0210, 0x0300, 0x0302, 0x0311] {
        assert!(KeyDerivation::of_dialect(dialect, &preauth).is_some(), "{dialect:#x}");
    }
    assert!(KeyDerivation::of_dialect(0x02ff, &preauth).is_none());
}

#[test]
fn debug_output_shows_no_key() {
    let key = [0xab; 16];
    let keys = SessionKeys::derive(KeyDerivation::Smb2, SigningAlgorithm::HmacSha256, None, &key);
    let shown = format!("{keys:?}");
    assert!(shown.contains("HmacSha256") && !shown.contains("171") && !shown.contains("ab, "), "{shown}");
}
