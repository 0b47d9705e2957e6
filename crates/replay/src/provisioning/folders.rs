//! Making folders, and describing them once all that is in them was made.

use super::description::describe;
use super::journal::ShareJournal;
use super::report::Outcomes;
use super::stages::Errand;
use super::survey::{OPEN, SHARE_ALL};
use super::wanted::Thing;
use crate::namespace::Namespace;
use client::crew::Answer;
use client::request::create::{Kind, Open, create};
use client::request::{Request, close};
use smb2::FileId;

/// FILE_READ_ATTRIBUTES, FILE_WRITE_ATTRIBUTES, FILE_WRITE_EA, SYNCHRONIZE (MS-SMB2 2.2.13.1.1).
const DESCRIBE: u32 = 0x0010_0190;
const READ_ATTRIBUTES: u32 = 0x0010_0080;
const WRITE_DAC: u32 = 0x0004_0000;
const CREATE: u32 = 2;
const DIRECTORY_FILE: u32 = 1;
const NON_DIRECTORY_FILE: u32 = 0x40;
const ATTRIBUTE_DIRECTORY: u32 = 0x10;

/// Makes folders, each after the one that it is in.
pub(super) struct MakeFolders<'a, 'j> {
    pub(super) things: &'a [&'a Thing],
    pub(super) journal: &'a mut ShareJournal<'j>,
    pub(super) outcomes: &'a mut Outcomes,
}

impl Errand for MakeFolders<'_, '_> {
    fn chain(&mut self, index: usize) -> Option<Vec<Request>> {
        let thing = self.things.get(index)?;
        if thing.folder().is_some_and(|folder| self.outcomes.has_failed(folder)) {
            self.outcomes.fail(thing, "its folder could not be made".to_owned());
            return None;
        }
        let open = Open {
            access: READ_ATTRIBUTES,
            attributes: ATTRIBUTE_DIRECTORY,
            share_access: SHARE_ALL,
            disposition: CREATE,
            options: DIRECTORY_FILE,
            contexts: &[],
        };
        let create = create(&thing.path, &open).map_err(|error| self.outcomes.fail(thing, error.to_string())).ok()?;
        self.journal.making(&thing.path, Kind::Folder).then_some(())?;
        Some(vec![create, close::close(FileId::RELATED)])
    }

    fn answers(&mut self, index: usize, answers: Vec<Answer>) -> bool {
        let Some(thing) = self.things.get(index) else { return false };
        match answers.first().map(|answer| answer.status) {
            Some(status) if status.is_success() => self.outcomes.made(thing),
            Some(status) => {
                self.journal.not_made(&thing.path);
                self.outcomes.fail(thing, format!("cannot be made: {status}"));
            }
            None => {}
        }
        false
    }
}

/// Gives what is there its attributes, times, extended attributes and permissions.
pub(super) struct Describe<'a> {
    pub(super) namespace: &'a Namespace,
    pub(super) things: &'a [&'a Thing],
    pub(super) outcomes: &'a mut Outcomes,
    pub(super) sids: &'a [crate::map::SidRule],
}

impl Errand for Describe<'_> {
    fn chain(&mut self, index: usize) -> Option<Vec<Request>> {
        let thing = self.things.get(index)?;
        let node = thing.node(self.namespace)?;
        let described = describe(node, self.sids, false);
        for refusal in &described.left_out {
            self.outcomes.warn(thing, refusal);
        }
        if described.requests.is_empty() || self.outcomes.has_failed(&thing.path) {
            return None;
        }
        let access = if described.sets_security { DESCRIBE | WRITE_DAC } else { DESCRIBE };
        let open = Open {
            access,
            attributes: 0,
            share_access: SHARE_ALL,
            disposition: OPEN,
            options: if thing.kind == Kind::Folder { DIRECTORY_FILE } else { NON_DIRECTORY_FILE },
            contexts: &[],
        };
        let mut chain = vec![create(&thing.path, &open).ok()?];
        chain.extend(described.requests);
        chain.push(close::close(FileId::RELATED));
        Some(chain)
    }

    fn answers(&mut self, index: usize, answers: Vec<Answer>) -> bool {
        let failed = answers.iter().find(|answer| !answer.status.is_success());
        if let (Some(thing), Some(answer)) = (self.things.get(index), failed) {
            self.outcomes.refuse(thing, format!("attributes, times or permissions are refused: {}", answer.status));
        }
        false
    }
}
