//! Fields of bits, shown as the names of the bits that are set.
//!
//! ```
//! use smbreplay_smb2::names::flags;
//! assert_eq!(flags::share_access(3).to_string(), "FILE_SHARE_READ|FILE_SHARE_WRITE");
//! assert_eq!(flags::lease_state(7).to_string(), "RWH");
//! ```

use super::flags_table::{self, Names};
use std::fmt;

/// A value and the names of its bits; shows itself as names joined with `|`, bits without a name as one hex number at
/// the end, and no bits at all as `0`.
#[derive(Clone, Copy, Debug)]
pub struct Bits {
    value: u32,
    names: Names,
}

impl Bits {
    /// The names of the bits that are set, and the bits that have none.
    pub fn split(self) -> (Vec<&'static str>, u32) {
        let mut rest = self.value;
        let mut set = Vec::new();
        for (bits, name) in self.names {
            if rest & bits == *bits {
                set.push(*name);
                rest &= !bits;
            }
        }
        (set, rest)
    }
}

impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (names, rest) = self.split();
        let mut text = names.join("|");
        if rest != 0 {
            let separator = if text.is_empty() { "" } else { "|" };
            text.push_str(&format!("{separator}{rest:#x}"));
        }
        f.pad(if text.is_empty() { "0" } else { &text })
    }
}

macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident($type:ty) = $table:ident;)*) => {
        $($(#[$doc])* pub fn $field(value: $type) -> Bits {
            Bits { value: u32::from(value), names: flags_table::$table }
        })*
    };
}

fields! {
    /// Flags of the header (MS-SMB2 2.2.1.2).
    header_flags(u32) = HEADER;
    /// SecurityMode of NEGOTIATE and SESSION_SETUP (MS-SMB2 2.2.3).
    security_mode(u16) = SECURITY_MODE;
    /// Capabilities of client and server (MS-SMB2 2.2.3, 2.2.4).
    capabilities(u32) = CAPABILITIES;
    /// SessionFlags of the SESSION_SETUP response (MS-SMB2 2.2.6).
    session_flags(u16) = SESSION;
    /// Flags of the SESSION_SETUP request (MS-SMB2 2.2.5).
    session_setup_flags(u8) = SESSION_SETUP;
    /// ShareFlags of the TREE_CONNECT response (MS-SMB2 2.2.10).
    share_flags(u32) = SHARE;
    /// Capabilities of a share (MS-SMB2 2.2.10).
    share_capabilities(u32) = SHARE_CAPABILITIES;
    /// DesiredAccess or MaximalAccess of a file, pipe or printer (MS-SMB2 2.2.13.1.1).
    access_mask(u32) = ACCESS;
    /// DesiredAccess or MaximalAccess of a directory (MS-SMB2 2.2.13.1.2).
    directory_access_mask(u32) = DIRECTORY_ACCESS;
    /// ShareAccess of CREATE (MS-SMB2 2.2.13).
    share_access(u32) = SHARE_ACCESS;
    /// CreateOptions (MS-SMB2 2.2.13).
    create_options(u32) = CREATE_OPTIONS;
    /// FileAttributes (MS-FSCC 2.6).
    file_attributes(u32) = FILE_ATTRIBUTES;
    /// Flags of a lock element (MS-SMB2 2.2.26.1).
    lock_flags(u32) = LOCK;
    /// CompletionFilter of CHANGE_NOTIFY (MS-SMB2 2.2.35).
    completion_filter(u32) = COMPLETION_FILTER;
    /// AdditionalInformation of security queries (MS-SMB2 2.2.37).
    security_information(u32) = SECURITY_INFORMATION;
    /// Flags of QUERY_DIRECTORY (MS-SMB2 2.2.33).
    query_directory_flags(u8) = QUERY_DIRECTORY;
}

/// A LeaseState (MS-SMB2 2.2.13.2.8), shown by its letters: `RWH` for read, write and handle caching.
#[derive(Clone, Copy, Debug)]
pub struct LeaseState(u32);

/// The letters of a LeaseState: `R`, `W`, `H`, or `0` for none; unknown bits follow in hex (`RH|0x8`).
pub fn lease_state(value: u32) -> LeaseState {
    LeaseState(value)
}

impl fmt::Display for LeaseState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LETTERS: [(u32, char); 3] = [(0x1, 'R'), (0x4, 'W'), (0x2, 'H')];
        let mut text: String = LETTERS.iter().filter(|(bit, _)| self.0 & bit != 0).map(|(_, letter)| *letter).collect();
        let rest = self.0 & !0x7;
        if rest != 0 {
            let separator = if text.is_empty() { "" } else { "|" };
            text.push_str(&format!("{separator}{rest:#x}"));
        }
        f.pad(if text.is_empty() { "0" } else { &text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_of_every_table_can_be_shown_alone() {
        for names in flags_table::ALL {
            for (value, name) in *names {
                assert_eq!(Bits { value: *value, names }.to_string(), *name);
            }
        }
    }

    #[test]
    fn names_are_joined_and_unknown_bits_end_the_list() {
        assert_eq!(
            access_mask(0x0012_0089).to_string(),
            "FILE_READ_DATA|FILE_READ_EA|FILE_READ_ATTRIBUTES|READ_CONTROL|SYNCHRONIZE"
        );
        assert_eq!(directory_access_mask(0x21).to_string(), "FILE_LIST_DIRECTORY|FILE_TRAVERSE");
        assert_eq!(share_access(0x19).to_string(), "FILE_SHARE_READ|0x18");
        assert_eq!(file_attributes(0).to_string(), "0");
        assert_eq!(header_flags(0x38).to_string(), "SMB2_FLAGS_SIGNED|0x30");
        assert_eq!(lock_flags(0x80).to_string(), "0x80");
    }

    #[test]
    fn a_number_inside_the_bits_is_not_shown_as_its_bits() {
        assert_eq!(share_flags(0x31).to_string(), "SMB2_SHAREFLAG_DFS|SMB2_SHAREFLAG_NO_CACHING");
        assert_eq!(share_flags(0x20).to_string(), "SMB2_SHAREFLAG_VDO_CACHING");
    }

    #[test]
    fn lease_states_are_letters_in_the_order_rwh() {
        assert_eq!(lease_state(7).to_string(), "RWH");
        assert_eq!(lease_state(3).to_string(), "RH");
        assert_eq!(lease_state(5).to_string(), "RW");
        assert_eq!(lease_state(0).to_string(), "0");
        assert_eq!(lease_state(9).to_string(), "R|0x8");
    }
}
