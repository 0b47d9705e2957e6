//! Writing down what is made on one share, before it is made.

use client::request::create::Kind;
use store::changes::{Change, ChangeJournal, ChangesError, LivePath};

/// The journal of a share. After an error nothing more is to be made.
pub(super) struct ShareJournal<'a> {
    journal: &'a mut ChangeJournal,
    share: &'a str,
    /// Why it cannot be written any more.
    pub(super) failed: Option<ChangesError>,
}

impl<'a> ShareJournal<'a> {
    pub(super) fn new(journal: &'a mut ChangeJournal, share: &'a str) -> Self {
        Self { journal, share, failed: None }
    }

    /// Something is about to be made; false when it must not be.
    pub(super) fn making(&mut self, path: &[u16], kind: Kind) -> bool {
        let (share, path) = (self.share.to_owned(), LivePath::new(path));
        self.push(Change::Made { share, path, folder: kind == Kind::Folder })
    }

    /// It was not.
    pub(super) fn not_made(&mut self, path: &[u16]) {
        self.push(Change::NotMade { share: self.share.to_owned(), path: LivePath::new(path) });
    }

    /// Something is gone.
    pub(super) fn deleted(&mut self, path: &[u16]) {
        self.push(Change::Deleted { share: self.share.to_owned(), path: LivePath::new(path) });
    }

    fn push(&mut self, change: Change) -> bool {
        if self.failed.is_none() {
            self.failed = self.journal.push(change).err();
        }
        self.failed.is_none()
    }
}
