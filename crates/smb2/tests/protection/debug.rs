//! What holds a key or a password shows none of it in `Debug`.

use smb2::auth::ntlm::{Client, Entropy, NtHash};
use smb2::auth::{Credentials, NtlmLogon};
use smb2::crypto::{Cipher, CipherKey, KeyDerivation, PreauthHash, SessionKeys, SigningAlgorithm, SigningKey};

/// A byte that a list of bytes shows as 171 and hex digits as `ab`.
const BYTE: u8 = 0xab;
const PASSWORD: &str = "open sesame";

#[test]
fn keys_and_passwords_stay_out_of_debug_output() {
    let preauth = PreauthHash::new();
    let keys =
        |derivation| SessionKeys::derive(derivation, SigningAlgorithm::AesGmac, Some(Cipher::Aes256Gcm), &[BYTE; 16]);
    let credentials = Credentials { domain: "LAB".into(), user: "eva".into(), password: PASSWORD.into() };
    let entropy = || Entropy { client_challenge: [BYTE; 8], exported_session_key: [BYTE; 16], filetime: 0 };
    let shown = [
        format!("{:?}", keys(KeyDerivation::Smb2)),
        format!("{:?}", CipherKey::new(Cipher::Aes256Ccm, [BYTE; 32])),
        format!("{:?}", SigningKey::new(SigningAlgorithm::HmacSha256, [BYTE; 16])),
        format!("{:?}", NtHash::from([BYTE; 16])),
        format!("{credentials:?}"),
        format!("{:?}", entropy()),
        format!("{:?}", Client::new("LAB", "eva", PASSWORD, "")),
        format!("{:?}", NtlmLogon::new(&credentials, entropy())),
    ];
    for text in shown {
        assert!(!text.contains("171") && !text.contains("abab") && !text.contains(PASSWORD), "{text}");
    }
    let derived = keys(KeyDerivation::Smb311 { preauth: &preauth });
    let (text, first) = (format!("{derived:?}"), derived.encryption.as_ref().unwrap().expose()[..4].to_vec());
    assert!(!text.contains(&format!("{first:?}")[1..6]), "{text}");
}
