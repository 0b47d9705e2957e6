//! Actions that a CHANGE_NOTIFY response reports (MS-FSCC 2.7.1).

use super::table;

const ACTIONS: &[(u32, &str)] = &[
    (0x01, "FILE_ACTION_ADDED"),
    (0x02, "FILE_ACTION_REMOVED"),
    (0x03, "FILE_ACTION_MODIFIED"),
    (0x04, "FILE_ACTION_RENAMED_OLD_NAME"),
    (0x05, "FILE_ACTION_RENAMED_NEW_NAME"),
    (0x06, "FILE_ACTION_ADDED_STREAM"),
    (0x07, "FILE_ACTION_REMOVED_STREAM"),
    (0x08, "FILE_ACTION_MODIFIED_STREAM"),
    (0x09, "FILE_ACTION_REMOVED_BY_DELETE"),
    (0x0a, "FILE_ACTION_ID_NOT_TUNNELLED"),
    (0x0b, "FILE_ACTION_TUNNELLED_ID_COLLISION"),
];

/// The name of an Action (`FILE_ACTION_ADDED`).
pub fn notify_action(code: u32) -> Option<&'static str> {
    table::name(ACTIONS, code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_sorted_and_named() {
        table::assert_well_formed(ACTIONS);
        assert_eq!(notify_action(5), Some("FILE_ACTION_RENAMED_NEW_NAME"));
        assert_eq!(notify_action(0), None);
    }
}
