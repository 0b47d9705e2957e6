//! Every cipher and signing algorithm that Samba can be made to negotiate, recorded on private Sambas: with the password
//! as the only secret the rows say what those of the same script in clear say.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation,
    reason = "tests"
)]

#[path = "ciphers/comparison.rs"]
mod comparison;
#[path = "ciphers/protection.rs"]
mod protection;
#[path = "ciphers/recording.rs"]
mod recording;
#[path = "ciphers/secrets.rs"]
mod secrets;
#[path = "ciphers/sessions.rs"]
mod sessions;

use comparison::assert_same;
use protection::{Dialect, Protection};
use recording::{Ingested, PASSWORD, Recorded, password};
use smb2::crypto::{Cipher, SigningAlgorithm};
use smb2::{Command, HeaderFlags};
use smbreplay_dissect::{Kind, Operation, SignatureState};
use std::sync::LazyLock;

/// The rows of the script in clear, by dialect.
fn clear(dialect: Dialect) -> &'static [Operation] {
    macro_rules! recorded {
        ($dialect:expr) => {{
            static ROWS: LazyLock<Vec<Operation>> =
                LazyLock::new(|| Recorded::script(Protection::Clear, $dialect).ingest(password(PASSWORD)).rows);
            &ROWS
        }};
    }
    match dialect {
        Dialect::Smb210 => recorded!(Dialect::Smb210),
        Dialect::Smb302 => recorded!(Dialect::Smb302),
        Dialect::Smb311 => recorded!(Dialect::Smb311),
    }
}

fn ingest(protection: Protection, dialect: Dialect) -> Ingested {
    let ingested = Recorded::script(protection, dialect).ingest(password(PASSWORD));
    assert_eq!(ingested.dissector.connections().len(), 2, "the script and the list of shares");
    for connection in ingested.dissector.connections() {
        assert_eq!(connection.dialect, Some(dialect.revision()));
    }
    let counters = ingested.dissector.counters();
    assert_eq!((counters.encrypted_pdus, counters.decryption_failures), (0, 0));
    assert_eq!((counters.session_keys_refused, counters.malformed_messages), (0, 0));
    for session in ingested.dissector.sessions() {
        assert_eq!((session.missing_key, session.not_replayable), (None, Vec::new()));
    }
    ingested
}

fn signed(flags: Option<u32>) -> bool {
    flags.is_some_and(|flags| flags & HeaderFlags::SIGNED != 0)
}

/// Whether a row comes before there are keys: a connection's events, its NEGOTIATE, and all of a logon but its end.
fn before_keys(row: &Operation) -> bool {
    row.command.is_none()
        || row.command == Some(Command::NEGOTIATE)
        || row.command == Some(Command::SESSION_SETUP) && row.status != Some(0)
}

/// Records the script signed with `algorithm` and compares it with the script in clear.
#[track_caller]
fn signed_equals_clear(dialect: Dialect, algorithm: SigningAlgorithm) {
    let Ingested { rows, dissector } = ingest(Protection::Signed(algorithm), dialect);
    for connection in dissector.connections() {
        let used = SigningAlgorithm::of_connection(dialect.revision(), connection.signing_algorithm);
        assert_eq!(used, Some(algorithm));
    }
    for row in rows.iter().filter(|row| !before_keys(row)) {
        let request = row.command == Some(Command::SESSION_SETUP) || signed(row.request_flags);
        assert!(request && signed(row.response_flags) && !row.encrypted, "{row:?}");
        assert_eq!(row.signature_state, Some(SignatureState::Ok), "{row:?}");
    }
    assert_same(&rows, clear(dialect));
}

/// Records the script encrypted with `cipher` and compares it with the script in clear.
#[track_caller]
fn encrypted_equals_clear(dialect: Dialect, cipher: Cipher) {
    let Ingested { rows, dissector } = ingest(Protection::Encrypted(cipher), dialect);
    for connection in dissector.connections() {
        assert_eq!(connection.cipher, Some(cipher.to_wire()));
    }
    for row in &rows {
        assert!(row.kind != Kind::Encrypted && row.malformed.is_none(), "{row:?}");
        let end_of_logon = row.command == Some(Command::SESSION_SETUP) && row.status == Some(0);
        assert_eq!(row.encrypted, !before_keys(row) && !end_of_logon, "{row:?}");
        assert_eq!(row.signature_state == Some(SignatureState::Ok), end_of_logon, "{row:?}");
    }
    assert_same(&rows, clear(dialect));
}

#[test]
fn signed_2_1_with_hmac_sha256() {
    signed_equals_clear(Dialect::Smb210, SigningAlgorithm::HmacSha256);
}

#[test]
fn signed_3_0_2_with_aes_cmac() {
    signed_equals_clear(Dialect::Smb302, SigningAlgorithm::AesCmac);
}

#[test]
fn signed_3_1_1_with_hmac_sha256() {
    signed_equals_clear(Dialect::Smb311, SigningAlgorithm::HmacSha256);
}

#[test]
fn signed_3_1_1_with_aes_cmac() {
    signed_equals_clear(Dialect::Smb311, SigningAlgorithm::AesCmac);
}

#[test]
fn signed_3_1_1_with_aes_gmac() {
    signed_equals_clear(Dialect::Smb311, SigningAlgorithm::AesGmac);
}

#[test]
fn encrypted_3_0_2_with_aes_128_ccm() {
    encrypted_equals_clear(Dialect::Smb302, Cipher::Aes128Ccm);
}

#[test]
fn encrypted_3_1_1_with_aes_128_ccm() {
    encrypted_equals_clear(Dialect::Smb311, Cipher::Aes128Ccm);
}

#[test]
fn encrypted_3_1_1_with_aes_128_gcm() {
    encrypted_equals_clear(Dialect::Smb311, Cipher::Aes128Gcm);
}

#[test]
fn encrypted_3_1_1_with_aes_256_ccm() {
    encrypted_equals_clear(Dialect::Smb311, Cipher::Aes256Ccm);
}

#[test]
fn encrypted_3_1_1_with_aes_256_gcm() {
    encrypted_equals_clear(Dialect::Smb311, Cipher::Aes256Gcm);
}
