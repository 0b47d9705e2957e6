//! The operating system's accounts: who runs this process, and as whom smbd serves a share.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

/// Accounts of every Linux system that own nothing of value, in the order they are tried.
const UNPRIVILEGED: [&str; 4] = ["daemon", "bin", "games", "nobody"];

/// An entry of `/etc/passwd`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    name: String,
    uid: u32,
    gid: u32,
}

impl Account {
    /// The account this process runs as; `None` when it has no entry.
    pub(crate) fn of_this_process() -> Option<Self> {
        let me = fs::metadata("/proc/self").ok()?.uid();
        entries(&passwd()).find(|account| account.uid == me)
    }

    /// An account that may do nothing in particular.
    pub(crate) fn unprivileged() -> Option<Self> {
        let passwd = passwd();
        UNPRIVILEGED.iter().find_map(|wanted| entries(&passwd).find(|account| account.name == *wanted))
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn is_root(&self) -> bool {
        self.uid == 0
    }

    /// Gives the folder to the account, which only root may do.
    pub(crate) fn own(&self, folder: &Path) -> io::Result<()> {
        chown(folder, Some(self.uid), Some(self.gid))
    }
}

fn passwd() -> String {
    fs::read_to_string("/etc/passwd").unwrap_or_default()
}

/// The well-formed lines (passwd(5)).
fn entries(passwd: &str) -> impl Iterator<Item = Account> {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?.to_owned();
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account { name, uid, gid })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn lines_that_are_not_entries_are_passed_over() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\n+::::::\n\ndaemon:x:1:2:d:/:/bin/false\n";
        let root = Account { name: "root".into(), uid: 0, gid: 0 };
        let daemon = Account { name: "daemon".into(), uid: 1, gid: 2 };
        assert_eq!(entries(passwd).collect::<Vec<_>>(), [root, daemon]);
    }
}
