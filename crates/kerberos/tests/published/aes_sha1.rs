//! RFC 3962 appendix B.

use super::hex;
use smbreplay_kerberos::encryption::StringToKeyError;
use smbreplay_kerberos::{EncryptionKey, EncryptionType};

fn check(iterations: u32, password: &str, salt: &[u8], of_128_bits: &str, of_256_bits: &str) {
    let parameters = iterations.to_be_bytes();
    for (kind, expected) in [(EncryptionType::Aes128Sha1, of_128_bits), (EncryptionType::Aes256Sha1, of_256_bits)] {
        let key = EncryptionKey::from_password(kind, password, salt, Some(&parameters)).unwrap();
        assert_eq!(key.as_bytes(), hex(expected), "{kind}, {iterations} iterations of {password}");
    }
}

#[test]
fn passwords_lead_to_the_keys_of_the_rfc() {
    check(
        1,
        "password",
        b"ATHENA.MIT.EDUraeburn",
        "42263c6e89f4fc28b8df68ee09799f15",
        "fe697b52bc0d3ce14432ba036a92e65bbb52280990a2fa27883998d72af30161",
    );
    check(
        2,
        "password",
        b"ATHENA.MIT.EDUraeburn",
        "c651bf29e2300ac27fa469d693bdda13",
        "a2e16d16b36069c135d5e9d2e25f896102685618b95914b467c67622225824ff",
    );
    check(
        1200,
        "password",
        b"ATHENA.MIT.EDUraeburn",
        "4c01cd46d632d01e6dbe230a01ed642a",
        "55a6ac740ad17b4846941051e1e8b0a7548d93b0ab30a8bc3ff16280382b8c2a",
    );
    check(
        5,
        "password",
        &hex("1234567878563412"),
        "e9b23d52273747dd5c35cb55be619d8e",
        "97a4e786be20d81a382d5ebc96d5909cabcdadc87ca48f574504159f16c36e31",
    );
    check(
        50,
        "\u{1d11e}",
        b"EXAMPLE.COMpianist",
        "f149c1f2e154a73452d43e7fe62a56e5",
        "4b6d9839f84406df1f09cc166db4b83c571848b784a3d6bdc346589a3e393f9e",
    );
}

#[test]
fn parameters_that_nobody_could_wait_for_are_refused() {
    let key = |parameters: &[u8]| {
        EncryptionKey::from_password(EncryptionType::Aes256Sha1, "password", b"salt", Some(parameters)).unwrap_err()
    };
    assert_eq!(key(&[0; 4]), StringToKeyError::Iterations { iterations: 0 });
    assert_eq!(key(&[0xff; 4]), StringToKeyError::Iterations { iterations: u32::MAX });
    assert_eq!(key(&[0, 1]), StringToKeyError::Parameters { length: 2 });
}
