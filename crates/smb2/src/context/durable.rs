//! Durable handles in CREATE (MS-SMB2 2.2.13.2.3, .4, .11, .12 and 2.2.14.2.3, .12). Offsets count from the start of the
//! context's data.

use crate::structure::structure;
use crate::{FileId, Guid};

/// SMB2_DHANDLE_FLAG_PERSISTENT, in the flags of the second versions.
pub const PERSISTENT: u32 = 0x0000_0002;

structure! {
    /// SMB2_CREATE_DURABLE_HANDLE_REQUEST (MS-SMB2 2.2.13.2.3): tag `DHnQ`.
    pub struct DurableHandleRequest (RequestLayout) = "SMB2_CREATE_DURABLE_HANDLE_REQUEST", data {
        /// DurableRequest, reserved.
        durable_request: [u8; 16],
    }
}

structure! {
    /// SMB2_CREATE_DURABLE_HANDLE_RESPONSE (MS-SMB2 2.2.14.2.3): tag `DHnQ`.
    pub struct DurableHandleResponse (ResponseLayout) = "SMB2_CREATE_DURABLE_HANDLE_RESPONSE", data {
        /// Reserved.
        reserved: u64,
    }
}

structure! {
    /// SMB2_CREATE_DURABLE_HANDLE_RECONNECT (MS-SMB2 2.2.13.2.4): tag `DHnC`.
    pub struct DurableHandleReconnect (ReconnectLayout) = "SMB2_CREATE_DURABLE_HANDLE_RECONNECT", data {
        /// Data: the FileId of the open to take up again.
        file_id: FileId = FILE_ID_OFFSET,
    }
}

structure! {
    /// SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2 (MS-SMB2 2.2.13.2.11): tag `DH2Q`.
    pub struct DurableHandleRequestV2 (RequestV2Layout) = "SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2", data {
        /// Timeout in milliseconds, 0 for the server's own.
        timeout: u32,
        /// Flags: persistent (2).
        flags: u32,
        /// Reserved.
        reserved: u64,
        /// CreateGuid.
        create_guid: Guid = CREATE_GUID_OFFSET,
    }
}

structure! {
    /// SMB2_CREATE_DURABLE_HANDLE_RESPONSE_V2 (MS-SMB2 2.2.14.2.12): tag `DH2Q`.
    pub struct DurableHandleResponseV2 (ResponseV2Layout) = "SMB2_CREATE_DURABLE_HANDLE_RESPONSE_V2", data {
        /// Timeout in milliseconds.
        timeout: u32,
        /// Flags: persistent (2).
        flags: u32,
    }
}

structure! {
    /// SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2 (MS-SMB2 2.2.13.2.12): tag `DH2C`.
    pub struct DurableHandleReconnectV2 (ReconnectV2Layout) = "SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2", data {
        /// FileId of the open to take up again.
        file_id: FileId = FILE_ID_OFFSET,
        /// CreateGuid of the request that opened it.
        create_guid: Guid = CREATE_GUID_OFFSET,
        /// Flags: persistent (2).
        flags: u32,
    }
}
