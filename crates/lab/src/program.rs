//! The programs that tests and recordings need, and the packages that have them.

use std::env;
use std::path::{Path, PathBuf};

/// A program that this crate runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Program {
    /// The Samba server.
    Smbd,
    /// The tool that makes Samba accounts.
    Pdbedit,
    /// The tool that tells a Samba's SID.
    Net,
    /// The command-line SMB client.
    Smbclient,
    /// The command-line client of RPC services.
    Rpcclient,
    /// Samba's SMB test suites.
    Smbtorture,
    /// The recorder of network traffic.
    Tcpdump,
    /// The dissector that tests compare with.
    Tshark,
    /// The Kerberos server of MIT.
    Krb5kdc,
    /// The tool that makes its database.
    Kdb5Util,
    /// The tool that makes principals in it.
    KadminLocal,
    /// The client that gets the first ticket.
    Kinit,
    /// The tool that counts instructions.
    Valgrind,
    /// The browser that opens pages.
    Chromium,
}

/// A program that was not found on this machine.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} is not installed: `apt-get install {package}`, or `cargo xtask test` to install everything tests need")]
pub struct MissingProgram {
    /// What is missing, e.g. `smbd`.
    pub name: &'static str,
    /// The Debian and Ubuntu package that has it.
    pub package: &'static str,
}

/// A package that has no program of its own to look for, and the file which shows that it is there.
///
/// Samba's VFS modules (`acl_xattr`, `streams_xattr`) come in a package of their own on Debian 12; from Debian 13 on
/// they are part of `samba`.
pub const VFS_MODULES_PACKAGE: &str = "samba-vfs-modules";

/// Where programs for administrators lie, which are missing in the search path of ordinary users.
const ADMINISTRATORS_FOLDERS: [&str; 3] = ["/usr/sbin", "/sbin", "/usr/local/sbin"];

impl Program {
    /// Every program, in the order in which a missing one is reported.
    pub const ALL: [Program; 14] = [
        Program::Smbd,
        Program::Pdbedit,
        Program::Net,
        Program::Smbclient,
        Program::Rpcclient,
        Program::Smbtorture,
        Program::Tcpdump,
        Program::Tshark,
        Program::Krb5kdc,
        Program::Kdb5Util,
        Program::KadminLocal,
        Program::Kinit,
        Program::Valgrind,
        Program::Chromium,
    ];

    /// The name of the executable.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Program::Smbd => "smbd",
            Program::Pdbedit => "pdbedit",
            Program::Net => "net",
            Program::Smbclient => "smbclient",
            Program::Rpcclient => "rpcclient",
            Program::Smbtorture => "smbtorture",
            Program::Tcpdump => "tcpdump",
            Program::Tshark => "tshark",
            Program::Krb5kdc => "krb5kdc",
            Program::Kdb5Util => "kdb5_util",
            Program::KadminLocal => "kadmin.local",
            Program::Kinit => "kinit",
            Program::Valgrind => "valgrind",
            Program::Chromium => "chromium",
        }
    }

    /// The Debian and Ubuntu package that has the program.
    #[must_use]
    pub fn package(self) -> &'static str {
        match self {
            Program::Smbd => "samba",
            Program::Pdbedit | Program::Net => "samba-common-bin",
            Program::Smbclient | Program::Rpcclient => "smbclient",
            Program::Smbtorture => "samba-testsuite",
            Program::Tcpdump => "tcpdump",
            Program::Tshark => "tshark",
            Program::Krb5kdc | Program::Kdb5Util => "krb5-kdc",
            Program::KadminLocal => "krb5-admin-server",
            Program::Kinit => "krb5-user",
            Program::Valgrind => "valgrind",
            Program::Chromium => "chromium",
        }
    }

    /// Looks for the program in the search path and in the administrators' folders.
    ///
    /// # Errors
    /// [`MissingProgram`] when it is in none of them.
    pub fn find(self) -> Result<PathBuf, MissingProgram> {
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path)
            .chain(ADMINISTRATORS_FOLDERS.iter().map(PathBuf::from))
            .map(|folder| folder.join(self.name()))
            .find(|candidate| candidate.is_file())
            .ok_or(MissingProgram { name: self.name(), package: self.package() })
    }
}

/// Whether Samba's module `name`, e.g. `streams_xattr`, is installed in one of the usual places.
#[must_use]
pub fn has_vfs_module(name: &str) -> bool {
    let file = format!("{name}.so");
    let under = |folder: &Path| folder.join("samba/vfs").join(&file).is_file();
    if ["/usr/lib", "/usr/lib64", "/usr/local/lib"].iter().any(|folder| under(Path::new(folder))) {
        return true;
    }
    let Ok(architectures) = std::fs::read_dir("/usr/lib") else { return false };
    architectures.flatten().any(|entry| under(&entry.path()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn a_missing_program_is_reported_with_its_package() {
        let missing = MissingProgram { name: "smbd", package: "samba" };
        assert!(missing.to_string().contains("apt-get install samba"));
    }

    #[test]
    fn programs_in_administrators_folders_are_found() {
        assert!(Program::Smbd.find().expect("tests need samba").is_absolute());
    }
}
