//! A keytab out of bytes.

use super::{Entry, Keytab, KeytabError};
use crate::message::NameType;
use crate::{EncryptionKey, EncryptionType, Principal, PrincipalName};

impl Keytab {
    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// [`KeytabError`] when they are no keytab, or an entry is broken.
    pub fn parse(file: &[u8]) -> Result<Self, KeytabError> {
        let layout = match file.first_chunk() {
            Some([5, 1]) => Layout::Version1,
            Some([5, 2]) => Layout::Version2,
            _ => return Err(KeytabError::Version),
        };
        let mut keytab = Self::default();
        let mut records = Fields { bytes: file.get(2..).unwrap_or_default(), layout };
        for number in 1usize.. {
            let Some((offset, bytes)) = next_entry(file.len(), &mut records, number)? else { break };
            let entry = Entry::read(Fields { bytes, layout });
            match entry.map_err(|field| KeytabError::Field { entry: number, offset, field })? {
                Some(entry) => keytab.entries.push(entry),
                None => keytab.unsupported = keytab.unsupported.saturating_add(1),
            }
        }
        Ok(keytab)
    }
}

/// Place and bytes of the next entry behind any holes; `None` at the end, which a length of zero also is.
fn next_entry<'a>(
    length: usize,
    records: &mut Fields<'a>,
    entry: usize,
) -> Result<Option<(usize, &'a [u8])>, KeytabError> {
    loop {
        let offset = length.saturating_sub(records.bytes.len());
        if records.bytes.is_empty() {
            return Ok(None);
        }
        let cut = KeytabError::Cut { entry, offset };
        let size = records.u32().ok_or(cut)?.cast_signed();
        if size == 0 {
            return Ok(None);
        }
        let taken = records.take(size.unsigned_abs() as usize);
        match (taken, size > 0) {
            (Some(bytes), true) => return Ok(Some((offset, bytes))),
            (None, true) => return Err(cut),
            (Some(_), false) => {}
            // A hole at the end may be longer than what is left.
            (None, false) => return Ok(None),
        }
    }
}

impl Entry {
    /// Reads an entry; `None` when its key is not supported, and the name of the field that is cut off as an error.
    fn read(mut fields: Fields<'_>) -> Result<Option<Self>, &'static str> {
        let components = fields.u16().ok_or("number of components")?;
        let components = match fields.layout {
            Layout::Version1 => components.saturating_sub(1),
            Layout::Version2 => components,
        };
        let realm = fields.text().ok_or("realm")?;
        let components = (0..components).map(|_| fields.text()).collect::<Option<Vec<_>>>().ok_or("name")?;
        let name_type = match fields.layout {
            Layout::Version1 => NameType::PRINCIPAL,
            Layout::Version2 => NameType(fields.u32().ok_or("name type")?.cast_signed()),
        };
        let timestamp = fields.u32().ok_or("timestamp")?;
        let short_version = fields.take(1).ok_or("key version")?.iter().map(|byte| u32::from(*byte)).sum();
        let kind = fields.u16().ok_or("encryption type")?;
        let key = fields.counted().ok_or("key")?;
        // The long version was added later, at the end; older writers leave it out or zero.
        let key_version = fields.u32().filter(|version| *version != 0).unwrap_or(short_version);
        let key = EncryptionType::from_wire(i32::from(kind)).and_then(|kind| EncryptionKey::new(kind, key));
        let principal = Principal { name: PrincipalName { name_type, components }, realm };
        Ok(key.map(|key| Self { principal, timestamp, key_version, key }))
    }
}

#[derive(Clone, Copy)]
enum Layout {
    Version1,
    Version2,
}

/// What is left of an entry or of the file.
struct Fields<'a> {
    bytes: &'a [u8],
    layout: Layout,
}

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    fn u16(&mut self) -> Option<u16> {
        let bytes = self.array()?;
        Some(match self.layout {
            Layout::Version1 => u16::from_le_bytes(bytes),
            Layout::Version2 => u16::from_be_bytes(bytes),
        })
    }

    fn u32(&mut self) -> Option<u32> {
        let bytes = self.array()?;
        Some(match self.layout {
            Layout::Version1 => u32::from_le_bytes(bytes),
            Layout::Version2 => u32::from_be_bytes(bytes),
        })
    }

    /// Bytes behind their number.
    fn counted(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        self.take(usize::from(length))
    }

    fn text(&mut self) -> Option<String> {
        self.counted().map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }
}
