//! Taking away what setups and replays made, and nothing else.

use super::removal::{Removal, Removed};
use super::report::Trouble;
use super::site::Site;
use super::stages::Stages;
use super::survey::{Found, Survey};
use super::wanted::{Unwanted, WantedShare};
use super::{Doing, ProvisioningError};
use crate::map::fold;
use crate::namespace::Namespace;
use client::crew::{End, carry_out};
use serde::{Deserialize, Serialize};
use smb2::NtStatus;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use store::changes::{Change, Changes};

const SEPARATOR: u16 = b'\\' as u16;

/// What a cleanup did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CleanupReport {
    /// Nothing that was made is left.
    pub success: bool,
    /// Nothing was changed.
    pub dry_run: bool,
    /// The live server, `host:port`.
    pub server: String,
    /// Names of the runs and setups whose work this is about.
    pub runs: Vec<String>,
    /// Folders and files that were removed.
    pub removed: u64,
    /// What was gone before.
    pub missing: u64,
    /// What is still there, and why.
    pub kept: Vec<Trouble>,
    /// What was there before any of it, and was renamed or deleted by a replay or by force.
    pub not_restored: Vec<Trouble>,
    /// It was interrupted.
    pub interrupted: bool,
    /// What would be removed; only of a dry run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<Trouble>,
}

/// Removes what the journals say was made, as far as it is still there, and notes in them that it is gone. Safe to repeat.
///
/// # Errors
/// [`ProvisioningError`].
pub fn cleanup(
    journals: &[Changes],
    site: &Site<'_>,
    dry_run: bool,
    cancelled: &AtomicBool,
    progress: &mut dyn FnMut(Doing),
) -> Result<CleanupReport, ProvisioningError> {
    let mut report = CleanupReport { dry_run, server: site.name(), ..CleanupReport::default() };
    let open: Vec<&Changes> = journals.iter().filter(|journal| !journal.is_cleaned()).collect();
    report.runs = open.iter().map(|journal| journal.name.clone()).collect();
    let Made { shares, not_restored } = Made::of(open.iter().flat_map(|journal| &journal.changes));
    report.not_restored = not_restored;
    for (share, paths) in shares {
        let paths: Vec<Vec<u16>> = paths.into_values().collect();
        let end = match dry_run {
            true => plan(&share, paths, site, cancelled, &mut report)?,
            false => remove(&share, &paths, site, cancelled, &mut report, progress)?,
        };
        if end == End::Interrupted {
            report.interrupted = true;
            break;
        }
    }
    report.success = report.kept.is_empty() && !report.interrupted;
    if report.success && !dry_run {
        for journal in open {
            journal.mark_cleaned()?;
        }
    }
    Ok(report)
}

/// What was made and is not known to be gone: by share, and by path in upper case.
#[derive(Default)]
struct Made {
    shares: BTreeMap<String, BTreeMap<Vec<u16>, Vec<u16>>>,
    not_restored: Vec<Trouble>,
}

impl Made {
    fn of<'a>(changes: impl Iterator<Item = &'a Change>) -> Self {
        let mut made = Self::default();
        changes.for_each(|change| made.apply(change));
        made
    }

    fn apply(&mut self, change: &Change) {
        match change {
            Change::Made { share, path, .. } => {
                let path = path.units();
                self.on(share).insert(folded(&path), path);
            }
            Change::NotMade { share, path } => {
                self.on(share).remove(&folded(&path.units()));
            }
            Change::Deleted { share, path } => {
                if self.on(share).remove(&folded(&path.units())).is_none() {
                    self.lose(share, path.to_string(), "was deleted");
                }
            }
            Change::Renamed { share, path, to } => {
                let (old, new) = (path.units(), to.units());
                if !self.rename(share, &old, &new) {
                    self.lose(share, path.to_string(), &format!("was renamed to {to}"));
                }
            }
            Change::Linked { share, path, to } => {
                let (old, new) = (folded(&path.units()), to.units());
                let of_share = self.on(share);
                if of_share.contains_key(&old) {
                    of_share.insert(folded(&new), new);
                }
            }
            Change::Cleaned => self.shares.clear(),
        }
    }

    fn on(&mut self, share: &str) -> &mut BTreeMap<Vec<u16>, Vec<u16>> {
        self.shares.entry(share.to_owned()).or_default()
    }

    fn lose(&mut self, share: &str, path: String, what: &str) {
        let (share, what) = (share.to_owned(), what.to_owned());
        self.not_restored.push(Trouble { share, path, frame: 0, what });
    }

    /// Moves what is at and below a path; false when what is at it was not made here.
    fn rename(&mut self, share: &str, old: &[u16], new: &[u16]) -> bool {
        let of_share = self.on(share);
        let key = folded(old);
        let is_below = |path: &[u16]| path.strip_prefix(key.as_slice()).is_some_and(|rest| rest.first() == Some(&SEPARATOR));
        let below: Vec<Vec<u16>> = of_share.keys().filter(|path| is_below(path)).cloned().collect();
        let itself = of_share.remove(&key);
        let is_ours = itself.is_some();
        let mut moved: Vec<Vec<u16>> = itself.into_iter().map(|_| new.to_vec()).collect();
        for path in below {
            if let Some(path) = of_share.remove(&path) {
                moved.push([new, path.get(old.len()..).unwrap_or_default()].concat());
            }
        }
        if !is_ours {
            // What had that name is replaced by something that is not ours.
            of_share.remove(&folded(new));
        }
        of_share.extend(moved.into_iter().map(|path| (folded(&path), path)));
        is_ours
    }
}

fn folded(path: &[u16]) -> Vec<u16> {
    path.iter().copied().map(fold).collect()
}

fn remove(
    share: &str,
    paths: &[Vec<u16>],
    site: &Site<'_>,
    cancelled: &AtomicBool,
    report: &mut CleanupReport,
    progress: &mut dyn FnMut(Doing),
) -> Result<End, ProvisioningError> {
    if paths.is_empty() {
        return Ok(End::Done);
    }
    let total = u64::try_from(paths.len()).unwrap_or(u64::MAX);
    let mut done = 0_u64;
    let mut told = |index: usize, outcome| {
        done = done.saturating_add(1);
        progress(Doing { what: "removing", done, total });
        let path = || paths.get(index).map(|path| String::from_utf16_lossy(path)).unwrap_or_default();
        match outcome {
            Removed::Yes => report.removed = report.removed.saturating_add(1),
            Removed::Missing => report.missing = report.missing.saturating_add(1),
            Removed::Refused(status) => {
                let what = match status {
                    NtStatus::DIRECTORY_NOT_EMPTY => "something is in it that was not made here".to_owned(),
                    status => format!("cannot be deleted: {status}"),
                };
                report.kept.push(Trouble { share: share.to_owned(), path: path(), frame: 0, what });
            }
            Removed::No => {}
        }
    };
    let (mut removal, stages) = Removal::new(paths, &mut told);
    let place = site.place(share);
    let connections = Site::connections(paths.len());
    site.block_on(carry_out(&place, connections, &mut Stages::new(&mut removal, stages), cancelled))
}

/// Tells what would be removed: what is still there.
fn plan(
    share: &str,
    paths: Vec<Vec<u16>>,
    site: &Site<'_>,
    cancelled: &AtomicBool,
    report: &mut CleanupReport,
) -> Result<End, ProvisioningError> {
    if paths.is_empty() {
        return Ok(End::Done);
    }
    let connections = Site::connections(paths.len());
    let absent = paths.into_iter().map(|path| Unwanted { path, frame: 0 }).collect();
    let wanted = WantedShare { name: share.to_owned(), things: Vec::new(), absent };
    let nothing = Namespace::default();
    let (mut survey, stages) = Survey::new(&nothing, &wanted);
    let place = site.place(share);
    let end = site.block_on(carry_out(&place, connections, &mut Stages::new(&mut survey, stages), cancelled))?;
    for (unwanted, found) in wanted.absent.iter().zip(&survey.absent) {
        match found {
            Found::Different(differences) => {
                let what = differences.first().map(|found| found.live.clone()).unwrap_or_default();
                report.plan.push(Trouble { share: share.to_owned(), path: unwanted.text(), frame: 0, what });
                report.removed = report.removed.saturating_add(1);
            }
            _ => report.missing = report.missing.saturating_add(1),
        }
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use store::changes::LivePath;

    fn path(text: &str) -> LivePath {
        LivePath::Text(text.to_owned())
    }

    fn made(text: &str) -> Change {
        Change::Made { share: "lab".into(), path: path(text), folder: false }
    }

    fn renamed(from: &str, to: &str) -> Change {
        Change::Renamed { share: "lab".into(), path: path(from), to: path(to) }
    }

    fn left(changes: &[Change]) -> (Vec<String>, Vec<String>) {
        let found = Made::of(changes.iter());
        let paths = found.shares.get("lab").into_iter().flat_map(BTreeMap::values);
        let lost = found.not_restored.iter().map(|lost| lost.path.clone()).collect();
        (paths.map(|path| String::from_utf16(path).unwrap()).collect(), lost)
    }

    #[test]
    fn what_was_made_is_followed_through_renames_links_and_deletions() {
        let share = || "lab".to_owned();
        let changes = [
            made("a"),
            made("a\\b"),
            made("c"),
            made("x"),
            Change::NotMade { share: share(), path: path("X") },
            renamed("A", "d\\e"),
            Change::Linked { share: share(), path: path("c"), to: path("f") },
            Change::Deleted { share: share(), path: path("C") },
        ];
        assert_eq!(left(&changes), (vec!["d\\e".into(), "d\\e\\b".into(), "f".into()], vec![]));
    }

    #[test]
    fn what_was_there_before_is_not_taken_for_ours_under_another_name() {
        let changes = [made("a\\b"), made("n"), renamed("a", "c"), renamed("theirs", "n")];
        assert_eq!(left(&changes), (vec!["c\\b".into()], vec!["a".into(), "theirs".into()]));
    }
}
