//! Live answers held against captured ones.
//!
//! What is compared stands in [`table`], one table per command. Answers that only mean something together are compared
//! as a union. A difference is taken out by a [`Rule`] of the user or as [`Noise`] of a baseline, and counted there; what
//! is left makes the verdict `body`, unless an earlier divergence on the same path explains it.

mod answer;
mod baseline;
mod explain;
mod fields;
mod rule;
pub mod table;
mod union;
mod value;

pub use answer::{Answer, Answers, CapturedNames, Fingerprint, MappedNames, SameNames};
pub use baseline::{BaselineError, Noise};
pub use fields::{Findings, Found, MALFORMED};
pub use rule::{Rule, RuleError};
pub use value::Value;

use crate::engine::RequestRecord;
use crate::payload::{self, Recorded};
use crate::plan::Plan;
use crate::report::Ignored;
use explain::{Explanations, Outcome};
use smb2::Command;
use std::sync::Arc;
use store::runs::{Difference, Verdict};
use union::Unions;

/// What the user says about the comparison.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Fields whose differences do not count.
    pub ignore: Vec<Rule>,
    /// Volatile fields that are compared nevertheless.
    pub compare: Vec<Rule>,
    /// Earlier runs of the same trace; what differs between them is noise.
    pub baseline: Vec<String>,
    /// What [`Noise::of`] found in them.
    pub noise: Arc<Noise>,
}

/// Mark of an operation whose captured answer is not all there.
const PARTLY: &str = "partly_captured";
/// Mark of an operation whose data is the pattern that stands for contents that are not known.
const PATTERN: &str = "pattern_payload";

/// The comparison of one run: takes records as they come.
#[derive(Debug)]
pub struct Comparison {
    settings: Settings,
    unions: Unions,
    explanations: Explanations,
    /// How many differences each rule of `settings.ignore` took out.
    ignored: Vec<u64>,
    taken_as_noise: u64,
}

impl Comparison {
    /// A comparison that has seen nothing yet.
    pub fn new(plan: &Plan, settings: Settings) -> Self {
        Self {
            ignored: vec![0; settings.ignore.len()],
            settings,
            unions: Unions::of(plan),
            explanations: Explanations::default(),
            taken_as_noise: 0,
        }
    }

    /// A comparison of runs with each other, in which no rule takes anything out.
    fn between_runs(plan: &Plan, settings: &Settings) -> Self {
        let settings = Settings { compare: settings.compare.clone(), ..Settings::default() };
        Self::new(plan, settings)
    }

    /// Compares the answer of a record with the captured one: fills in `differences`, turns `match` into `body`, names the
    /// earlier request that explains a difference, and leaves large READ data out that is the captured. Every record of a
    /// run has to come by here, in its order.
    pub fn judge(&mut self, plan: &Plan, names: &dyn CapturedNames, record: &mut RequestRecord) {
        let Some(planned) = plan.planned(record.request) else { return };
        let row = planned.row;
        let live = record.live_status.zip(record.live_response.as_deref());
        let live = live.map(|(status, message)| Answer::live(status, message));
        let Taken { findings, shifted } = self.compared(plan, plan, names, record.request, live);
        let Findings { mut found, partly, same_data, is_pattern } = findings;
        record
            .marks
            .extend([(partly, PARTLY), (is_pattern, PATTERN)].into_iter().filter_map(|(is, mark)| is.then_some(mark)));
        if same_data && let Some(message) = record.live_response.take() {
            let Recorded { message, left } = payload::recorded_answer(&row, message);
            record.live_response = Some(message);
            record.live_response_left = left;
        }
        found.retain(|found| !self.takes_out(record.request, planned.command(), row.path(), found));
        if record.verdict == Verdict::Match && !found.is_empty() {
            record.verdict = Verdict::Body;
        }
        if let Some((why, first)) = shifted
            && record.cause.is_none()
        {
            record.reason = Some(why.to_owned());
            record.cause = first;
        }
        if let (Verdict::Status | Verdict::Body, None, Some(stand_in)) =
            (record.verdict, record.cause, planned.rare().stand_in_handle)
        {
            record.cause = Some(stand_in);
            record.reason = Some("its handle stands in for one from before the capture".to_owned());
        }
        let outcome = Outcome {
            request: record.request,
            verdict: record.verdict,
            captured: planned.captured_status(),
            live: record.live_status,
            found: &found,
            wrote_pattern: !planned.rare().missing_payload.is_empty(),
        };
        if record.cause.is_none()
            && let Some(cause) = self.explanations.cause(&row, &outcome)
        {
            record.cause = Some(cause);
            record.reason.get_or_insert_with(|| "an earlier divergence on the same path".to_owned());
        }
        self.explanations.remember(&row, &outcome, record.cause);
        record.differences = found.into_iter().map(Difference::from).collect();
    }

    /// What the rules and the baseline took out, and the rules that took out nothing.
    pub fn ignored(&self) -> Vec<Ignored> {
        let rules = self.settings.ignore.iter().zip(&self.ignored);
        let mut ignored: Vec<Ignored> =
            rules.map(|(rule, count)| Ignored { rule: rule.to_string(), differences: *count }).collect();
        if !self.settings.baseline.is_empty() {
            let rule = format!("baseline {}", self.settings.baseline.join(", "));
            ignored.push(Ignored { rule, differences: self.taken_as_noise });
        }
        ignored
    }

    /// Compares without rules and explanations.
    fn findings(
        &mut self,
        plan: &Plan,
        source: &dyn Answers,
        names: &dyn CapturedNames,
        request: usize,
        live: Option<Answer<'_>>,
    ) -> Findings {
        self.compared(plan, source, names, request, live).findings
    }

    fn compared(
        &mut self,
        plan: &Plan,
        source: &dyn Answers,
        names: &dyn CapturedNames,
        request: usize,
        live: Option<Answer<'_>>,
    ) -> Taken {
        let nothing = Taken { findings: Findings::default(), shifted: None };
        let Some(planned) = plan.planned(request) else { return nothing };
        let row = planned.row;
        let folder = row.path().unwrap_or_default();
        let union = self.unions.take(plan, source, names, folder, request, live.as_ref());
        let mut findings = union.findings;
        if let (Some(command), Some(live), Some(captured)) = (planned.command(), live, source.answer(request))
            && live.status == captured.status
            && let Some(message) = live.message
        {
            let path = row.path();
            let wanted = |field: &table::Field| {
                fields::by_default(field)
                    || self.settings.compare.iter().any(|rule| rule.covers(command, field.name, path))
            };
            let live = fields::Live { message, payload: live.payload };
            let compared = fields::compare(&row, request, &captured, live, names, &wanted);
            findings.found.extend(compared.found);
            findings.partly |= compared.partly;
            findings.same_data |= compared.same_data;
            findings.is_pattern |= compared.is_pattern;
        }
        Taken { findings, shifted: union.shifted }
    }

    /// Whether a difference does not count; it is counted as such.
    fn takes_out(&mut self, request: usize, command: Option<Command>, path: Option<&str>, found: &Found) -> bool {
        let path = found.path.as_deref().or(path);
        let rules = self.settings.ignore.iter().zip(&mut self.ignored);
        let hit = command.and_then(|command| {
            rules.into_iter().find(|(rule, _)| rule.covers(command, found.field, path)).map(|(_, count)| count)
        });
        if let Some(count) = hit {
            *count = count.saturating_add(1);
            return true;
        }
        let is_noise = self.settings.noise.has(request, found.field);
        self.taken_as_noise = self.taken_as_noise.saturating_add(u64::from(is_noise));
        is_noise
    }
}

/// What comparing one answer found.
struct Taken {
    findings: Findings,
    shifted: Option<(&'static str, Option<usize>)>,
}

impl From<Found> for Difference {
    fn from(found: Found) -> Self {
        Self { field: found.field.to_owned(), captured: found.captured, live: found.live }
    }
}
