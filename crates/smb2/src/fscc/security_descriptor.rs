//! Self-relative security descriptors (MS-DTYP 2.4.6), their lists of entries (2.4.5) and SIDs (2.4.2).

use crate::{Malformed, wire};
use std::fmt;

/// A security descriptor: the parts that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityDescriptor<'a> {
    /// Control.
    pub control: u16,
    /// OwnerSid, if present.
    pub owner: Option<Sid<'a>>,
    /// GroupSid, if present.
    pub group: Option<Sid<'a>>,
    /// Sacl, if present.
    pub sacl: Option<Vec<AccessControlEntry<'a>>>,
    /// Dacl, if present.
    pub dacl: Option<Vec<AccessControlEntry<'a>>>,
}

impl<'a> SecurityDescriptor<'a> {
    /// Reads a descriptor.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when a part of it is not all there.
    pub fn parse(buffer: &'a [u8]) -> Result<Self, Malformed> {
        let part = |field: usize, what| -> Result<Option<&'a [u8]>, Malformed> {
            let offset = wire::u32_at(buffer, field, what)? as usize;
            let outside = Malformed::TooShort { what, offset, need: 1, have: buffer.len() };
            if offset == 0 { Ok(None) } else { buffer.get(offset..).map(Some).ok_or(outside) }
        };
        Ok(Self {
            control: wire::u16_at(buffer, 2, "Control")?,
            owner: part(4, "OffsetOwner")?.map(Sid::parse).transpose()?,
            group: part(8, "OffsetGroup")?.map(Sid::parse).transpose()?,
            sacl: part(12, "OffsetSacl")?.map(entries).transpose()?,
            dacl: part(16, "OffsetDacl")?.map(entries).transpose()?,
        })
    }
}

/// ACE (MS-DTYP 2.4.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessControlEntry<'a> {
    /// AceType: allowed (0), denied (1), audit (2), …
    pub ace_type: u8,
    /// AceFlags: inheritance and audit.
    pub flags: u8,
    /// Mask.
    pub mask: u32,
    /// Whom it is about; `None` in the types that put other fields in front of the SID.
    pub sid: Option<Sid<'a>>,
    /// What follows the mask.
    pub rest: &'a [u8],
}

/// ACE types whose SID follows the mask (MS-DTYP 2.4.4.2, 2.4.4.4, 2.4.4.10, 2.4.4.13, 2.4.4.14).
const PLAIN_TYPES: [u8; 7] = [0x00, 0x01, 0x02, 0x03, 0x09, 0x0a, 0x11];

fn entries(acl: &[u8]) -> Result<Vec<AccessControlEntry<'_>>, Malformed> {
    let size = usize::from(wire::u16_at(acl, 2, "AclSize")?);
    let count = wire::u16_at(acl, 4, "AceCount")?;
    let acl = wire::slice(acl, 0, size, "ACL")?;
    let mut at = 8_usize;
    let mut found = Vec::new();
    for _ in 0..count {
        let size = usize::from(wire::u16_at(acl, at.saturating_add(2), "AceSize")?);
        let bytes = wire::slice(acl, at, size, "ACE")?;
        let rest = bytes.get(8..).unwrap_or_default();
        let ace_type = wire::u8_at(bytes, 0, "AceType")?;
        found.push(AccessControlEntry {
            ace_type,
            flags: wire::u8_at(bytes, 1, "AceFlags")?,
            mask: wire::u32_at(bytes, 4, "Mask")?,
            sid: if PLAIN_TYPES.contains(&ace_type) { Some(Sid::parse(rest)?) } else { None },
            rest,
        });
        at = at.saturating_add(size);
    }
    Ok(found)
}

/// SID (MS-DTYP 2.4.2.2). Shown as `S-1-5-32-544`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sid<'a> {
    authority: [u8; 6],
    sub_authorities: &'a [[u8; 4]],
}

impl<'a> Sid<'a> {
    /// Reads the SID that `bytes` begin with.
    ///
    /// # Errors
    /// [`Malformed`] when it is not all there, or not of revision 1.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Malformed> {
        let revision = wire::u8_at(bytes, 0, "Revision of a SID")?;
        if revision != 1 {
            let (what, value) = ("Revision of a SID", revision.into());
            return Err(Malformed::BadValue { what, offset: 0, value, expected: "not 1" });
        }
        let count = usize::from(wire::u8_at(bytes, 1, "SubAuthorityCount")?);
        let sub_authorities = wire::slice(bytes, 8, count.saturating_mul(4), "SubAuthority")?;
        Ok(Self {
            authority: wire::array(bytes, 2, "IdentifierAuthority")?,
            sub_authorities: sub_authorities.as_chunks::<4>().0,
        })
    }

    /// IdentifierAuthority.
    pub fn authority(&self) -> u64 {
        let [a, b, c, d, e, f] = self.authority;
        u64::from_be_bytes([0, 0, a, b, c, d, e, f])
    }

    /// The SubAuthority numbers.
    pub fn sub_authorities(&self) -> impl ExactSizeIterator<Item = u32> + Clone + use<'a> {
        self.sub_authorities.iter().map(|number| u32::from_le_bytes(*number))
    }

    /// The relative identifier of an account of a domain or of a machine (`S-1-5-21-…`): what is left of the SID without
    /// the numbers that are drawn when the domain or machine is set up.
    pub fn relative_id(&self) -> Option<u32> {
        let mut numbers = self.sub_authorities();
        match (self.authority(), numbers.len(), numbers.next()) {
            (5, 5, Some(21)) => numbers.last(),
            _ => None,
        }
    }
}

impl fmt::Display for Sid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S-1-{}", self.authority())?;
        self.sub_authorities().try_for_each(|number| write!(f, "-{number}"))
    }
}

impl fmt::Debug for Sid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    const EVERYONE: [u8; 12] = [1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0];

    fn account() -> Vec<u8> {
        let mut sid = vec![1, 5, 0, 0, 0, 0, 0, 5];
        sid.extend([21_u32, 111, 222, 333, 1001].iter().flat_map(|number| number.to_le_bytes()));
        sid
    }

    #[test]
    fn a_sid_reads_as_people_write_it() {
        assert_eq!(Sid::parse(&EVERYONE).unwrap().to_string(), "S-1-1-0");
        assert_eq!(Sid::parse(&account()).unwrap().to_string(), "S-1-5-21-111-222-333-1001");
    }

    #[test]
    fn only_accounts_have_a_relative_id() {
        assert_eq!(Sid::parse(&account()).unwrap().relative_id(), Some(1001));
        assert_eq!(Sid::parse(&EVERYONE).unwrap().relative_id(), None);
    }

    #[test]
    fn a_descriptor_has_the_parts_that_its_offsets_name() {
        let mut bytes = vec![1, 0, 4, 0x80, 20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0, 0];
        bytes.extend(EVERYONE);
        bytes.extend([2, 0, 28, 0, 1, 0, 0, 0]);
        bytes.extend([0, 3, 20, 0, 0xff, 1, 0x1f, 0]);
        bytes.extend(EVERYONE);
        let found = SecurityDescriptor::parse(&bytes).unwrap();
        assert_eq!(found.owner.unwrap().to_string(), "S-1-1-0");
        assert_eq!((found.group, found.sacl), (None, None));
        let dacl = found.dacl.unwrap();
        assert_eq!((dacl.len(), dacl[0].flags, dacl[0].mask), (1, 3, 0x001f_01ff));
        for cut in 0..bytes.len() {
            assert!(SecurityDescriptor::parse(&bytes[..cut]).is_err(), "{cut}");
        }
    }
}
