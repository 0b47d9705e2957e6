//! What is wrong with what a user gave.

use kerberos::keytab::KeytabError;

/// Why a secret could not be understood. No message repeats a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The text has another form.
    #[error("expected {form}")]
    Form {
        /// The form expected.
        form: &'static str,
    },
    /// The SessionId is neither of its forms.
    #[error("session id: expected 0x and up to 16 hex digits, or 16 hex digits in the byte order of the wire")]
    SessionId,
    /// A key is no hexadecimal number of whole bytes.
    #[error("{what}: expected pairs of hex digits")]
    Hex {
        /// Which key.
        what: &'static str,
    },
    /// A key has a length that no such key has.
    #[error("{what}: {length} bytes, expected {expected}")]
    Length {
        /// Which key.
        what: &'static str,
        /// Its length in bytes.
        length: usize,
        /// What it may be.
        expected: &'static str,
    },
    /// A file is no keytab, or a broken one.
    #[error("it is no keytab that can be read: {0}")]
    Keytab(#[from] KeytabError),
    /// A keytab has no key that can be used.
    #[error("the keytab has no key of encryption type 17, 18, 19, 20 or 23 ({unsupported} of others)")]
    KeytabWithoutKeys {
        /// How many keys of other types it has.
        unsupported: usize,
    },
    /// A line of a key file is wrong.
    #[error("line {line}: {source}")]
    Line {
        /// 1-based number of the line.
        line: usize,
        /// What is wrong with it.
        source: Box<SecretError>,
    },
}
