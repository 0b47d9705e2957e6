//! LOCK (MS-SMB2 2.2.26, 2.2.27).

use crate::structure::structure;
use crate::{FileId, Malformed, wire};

structure! {
    /// SMB2 LOCK Request (MS-SMB2 2.2.26). StructureSize counts one element of Locks.
    pub struct LockRequest (RequestLayout) = "SMB2 LOCK Request", message(48) {
        /// LockCount: the number of elements in Locks.
        lock_count: u16,
        /// LockSequenceNumber (low 4 bits) and LockSequenceIndex (the other 28); Reserved in SMB 2.0.2.
        lock_sequence: u32,
        /// FileId to lock in.
        file_id: FileId = FILE_ID_OFFSET,
    }
}

/// SMB2_LOCK_ELEMENT (MS-SMB2 2.2.26.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LockElement {
    /// Offset of the range in bytes.
    pub offset: u64,
    /// Length of the range in bytes.
    pub length: u64,
    /// Flags: shared (1), exclusive (2), unlock (4), fail immediately (0x10).
    pub flags: u32,
}

impl LockElement {
    /// Length of an element on the wire in bytes.
    pub const LENGTH: usize = 24;
    /// SMB2_LOCKFLAG_SHARED_LOCK.
    pub const SHARED_LOCK: u32 = 0x01;
    /// SMB2_LOCKFLAG_EXCLUSIVE_LOCK.
    pub const EXCLUSIVE_LOCK: u32 = 0x02;
    /// SMB2_LOCKFLAG_UNLOCK.
    pub const UNLOCK: u32 = 0x04;
    /// SMB2_LOCKFLAG_FAIL_IMMEDIATELY.
    pub const FAIL_IMMEDIATELY: u32 = 0x10;
}

impl<'a> LockRequest<'a> {
    /// Locks: the ranges to lock or unlock.
    ///
    /// # Errors
    /// [`Malformed::TooShort`] when there are fewer than LockCount.
    pub fn locks(&self) -> Result<impl ExactSizeIterator<Item = LockElement> + Clone + use<'a>, Malformed> {
        let length = usize::from(self.lock_count()).saturating_mul(LockElement::LENGTH);
        let elements = wire::slice(self.message, Self::FIXED_END, length, "Locks")?;
        Ok(elements.as_chunks::<{ LockElement::LENGTH }>().0.iter().map(|element| {
            let layout: &ElementLayout = zerocopy::transmute_ref!(element);
            LockElement { offset: layout.offset.get(), length: layout.length.get(), flags: layout.flags.get() }
        }))
    }
}

#[derive(zerocopy::FromBytes, zerocopy::Immutable, zerocopy::Unaligned)]
#[repr(C)]
struct ElementLayout {
    offset: zerocopy::little_endian::U64,
    length: zerocopy::little_endian::U64,
    flags: zerocopy::little_endian::U32,
    reserved: [u8; 4],
}

structure! {
    /// SMB2 LOCK Response (MS-SMB2 2.2.27).
    pub struct LockResponse (ResponseLayout) = "SMB2 LOCK Response", message(4) {
        /// Reserved.
        reserved: u16,
    }
}
