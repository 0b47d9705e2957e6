//! Whether the user is let in, and what he may do.

use super::Subject;
use super::advice::Advice;
use super::check::Check;
use crate::Target;
use client::kerberos::TicketError;
use client::logon::Account;
use client::probe::ProbeError;
use client::probe::examination::{Examination, ExaminedShare, Logon};
use smb2::NtStatus;
use smb2::auth::spnego::Mechanism;

pub(super) const LOGON: &str = "logon";
pub(super) const SHARE: &str = "share";
pub(super) const SHARE_ACCESS: &str = "share_access";
pub(super) const PIPES: &str = "pipes";

/// What there is to say of the logon and of the shares.
pub(super) fn examine(
    subject: &Subject<'_>,
    found: &Examination,
    account: Result<&Account, &TicketError>,
) -> Vec<Check> {
    let target = subject.target;
    let mut checks = Vec::new();
    match (account, &found.logon) {
        (Err(error), _) => {
            checks.push(Check::failed(LOGON, error, (subject.words)(&Advice::on_ticket(error))));
            checks.extend(Check::behind(LOGON, &[SHARE, SHARE_ACCESS, PIPES]));
            return checks;
        }
        (Ok(account), Some(Ok(logon))) => checks.push(logged_on(account, *logon)),
        (_, Some(Err(error))) => {
            checks.push(Check::failed(LOGON, error, advise_logon(error, subject)));
            checks.extend(Check::behind(LOGON, &[SHARE, SHARE_ACCESS, PIPES]));
            return checks;
        }
        (_, None) => return checks,
    }
    match &found.share {
        Some(Ok(share)) if share.is_disk() => {
            checks.push(Check::ok(SHARE, connected(target, share)));
            checks.push(access(share, found.root.as_ref(), subject));
        }
        Some(Ok(_)) => {
            let what = format!("{} is no disk", name(target));
            checks.push(Check::failed(SHARE, what, (subject.words)(&Advice::NameDisk)));
            checks.extend(Check::behind(SHARE, &[SHARE_ACCESS]));
        }
        Some(Err(error)) => {
            checks.push(Check::failed(SHARE, error, advise_share(error, subject)));
            checks.extend(Check::behind(SHARE, &[SHARE_ACCESS]));
        }
        None => checks.extend(Check::behind(LOGON, &[SHARE, SHARE_ACCESS])),
    }
    checks.push(match &found.pipes {
        Some(Ok(_)) => Check::ok(PIPES, "IPC$ can be used"),
        Some(Err(error)) => {
            Check::warning(PIPES, error, "let the user use IPC$, or captured calls over named pipes will diverge")
        }
        None => Check::not_tried(PIPES, "mend the share first"),
    });
    checks
}

fn logged_on(user: &Account, logon: Logon) -> Check {
    if logon.guest {
        return Check::warning(
            LOGON,
            format!("{user} is let in as a guest or anonymously: nothing can be signed or encrypted"),
            "check the user's name; make the account on the server; keep Samba from it with `map to guest = never`",
        );
    }
    let demand = if logon.encrypted { "; the server demands encryption" } else { "" };
    Check::ok(LOGON, format!("{user}, with {}{demand}", user.mechanism()))
}

fn name(target: &Target) -> String {
    format!(r"\\{}\{}", target.server, target.share)
}

fn connected(target: &Target, share: &ExaminedShare) -> String {
    let demand = if share.encrypted { "; it demands encryption" } else { "" };
    format!("{}, a disk{demand}", name(target))
}

fn access(share: &ExaminedShare, root: Option<&Result<NtStatus, ProbeError>>, subject: &Subject<'_>) -> Check {
    let mask = format!("{:#010x}", share.maximal_access);
    if !share.can_write() {
        let may = if share.can_read() { "only read" } else { "neither read nor write" };
        let found = format!("the user may {may} (MaximalAccess {mask})");
        return Check::warning(SHARE_ACCESS, found, "let the user write to the share (Samba: `read only = no`)");
    }
    match root {
        Some(Ok(NtStatus::SUCCESS)) => Check::ok(SHARE_ACCESS, format!("read and write (MaximalAccess {mask})")),
        Some(Ok(status)) => {
            let found = format!("the share may be written, but nothing made in its top folder: {status}");
            Check::warning(SHARE_ACCESS, found, (subject.words)(&Advice::WriteElsewhere))
        }
        Some(Err(error)) => Check::warning(SHARE_ACCESS, error, "check the server's log"),
        None => Check::ok(SHARE_ACCESS, format!("MaximalAccess {mask}")),
    }
}

fn advise_logon(error: &ProbeError, subject: &Subject<'_>) -> String {
    let ProbeError::LogonRefused { status, mechanism, .. } = error else { return subject.advise(error) };
    match *status {
        NtStatus::ACCESS_DENIED if *mechanism == Mechanism::Ntlm => {
            "check the server's log: it may refuse NTLM, or this machine".to_owned()
        }
        _ => subject.advise(error),
    }
}

fn advise_share(error: &ProbeError, subject: &Subject<'_>) -> String {
    let ProbeError::ShareRefused { status, .. } = error else { return subject.advise(error) };
    match *status {
        NtStatus::ACCESS_DENIED => "let the user use the share; a share that demands encryption wants SMB 3".to_owned(),
        _ => subject.advise(error),
    }
}
