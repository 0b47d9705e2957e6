//! The lab server: its name, its address, and then everything that one examination of it finds.

use super::check::Check;
use super::resolution::resolve;
use super::{access, negotiation};
use crate::command::{Context, target};
use crate::failure::Failure;
use crate::output::{Progress, duration};
use client::probe::ProbeError;
use client::probe::examination::{Examination, Subject, examine_unless};
use replay::Target;
use replay::target::{TargetError, is_captured};
use smb2::auth::Credentials;
use std::net::SocketAddr;
use std::time::Duration;
use store::metadata::SessionMetadata;

const ADDRESS: &str = "address";
const CAPTURED: &str = "captured_server";
const CONNECTION: &str = "connection";
/// Names of the checks here, in their order.
pub(super) const ALL: [&str; 15] = [
    ADDRESS,
    CAPTURED,
    CONNECTION,
    negotiation::NEGOTIATION,
    negotiation::DIALECTS,
    negotiation::SIGNING,
    negotiation::ENCRYPTION,
    negotiation::COMPRESSION,
    negotiation::SIZES,
    negotiation::CAPABILITIES,
    negotiation::CLOCK,
    access::LOGON,
    access::SHARE,
    access::SHARE_ACCESS,
    access::PIPES,
];

/// Every check of the server, whatever fails.
pub(super) fn examine(
    target: &Target,
    trace: Option<&SessionMetadata>,
    context: &Context<'_>,
) -> Result<Vec<Check>, Failure> {
    let patience = context.config.max_wait();
    let progress = Progress::wait(context.output.quiet());
    progress.show(&format!("trying {}, port {} …", target.server, target.port), 0, 0);
    let (address, mut checks) = match resolve(&target.server, target.port, patience, &context.interrupt)? {
        Ok(addresses) => match addresses.first() {
            Some(first) => (*first, vec![Check::ok(ADDRESS, resolved(target, *first, addresses.len()))]),
            None => return Ok(without_address(&TargetError::NoAddress { server: target.server.clone() })),
        },
        Err(source) => return Ok(without_address(&TargetError::Resolve { server: target.server.clone(), source })),
    };
    checks.push(captured(address, trace));
    let credentials =
        Credentials { domain: target.domain.clone(), user: target.username.clone(), password: target.password.clone() };
    let subject =
        Subject { address, server_name: &target.server, credentials: &credentials, share: &target.share, patience };
    let found = examine_unless(context.interrupt.flag(), &subject)
        .map_err(|error| Failure::new(format!("the server cannot be tried: {error}"), "try again"))?;
    context.interrupt.check()?;
    let Some(found) = found else { return Err(Failure::Interrupted("interrupted".to_owned())) };
    checks.extend(connected(target, &found, trace, patience));
    Ok(checks)
}

/// What to do about a step that failed. Unlike a replay, nothing here has a `--dialect` or a check to go without.
pub(super) fn advise(error: &ProbeError, patience: Duration) -> String {
    match error {
        ProbeError::Unreachable { .. } => match running_lab() {
            Some(lab) => format!(
                "check that the server runs, and --server-ip and --port; the lab server that runs here has --server-ip {} --port {}",
                lab.ip(),
                lab.port()
            ),
            None => target::advise_probe(error).to_owned(),
        },
        ProbeError::Timeout { .. } => {
            let wait = patience.as_secs_f64();
            format!("check that an SMB server listens there and is not overloaded; `max_wait` is {wait} s")
        }
        ProbeError::DialectRefused { .. } | ProbeError::DialectNotOffered { .. } => {
            "enable SMB2 or SMB3 on the server".to_owned()
        }
        ProbeError::LogonGarbled { .. } => "let the server accept NTLM logons".to_owned(),
        ProbeError::WrongSignature { .. } | ProbeError::NotSent { .. } => "check the server's log".to_owned(),
        ProbeError::NoRandomness(_) => "try again".to_owned(),
        error => target::advise_probe(error).to_owned(),
    }
}

/// The server that `smbreplay lab start` has started.
fn running_lab() -> Option<SocketAddr> {
    match lab::instance::status(&lab::instance::default_state_file()?) {
        Ok(lab::instance::Status::Running(instance)) => Some(instance.address),
        _ => None,
    }
}

fn connected(target: &Target, found: &Examination, trace: Option<&SessionMetadata>, patience: Duration) -> Vec<Check> {
    let behind = |what| {
        let names = ALL.iter().skip_while(move |name| **name != what).skip(1).copied().collect::<Vec<_>>();
        Check::behind(what, &names).collect::<Vec<_>>()
    };
    let mut checks = Vec::new();
    match &found.connected {
        Ok(took) => {
            let took = duration(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
            checks.push(Check::ok(CONNECTION, format!("TCP, in {took}")));
        }
        Err(error) => {
            checks.push(Check::failed(CONNECTION, error, advise(error, patience)));
            checks.extend(behind(CONNECTION));
            return checks;
        }
    }
    match &found.negotiated {
        Some(Ok(negotiated)) => checks.extend(negotiation::examine(negotiated, found, trace)),
        Some(Err(error)) => {
            checks.push(Check::failed(negotiation::NEGOTIATION, error, advise(error, patience)));
            checks.extend(behind(negotiation::NEGOTIATION));
            return checks;
        }
        None => return checks,
    }
    checks.extend(access::examine(target, found, patience));
    checks
}

fn without_address(error: &TargetError) -> Vec<Check> {
    let rest: Vec<&'static str> = ALL.into_iter().filter(|name| *name != ADDRESS).collect();
    let failed = Check::failed(ADDRESS, error, target::advise(error));
    std::iter::once(failed).chain(Check::behind(ADDRESS, &rest)).collect()
}

fn resolved(target: &Target, first: SocketAddr, count: usize) -> String {
    let others = if count > 1 { format!(", the first of {count} addresses") } else { String::new() };
    match target.server.parse::<std::net::IpAddr>() {
        Ok(_) => first.to_string(),
        Err(_) => format!("{} is {first}{others}", target.server),
    }
}

/// Never the wrong server: a replay changes what is on it.
fn captured(address: SocketAddr, trace: Option<&SessionMetadata>) -> Check {
    let Some(trace) = trace else {
        return Check::not_tried(CAPTURED, "nothing to do: there is no last trace whose servers are known");
    };
    let servers: Vec<SocketAddr> =
        trace.connections.iter().filter_map(|connection| connection.server.parse().ok()).collect();
    if is_captured(&servers, address) {
        let error = TargetError::CapturedServer { address };
        return Check::warning(CAPTURED, &error, target::advise(&error));
    }
    Check::ok(CAPTURED, "not a server of the last trace")
}
