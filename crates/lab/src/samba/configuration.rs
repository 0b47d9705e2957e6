//! The smb.conf of a private instance (smb.conf(5)).

use std::fmt::Write as _;
use std::path::Path;

use super::{SambaError, SambaOptions};

/// The configuration file, in the instance's folder.
pub(super) const FILE: &str = "smb.conf";
/// smbd's log, in the instance's folder.
pub(super) const LOG: &str = "log.smbd";
/// The folder behind the first share, in the instance's folder.
pub(super) const SHARE: &str = "share";
/// The folder behind the second share, in the instance's folder.
pub(super) const SECOND_SHARE: &str = "second-share";
/// Which account a user is served as, in the instance's folder.
pub(super) const USERNAME_MAP: &str = "users.map";
/// The folders smbd wants besides the shares.
pub(super) const FOLDERS: [&str; 6] = ["private", "lock", "state", "cache", "pid", "ncalrpc"];

/// Everything smbd would otherwise keep in system folders, and what has no place in a lab.
const ISOLATION: &str = "\
interfaces = lo
bind interfaces only = yes
disable netbios = yes
load printers = no
printcap name = /dev/null
disable spoolss = yes
log level = 1
max log size = 0
";

/// What makes Samba behave as the servers that captures come from: everything that SMB2 has, and no interference of the
/// local file system with locks, share modes and attributes.
const FIDELITY: &str = "\
vfs objects = acl_xattr streams_xattr
ea support = yes
store dos attributes = yes
map archive = no
map hidden = no
map system = no
map readonly = no
smb2 leases = yes
oplocks = yes
kernel oplocks = no
kernel share modes = no
posix locking = no
durable handles = yes
server multi channel support = yes
";

/// The text of smb.conf. `unprivileged` is the account that smbd runs as, when that is not root.
pub(super) fn smb_conf(folder: &Path, options: &SambaOptions, unprivileged: Option<&str>, port: u16) -> String {
    let mut text = String::from("[global]\n");
    let path = |name: &str| folder.join(name).display().to_string();
    for (parameter, name) in ["private dir", "lock directory", "state directory", "cache directory", "pid directory"]
        .into_iter()
        .chain(["ncalrpc dir"])
        .zip(FOLDERS)
    {
        line(&mut text, parameter, &path(name));
    }
    line(&mut text, "passdb backend", &format!("tdbsam:{}", path("passdb.tdb")));
    line(&mut text, "username map", &path(USERNAME_MAP));
    line(&mut text, "log file", &path(LOG));
    line(&mut text, "smb ports", &port.to_string());
    text.push_str(ISOLATION);
    text.push_str(FIDELITY);
    if let Some(account) = unprivileged {
        line(&mut text, "guest account", account);
        line(&mut text, "map to guest", "bad user");
        line(&mut text, "acl_xattr:security_acl_name", "user.NTACL");
    }
    if options.encryption_required {
        line(&mut text, "server smb encrypt", "required");
    }
    if options.signing_mandatory {
        line(&mut text, "server signing", "mandatory");
    }
    if let Some(service) = &options.kerberos {
        service.parameters().iter().for_each(|(parameter, value)| line(&mut text, parameter, value));
    }
    options.global.iter().for_each(|more| push_line(&mut text, more));
    for (share, name) in shares(options) {
        push_line(&mut text, &format!("[{share}]"));
        line(&mut text, "path", &path(name));
        line(&mut text, "read only", "no");
        options.shares.iter().for_each(|more| push_line(&mut text, more));
    }
    text
}

/// Each share's name and the name of its folder, which differ since a share's name may hold what a file's may not.
pub(super) fn shares(options: &SambaOptions) -> impl Iterator<Item = (&str, &'static str)> {
    let second = options.second_share.as_deref().map(|name| (name, SECOND_SHARE));
    std::iter::once((options.share.as_str(), SHARE)).chain(second)
}

/// Refuses values that would end their line.
pub(super) fn check(options: &SambaOptions) -> Result<(), SambaError> {
    let named = [("username", &options.username), ("password", &options.password), ("share", &options.share)];
    let lines = options.global.iter().map(|value| ("global", value));
    let lines = lines.chain(options.shares.iter().map(|value| ("shares", value)));
    let lines = lines.chain(options.other_names.iter().map(|value| ("other_names", value)));
    for (name, value) in named.into_iter().chain(options.second_share.iter().map(|v| ("second_share", v))).chain(lines)
    {
        let in_brackets = matches!(name, "share" | "second_share");
        if value.chars().any(|c| c.is_control() || in_brackets && matches!(c, '[' | ']')) {
            return Err(SambaError::Option { name, value: value.clone() });
        }
    }
    Ok(())
}

fn line(text: &mut String, parameter: &str, value: &str) {
    // Writing into a string does not fail.
    let _ = writeln!(text, "{parameter} = {value}");
}

fn push_line(text: &mut String, content: &str) {
    text.push_str(content);
    text.push('\n');
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn a_value_that_would_open_a_section_is_refused() {
        let options = SambaOptions { share: "a]\n[global".into(), ..SambaOptions::default() };
        assert!(matches!(check(&options), Err(SambaError::Option { name: "share", .. })));
        let options = SambaOptions { global: vec!["a = b\nc = d".into()], ..SambaOptions::default() };
        assert!(matches!(check(&options), Err(SambaError::Option { name: "global", .. })));
        check(&SambaOptions::default()).unwrap();
    }
}
