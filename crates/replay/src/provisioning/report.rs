//! What became of a setup.

use super::wanted::Thing;
use client::request::create::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// What a setup did, or would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SetupReport {
    /// Everything is there as it shall be.
    pub success: bool,
    /// Nothing was changed: the figures are those of the plan.
    pub dry_run: bool,
    /// Name of the setup, when it changed something.
    pub setup: Option<String>,
    /// The live server, `host:port`.
    pub server: String,
    /// Folders that were made.
    pub directories_created: u64,
    /// Files that were made.
    pub files_created: u64,
    /// Bytes that were written to them.
    pub bytes_written: u64,
    /// Bytes of them that the capture does not show, and that are left a hole.
    pub bytes_left_out: u64,
    /// What was deleted because something else shall be there, or nothing.
    pub deletions: u64,
    /// Folders and files that were there already.
    pub existing: u64,
    /// What could not be done.
    pub errors: Vec<Trouble>,
    /// What is worth knowing.
    pub warnings: Vec<String>,
    /// It was interrupted.
    pub interrupted: bool,
    /// What the plan consists of; only of a dry run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<Planned>,
}

/// Something that could not be done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Trouble {
    /// The live share.
    pub share: String,
    /// The live path.
    pub path: String,
    /// Frame of the capture that shows it; 0 for none.
    pub frame: u64,
    /// What is wrong.
    pub what: String,
}

/// A step of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Planned {
    /// `make_folder`, `make_file`, `set_attributes` or `delete`.
    pub step: String,
    /// The live share.
    pub share: String,
    /// The live path.
    pub path: String,
    /// Size of a file, bytes.
    pub size: u64,
    /// Frame of the capture that shows it; 0 for none.
    pub frame: u64,
    /// What shows it.
    pub why: String,
}

/// What became of the things on one share.
#[derive(Debug)]
pub(super) struct Outcomes {
    share: String,
    failed: HashSet<Vec<u16>>,
    pub(super) report: SetupReport,
    /// How many have come to an end.
    pub(super) done: u64,
}

impl Outcomes {
    pub(super) fn new(share: &str) -> Self {
        Self { share: share.to_owned(), failed: HashSet::new(), report: SetupReport::default(), done: 0 }
    }

    pub(super) fn made(&mut self, thing: &Thing) {
        self.done = self.done.saturating_add(1);
        let count = match thing.kind {
            Kind::Folder => &mut self.report.directories_created,
            Kind::File => &mut self.report.files_created,
        };
        *count = count.saturating_add(1);
    }

    /// It is not there.
    pub(super) fn fail(&mut self, thing: &Thing, what: String) {
        self.done = self.done.saturating_add(1);
        self.failed.insert(thing.path.clone());
        self.refuse(thing, what);
    }

    /// It is there, but not in every respect as it shall be.
    pub(super) fn refuse(&mut self, thing: &Thing, what: String) {
        let (share, path) = (self.share.clone(), thing.text());
        self.report.errors.push(Trouble { share, path, frame: thing.frame, what });
    }

    pub(super) fn trouble(&mut self, path: String, frame: u64, what: String) {
        self.report.errors.push(Trouble { share: self.share.clone(), path, frame, what });
    }

    pub(super) fn warn(&mut self, thing: &Thing, what: &str) {
        self.report.warnings.push(format!("{} (frame {}): {what}", thing.text(), thing.frame));
    }

    /// Nothing can be made under this name.
    pub(super) fn not_free(&mut self, path: &[u16]) {
        self.failed.insert(path.to_vec());
    }

    pub(super) fn has_failed(&self, path: &[u16]) -> bool {
        self.failed.contains(path)
    }
}
