//! A keytab as bytes.

use super::{Entry, Keytab};

impl Keytab {
    /// The bytes of a file of version 0x0502. Of what the format has no room for, a name of more than 65535 parts or
    /// bytes, only the beginning is written.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut file = vec![5, 2];
        for entry in &self.entries {
            let entry = entry.to_bytes();
            file.extend((entry.len() as u32).to_be_bytes());
            file.extend(entry);
        }
        file
    }
}

impl Entry {
    fn to_bytes(&self) -> Vec<u8> {
        let name = &self.principal.name;
        let components = u16::try_from(name.components.len()).unwrap_or(u16::MAX);
        let mut bytes = components.to_be_bytes().to_vec();
        bytes.extend(counted(self.principal.realm.as_bytes()));
        name.components.iter().take(usize::from(components)).for_each(|part| bytes.extend(counted(part.as_bytes())));
        bytes.extend(name.name_type.0.to_be_bytes());
        bytes.extend(self.timestamp.to_be_bytes());
        let [.., short_version] = self.key_version.to_be_bytes();
        bytes.push(short_version);
        bytes.extend((self.key.kind().wire() as u16).to_be_bytes());
        bytes.extend(counted(self.key.as_bytes()));
        bytes.extend(self.key_version.to_be_bytes());
        bytes
    }
}

/// Bytes behind their number.
fn counted(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    length.to_be_bytes().iter().chain(bytes.iter().take(usize::from(length))).copied().collect()
}
