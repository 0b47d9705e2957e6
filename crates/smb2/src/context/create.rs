//! Create contexts (MS-SMB2 2.2.13.2, 2.2.14.2): the list, the tags, and the small ones. Leases and durable handles have
//! modules of their own.

use crate::structure::{Index, structure};
use crate::{Guid, Malformed, wire};
use std::ops::Range;

/// The names that tell create contexts apart (MS-SMB2 2.2.13.2): four letters, or a GUID.
pub mod tag {
    /// SMB2_CREATE_EA_BUFFER: extended attributes.
    pub const EA_BUFFER: &[u8] = b"ExtA";
    /// SMB2_CREATE_SD_BUFFER: a security descriptor.
    pub const SD_BUFFER: &[u8] = b"SecD";
    /// SMB2_CREATE_DURABLE_HANDLE_REQUEST and its response.
    pub const DURABLE_HANDLE_REQUEST: &[u8] = b"DHnQ";
    /// SMB2_CREATE_DURABLE_HANDLE_RECONNECT.
    pub const DURABLE_HANDLE_RECONNECT: &[u8] = b"DHnC";
    /// SMB2_CREATE_ALLOCATION_SIZE.
    pub const ALLOCATION_SIZE: &[u8] = b"AlSi";
    /// SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST and its response.
    pub const QUERY_MAXIMAL_ACCESS: &[u8] = b"MxAc";
    /// SMB2_CREATE_TIMEWARP_TOKEN.
    pub const TIMEWARP_TOKEN: &[u8] = b"TWrp";
    /// SMB2_CREATE_QUERY_ON_DISK_ID and its response.
    pub const QUERY_ON_DISK_ID: &[u8] = b"QFid";
    /// SMB2_CREATE_REQUEST_LEASE and SMB2_CREATE_REQUEST_LEASE_V2, and their responses.
    pub const REQUEST_LEASE: &[u8] = b"RqLs";
    /// SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2 and its response.
    pub const DURABLE_HANDLE_REQUEST_V2: &[u8] = b"DH2Q";
    /// SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2.
    pub const DURABLE_HANDLE_RECONNECT_V2: &[u8] = b"DH2C";
    /// Apple's extension, as macOS clients and Samba's vfs_fruit speak it.
    pub const AAPL: &[u8] = b"AAPL";
    /// SMB2_CREATE_APP_INSTANCE_ID.
    pub const APP_INSTANCE_ID: &[u8] = b"\x45\xbc\xa6\x6a\xef\xa7\xf7\x4a\x90\x08\xfa\x46\x2e\x14\x4d\x74";
    /// SMB2_CREATE_APP_INSTANCE_VERSION.
    pub const APP_INSTANCE_VERSION: &[u8] = b"\xb9\x82\xd0\xb7\x3b\x56\x07\x4f\xa0\x7b\x52\x4a\x81\x16\xa0\x10";
    /// SVHDX_OPEN_DEVICE_CONTEXT (MS-RSVD).
    pub const SVHDX_OPEN_DEVICE_CONTEXT: &[u8] = b"\x9c\xcb\xcf\x9e\x04\xc1\xe6\x43\x98\x0e\x15\x8d\xa1\xf6\xec\x83";
    /// The POSIX extensions of SMB 3.1.1.
    pub const POSIX: &[u8] = b"\x93\xad\x25\x50\x9c\xb4\x11\xe7\xb4\x23\x83\xde\x96\x8b\xcd\x7c";
}

/// What a create context's `name` is called, if it is a known one: its four letters (`DHnQ`), or for a GUID its name in
/// the specification, shortened alike (`AppInstanceId`).
pub fn tag_name(name: &[u8]) -> Option<&'static str> {
    const LETTERS: [(&[u8], &str); 12] = [
        (tag::EA_BUFFER, "ExtA"),
        (tag::SD_BUFFER, "SecD"),
        (tag::DURABLE_HANDLE_REQUEST, "DHnQ"),
        (tag::DURABLE_HANDLE_RECONNECT, "DHnC"),
        (tag::ALLOCATION_SIZE, "AlSi"),
        (tag::QUERY_MAXIMAL_ACCESS, "MxAc"),
        (tag::TIMEWARP_TOKEN, "TWrp"),
        (tag::QUERY_ON_DISK_ID, "QFid"),
        (tag::REQUEST_LEASE, "RqLs"),
        (tag::DURABLE_HANDLE_REQUEST_V2, "DH2Q"),
        (tag::DURABLE_HANDLE_RECONNECT_V2, "DH2C"),
        (tag::AAPL, "AAPL"),
    ];
    const GUIDS: [(&[u8], &str); 4] = [
        (tag::APP_INSTANCE_ID, "AppInstanceId"),
        (tag::APP_INSTANCE_VERSION, "AppInstanceVersion"),
        (tag::SVHDX_OPEN_DEVICE_CONTEXT, "SvhdxOpenDeviceContext"),
        (tag::POSIX, "Posix"),
    ];
    LETTERS.iter().chain(&GUIDS).find(|(tag, _)| *tag == name).map(|(_, called)| *called)
}

/// SMB2_CREATE_CONTEXT (MS-SMB2 2.2.13.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateContext<'a> {
    /// The tag; see [`tag`] and [`tag_name`].
    pub name: &'a [u8],
    /// The data, to be read with the view that belongs to the tag.
    pub data: &'a [u8],
    /// Where the context lies in the message, from its Next field to the next context or the end of the list.
    pub range: Range<usize>,
    /// Where `data` lies in the message; add a view's constants to its start.
    pub data_range: Range<usize>,
}

/// The create contexts in `message`, whose list of `length` bytes begins at `offset` (both as the message states them).
pub(crate) fn contexts(message: &[u8], offset: u32, length: u32) -> CreateContexts<'_> {
    let next = (length != 0).then(|| offset.index());
    CreateContexts { message, end: offset.index().saturating_add(length.index()), next }
}

/// Iterator over the create contexts of a message; an `Err` is its last item. Offsets in errors count from the start of the message.
#[derive(Debug, Clone)]
pub struct CreateContexts<'a> {
    message: &'a [u8],
    end: usize,
    next: Option<usize>,
}

/// Length of the fields in front of a context's name and data.
const FIXED_LENGTH: usize = 16;

impl<'a> CreateContexts<'a> {
    /// The context at `start` and where the next one begins, if there is one.
    fn read(&self, start: usize) -> Result<(CreateContext<'a>, Option<usize>), Malformed> {
        wire::range(self.message, start, self.end.saturating_sub(start), "CreateContexts")?;
        let list = self.message.get(..self.end).unwrap_or(self.message);
        let at = |field: usize| start.saturating_add(field);
        let step = wire::u32_at(list, at(0), "Next")?;
        let name_offset = wire::u16_at(list, at(4), "NameOffset")?.index();
        let name_length = wire::u16_at(list, at(6), "NameLength")?.index();
        let data_offset = wire::u16_at(list, at(10), "DataOffset")?.index();
        let data_length = wire::u32_at(list, at(12), "DataLength")?.index();
        let next = match step.index() {
            0 => None,
            step if step >= FIXED_LENGTH && at(step) < self.end => Some(at(step)),
            _ => {
                return Err(Malformed::BadValue {
                    what: "Next of a create context",
                    offset: start,
                    value: step.into(),
                    expected: "not the offset of a further context in the list",
                });
            }
        };
        let context = CreateContext {
            name: wire::slice(list, at(name_offset), name_length, "create context name")?,
            data: wire::slice(list, at(data_offset), data_length, "create context data")?,
            range: start..next.unwrap_or(self.end),
            data_range: wire::range(list, at(data_offset), data_length, "create context data")?,
        };
        Ok((context, next))
    }
}

impl<'a> Iterator for CreateContexts<'a> {
    type Item = Result<CreateContext<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        let start = self.next.take()?;
        Some(self.read(start).map(|(context, next)| {
            self.next = next;
            context
        }))
    }
}

structure! {
    /// SMB2_CREATE_ALLOCATION_SIZE (MS-SMB2 2.2.13.2.6).
    pub struct AllocationSize (AllocationSizeLayout) = "SMB2_CREATE_ALLOCATION_SIZE", data {
        /// AllocationSize in bytes.
        allocation_size: u64,
    }
}

structure! {
    /// SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST (MS-SMB2 2.2.13.2.5), when it is not empty.
    pub struct QueryMaximalAccessRequest (MaximalAccessRequestLayout) = "SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST", data {
        /// Timestamp, FILETIME: the client needs no answer if the file has not changed since.
        timestamp: u64,
    }
}

structure! {
    /// SMB2_CREATE_QUERY_MAXIMAL_ACCESS_RESPONSE (MS-SMB2 2.2.14.2.5).
    pub struct QueryMaximalAccessResponse (MaximalAccessLayout) = "SMB2_CREATE_QUERY_MAXIMAL_ACCESS_RESPONSE", data {
        /// QueryStatus, an NTSTATUS.
        query_status: u32,
        /// MaximalAccess, an access mask; valid when QueryStatus is STATUS_SUCCESS.
        maximal_access: u32,
    }
}

structure! {
    /// SMB2_CREATE_TIMEWARP_TOKEN (MS-SMB2 2.2.13.2.7).
    pub struct TimewarpToken (TimewarpLayout) = "SMB2_CREATE_TIMEWARP_TOKEN", data {
        /// Timestamp of the snapshot, FILETIME.
        timestamp: u64 = TIMESTAMP_OFFSET,
    }
}

structure! {
    /// SMB2_CREATE_QUERY_ON_DISK_ID response (MS-SMB2 2.2.14.2.9); the request is empty.
    pub struct QueryOnDiskIdResponse (OnDiskIdLayout) = "SMB2_CREATE_QUERY_ON_DISK_ID", data {
        /// DiskFileId.
        disk_file_id: u64,
        /// VolumeId.
        volume_id: u64,
        /// Reserved.
        reserved: [u8; 16],
    }
}

structure! {
    /// SMB2_CREATE_APP_INSTANCE_ID (MS-SMB2 2.2.13.2.13).
    pub struct AppInstanceId (AppInstanceIdLayout) = "SMB2_CREATE_APP_INSTANCE_ID", data {
        /// StructureSize, 20.
        structure_size: u16,
        /// Reserved.
        reserved: u16,
        /// AppInstanceId.
        app_instance_id: Guid = APP_INSTANCE_ID_OFFSET,
    }
}

structure! {
    /// SMB2_CREATE_APP_INSTANCE_VERSION (MS-SMB2 2.2.13.2.15).
    pub struct AppInstanceVersion (AppInstanceVersionLayout) = "SMB2_CREATE_APP_INSTANCE_VERSION", data {
        /// StructureSize, 24.
        structure_size: u16,
        /// Reserved.
        reserved: u16,
        /// Padding.
        padding: u32,
        /// AppInstanceVersionHigh.
        app_instance_version_high: u64,
        /// AppInstanceVersionLow.
        app_instance_version_low: u64,
    }
}
