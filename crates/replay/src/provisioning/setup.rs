//! Building the before-state on the lab share.

use super::contents::Contents;
use super::files::MakeFiles;
use super::folders::{Describe, MakeFolders};
use super::journal::ShareJournal;
use super::removal::{Removal, Removed, Target};
use super::report::{Outcomes, Planned, SetupReport};
use super::site::Site;
use super::stages::{Stages, by_stage};
use super::state::{ShareState, look_at};
use super::survey::Found;
use super::wanted::{Thing, WantedShare, hole, wanted};
use super::{Doing, ProvisioningError};
use crate::map::Names;
use crate::namespace::{Namespace, Node, Origin};
use client::crew::{End, carry_out};
use client::request::create::Kind;
use std::sync::atomic::AtomicBool;
use store::OutputFolder;
use store::changes::ChangeJournal;

/// How a setup is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SetupOptions {
    /// Nothing is changed, only planned.
    pub dry_run: bool,
    /// What is there and is something else is replaced, what shall not be there is deleted.
    pub force: bool,
}

/// Builds what `namespace` shows under each of `names` (one of a clone each). Everything that is made is noted in `journal`
/// before it is made.
///
/// # Errors
/// [`ProvisioningError`]: the server cannot be used, or what is made cannot be noted. What the server refuses for single
/// files and folders is in the report.
pub(super) fn setup(
    output: &OutputFolder,
    (namespace, names): (&Namespace, &[&Names]),
    site: &Site<'_>,
    options: SetupOptions,
    journal: &mut ChangeJournal,
    cancelled: &AtomicBool,
    progress: &mut dyn FnMut(Doing),
) -> Result<SetupReport, ProvisioningError> {
    let (shares, warnings) = wanted(namespace, names);
    let mut report = SetupReport { dry_run: options.dry_run, server: site.name(), warnings, ..SetupReport::default() };
    for share in &shares {
        let state = look_at(output, namespace, share, site, cancelled, progress)?;
        if state.interrupted {
            report.interrupted = true;
            break;
        }
        let mut outcomes = Outcomes::new(&share.name);
        let plan = Plan::of(share, &state, options.force, &mut outcomes);
        if options.dry_run {
            plan.describe(namespace, share, &mut outcomes.report);
        } else {
            let building = Building { output, namespace, share, site, cancelled };
            report.interrupted = building.build(&plan, &mut outcomes, journal, progress)? == End::Interrupted;
        }
        add(&mut report, outcomes.report);
        if report.interrupted {
            break;
        }
    }
    report.setup = journal.name();
    report.success = report.errors.is_empty() && !report.interrupted;
    Ok(report)
}

fn add(report: &mut SetupReport, of_share: SetupReport) {
    report.directories_created = report.directories_created.saturating_add(of_share.directories_created);
    report.files_created = report.files_created.saturating_add(of_share.files_created);
    report.bytes_written = report.bytes_written.saturating_add(of_share.bytes_written);
    report.bytes_left_out = report.bytes_left_out.saturating_add(of_share.bytes_left_out);
    report.deletions = report.deletions.saturating_add(of_share.deletions);
    report.existing = report.existing.saturating_add(of_share.existing);
    report.errors.extend(of_share.errors);
    report.warnings.extend(of_share.warnings);
    report.plan.extend(of_share.plan);
}

/// What is done on one share.
#[derive(Default)]
struct Plan<'a> {
    deletions: Vec<Target>,
    folders: Vec<&'a Thing>,
    files: Vec<&'a Thing>,
    /// Folders and files that are there and only need to be described.
    described: Vec<&'a Thing>,
}

impl<'a> Plan<'a> {
    fn of(share: &'a WantedShare, state: &ShareState, force: bool, outcomes: &mut Outcomes) -> Self {
        let mut plan = Self::default();
        for (thing, found) in share.things.iter().zip(&state.things) {
            match found {
                Found::Same => outcomes.report.existing = outcomes.report.existing.saturating_add(1),
                Found::Missing => plan.make(thing),
                // A folder of the user's own is as it is.
                Found::Different(_) if thing.node.is_none() => {
                    outcomes.fail(thing, "a file is where a folder shall be".to_owned());
                }
                Found::Different(differences) if force => {
                    if differences.iter().all(super::survey::Difference::is_of_attributes) {
                        plan.described.push(thing);
                    } else {
                        plan.deletions.push(Target { path: thing.path.clone(), folder: None });
                        plan.make(thing);
                    }
                }
                Found::Different(differences) => {
                    outcomes.report.existing = outcomes.report.existing.saturating_add(1);
                    let told: Vec<String> = differences.iter().map(ToString::to_string).collect();
                    outcomes.refuse(thing, format!("is there and different: {}", told.join(", ")));
                }
                Found::Refused(status) => outcomes.fail(thing, format!("cannot be looked at: {status}")),
                Found::Unknown => outcomes.fail(thing, "was not looked at".to_owned()),
            }
        }
        for (absent, found) in share.absent.iter().zip(&state.absent) {
            match found {
                Found::Different(_) if force => {
                    plan.deletions.push(Target { path: absent.path.clone(), folder: None });
                }
                Found::Different(_) => {
                    outcomes.trouble(absent.text(), absent.frame, "is there, and was not in the capture".to_owned());
                }
                _ => {}
            }
        }
        plan
    }

    fn make(&mut self, thing: &'a Thing) {
        match thing.kind {
            Kind::Folder => self.folders.push(thing),
            Kind::File => self.files.push(thing),
        }
    }

    /// Tells what would be done.
    fn describe(&self, namespace: &Namespace, share: &WantedShare, report: &mut SetupReport) {
        let step = |step: &str, path: String, size: u64, frame: u64, why: String| Planned {
            step: step.to_owned(),
            share: share.name.clone(),
            path,
            size,
            frame,
            why,
        };
        for Target { path, .. } in &self.deletions {
            let why = "something else shall be there, or nothing".to_owned();
            report.plan.push(step("delete", String::from_utf16_lossy(path), 0, 0, why));
        }
        let steps = [("make_folder", &self.folders), ("make_file", &self.files), ("set_attributes", &self.described)];
        for (what, things) in steps {
            for thing in things {
                let size = thing.size(namespace);
                report.plan.push(step(what, thing.text(), size, thing.frame, why(thing.node(namespace))));
            }
        }
        let count = |things: &[&Thing]| u64::try_from(things.len()).unwrap_or(u64::MAX);
        report.directories_created = count(&self.folders);
        report.files_created = count(&self.files);
        report.deletions = u64::try_from(self.deletions.len()).unwrap_or(u64::MAX);
        for data in self.files.iter().filter_map(|thing| thing.node(namespace)?.data()) {
            let (size, hole) = (data.size_before(), hole(data));
            report.bytes_left_out = report.bytes_left_out.saturating_add(hole);
            report.bytes_written = report.bytes_written.saturating_add(size.saturating_sub(hole));
        }
    }
}

fn why(node: Option<&Node>) -> String {
    match node.map(|node| &node.origin) {
        Some(Origin::Before { why, .. }) => why.phrase().to_owned(),
        _ => "folder that names are mapped into".to_owned(),
    }
}

/// One share in the making.
struct Building<'a> {
    output: &'a OutputFolder,
    namespace: &'a Namespace,
    share: &'a WantedShare,
    site: &'a Site<'a>,
    cancelled: &'a AtomicBool,
}

impl Building<'_> {
    fn build(
        &self,
        plan: &Plan<'_>,
        outcomes: &mut Outcomes,
        journal: &mut ChangeJournal,
        progress: &mut dyn FnMut(Doing),
    ) -> Result<End, ProvisioningError> {
        let mut journal = ShareJournal::new(journal, &self.share.name);
        let end = self.build_noted(plan, outcomes, &mut journal, progress);
        match journal.failed {
            Some(error) => Err(error.into()),
            None => end,
        }
    }

    fn build_noted(
        &self,
        plan: &Plan<'_>,
        outcomes: &mut Outcomes,
        journal: &mut ShareJournal<'_>,
        progress: &mut dyn FnMut(Doing),
    ) -> Result<End, ProvisioningError> {
        if self.remove(plan, outcomes, journal)? == End::Interrupted {
            return Ok(End::Interrupted);
        }
        let is_free = |thing: &&&Thing, outcomes: &Outcomes| !outcomes.has_failed(&thing.path);
        let folders: Vec<&Thing> = plan.folders.iter().filter(|thing| is_free(thing, outcomes)).copied().collect();
        let files: Vec<&Thing> = plan.files.iter().filter(|thing| is_free(thing, outcomes)).copied().collect();
        if !folders.is_empty() {
            let stages = by_stage(&folders, |thing| thing.depth());
            let mut making = MakeFolders { things: &folders, journal: &mut *journal, outcomes: &mut *outcomes };
            if self.carry_out(&mut Stages::new(&mut making, stages), folders.len())? == End::Interrupted {
                return Ok(End::Interrupted);
            }
        }
        if !files.is_empty() {
            let total = u64::try_from(files.len()).unwrap_or(u64::MAX);
            let mut told = |done| progress(Doing { what: "making files", done, total });
            let contents = Contents::new(self.output, self.namespace);
            outcomes.done = 0;
            let sids = self.site.sids();
            let mut making = MakeFiles::new(self.namespace, &files, journal, outcomes, sids, contents, &mut told);
            let end = self.carry_out(&mut making, files.len())?;
            if let Some(error) = making.failed.take() {
                return Err(error.into());
            }
            if end == End::Interrupted {
                return Ok(end);
            }
        }
        // What lies deepest comes first: whatever is made in a folder changes its times.
        let is_known = |thing: &&Thing| thing.node.is_some();
        let mut described: Vec<&Thing> = folders.iter().chain(&plan.described).copied().filter(is_known).collect();
        described.sort_by_key(|thing| std::cmp::Reverse(thing.depth()));
        let stages = [(0..described.len()).collect::<Vec<usize>>()];
        let sids = self.site.sids();
        let mut describing = Describe { namespace: self.namespace, things: &described, outcomes, sids };
        if described.is_empty() {
            return Ok(End::Done);
        }
        self.carry_out(&mut Stages::new(&mut describing, stages), described.len())
    }

    fn remove(
        &self,
        plan: &Plan<'_>,
        outcomes: &mut Outcomes,
        journal: &mut ShareJournal<'_>,
    ) -> Result<End, ProvisioningError> {
        if plan.deletions.is_empty() {
            return Ok(End::Done);
        }
        let mut told = |index: usize, outcome| {
            let path = plan.deletions.get(index).map(|target| target.path.as_slice()).unwrap_or_default();
            match outcome {
                Removed::Yes => {
                    journal.deleted(path);
                    outcomes.report.deletions = outcomes.report.deletions.saturating_add(1);
                }
                Removed::Refused(status) => {
                    let text = String::from_utf16_lossy(path);
                    outcomes.trouble(text, 0, format!("cannot be deleted: {status}"));
                    outcomes.not_free(path);
                }
                Removed::No => outcomes.not_free(path),
                Removed::Missing => {}
            }
        };
        let (mut removal, stages) = Removal::new(&plan.deletions, &mut told);
        self.carry_out(&mut Stages::new(&mut removal, stages), plan.deletions.len())
    }

    fn carry_out(&self, work: &mut dyn client::crew::Work, things: usize) -> Result<End, ProvisioningError> {
        let place = self.site.place(&self.share.name)?;
        self.site.block_on(carry_out(&place, Site::connections(things), work, self.cancelled))
    }
}
