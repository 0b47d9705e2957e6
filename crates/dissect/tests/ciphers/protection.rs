//! The ways in which a connection can be protected, and how Samba 4.17 is made to negotiate each of them.

use lab::SambaOptions;
use smb2::crypto::{Cipher, SigningAlgorithm};

/// The dialects that the recordings use, by their DialectRevision and their names in smb.conf(5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Dialect {
    Smb210,
    Smb302,
    Smb311,
}

impl Dialect {
    pub(crate) fn revision(self) -> u16 {
        match self {
            Self::Smb210 => 0x0210,
            Self::Smb302 => 0x0302,
            Self::Smb311 => 0x0311,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Smb210 => "SMB2_10",
            Self::Smb302 => "SMB3_02",
            Self::Smb311 => "SMB3_11",
        }
    }
}

/// What protects the messages of a recording.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protection {
    /// As little as Samba can be made to: 3.1.1 signs the tree connects all the same (MS-SMB2 3.2.4.1.1).
    Clear,
    Signed(SigningAlgorithm),
    Encrypted(Cipher),
}

impl Protection {
    /// A server that insists on it, alone.
    pub(crate) fn server(self, dialect: Dialect) -> SambaOptions {
        let mut global = vec![
            format!("server min protocol = {}", dialect.name()),
            format!("server max protocol = {}", dialect.name()),
        ];
        global.extend(self.algorithms().map(|algorithms| format!("server {algorithms}")));
        SambaOptions {
            encryption_required: matches!(self, Self::Encrypted(_)),
            signing_mandatory: matches!(self, Self::Signed(_)),
            global,
            ..SambaOptions::default()
        }
    }

    /// The settings of a client that offers nothing else.
    pub(crate) fn client(self, dialect: Dialect) -> Vec<String> {
        let mut settings = vec![format!("client max protocol = {}", dialect.name())];
        settings.extend(self.algorithms().map(|algorithms| format!("client {algorithms}")));
        settings
    }

    fn algorithms(self) -> Option<String> {
        match self {
            Self::Clear => None,
            Self::Signed(algorithm) => Some(format!("smb3 signing algorithms = {}", signing_name(algorithm))),
            Self::Encrypted(cipher) => Some(format!("smb3 encryption algorithms = {}", cipher_name(cipher))),
        }
    }
}

fn signing_name(algorithm: SigningAlgorithm) -> &'static str {
    match algorithm {
        SigningAlgorithm::HmacSha256 => "HMAC-SHA256",
        SigningAlgorithm::AesCmac => "AES-128-CMAC",
        SigningAlgorithm::AesGmac => "AES-128-GMAC",
    }
}

fn cipher_name(cipher: Cipher) -> &'static str {
    match cipher {
        Cipher::Aes128Ccm => "AES-128-CCM",
        Cipher::Aes128Gcm => "AES-128-GCM",
        Cipher::Aes256Ccm => "AES-256-CCM",
        Cipher::Aes256Gcm => "AES-256-GCM",
    }
}
