//! The lab server: what the command line says of it, else the settings, and what to do when it cannot be used.

use super::kerberos;
use crate::arguments::ServerArguments;
use crate::failure::Failure;
use client::kerberos::{ErrorCode, TicketError};
use client::probe::ProbeError;
use replay::Target;
use replay::readiness::Advice;
use replay::target::TargetError;
use smb2::auth::spnego::Mechanism;
use std::io::BufRead;
use store::{Config, Key};

/// What to do about a server without an address.
pub(crate) const NAME_SERVER: &str = "check --server-ip, or `smbreplay config set server_ip ADDRESS`";
/// The same about one that is in the capture.
pub(crate) const KEEP_FROM_CAPTURED: &str = "replay at a lab server, or insist with --allow-captured-server";
/// The same about one that cannot be reached.
pub(crate) const REACH: &str =
    "check that the server runs, and --server-ip and --port (`smbreplay lab start` runs one)";
/// The same about one that refuses the logon.
pub(crate) const CORRECT_ACCOUNT: &str = "check --username, --domain and the password (SMBREPLAY_PASSWORD)";
/// The same about one that refuses a ticket.
pub(crate) const TAKE_TICKET: &str =
    "check the server's own keytab, its log, and that it knows the user: the KDC gave the ticket";
/// The same about one that refuses the share.
pub(crate) const MAKE_SHARE: &str = "make the share on the server, or name another with --tree-name";

/// The settings that the command line overrides.
pub(crate) fn overrides(server: &ServerArguments) -> Vec<(Key, String)> {
    let text = |key: Key, value: &Option<String>| value.clone().map(|value| (key, value));
    [
        text(Key::ServerIp, &server.server_ip),
        server.port.map(|port| (Key::Port, port.to_string())),
        text(Key::Domain, &server.domain),
        text(Key::Username, &server.username),
        server.password.as_ref().map(|password| (Key::Password, password.0.clone())),
        text(Key::TreeName, &server.tree_name),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The server and account of the settings. The password of `--password-stdin` is read here.
pub(crate) fn target(config: &Config, server: &ServerArguments) -> Result<Target, Failure> {
    let password = if server.password_stdin { read_password()? } else { config.password().to_owned() };
    let mut target = Target {
        server: config.server_ip().to_owned(),
        port: config.port(),
        domain: config.domain().to_owned(),
        username: config.username().to_owned(),
        password,
        share: config.tree_name().to_owned(),
        kerberos: None,
    };
    kerberos::add(&mut target, config, server)?;
    Ok(target)
}

/// What to do about a target that nothing is sent to.
pub(crate) fn advise(error: &TargetError) -> &'static str {
    match error {
        TargetError::Resolve { .. } | TargetError::NoAddress { .. } => NAME_SERVER,
        TargetError::CapturedServer { .. } => KEEP_FROM_CAPTURED,
    }
}

const WITHOUT_PING: &str = "check the server's log, or try without the check: --no-ping";

/// What to do about a server, account or share that cannot be used.
pub(crate) fn advise_probe(error: &ProbeError) -> &'static str {
    match error {
        ProbeError::Unreachable { .. } | ProbeError::Timeout { .. } => REACH,
        ProbeError::LogonRefused { mechanism: Mechanism::Kerberos, .. } => TAKE_TICKET,
        ProbeError::LogonRefused { .. } => CORRECT_ACCOUNT,
        ProbeError::ShareRefused { .. } => MAKE_SHARE,
        ProbeError::DialectRefused { .. } | ProbeError::DialectNotOffered { .. } => "choose another with --dialect",
        ProbeError::Closed { .. } | ProbeError::BadAnswer { .. } | ProbeError::NotSmb { .. } => {
            "check that an SMB2 server listens there"
        }
        ProbeError::TooLong(_) => "use a shorter name",
        ProbeError::LogonGarbled { source, .. } => match source.ticket_refused() {
            Some(ErrorCode::SKEW) => "set the clocks: they may differ by five minutes",
            Some(_) => TAKE_TICKET,
            None => WITHOUT_PING,
        },
        _ => WITHOUT_PING,
    }
}

/// What to do about a ticket that there is not.
pub(crate) fn advise_ticket(error: &TicketError) -> String {
    words(&Advice::on_ticket(error))
}

/// What to do, by the names of options and settings.
pub(crate) fn words(advice: &Advice) -> String {
    let words = match advice {
        Advice::NameServer => NAME_SERVER,
        Advice::KeepFromCaptured => KEEP_FROM_CAPTURED,
        Advice::Reach => REACH,
        Advice::CorrectAccount => CORRECT_ACCOUNT,
        Advice::TakeTicket => TAKE_TICKET,
        Advice::NameKdc => "name it with --kdc HOST[:PORT], or as `kdc` of the realm in krb5.conf (KRB5_CONFIG)",
        Advice::ReachKdc => "check that the KDC runs, and --kdc, or `kdc` of the realm in krb5.conf (KRB5_CONFIG)",
        Advice::NameService => "check --server-name and --realm: the realm needs a service cifs/NAME for the server",
        Advice::RenewTickets => "get new ones with `kinit`, or log on with a password or --kerberos-keytab",
        Advice::GiveSecret => {
            "name this user's --ccache or --kerberos-keytab, or leave both out and give the password \
             (SMBREPLAY_PASSWORD); for a captured user, --map-user A=USER%PASSWORD"
        }
        Advice::MakeShare => MAKE_SHARE,
        Advice::NameDisk => "name a disk share with --tree-name, or `smbreplay config set tree_name SHARE`",
        Advice::WriteElsewhere => "let the user write there, or replay below a folder where he may, with --root DIR",
        Advice::OfferDialect { enable, offer } => {
            return format!("enable {enable} on the server, or replay with --dialect {offer}");
        }
        Advice::Same(words) => words,
    };
    words.to_owned()
}

/// The first line of standard input, without its end.
fn read_password() -> Result<String, Failure> {
    let advice = "write it as one line, as in `printf '%s\\n' \"$PASSWORD\" | smbreplay … --password-stdin`";
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    match read {
        Ok(0) => Err(Failure::new("standard input has no password", advice)),
        Ok(_) => Ok(line.trim_end_matches(['\n', '\r']).to_owned()),
        Err(error) => Err(Failure::new(format!("cannot read the password from standard input: {error}"), advice)),
    }
}
