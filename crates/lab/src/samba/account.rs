//! The operating system's account that smbd serves a share as.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

use super::SambaError;

/// Accounts of every Linux system that own nothing of value, in the order they are tried when running as root.
const UNPRIVILEGED: [&str; 4] = ["daemon", "bin", "games", "nobody"];

/// An entry of `/etc/passwd`.
#[derive(Debug)]
pub(super) struct Account {
    name: String,
    uid: u32,
    gid: u32,
    privileged_parent: bool,
}

impl Account {
    /// The account for this process: an unprivileged one when it runs as root, else its own.
    pub(super) fn to_serve_as() -> Result<Self, SambaError> {
        let failed = |path: &str| {
            let path = path.into();
            move |source| SambaError::Folder { path, source }
        };
        let me = fs::metadata("/proc/self").map_err(failed("/proc/self"))?.uid();
        let passwd = fs::read_to_string("/etc/passwd").map_err(failed("/etc/passwd"))?;
        if me == 0 {
            return UNPRIVILEGED
                .iter()
                .find_map(|wanted| entries(&passwd).find(|(name, ..)| name == wanted))
                .map(|(name, uid, gid)| Self { name: name.into(), uid, gid, privileged_parent: true })
                .ok_or_else(|| SambaError::Account { wanted: UNPRIVILEGED.join(", ") });
        }
        entries(&passwd)
            .find(|(_, uid, _)| *uid == me)
            .map(|(name, uid, gid)| Self { name: name.into(), uid, gid, privileged_parent: false })
            .ok_or_else(|| SambaError::Account { wanted: format!("user id {me}") })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether smbd runs as root and changes to this account for each session.
    pub(super) fn is_served_by_root(&self) -> bool {
        self.privileged_parent
    }

    /// Gives the folder to the account.
    pub(super) fn own(&self, folder: &Path) -> io::Result<()> {
        if self.privileged_parent { chown(folder, Some(self.uid), Some(self.gid)) } else { Ok(()) }
    }
}

/// Name, user id and group id of each well-formed line.
fn entries(passwd: &str) -> impl Iterator<Item = (&str, u32, u32)> {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some((name, uid, gid))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn lines_that_are_not_entries_are_passed_over() {
        let passwd = "root:x:0:0:root:/root:/bin/sh\n+::::::\n\ndaemon:x:1:2:d:/:/bin/false\n";
        assert_eq!(entries(passwd).collect::<Vec<_>>(), [("root", 0, 0), ("daemon", 1, 2)]);
    }
}
