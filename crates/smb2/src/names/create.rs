//! Codes of CREATE: disposition, action, oplock level, impersonation, context names (MS-SMB2 2.2.13, 2.2.14).

use super::table;

const DISPOSITIONS: &[(u32, &str)] = &[
    (0, "FILE_SUPERSEDE"),
    (1, "FILE_OPEN"),
    (2, "FILE_CREATE"),
    (3, "FILE_OPEN_IF"),
    (4, "FILE_OVERWRITE"),
    (5, "FILE_OVERWRITE_IF"),
];

const ACTIONS: &[(u32, &str)] =
    &[(0, "FILE_SUPERSEDED"), (1, "FILE_OPENED"), (2, "FILE_CREATED"), (3, "FILE_OVERWRITTEN")];

const OPLOCK_LEVELS: &[(u8, &str)] = &[
    (0x00, "SMB2_OPLOCK_LEVEL_NONE"),
    (0x01, "SMB2_OPLOCK_LEVEL_II"),
    (0x08, "SMB2_OPLOCK_LEVEL_EXCLUSIVE"),
    (0x09, "SMB2_OPLOCK_LEVEL_BATCH"),
    (0xff, "SMB2_OPLOCK_LEVEL_LEASE"),
];

const IMPERSONATION_LEVELS: &[(u32, &str)] =
    &[(0, "Anonymous"), (1, "Identification"), (2, "Impersonation"), (3, "Delegate")];

/// Sorted by the bytes on the wire.
const CONTEXTS: &[(&[u8], &str)] = &[
    (b"AAPL", "SMB2_CREATE_TAG_AAPL"),
    (b"AlSi", "SMB2_CREATE_ALLOCATION_SIZE"),
    (b"DH2C", "SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2"),
    (b"DH2Q", "SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2"),
    (b"DHnC", "SMB2_CREATE_DURABLE_HANDLE_RECONNECT"),
    (b"DHnQ", "SMB2_CREATE_DURABLE_HANDLE_REQUEST"),
    (b"ExtA", "SMB2_CREATE_EA_BUFFER"),
    (b"E\xbc\xa6j\xef\xa7\xf7J\x90\x08\xfaF.\x14Mt", "SMB2_CREATE_APP_INSTANCE_ID"),
    (b"MxAc", "SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST"),
    (b"QFid", "SMB2_CREATE_QUERY_ON_DISK_ID"),
    (b"RqLs", "SMB2_CREATE_REQUEST_LEASE"),
    (b"SecD", "SMB2_CREATE_SD_BUFFER"),
    (b"TWrp", "SMB2_CREATE_TIMEWARP_TOKEN"),
    (b"\x93\xad%P\x9c\xb4\x11\xe7\xb4#\x83\xde\x96\x8b\xcd|", "SMB2_CREATE_TAG_POSIX"),
    (b"\x9c\xcb\xcf\x9e\x04\xc1\xe6C\x98\x0e\x15\x8d\xa1\xf6\xec\x83", "SVHDX_OPEN_DEVICE_CONTEXT"),
    (b"\xb9\x82\xd0\xb7;V\x07O\xa0{RJ\x81\x16\xa0\x10", "SMB2_CREATE_APP_INSTANCE_VERSION"),
];

/// The name of a CreateDisposition (`FILE_OPEN_IF`).
pub fn create_disposition(code: u32) -> Option<&'static str> {
    table::name(DISPOSITIONS, code)
}

/// The name of a CreateAction (`FILE_CREATED`).
pub fn create_action(code: u32) -> Option<&'static str> {
    table::name(ACTIONS, code)
}

/// The name of an OplockLevel (`SMB2_OPLOCK_LEVEL_BATCH`).
pub fn oplock_level(code: u8) -> Option<&'static str> {
    table::name(OPLOCK_LEVELS, code)
}

/// The name of an ImpersonationLevel.
pub fn impersonation_level(code: u32) -> Option<&'static str> {
    table::name(IMPERSONATION_LEVELS, code)
}

/// The constant that stands for a create context's name on the wire: `SMB2_CREATE_REQUEST_LEASE` for `RqLs`. The
/// version of a lease shows in the length of its data only (MS-SMB2 2.2.13.2.10).
pub fn create_context(name: &[u8]) -> Option<&'static str> {
    table::name(CONTEXTS, name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_have_no_duplicates() {
        table::assert_well_formed(DISPOSITIONS);
        table::assert_well_formed(ACTIONS);
        table::assert_well_formed(OPLOCK_LEVELS);
        table::assert_well_formed(IMPERSONATION_LEVELS);
        table::assert_well_formed(CONTEXTS);
    }

    #[test]
    fn contexts_are_known_by_tag_and_by_guid() {
        assert_eq!(create_context(b"DH2C"), Some("SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2"));
        let app_instance_id =
            [0x45, 0xbc, 0xa6, 0x6a, 0xef, 0xa7, 0xf7, 0x4a, 0x90, 0x08, 0xfa, 0x46, 0x2e, 0x14, 0x4d, 0x74];
        assert_eq!(create_context(&app_instance_id), Some("SMB2_CREATE_APP_INSTANCE_ID"));
        assert!(CONTEXTS.iter().all(|(name, _)| matches!(name.len(), 4 | 16)));
        assert_eq!(create_context(b"rqls"), None);
        assert_eq!(create_context(b""), None);
    }

    #[test]
    fn codes_have_the_names_of_the_specification() {
        assert_eq!(create_disposition(3), Some("FILE_OPEN_IF"));
        assert_eq!(create_action(2), Some("FILE_CREATED"));
        assert_eq!(oplock_level(9), Some("SMB2_OPLOCK_LEVEL_BATCH"));
        assert_eq!(oplock_level(2), None);
    }
}
