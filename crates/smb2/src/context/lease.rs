//! Leases in CREATE (MS-SMB2 2.2.13.2.8, 2.2.13.2.10, 2.2.14.2.10, 2.2.14.2.11): tag `RqLs`. Request and response share
//! one layout; the length of the data tells the versions apart. Offsets count from the start of the context's data.

use crate::Guid;
use crate::structure::structure;

structure! {
    /// SMB2_CREATE_REQUEST_LEASE, SMB2_CREATE_RESPONSE_LEASE, and the part that their second versions begin with.
    pub struct Lease (Layout) = "SMB2_CREATE_REQUEST_LEASE", data {
        /// LeaseKey.
        lease_key: Guid = LEASE_KEY_OFFSET,
        /// LeaseState requested or granted: read (1), handle (2), write (4).
        lease_state: u32,
        /// LeaseFlags: break in progress (2), parent lease key set (4, second version only).
        lease_flags: u32,
        /// LeaseDuration, reserved.
        lease_duration: u64,
    }
}

impl<'a> Lease<'a> {
    /// SMB2_LEASE_FLAG_BREAK_IN_PROGRESS.
    pub const BREAK_IN_PROGRESS: u32 = 0x02;
    /// SMB2_LEASE_FLAG_PARENT_LEASE_KEY_SET.
    pub const PARENT_LEASE_KEY_SET: u32 = 0x04;

    /// The whole second version, if this is one.
    pub fn v2(&self) -> Option<LeaseV2<'a>> {
        LeaseV2::parse(self.message).ok()
    }
}

structure! {
    /// SMB2_CREATE_REQUEST_LEASE_V2 and SMB2_CREATE_RESPONSE_LEASE_V2, SMB 3.x.
    pub struct LeaseV2 (LayoutV2) = "SMB2_CREATE_REQUEST_LEASE_V2", data {
        /// LeaseKey.
        lease_key: Guid = LEASE_KEY_OFFSET,
        /// LeaseState requested or granted: read (1), handle (2), write (4).
        lease_state: u32,
        /// Flags: break in progress (2), parent lease key set (4).
        flags: u32,
        /// LeaseDuration, reserved.
        lease_duration: u64,
        /// ParentLeaseKey, valid when the flags say that it is set.
        parent_lease_key: Guid = PARENT_LEASE_KEY_OFFSET,
        /// Epoch.
        epoch: u16,
        /// Reserved.
        reserved: u16,
    }
}
