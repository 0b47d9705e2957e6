//! The folders that names are mapped into: made on the live shares before anything is replayed, whatever else is set up.

use super::report::Trouble;
use super::setup::{SetupOptions, setup};
use super::site::Site;
use super::ProvisioningError;
use crate::map::{Names, ShareKind};
use crate::namespace::Namespace;
use crate::plan::Plan;
use std::sync::atomic::AtomicBool;
use store::OutputFolder;
use store::changes::ChangeJournal;

/// Why the folders for a replay are not there.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// The server cannot be used, or what is made cannot be noted.
    #[error(transparent)]
    Provisioning(#[from] ProvisioningError),
    /// The server does not give them.
    #[error("{server}: {} on share {}: {}", .trouble.path, .trouble.share, .trouble.what)]
    Refused {
        /// `host:port`.
        server: String,
        /// The first that is not there, and why.
        trouble: Trouble,
    },
}

/// Makes the folders that names lie below; `names` are those of all clones.
///
/// # Errors
/// [`RootError`].
pub(crate) fn make_roots(
    plan: &Plan,
    names: &[&Names],
    output: &OutputFolder,
    site: &Site<'_>,
    journal: &mut ChangeJournal,
) -> Result<(), RootError> {
    let is_used = |share: &Option<usize>| {
        let share = share.and_then(|index| plan.shares.get(index));
        share.is_none_or(|share| share.kind == ShareKind::Disk && share.connected)
    };
    let used: Vec<Option<usize>> = (0..plan.shares.len()).map(Some).filter(is_used).collect();
    // Without a share that the capture names, what is done on files goes to the configured one.
    let used = if used.is_empty() { vec![None] } else { used };
    let needs_one = |names: &&Names| used.iter().any(|share| !names.share(*share).place.folder().is_empty());
    if !names.iter().any(needs_one) {
        return Ok(());
    }
    let shares_only = Namespace::of_shares(plan.shares.clone(), &used);
    let never = AtomicBool::new(false);
    let named = (&shares_only, names);
    let report = setup(output, named, site, SetupOptions::default(), journal, &never, &mut |_| {})?;
    match report.errors.into_iter().next() {
        None => Ok(()),
        Some(trouble) => Err(RootError::Refused { server: report.server, trouble }),
    }
}
