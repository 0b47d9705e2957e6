//! FILE_NOTIFY_INFORMATION (MS-FSCC 2.7.1).

use super::Entries;
use crate::{Malformed, wire};

/// One change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'a> {
    /// Action; [`crate::names::notify_action`] knows its name.
    pub action: u32,
    /// FileName in UTF-16LE, relative to the folder that is watched.
    pub name: &'a [u8],
}

/// The changes that the buffer of a CHANGE_NOTIFY response reports.
pub fn changes(buffer: &[u8]) -> Entries<'_, Change<'_>> {
    Entries::new(buffer, 0, change)
}

fn change(bytes: &[u8], _class: u8) -> Result<Change<'_>, Malformed> {
    let length = wire::u32_at(bytes, 8, "FileNameLength")? as usize;
    Ok(Change { action: wire::u32_at(bytes, 4, "Action")?, name: wire::slice(bytes, 12, length, "FileName")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_have_action_and_name() {
        let bytes = [16, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, b'a', 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, b'b', 0];
        let found: Vec<_> = changes(&bytes).map(|change| change.map(|change| (change.action, change.name))).collect();
        assert_eq!(found, [Ok((1, &[b'a', 0][..])), Ok((3, &[b'b', 0][..]))]);
    }
}
