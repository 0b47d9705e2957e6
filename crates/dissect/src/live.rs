//! Open files by their path, so that a rename reaches every handle that it moves: those of the file itself, of other
//! sessions as well, and those below a folder (MS-FSA 2.1.5.15.11; most servers refuse to rename a folder that has
//! any, MS-SMB2 does not).

use rustc_hash::FxHashSet;
use smb2::FileId;
use std::collections::BTreeSet;

/// How many are remembered; handles beyond keep the path that they had before a rename.
const LIMIT: usize = 1 << 20;

/// The handle of an open: its session and its FileId.
pub(crate) type Handle = (u32, FileId);

/// The files that are open.
#[derive(Debug, Default)]
pub(crate) struct Live {
    /// Files opened or moved since files were last looked for by their path: most are closed before that happens again.
    recent: FxHashSet<Handle>,
    /// Share and path of the others, of which case does not count (MS-FSCC 2.1.5), and a handle.
    by_path: BTreeSet<(String, Handle)>,
    dropped: u64,
}

impl Live {
    /// A file is open from now on.
    pub(crate) fn opened(&mut self, handle: Handle) {
        if self.recent.len().saturating_add(self.by_path.len()) < LIMIT {
            self.recent.insert(handle);
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }

    /// A file is open no longer, or not under this path.
    pub(crate) fn closed(&mut self, share: &str, path: &str, handle: Handle) {
        if !self.recent.remove(&handle) {
            self.by_path.remove(&(key(share, path), handle));
        }
    }

    /// How many were beyond the bound.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The handles of a path, of its streams, and of what lies below it. `named` says share and path of an open file.
    pub(crate) fn at_and_below<'a>(
        &mut self,
        share: &str,
        path: &str,
        named: impl Fn(Handle) -> Option<(&'a str, &'a str)>,
    ) -> Vec<Handle> {
        // Not drained: going through it takes as long as the most it ever held.
        let recent = std::mem::take(&mut self.recent).into_iter();
        self.by_path.extend(recent.filter_map(|handle| named(handle).map(|(share, path)| (key(share, path), handle))));
        let first = (u32::MIN, FileId::ZERO);
        let at = key(share, path);
        let mut handles = Vec::new();
        let same = self.by_path.range((at.clone(), first)..).take_while(|(path, _)| *path == at);
        handles.extend(same.map(|(_, handle)| *handle));
        for below in [format!("{at}\\"), format!("{at}:")] {
            let within = self.by_path.range((below.clone(), first)..).take_while(|(path, _)| path.starts_with(&below));
            handles.extend(within.map(|(_, handle)| *handle));
        }
        handles
    }
}

fn key(share: &str, path: &str) -> String {
    let mut key = String::with_capacity(share.len().saturating_add(path.len()).saturating_add(1));
    key.push_str(share);
    key.push('\\');
    key.push_str(path);
    if key.is_ascii() {
        key.make_ascii_lowercase();
        return key;
    }
    key.to_lowercase()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn handle(number: u8) -> Handle {
        (0, FileId([number; 16]))
    }

    #[test]
    fn files_are_found_whether_they_were_opened_before_or_after_an_earlier_look() {
        const SHARE: &str = r"\\server\share";
        let paths = ["Folder", r"folder\gone", r"FOLDER\file", "folder:stream", "folders"];
        let named = |(_, FileId([number, ..])): Handle| {
            let path = paths.get(usize::from(number).checked_sub(1)?)?;
            Some((SHARE, *path))
        };
        let mut live = Live::default();
        live.opened(handle(1));
        live.opened(handle(2));
        live.closed(SHARE, paths[1], handle(2));
        assert_eq!(live.at_and_below(SHARE, "folder", named), [handle(1)]);
        for number in 3..=5 {
            live.opened(handle(number));
        }
        assert_eq!(live.at_and_below(SHARE, "folder", named), [1, 3, 4].map(handle));
        live.closed(SHARE, paths[0], handle(1));
        live.closed(SHARE, paths[2], handle(3));
        assert_eq!(live.at_and_below(SHARE, "folder", named), [4].map(handle));
    }
}
