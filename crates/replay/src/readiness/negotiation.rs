//! What the server is able to: dialects, signing, encryption, sizes, capabilities, clock.

use super::Subject;
use super::advice::Advice;
use super::check::Check;
use analysis::units::{duration, size};
use client::Negotiated;
use client::probe::ProbeError;
use client::probe::examination::Examination;
use smb2::names;
use std::collections::BTreeSet;

pub(super) const NEGOTIATION: &str = "negotiation";
pub(super) const DIALECTS: &str = "dialects";
pub(super) const SIGNING: &str = "signing";
pub(super) const ENCRYPTION: &str = "encryption";
pub(super) const COMPRESSION: &str = "compression";
pub(super) const SIZES: &str = "sizes";
pub(super) const CAPABILITIES: &str = "capabilities";
pub(super) const CLOCK: &str = "clock";

/// What `negotiated` and the offers beside it say; dialects are held against those of the trace.
pub(super) fn examine(negotiated: &Negotiated, found: &Examination, subject: &Subject<'_>) -> Vec<Check> {
    let inquired = found.inquired.as_ref().and_then(|inquired| inquired.as_ref().ok());
    let picked = format!("SMB {}, server {}", dialect(negotiated.dialect), negotiated.server_guid);
    vec![
        Check::ok(NEGOTIATION, picked),
        dialects(&found.dialects, subject),
        signing(negotiated),
        encryption(negotiated),
        compression(inquired),
        sizes(negotiated),
        capabilities(inquired.unwrap_or(negotiated)),
        clock(found.clock_ahead),
    ]
}

fn dialect(revision: u16) -> String {
    names::dialect(revision).map_or_else(|| format!("{revision:#06x}"), str::to_owned)
}

fn dialects(offered: &[(u16, Result<(), ProbeError>)], subject: &Subject<'_>) -> Check {
    let those = |taken: bool| {
        let those = offered.iter().filter(move |(_, result)| result.is_ok() == taken);
        those.map(|(revision, _)| *revision).collect::<Vec<u16>>()
    };
    let list = |revisions: &[u16]| revisions.iter().copied().map(dialect).collect::<Vec<_>>().join(", ");
    let (taken, refused) = (those(true), those(false));
    let silent: Vec<u16> = offered
        .iter()
        .filter(|(_, result)| result.as_ref().is_err_and(|error| !matches!(error, ProbeError::DialectRefused { .. })))
        .map(|(revision, _)| *revision)
        .collect();
    let mut found = if taken.is_empty() { "none of them alone".to_owned() } else { list(&taken) };
    if !refused.is_empty() {
        found.push_str(&format!("; not {}", list(&refused)));
    }
    if !silent.is_empty() {
        found.push_str(&format!(" (no clear answer to {})", list(&silent)));
    }
    let connections = subject.trace.iter().flat_map(|trace| &trace.metadata.connections);
    let used: BTreeSet<u16> = connections.filter_map(|used| used.dialect_revision).collect();
    let missing: Vec<u16> = refused.into_iter().filter(|revision| used.contains(revision)).collect();
    match (taken.last(), subject.trace) {
        (Some(best), Some(trace)) if !missing.is_empty() => Check::warning(
            DIALECTS,
            format!("{found}, which {} has", trace.called),
            (subject.words)(&Advice::OfferDialect { enable: list(&missing), offer: dialect(*best) }),
        ),
        (Some(_), _) => Check::ok(DIALECTS, found),
        (None, _) => Check::warning(DIALECTS, found, "check the server's log for connections it turned away"),
    }
}

fn signing(negotiated: &Negotiated) -> Check {
    let algorithm = names::signing_algorithm(negotiated.signing.to_wire()).unwrap_or("unknown");
    let required = if negotiated.signing_required() { "required" } else { "not required" };
    Check::ok(SIGNING, format!("{algorithm}, {required}"))
}

fn encryption(negotiated: &Negotiated) -> Check {
    match negotiated.cipher {
        Some(cipher) => Check::ok(ENCRYPTION, names::cipher(cipher.to_wire()).unwrap_or("unknown")),
        None => Check::warning(
            ENCRYPTION,
            "none: what was encrypted is replayed in clear",
            "enable encryption (SMB 3) on the server if that matters",
        ),
    }
}

fn compression(inquired: Option<&Negotiated>) -> Check {
    let Some(inquired) = inquired else {
        return Check::not_tried(COMPRESSION, "nothing to do: a replay needs none");
    };
    let name = |id: &u16| names::compression_algorithm(*id).map_or_else(|| format!("{id:#06x}"), str::to_owned);
    let all: Vec<String> = inquired.compressions.iter().map(name).collect();
    Check::ok(COMPRESSION, if all.is_empty() { "none; a replay needs none".to_owned() } else { all.join(", ") })
}

/// What every server has to take (MS-SMB2 3.3.5.4).
const LEAST_SIZE: u32 = 65_536;

fn sizes(negotiated: &Negotiated) -> Check {
    let Negotiated { max_read_size: read, max_write_size: write, max_transact_size: transact, .. } = negotiated;
    let [shown_read, shown_write, shown_transact] = [read, write, transact].map(|bytes| size(u64::from(*bytes)));
    let found = format!("read {shown_read}, write {shown_write}, transact {shown_transact} at most");
    if [read, write, transact].into_iter().any(|bytes| *bytes < LEAST_SIZE) {
        let advice = "allow at least 64 KiB on the server: larger captured requests will be refused";
        return Check::warning(SIZES, found, advice);
    }
    Check::ok(SIZES, found)
}

/// SMB2_GLOBAL_CAP_DFS to SMB2_GLOBAL_CAP_DIRECTORY_LEASING; encryption has a check of its own.
const OF_INTEREST: [&str; 6] =
    ["DFS", "LEASING", "LARGE_MTU", "MULTI_CHANNEL", "PERSISTENT_HANDLES", "DIRECTORY_LEASING"];

fn capabilities(negotiated: &Negotiated) -> Check {
    let has = negotiated.capability_names();
    let (there, missing): (Vec<&str>, Vec<&str>) = OF_INTEREST.into_iter().partition(|name| has.contains(name));
    let words = |names: &[&str]| names.join(", ").to_ascii_lowercase().replace('_', " ");
    Check::ok(
        CAPABILITIES,
        match (there.is_empty(), missing.is_empty()) {
            (_, true) => words(&there),
            (true, _) => format!("none; not {}", words(&missing)),
            (false, false) => format!("{}; not {}", words(&there), words(&missing)),
        },
    )
}

/// The difference from which on Kerberos refuses tickets, seconds.
const FAR_APART: u64 = 300;

fn clock(ahead: Option<i64>) -> Check {
    let Some(ahead) = ahead else { return Check::ok(CLOCK, "the server does not tell its time") };
    let apart = duration(ahead.unsigned_abs().saturating_mul(1_000_000_000));
    let found = match ahead {
        -1..=1 => return Check::ok(CLOCK, "agrees with this machine's"),
        ahead if ahead > 0 => format!("{apart} ahead of this machine's"),
        _ => format!("{apart} behind this machine's"),
    };
    match ahead.unsigned_abs() {
        0..=FAR_APART => Check::ok(CLOCK, found),
        _ => {
            Check::warning(CLOCK, found, "set both clocks (NTP): timestamps differ, and Kerberos refuses such clients")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::Outcome;
    use super::*;
    use crate::Target;
    use smb2::NtStatus;
    use std::time::Duration;

    #[test]
    fn a_clock_far_off_is_a_warning_and_a_little_is_not() {
        assert_eq!(clock(Some(0)).found, "agrees with this machine's");
        assert_eq!((clock(Some(-300)).outcome, clock(Some(301)).outcome), (Outcome::Ok, Outcome::Warning));
        assert_eq!(clock(Some(-3700)).found, "1 h 1 min behind this machine's");
        assert_eq!(clock(None).outcome, Outcome::Ok);
    }

    #[test]
    fn refused_dialects_are_told_and_those_without_an_answer_apart() {
        let address = ([127, 0, 0, 1], 445).into();
        let refused = ProbeError::DialectRefused { address, offered: vec![0x0202], status: NtStatus::NOT_SUPPORTED };
        let closed = ProbeError::Closed { address, what: smb2::Command::NEGOTIATE, source: None };
        let target = Target {
            server: String::new(),
            port: 445,
            domain: String::new(),
            username: String::new(),
            password: String::new(),
            share: String::new(),
            kerberos: None,
        };
        let words = |_: &Advice| String::new();
        let subject = Subject { target: &target, trace: None, patience: Duration::ZERO, words: &words };
        let check = dialects(&[(0x0202, Err(refused)), (0x0210, Err(closed)), (0x0311, Ok(()))], &subject);
        assert_eq!(check, Check::ok(DIALECTS, "3.1.1; not 2.0.2, 2.1 (no clear answer to 2.1)"));
    }
}
