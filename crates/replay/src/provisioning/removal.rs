//! Taking files and folders off a share.

use super::stages::{Errand, by_stage};
use super::survey::{OPEN, OPEN_REPARSE_POINT, SHARE_ALL, is_missing};
use super::wanted::{depth, folder_of};
use client::crew::Answer;
use client::request::create::{Open, create};
use client::request::set_info::{BasicInformation, basic, disposition};
use client::request::{Request, close};
use smb2::{FileId, NtStatus};

/// DELETE and SYNCHRONIZE; and, to make a read-only file an ordinary one, FILE_WRITE_ATTRIBUTES (MS-SMB2 2.2.13.1.1).
const DELETE: u32 = 0x0011_0000;
const DELETE_AND_WRITE_ATTRIBUTES: u32 = 0x0011_0100;
const ATTRIBUTE_NORMAL: u32 = 0x80;
/// What stands before the name of a stream (MS-FSCC 2.1.5).
const STREAM: u16 = b':' as u16;
const DIRECTORY_FILE: u32 = 0x01;
const NON_DIRECTORY_FILE: u32 = 0x40;

/// How it ended for one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Removed {
    /// It cannot be asked for.
    No,
    /// It is gone.
    Yes,
    /// It was gone before.
    Missing,
    /// The server refuses.
    Refused(NtStatus),
}

/// What is to be removed.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) path: Vec<u16>,
    /// What it must be; else it is left alone.
    pub(super) folder: Option<bool>,
}

/// Removes things by their paths.
pub(super) struct Removal<'a> {
    targets: &'a [Target],
    /// Read-only files are made ordinary ones first.
    second: Vec<bool>,
    told: &'a mut dyn FnMut(usize, Removed),
}

impl<'a> Removal<'a> {
    /// The removal of these, what lies deepest first; `told` is called with each outcome.
    pub(super) fn new(targets: &'a [Target], told: &'a mut dyn FnMut(usize, Removed)) -> (Self, Vec<Vec<usize>>) {
        let mut stages = by_stage(targets, |target| stage(&target.path));
        stages.reverse();
        let second = vec![false; targets.len()];
        (Self { targets, second, told }, stages)
    }
}

/// How deep a path lies. A named stream lies deeper than its file: that takes its streams with it, and one that is being removed
/// on another connection meanwhile would be refused.
fn stage(path: &[u16]) -> usize {
    let name = folder_of(path).and_then(|folder| path.get(folder.len()..)).unwrap_or(path);
    depth(path).saturating_add(usize::from(name.contains(&STREAM)))
}

impl Errand for Removal<'_> {
    fn chain(&mut self, index: usize) -> Option<Vec<Request>> {
        let target = self.targets.get(index)?;
        let kind = match target.folder {
            Some(true) => DIRECTORY_FILE,
            Some(false) => NON_DIRECTORY_FILE,
            None => 0,
        };
        let second = self.second.get(index).copied().unwrap_or(false);
        let open = Open {
            access: if second { DELETE_AND_WRITE_ATTRIBUTES } else { DELETE },
            attributes: 0,
            share_access: SHARE_ALL,
            disposition: OPEN,
            options: OPEN_REPARSE_POINT | kind,
            contexts: &[],
        };
        let Ok(create) = create(&target.path, &open) else {
            (self.told)(index, Removed::No);
            return None;
        };
        let mut chain = vec![create];
        if second {
            let ordinary = BasicInformation { attributes: ATTRIBUTE_NORMAL, ..BasicInformation::default() };
            chain.push(basic(FileId::RELATED, &ordinary));
        }
        chain.push(disposition(FileId::RELATED, true));
        chain.push(close::close(FileId::RELATED));
        Some(chain)
    }

    fn answers(&mut self, index: usize, answers: Vec<Answer>) -> bool {
        let failed = answers.iter().map(|answer| answer.status).find(|status| !status.is_success());
        let is_first = !self.second.get(index).copied().unwrap_or(true);
        let outcome = match failed {
            None => Removed::Yes,
            Some(status) if is_missing(status) => Removed::Missing,
            Some(NtStatus::CANNOT_DELETE | NtStatus::ACCESS_DENIED) if is_first => {
                if let Some(second) = self.second.get_mut(index) {
                    *second = true;
                }
                return true;
            }
            Some(status) => Removed::Refused(status),
        };
        (self.told)(index, outcome);
        false
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_stream_is_removed_before_its_file_and_a_file_before_its_folder() {
        let paths = ["folder", "folder\\file", "folder\\file:stream", "file:stream", "file"];
        let target = |path: &&str| Target { path: path.encode_utf16().collect(), folder: None };
        let targets: Vec<Target> = paths.iter().map(target).collect();
        let mut nobody = |_, _| ();
        let (_, stages) = Removal::new(&targets, &mut nobody);
        assert_eq!(stages, [vec![2], vec![1, 3], vec![0, 4]]);
    }
}
