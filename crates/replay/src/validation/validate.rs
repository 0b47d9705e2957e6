//! Both checks of chosen sessions.

use super::{Validation, check_file_system, check_operations};
use crate::load::{LoadError, load};
use crate::options::Options;
use crate::provisioning::{Before, BeforeError, Doing, ProvisioningError};
use std::sync::atomic::AtomicBool;
use store::OutputFolder;
use store::metadata::{Session, SessionMetadata};

/// Why nothing was checked.
#[derive(Debug, thiserror::Error)]
pub enum ValidationError {
    /// The captured operations cannot be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The before-state has no place.
    #[error(transparent)]
    Before(#[from] BeforeError),
}

/// What to check.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WhatToCheck {
    /// The captured operations.
    pub operations: bool,
    /// The lab share.
    pub file_system: bool,
}

/// Checks whether `sessions` of a trace can be replayed. A server that cannot be used is a finding, and no failure; `in_words`
/// says it.
///
/// # Errors
/// [`ValidationError`].
pub fn validate(
    (output, metadata): (&OutputFolder, &SessionMetadata),
    sessions: &[&Session],
    options: &Options,
    what: WhatToCheck,
    in_words: &dyn Fn(BeforeError) -> String,
    cancelled: &AtomicBool,
    progress: &mut dyn FnMut(Doing),
) -> Result<Validation, ValidationError> {
    let mut found = Validation::default();
    for session in sessions.iter().filter(|session| !session.replayable) {
        let reasons = session.not_replayable.join(", ");
        found.errors.push(format!("session {} cannot be replayed: {reasons}", session.session_id));
    }
    let lacking = metadata.trace.payload.left_out();
    found
        .warnings
        .extend(lacking.map(|what| format!("{what}: contents are not checked, and a replay sends a pattern")));
    let files: Vec<String> = sessions.iter().map(|session| session.file.clone()).collect();
    if what.operations {
        let check = check_operations(load(output, metadata, &files)?, options);
        if !check.valid {
            let left = check.total_operations.saturating_sub(check.supported_operations);
            let encrypted = match check.encrypted {
                0 => String::new(),
                count => format!(", and {count} messages are encrypted with an unknown key"),
            };
            found.errors.push(format!("{left} of {} operations cannot be sent{encrypted}", check.total_operations));
        }
        found.checks.operations = Some(check);
    }
    if what.file_system {
        let before = Before::of(output, metadata, &files, options, progress)?;
        match check_file_system(&before, cancelled, progress) {
            Ok(check) => {
                let what = match check.differences.len() {
                    0 => None,
                    1 => Some("1 path is not as it was before".to_owned()),
                    count => Some(format!("{count} paths are not as they were before")),
                };
                found.errors.extend(what.map(|what| format!("{what}; `smbreplay setup` builds what is missing")));
                found.errors.extend(check.errors.iter().cloned());
                found.warnings.extend(check.warnings.iter().cloned());
                found.checks.file_system = Some(check);
            }
            Err(error @ BeforeError::Provisioning(ProvisioningError::Crew(_))) => found.errors.push(in_words(error)),
            Err(error) => return Err(error.into()),
        }
    }
    found.ready = found.errors.is_empty();
    Ok(found)
}
