//! FILE_QUOTA_INFORMATION (MS-FSCC 2.4).

use super::{Entries, Sid};
use crate::{Malformed, wire};

/// One account's quota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota<'a> {
    /// The account.
    pub sid: Sid<'a>,
    /// QuotaUsed in bytes.
    pub used: u64,
    /// QuotaThreshold in bytes.
    pub threshold: u64,
    /// QuotaLimit in bytes; all ones for none.
    pub limit: u64,
}

/// The quotas that `buffer` lists.
pub fn quotas(buffer: &[u8]) -> Entries<'_, Quota<'_>> {
    Entries::new(buffer, 0, quota)
}

fn quota(bytes: &[u8], _class: u8) -> Result<Quota<'_>, Malformed> {
    let length = wire::u32_at(bytes, 4, "SidLength")? as usize;
    Ok(Quota {
        sid: Sid::parse(wire::slice(bytes, 40, length, "Sid")?)?,
        used: wire::u64_at(bytes, 16, "QuotaUsed")?,
        threshold: wire::u64_at(bytes, 24, "QuotaThreshold")?,
        limit: wire::u64_at(bytes, 32, "QuotaLimit")?,
    })
}
