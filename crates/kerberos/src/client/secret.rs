//! What a user proves to the KDC who it is with.

use super::KdcError;
use crate::message::EtypeInfo2Entry;
use crate::{EncryptionKey, EncryptionType, Keytab, Principal};
use std::fmt;

/// A password, or keys made of one. `Debug` shows neither.
#[derive(Clone)]
pub enum Secret {
    /// The password.
    Password(String),
    /// Keys of the latest version, as from a keytab.
    Keys(Vec<EncryptionKey>),
}

impl Secret {
    /// The keys that a keytab has for `client`: of each type the one with the latest version. `None` when it has none.
    pub fn from_keytab(keytab: &Keytab, client: &Principal) -> Option<Self> {
        let of_client = || {
            keytab.entries.iter().filter(|entry| {
                entry.principal.realm == client.realm && entry.principal.name.names_the_same(&client.name)
            })
        };
        let latest = of_client().map(|entry| entry.key_version).max()?;
        Some(Self::Keys(
            of_client().filter(|entry| entry.key_version == latest).map(|entry| entry.key.clone()).collect(),
        ))
    }

    /// The types that it has keys of, best first.
    pub(super) fn kinds(&self) -> Vec<EncryptionType> {
        /// AES as all KDCs know it before AES as few do, and RC4 for those that know nothing else.
        const OFFERED: [EncryptionType; 5] = [
            EncryptionType::Aes256Sha1,
            EncryptionType::Aes128Sha1,
            EncryptionType::Aes256Sha384,
            EncryptionType::Aes128Sha256,
            EncryptionType::Rc4Hmac,
        ];
        let has = |kind: &EncryptionType| match self {
            Self::Password(_) => true,
            Self::Keys(keys) => keys.iter().any(|key| key.kind() == *kind),
        };
        OFFERED.into_iter().filter(has).collect()
    }

    /// The key of `kind` with the salt and parameters that the KDC names, if it does.
    pub(super) fn key(
        &self,
        client: &Principal,
        kind: EncryptionType,
        entry: Option<&EtypeInfo2Entry>,
    ) -> Result<EncryptionKey, KdcError> {
        match self {
            Self::Keys(keys) => keys.iter().find(|key| key.kind() == kind).cloned().ok_or(KdcError::NoCommonType),
            Self::Password(password) => {
                let salt = entry.and_then(|entry| entry.salt.clone()).unwrap_or_else(|| client.salt());
                let parameters = entry.and_then(|entry| entry.parameters.as_deref());
                EncryptionKey::from_password(kind, password, &salt, parameters).map_err(KdcError::KeyOfPassword)
            }
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password(_) => "Password",
            Self::Keys(_) => "Keys",
        })
    }
}
