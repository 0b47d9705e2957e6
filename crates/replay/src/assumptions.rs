//! What a plan takes for granted, repairs or leaves out, in sentences.

use crate::map::{DomainSid, SidRule};
use crate::message;
use crate::plan::Plan;
use crate::plan::dialect::Inferred;
use std::collections::{BTreeMap, BTreeSet};

/// What the plan took for granted or left out, a sentence each.
pub(crate) fn of(plan: &Plan, sids: &[SidRule]) -> Vec<String> {
    let mut told: Vec<String> = plan
        .dialects
        .inferred
        .iter()
        .map(|Inferred { connection, dialect, because }| {
            let name = smb2::names::dialect(*dialect).unwrap_or("unknown");
            format!("the dialect of connection {connection} is not in the capture; {name} follows from {because}")
        })
        .collect();
    told.extend(plan.trace.payload.left_out().map(|what| {
        format!("{what}: WRITEs send a pattern in its place, and nothing more is sent on a pipe after a WRITE to it")
    }));
    told.extend(foreign_domains(plan, sids));
    let stand_ins = plan.requests.iter().filter(|request| request.stand_in).count();
    if stand_ins > 0 {
        told.push(format!(
            "{} operations use sessions, tree connects or handles from before the capture; {stand_ins} requests set up \
             stand-ins for them",
            plan.requests.iter().filter(|request| request.orphan).count()
        ));
    }
    if plan.left_out > 0 {
        told.push(format!("{} operations of the chosen sessions are left out, as asked for", plan.left_out));
    }
    told
}

/// Domains of accounts that the live server does not know, unless it is in the captured domain.
fn foreign_domains(plan: &Plan, sids: &[SidRule]) -> Vec<String> {
    const MOST_TOLD: usize = 5;
    let mut counts: BTreeMap<DomainSid, u64> = BTreeMap::new();
    for request in plan.requests.iter().filter_map(|request| plan.trace.planned(request)) {
        let Some(command) = request.command() else { continue };
        let named = message::sid::domains(command, request.bytes()).into_iter().map(|(_, domain)| domain);
        for domain in named.collect::<BTreeSet<_>>() {
            let count = counts.entry(domain).or_default();
            *count = count.saturating_add(1);
        }
    }
    counts.retain(|domain, _| !sids.iter().any(|rule| rule.captured == *domain));
    let told = counts.into_iter().take(MOST_TOLD).map(|(domain, count)| {
        format!("{count} requests name accounts of {domain} and are sent so; --map-sid {domain}=… makes them live ones")
    });
    told.collect()
}
