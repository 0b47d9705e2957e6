//! Taking away what setups and replays made, and nothing else.

use super::claims::{Claim, Claims, lies_below};
use super::removal::{Removal, Removed, Target};
use super::report::Trouble;
use super::site::Site;
use super::stages::Stages;
use super::survey::{Found, Survey};
use super::wanted::{Unwanted, WantedShare};
use super::{Doing, ProvisioningError};
use crate::namespace::Namespace;
use client::crew::{End, carry_out};
use serde::{Deserialize, Serialize};
use smb2::NtStatus;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use store::changes::{Change, ChangeJournal, Changes, ChangesError, LivePath};

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
    /// What was there before any of it, and was changed, renamed or deleted by a replay or by force.
    pub not_restored: Vec<Trouble>,
    /// It was interrupted.
    pub interrupted: bool,
    /// What would be removed; only of a dry run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<Trouble>,
}

/// Which part of what was made is meant.
#[derive(Clone, Copy, Debug, Default)]
pub struct Part<'a> {
    /// What this run or setup made; that of all, if `None`.
    pub run: Option<&'a str>,
    /// What lies in one of these folders, live share and path each; everything, if `None`.
    pub below: Option<&'a [(String, Vec<u16>)]>,
}

impl Part<'_> {
    fn has(&self, journals: &[Changes], share: &str, claim: &Claim) -> bool {
        let is_of_run = self.run.is_none_or(|run| journals.get(claim.journal).is_some_and(|made| made.name == run));
        is_of_run && self.below.is_none_or(|below| lies_below(share, &claim.path, below))
    }
}

/// How many files and folders these journals claim that are not known to be gone.
pub fn claimed(journals: &[Changes]) -> usize {
    Claims::of(journals).iter().count()
}

/// Removes what the journals (all of one server) say was made, as far as it is still
/// there, and notes of each that it is gone: whoever uses its name from then on is left alone. Safe to repeat.
///
/// # Errors
/// [`ProvisioningError`].
pub fn cleanup(
    journals: &[Changes],
    part: Part<'_>,
    site: &Site<'_>,
    dry_run: bool,
    cancelled: &AtomicBool,
    progress: &mut dyn FnMut(Doing),
) -> Result<CleanupReport, ProvisioningError> {
    let mut report = CleanupReport { dry_run, server: site.name(), ..CleanupReport::default() };
    let claims = Claims::of(journals);
    let mut shares: BTreeMap<String, Vec<Claim>> = BTreeMap::new();
    let mut owners = BTreeSet::new();
    for (share, claim) in claims.iter().filter(|(share, claim)| part.has(journals, share, claim)) {
        owners.insert(claim.journal);
        shares.entry(share.to_owned()).or_default().push(claim.clone());
    }
    let names = owners.iter().filter_map(|owner| journals.get(*owner));
    report.runs = names.map(|journal| journal.name.clone()).collect();
    let lost = claims.not_restored.into_iter().filter(|(journal, _)| owners.contains(journal));
    report.not_restored = lost.map(|(_, lost)| lost).collect();
    let mut notes = Notes { journals, open: BTreeMap::new(), failed: None };
    for (share, claims) in shares {
        let (uncertain, certain): (Vec<Claim>, Vec<Claim>) = claims.into_iter().partition(|claim| claim.is_uncertain);
        let cleaning = Cleaning { share: &share, site, cancelled };
        let mut end = cleaning.tell_uncertain(&uncertain, &mut report, &mut notes)?;
        if end == End::Done {
            end = match dry_run {
                true => cleaning.plan(&certain, &mut report)?,
                false => cleaning.remove(&certain, &mut report, &mut notes, progress)?,
            };
        }
        if let Some(error) = notes.failed.take() {
            return Err(error.into());
        }
        if end == End::Interrupted {
            report.interrupted = true;
            break;
        }
    }
    report.success = report.kept.is_empty() && !report.interrupted;
    Ok(report)
}

/// Notes in the journals what is gone.
struct Notes<'a> {
    journals: &'a [Changes],
    open: BTreeMap<usize, ChangeJournal>,
    failed: Option<ChangesError>,
}

impl Notes<'_> {
    fn gone(&mut self, share: &str, claim: &Claim) {
        let gone = Change::Deleted { share: share.to_owned(), path: LivePath::new(&claim.path) };
        let Some(changes) = self.journals.get(claim.journal) else { return };
        let journal = match self.open.remove(&claim.journal) {
            Some(journal) => Ok(journal),
            None => ChangeJournal::go_on(changes),
        };
        let noted = journal.and_then(|mut journal| {
            journal.push(gone)?;
            self.open.insert(claim.journal, journal);
            Ok(())
        });
        if let Err(error) = noted {
            self.failed.get_or_insert(error);
        }
    }
}

/// One share that is cleaned up.
struct Cleaning<'a> {
    share: &'a str,
    site: &'a Site<'a>,
    cancelled: &'a AtomicBool,
}

impl Cleaning<'_> {
    fn trouble(&self, path: &[u16], what: String) -> Trouble {
        Trouble { share: self.share.to_owned(), path: String::from_utf16_lossy(path), frame: 0, what }
    }

    fn remove(
        &self,
        claims: &[Claim],
        report: &mut CleanupReport,
        notes: &mut Notes<'_>,
        progress: &mut dyn FnMut(Doing),
    ) -> Result<End, ProvisioningError> {
        let total = u64::try_from(claims.len()).unwrap_or(u64::MAX);
        let targets: Vec<Target> =
            claims.iter().map(|claim| Target { path: claim.path.clone(), folder: claim.folder }).collect();
        let mut done = 0_u64;
        let mut told = |index: usize, outcome| {
            done = done.saturating_add(1);
            progress(Doing { what: "removing", done, total });
            let Some(claim) = claims.get(index) else { return };
            match outcome {
                Removed::Yes => {
                    report.removed = report.removed.saturating_add(1);
                    notes.gone(self.share, claim);
                }
                Removed::Missing => {
                    report.missing = report.missing.saturating_add(1);
                    notes.gone(self.share, claim);
                }
                Removed::Refused(status) => {
                    let what = match status {
                        NtStatus::DIRECTORY_NOT_EMPTY => "something is in it that was not made here".to_owned(),
                        NtStatus::FILE_IS_A_DIRECTORY | NtStatus::NOT_A_DIRECTORY => {
                            "it is something else than what was made".to_owned()
                        }
                        status => format!("cannot be deleted: {status}"),
                    };
                    report.kept.push(self.trouble(&claim.path, what));
                }
                Removed::No => report.kept.push(self.trouble(&claim.path, "its path is too long".to_owned())),
            }
        };
        let (mut removal, stages) = Removal::new(&targets, &mut told);
        self.carry_out(&mut Stages::new(&mut removal, stages), claims.len())
    }

    /// Tells what would be removed: what is still there.
    fn plan(&self, claims: &[Claim], report: &mut CleanupReport) -> Result<End, ProvisioningError> {
        let (found, end) = self.look(claims)?;
        for (claim, found) in claims.iter().zip(found) {
            match found {
                Found::Different(differences) => {
                    let what = differences.first().map(|found| found.live.clone()).unwrap_or_default();
                    report.plan.push(self.trouble(&claim.path, what));
                    report.removed = report.removed.saturating_add(1);
                }
                Found::Missing => report.missing = report.missing.saturating_add(1),
                Found::Refused(status) => {
                    report.kept.push(self.trouble(&claim.path, format!("cannot be looked at: {status}")));
                }
                Found::Same | Found::Unknown => {
                    report.kept.push(self.trouble(&claim.path, "was not looked at".to_owned()));
                }
            }
        }
        Ok(end)
    }

    /// What may have been made is left to the user.
    fn tell_uncertain(
        &self,
        claims: &[Claim],
        report: &mut CleanupReport,
        notes: &mut Notes<'_>,
    ) -> Result<End, ProvisioningError> {
        let (found, end) = self.look(claims)?;
        for (claim, found) in claims.iter().zip(found) {
            if found != Found::Missing {
                let what = "a request that was not answered may have made it: delete it yourself if so".to_owned();
                report.kept.push(self.trouble(&claim.path, what));
            } else if !report.dry_run {
                notes.gone(self.share, claim);
            }
        }
        Ok(end)
    }

    /// Whether something is there.
    fn look(&self, claims: &[Claim]) -> Result<(Vec<Found>, End), ProvisioningError> {
        if claims.is_empty() {
            return Ok((Vec::new(), End::Done));
        }
        let absent = claims.iter().map(|claim| Unwanted { path: claim.path.clone(), frame: 0 }).collect();
        let wanted = WantedShare { name: self.share.to_owned(), things: Vec::new(), absent };
        let nothing = Namespace::default();
        let (mut survey, stages) = Survey::new(&nothing, &wanted);
        let end = self.carry_out(&mut Stages::new(&mut survey, stages), claims.len())?;
        Ok((survey.absent, end))
    }

    fn carry_out(&self, work: &mut dyn client::crew::Work, things: usize) -> Result<End, ProvisioningError> {
        if things == 0 {
            return Ok(End::Done);
        }
        let place = self.site.place(self.share)?;
        self.site.block_on(carry_out(&place, Site::connections(things), work, self.cancelled))
    }
}
