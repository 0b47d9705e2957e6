//! Whether a lab server is ready for a replay: its name, its address, and then everything that one examination of it finds. Nothing
//! on it is changed.

mod access;
mod advice;
mod check;
mod negotiation;
mod resolution;

pub use advice::Advice;
pub use check::{Check, Outcome};

use crate::Target;
use crate::target::{TargetError, is_captured};
use analysis::units::duration;
use client::kerberos::TicketError;
use client::logon::Account;
use client::probe::ProbeError;
use client::probe::examination::{self, Examination, examine_unless};
use resolution::resolve;
use schemars::JsonSchema;
use serde::Serialize;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use store::metadata::SessionMetadata;

const ADDRESS: &str = "address";
const CAPTURED: &str = "captured_server";
const CONNECTION: &str = "connection";
/// Names of the checks, in their order.
pub const ALL: [&str; 15] = [
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

/// What is checked.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The server and the account.
    pub target: &'a Target,
    /// What is to be replayed there.
    pub trace: Option<Trace<'a>>,
    /// How long resolving, connecting, and each answer may take.
    pub patience: Duration,
    /// Says what to do to who asked.
    pub words: &'a dyn Fn(&Advice) -> String,
}

/// What is to be replayed.
#[derive(Clone, Copy, Debug)]
pub struct Trace<'a> {
    /// What the ingest found.
    pub metadata: &'a SessionMetadata,
    /// What it is to who asked: `the last trace`.
    pub called: &'a str,
}

/// Whether a server is ready, for programs.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct Readiness {
    /// No check failed.
    pub ready: bool,
    /// All checks, in their order.
    pub checks: Vec<Check>,
}

impl From<Vec<Check>> for Readiness {
    fn from(checks: Vec<Check>) -> Self {
        Self { ready: checks.iter().all(|check| check.outcome != Outcome::Failed), checks }
    }
}

/// Every check of the server, whatever fails; `None` when `cancelled` was set before that.
///
/// # Errors
/// The operating system's, when it has nothing to wait for sockets with.
pub fn examine(subject: &Subject<'_>, cancelled: &AtomicBool) -> io::Result<Option<Vec<Check>>> {
    let Subject { target, patience, .. } = *subject;
    let Some(resolved) = resolve(&target.server, target.port, patience, cancelled) else { return Ok(None) };
    let (address, mut checks) = match resolved {
        Ok(addresses) => match addresses.first() {
            Some(first) => (*first, vec![Check::ok(ADDRESS, told(target, *first, addresses.len()))]),
            None => {
                let error = TargetError::NoAddress { server: target.server.clone() };
                return Ok(Some(subject.without_address(&error)));
            }
        },
        Err(source) => {
            let error = TargetError::Resolve { server: target.server.clone(), source };
            return Ok(Some(subject.without_address(&error)));
        }
    };
    checks.push(subject.captured(address));
    let account = target.account();
    let examined = examination::Subject {
        address,
        server_name: &target.server,
        account: account.as_ref().ok(),
        share: &target.share,
        patience,
    };
    let Some(found) = examine_unless(cancelled, &examined)? else { return Ok(None) };
    checks.extend(subject.connected(&found, account.as_ref()));
    Ok(Some(checks))
}

impl Subject<'_> {
    /// What to do about a step that failed. Unlike a replay, nothing here has a dialect to offer or a check to go without.
    fn advise(&self, error: &ProbeError) -> String {
        (self.words)(&Advice::on_probe(error, self.patience.as_secs_f64()))
    }

    fn advise_target(&self, error: &TargetError) -> String {
        (self.words)(&Advice::on_target(error))
    }

    fn connected(&self, found: &Examination, account: Result<&Account, &TicketError>) -> Vec<Check> {
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
                checks.push(Check::failed(CONNECTION, error, self.advise(error)));
                checks.extend(behind(CONNECTION));
                return checks;
            }
        }
        match &found.negotiated {
            Some(Ok(negotiated)) => checks.extend(negotiation::examine(negotiated, found, self)),
            Some(Err(error)) => {
                checks.push(Check::failed(negotiation::NEGOTIATION, error, self.advise(error)));
                checks.extend(behind(negotiation::NEGOTIATION));
                return checks;
            }
            None => return checks,
        }
        checks.extend(access::examine(self, found, account));
        checks
    }

    fn without_address(&self, error: &TargetError) -> Vec<Check> {
        let rest: Vec<&'static str> = ALL.into_iter().filter(|name| *name != ADDRESS).collect();
        let failed = Check::failed(ADDRESS, error, self.advise_target(error));
        std::iter::once(failed).chain(Check::behind(ADDRESS, &rest)).collect()
    }

    /// Never the wrong server: a replay changes what is on it.
    fn captured(&self, address: SocketAddr) -> Check {
        let Some(trace) = self.trace else {
            return Check::not_tried(CAPTURED, "nothing to do: there is no last trace whose servers are known");
        };
        let connections = trace.metadata.connections.iter();
        let servers: Vec<SocketAddr> = connections.filter_map(|connection| connection.server.parse().ok()).collect();
        if is_captured(&servers, address) {
            let error = TargetError::CapturedServer { address };
            return Check::warning(CAPTURED, &error, self.advise_target(&error));
        }
        Check::ok(CAPTURED, format!("not a server of {}", trace.called))
    }
}

fn told(target: &Target, first: SocketAddr, count: usize) -> String {
    let others = if count > 1 { format!(", the first of {count} addresses") } else { String::new() };
    match target.server.parse::<std::net::IpAddr>() {
        Ok(_) => first.to_string(),
        Err(_) => format!("{} is {first}{others}", target.server),
    }
}
