//! Keytabs: files of services' keys, in the format of MIT Kerberos (versions 0x0501 and 0x0502).
//!
//! A file is two bytes of version and any number of records: a length, negative for a hole that was left by a removed
//! entry, and an entry. Version 2 is big-endian; version 1, little-endian here, has the byte order of the machine that
//! wrote it.

mod reading;
mod writing;

use crate::{EncryptionKey, EncryptionType, Principal};

/// The keys in a keytab. `Debug` shows whose they are, and no key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keytab {
    /// Entries whose encryption type is supported, in their order.
    pub entries: Vec<Entry>,
    /// How many entries were left out: DES and other types, or a key whose length is not its type's.
    pub unsupported: usize,
}

/// One key of a principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Whose it is.
    pub principal: Principal,
    /// When it was written, seconds since the beginning of 1970.
    pub timestamp: u32,
    /// Its version (kvno).
    pub key_version: u32,
    /// The key.
    pub key: EncryptionKey,
}

impl Keytab {
    /// The keys of `kind`: those of version `key_version` before the others.
    pub fn keys(&self, kind: EncryptionType, key_version: Option<u32>) -> impl Iterator<Item = &EncryptionKey> {
        let fits = move |entry: &&Entry| key_version.is_none_or(|version| entry.key_version == version);
        let of_kind = move |entry: &&Entry| entry.key.kind() == kind;
        let fitting = self.entries.iter().filter(of_kind).filter(fits);
        let others = self.entries.iter().filter(of_kind).filter(move |entry| !fits(entry));
        fitting.chain(others).map(|entry| &entry.key)
    }
}

/// Why a file is no keytab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeytabError {
    /// It does not begin as one does.
    #[error("it does not begin with the version of a keytab, 0x0501 or 0x0502")]
    Version,
    /// An entry is longer than what is left of the file.
    #[error("entry {entry}, at byte {offset}, is cut off")]
    Cut {
        /// 1-based number of the entry, holes not counted.
        entry: usize,
        /// Where in the file it begins.
        offset: usize,
    },
    /// The fields of an entry do not fit into it.
    #[error("entry {entry}, at byte {offset}, ends in its {field}")]
    Field {
        /// 1-based number of the entry, holes not counted.
        entry: usize,
        /// Where in the file it begins.
        offset: usize,
        /// The field, in words.
        field: &'static str,
    },
}
