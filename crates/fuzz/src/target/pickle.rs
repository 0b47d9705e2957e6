//! Settings of the earlier tool, which are a pickle.
//!
//! Each is read or refused with one line of words, without any text of it but the name of what it would call. What is taken over is a setting in
//! its canonical form, each once; and of what is read as a whole, no beginning is.

use std::collections::BTreeSet;
use store::config::earlier::EarlierSettings;
use store::config::earlier::pickle::{Pickle, PickleError};

/// Two names of 80 characters, of a dictionary and of what is inside, with a dot between them.
const LONGEST_NAME: usize = 161;

pub(super) fn body(input: &[u8]) {
    if let Err(error) = Pickle::read(input) {
        let text = error.to_string();
        assert!(!text.chars().any(char::is_control), "{text:?}");
        let (PickleError::Refused { offset, .. }
        | PickleError::Unknown { offset, .. }
        | PickleError::Cut { offset, .. }
        | PickleError::Malformed { offset, .. }
        | PickleError::GoesOn { offset }) = error
        else {
            return;
        };
        assert!(offset <= input.len(), "byte {offset} of {}", input.len());
        return;
    }
    for length in [input.len() / 2, input.len().saturating_sub(1)] {
        let cut = input.get(..length).map(Pickle::read);
        assert!(cut.is_some_and(|cut| cut.is_err()), "its first {length} bytes are a pickle too");
    }
    let Ok(settings) = EarlierSettings::read(input) else { return };
    let keys: BTreeSet<&str> = settings.taken.iter().map(|(key, _)| key.name()).collect();
    assert_eq!(keys.len(), settings.taken.len(), "a key is there twice");
    for (key, value) in &settings.taken {
        assert_eq!(key.parse_value(value, "").ok().as_ref(), Some(value), "{key}");
    }
    for left in &settings.left {
        assert!(left.name.chars().count() <= LONGEST_NAME, "{:?}", left.name);
        assert!(left.reason.lines().count() == 1, "{:?}", left.reason);
    }
}
