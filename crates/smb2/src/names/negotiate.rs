//! Dialects, negotiate contexts and the algorithms they name (MS-SMB2 2.2.3, 2.2.4), share types (2.2.10).

use super::table;

const DIALECTS: &[(u16, &str)] = &[
    (0x0202, "2.0.2"),
    (0x0210, "2.1"),
    (0x02ff, "2.???"),
    (0x0300, "3.0"),
    (0x0302, "3.0.2"),
    (0x0310, "3.1.0"),
    (0x0311, "3.1.1"),
];

const CONTEXTS: &[(u16, &str)] = &[
    (0x0001, "SMB2_PREAUTH_INTEGRITY_CAPABILITIES"),
    (0x0002, "SMB2_ENCRYPTION_CAPABILITIES"),
    (0x0003, "SMB2_COMPRESSION_CAPABILITIES"),
    (0x0005, "SMB2_NETNAME_NEGOTIATE_CONTEXT_ID"),
    (0x0006, "SMB2_TRANSPORT_CAPABILITIES"),
    (0x0007, "SMB2_RDMA_TRANSFORM_CAPABILITIES"),
    (0x0008, "SMB2_SIGNING_CAPABILITIES"),
    (0x0100, "SMB2_POSIX_EXTENSIONS_CAPABILITIES"),
];

const HASHES: &[(u16, &str)] = &[(0x0001, "SHA-512")];

const CIPHERS: &[(u16, &str)] =
    &[(0x0001, "AES-128-CCM"), (0x0002, "AES-128-GCM"), (0x0003, "AES-256-CCM"), (0x0004, "AES-256-GCM")];

const COMPRESSIONS: &[(u16, &str)] = &[
    (0x0000, "NONE"),
    (0x0001, "LZNT1"),
    (0x0002, "LZ77"),
    (0x0003, "LZ77+Huffman"),
    (0x0004, "Pattern_V1"),
    (0x0005, "LZ4"),
];

const SIGNINGS: &[(u16, &str)] = &[(0x0000, "HMAC-SHA256"), (0x0001, "AES-CMAC"), (0x0002, "AES-GMAC")];

const SHARE_TYPES: &[(u8, &str)] =
    &[(0x01, "SMB2_SHARE_TYPE_DISK"), (0x02, "SMB2_SHARE_TYPE_PIPE"), (0x03, "SMB2_SHARE_TYPE_PRINT")];

/// A dialect as people write it: `3.1.1` for 0x0311; `2.???` for 0x02FF, the wildcard of a multi-protocol negotiate.
pub fn dialect(revision: u16) -> Option<&'static str> {
    table::name(DIALECTS, revision)
}

/// The revision of a dialect as [`dialect`] writes it: 0x0302 for `3.0.2`.
pub fn dialect_revision(name: &str) -> Option<u16> {
    DIALECTS.iter().find(|(_, known)| *known == name).map(|(revision, _)| *revision)
}

/// The name of a negotiate context's type (MS-SMB2 2.2.3.1).
pub fn negotiate_context(code: u16) -> Option<&'static str> {
    table::name(CONTEXTS, code)
}

/// The name of a preauth integrity hash (MS-SMB2 2.2.3.1.1).
pub fn hash_algorithm(code: u16) -> Option<&'static str> {
    table::name(HASHES, code)
}

/// The name of a cipher (MS-SMB2 2.2.3.1.2).
pub fn cipher(code: u16) -> Option<&'static str> {
    table::name(CIPHERS, code)
}

/// The name of a compression algorithm (MS-SMB2 2.2.3.1.3).
pub fn compression_algorithm(code: u16) -> Option<&'static str> {
    table::name(COMPRESSIONS, code)
}

/// The name of a signing algorithm (MS-SMB2 2.2.3.1.7).
pub fn signing_algorithm(code: u16) -> Option<&'static str> {
    table::name(SIGNINGS, code)
}

/// The name of a ShareType (MS-SMB2 2.2.10).
pub fn share_type(code: u8) -> Option<&'static str> {
    table::name(SHARE_TYPES, code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_have_no_duplicates() {
        table::assert_well_formed(DIALECTS);
        table::assert_well_formed(CONTEXTS);
        table::assert_well_formed(HASHES);
        table::assert_well_formed(CIPHERS);
        table::assert_well_formed(COMPRESSIONS);
        table::assert_well_formed(SIGNINGS);
        table::assert_well_formed(SHARE_TYPES);
    }

    #[test]
    fn dialects_convert_both_ways() {
        assert_eq!(dialect(0x0311), Some("3.1.1"));
        assert_eq!(dialect_revision("2.0.2"), Some(0x0202));
        assert_eq!(dialect_revision("1.0"), None);
    }

    #[test]
    fn algorithms_have_the_names_of_the_specification() {
        assert_eq!(cipher(2), Some("AES-128-GCM"));
        assert_eq!(signing_algorithm(2), Some("AES-GMAC"));
        assert_eq!(compression_algorithm(3), Some("LZ77+Huffman"));
        assert_eq!(negotiate_context(8), Some("SMB2_SIGNING_CAPABILITIES"));
        assert_eq!(hash_algorithm(1), Some("SHA-512"));
        assert_eq!(share_type(2), Some("SMB2_SHARE_TYPE_PIPE"));
    }
}
