//! Counts records up to a report.

use crate::Divergence;
use crate::distribution::Distribution;
use crate::engine::{Engine, Record, RequestRecord};
use crate::report::{Ignored, Latency, Reason, Report, Root};
use std::collections::BTreeMap;
use std::time::Duration;
use store::runs::Verdict;

/// What is known of a run so far.
#[derive(Debug, Default)]
pub struct Tally {
    counts: BTreeMap<&'static str, u64>,
    total: u64,
    reasons: BTreeMap<(&'static str, String), u64>,
    roots: BTreeMap<(String, String, String, Vec<String>), Root>,
    explained: u64,
    ignored: BTreeMap<String, u64>,
    lag: Distribution,
    own_lag: Distribution,
    captured_latency: Distribution,
    live_latency: Distribution,
    last_answer: Duration,
}

impl Tally {
    /// Counts a record, and tells of it if it is a root divergence.
    pub fn count(&mut self, engine: &Engine, record: &Record) -> Option<Divergence> {
        match record {
            Record::Request(record) => {
                self.count_request(engine, record);
                let root = Divergence::root(engine, record)?;
                self.group(&root);
                Some(root)
            }
            Record::Extra(record) => {
                self.last_answer = self.last_answer.max(record.answered.unwrap_or_default());
                None
            }
        }
    }

    /// Counts the differences that did not count.
    pub fn ignore(&mut self, ignored: Vec<Ignored>) {
        for Ignored { rule, differences } in ignored {
            let count = self.ignored.entry(rule).or_default();
            *count = count.saturating_add(differences);
        }
    }

    /// Operations whose outcome is known.
    pub fn done(&self) -> u64 {
        self.total
    }

    /// Operations with this verdict.
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.counts.get(verdict.name()).copied().unwrap_or(0)
    }

    /// Operations that differ.
    pub fn divergences(&self) -> u64 {
        [Verdict::Status, Verdict::Body, Verdict::NoResponse].map(|verdict| self.of(verdict)).iter().sum()
    }

    /// Fills the counted part of a report.
    pub fn fill(self, report: &mut Report) {
        report.total_operations = self.total;
        report.skipped = self.of(Verdict::Skipped);
        report.sent = self.total.saturating_sub(report.skipped);
        report.matched = self.of(Verdict::Match);
        report.status_diverged = self.of(Verdict::Status);
        report.body_diverged = self.of(Verdict::Body);
        report.no_response = self.of(Verdict::NoResponse);
        report.not_compared = self.of(Verdict::NotCompared);
        report.reasons = self
            .reasons
            .into_iter()
            .map(|((verdict, reason), count)| Reason { verdict: verdict.to_owned(), reason, count })
            .collect();
        report.roots = self.roots.into_values().collect();
        by_weight(&mut report.roots);
        report.explained = self.explained;
        report.ignored = self.ignored.into_iter().map(|(rule, differences)| Ignored { rule, differences }).collect();
        let idle = report.ignored.iter().filter(|ignored| ignored.differences == 0);
        report.warnings.extend(idle.map(|ignored| idle_rule(&ignored.rule)));
        report.lag_ms = self.lag.percentiles();
        report.own_lag_ms = self.own_lag.percentiles();
        report.latency_ms =
            Latency { captured: self.captured_latency.percentiles(), live: self.live_latency.percentiles() };
        report.elapsed = self.last_answer.as_secs_f64();
    }

    fn count_request(&mut self, engine: &Engine, record: &RequestRecord) {
        self.total = self.total.saturating_add(1);
        let count = self.counts.entry(record.verdict.name()).or_default();
        *count = count.saturating_add(1);
        if matches!(record.verdict, Verdict::Skipped | Verdict::NotCompared)
            && let Some(reason) = &record.reason
        {
            let count = self.reasons.entry((record.verdict.name(), reason.clone())).or_default();
            *count = count.saturating_add(1);
        }
        let Some(request) = engine.plan().planned(record.request) else { return };
        self.explained =
            self.explained.saturating_add(u64::from(record.verdict.is_diverged() && record.cause.is_some()));
        self.last_answer = self.last_answer.max(record.answered.unwrap_or_default());
        if let Some(lag) = lag(record) {
            self.lag.count(lag);
        }
        if let Some(lag) = own_lag(record) {
            self.own_lag.count(lag);
        }
        if let (Some(sent), Some(answered)) = (record.sent, record.answered) {
            self.live_latency.count(answered.saturating_sub(sent));
            if let Some(latency) = request.captured_latency() {
                self.captured_latency.count(latency);
            }
        }
    }

    /// Puts a root divergence to those like it.
    fn group(&mut self, found: &Divergence) {
        let Divergence { command, captured_status, live_status, fields, .. } = found.clone();
        let key = (command.clone(), captured_status.clone(), live_status.clone(), fields.clone());
        let root = self.roots.entry(key).or_insert_with(|| Root {
            command,
            captured_status,
            live_status,
            count: 0,
            first_frame: found.frame,
            path: None,
            fields,
            differences: Vec::new(),
        });
        root.count = root.count.saturating_add(1);
        if root.first_frame >= found.frame {
            root.first_frame = found.frame;
            root.path.clone_from(&found.path);
            root.differences.clone_from(&found.differences);
        }
    }
}

/// Puts the groups with most operations first.
pub(crate) fn by_weight(roots: &mut [Root]) {
    roots.sort_by(|a, b| b.count.cmp(&a.count).then(a.first_frame.cmp(&b.first_frame)));
}

/// What is told of a rule that ignored nothing.
pub(crate) fn idle_rule(rule: &str) -> String {
    format!("nothing was ignored by: {rule}")
}

/// How much later than due a request was sent.
pub fn lag(record: &RequestRecord) -> Option<Duration> {
    Some(record.sent?.saturating_sub(record.due?))
}

/// The part of [`lag`] that the replay itself is to blame for: from when the request was due and all it waited for had
/// come. What remains is how much later than the captured server the live one answered.
pub fn own_lag(record: &RequestRecord) -> Option<Duration> {
    Some(record.sent?.saturating_sub(record.due?.max(record.free.unwrap_or_default())))
}
