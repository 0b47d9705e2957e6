//! What became of each request, as it is told and stored.

use crate::compare::MappedNames;
use crate::engine::Engine;
use crate::engine::requests::{Progress, UnderWay};
use crate::engine::state::Outstanding;
use crate::message::Patch;
use crate::plan::{Planned, Request};
use crate::verdict::{LiveEnd, judge};
use bytes::Bytes;
use smb2::{Command, NtStatus};
use std::time::Duration;
use store::runs::{Difference, Verdict};

/// What became of a request of the plan, or a request of our own that was sent.
#[derive(Debug)]
pub enum Record {
    /// A captured request.
    Request(RequestRecord),
    /// A request that the capture does not have.
    Extra(ExtraRecord),
}

/// What became of a captured request. Times count from the start of the run.
#[derive(Debug)]
pub struct RequestRecord {
    /// Its index in the plan.
    pub request: usize,
    /// The lane it was sent on.
    pub lane: Option<usize>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it was not sent or not compared, or what explains a difference.
    pub reason: Option<String>,
    /// The earlier request whose live outcome explains this one.
    pub cause: Option<usize>,
    /// Words for the `marks` column.
    pub marks: Vec<&'static str>,
    /// When it was due, with a pace other than `asap`.
    pub due: Option<Duration>,
    /// When all that it waited for had come.
    pub free: Option<Duration>,
    /// When it was sent.
    pub sent: Option<Duration>,
    /// When its final response came.
    pub answered: Option<Duration>,
    /// Final NTSTATUS.
    pub live_status: Option<NtStatus>,
    /// The message that was sent, signed but not encrypted; padding to the next of its chain included.
    pub live_request: Option<Bytes>,
    /// How many bytes at its end are left out, because they are the last ones of the captured request.
    pub live_request_left: Option<u32>,
    /// The final response, decrypted.
    pub live_response: Option<Bytes>,
    /// How many bytes at its end are left out, because they are the last ones of the captured response.
    pub live_response_left: Option<u32>,
    /// The declared patches of `live_request`.
    pub patches: Vec<Patch>,
    /// Compared fields whose values differ.
    pub differences: Vec<Difference>,
}

/// A request that the capture does not have.
#[derive(Debug)]
pub struct ExtraRecord {
    /// The lane it was sent on.
    pub lane: usize,
    /// Why: a word for the `marks` column.
    pub mark: &'static str,
    /// One phrase.
    pub detail: String,
    /// The captured request it completes or follows from.
    pub of: Option<usize>,
    /// When it was sent.
    pub sent: Duration,
    /// When it was answered, if it was.
    pub answered: Option<Duration>,
    /// NTSTATUS of the answer.
    pub live_status: Option<NtStatus>,
    /// The message that was sent.
    pub live_request: Bytes,
    /// The answer.
    pub live_response: Option<Bytes>,
}

impl Engine {
    /// Records a request that is not sent.
    pub(super) fn skip(&mut self, index: usize, reason: String, cause: Option<usize>) {
        if !self.is_unsent(index) {
            return;
        }
        self.requests.set_progress(index, Progress::Skipped);
        self.requests.take_under_way(index);
        if let Some(cause) = cause {
            self.requests.set_cause(index, cause);
        }
        self.changed(index);
        if self.plan.requests.get(index).is_some_and(|request| request.stand_in) {
            return self.warn(format!("a stand-in for what was there before the capture was not sent: {reason}"));
        }
        let record = RequestRecord {
            request: index,
            lane: None,
            verdict: Verdict::Skipped,
            reason: Some(reason),
            cause,
            marks: Vec::new(),
            due: None,
            free: None,
            sent: None,
            answered: None,
            live_status: None,
            live_request: None,
            live_request_left: None,
            live_response: None,
            live_response_left: None,
            patches: Vec::new(),
            differences: Vec::new(),
        };
        self.compare(record);
    }

    /// Records a request that was sent, once its end is known.
    pub(super) fn record(&mut self, lane: usize, index: usize, end: LiveEnd, response: Option<Bytes>) {
        let Some(planned) = self.plan.planned(index) else { return };
        if planned.stand_in {
            return self.record_stand_in(lane, index, end, response);
        }
        let close = self.plan.lanes.get(lane).and_then(|lane| lane.closed);
        let (verdict, reason) = judge(planned.command(), self.captured_status(&planned, end), close, end);
        let cause = (verdict == Verdict::Status).then(|| self.failed_before_in_chain(index)).flatten();
        let due = self.due(lane, index);
        let reason = match cause {
            Some(_) => Some("an earlier message of its chain failed".to_owned()),
            None => reason.map(str::to_owned).or_else(|| self.beyond_live_limit(lane, &planned, end)),
        };
        let UnderWay { sent_at, free_at, live_request, live_request_left, patches, marks, .. } =
            self.requests.take_under_way(index);
        let live_status = end.status();
        let record = RequestRecord {
            request: index,
            lane: Some(lane),
            verdict,
            reason,
            cause,
            marks,
            due,
            free: free_at,
            sent: sent_at,
            answered: live_status.map(|_| self.now),
            live_status,
            live_request: Some(live_request),
            live_request_left,
            live_response: response,
            live_response_left: None,
            patches,
            differences: Vec::new(),
        };
        self.compare(record);
    }

    /// What the live answer is held against. A logon is one operation, in however many legs: where the live one is over
    /// sooner, that is how the captured one ended.
    fn captured_status(&self, planned: &Request, end: LiveEnd) -> Option<NtStatus> {
        let over = end.status().is_some_and(|status| status != NtStatus::MORE_PROCESSING_REQUIRED);
        let last = planned
            .logon()
            .filter(|leg| over && !leg.last)
            .and_then(|leg| self.plan.requests.get(leg.end)?.captured_status());
        last.or(planned.captured_status())
    }

    /// Why the live server refuses a READ or WRITE that the captured one took: its limit is lower (MS-SMB2 3.3.5.12,
    /// 3.3.5.13).
    fn beyond_live_limit(&self, lane: usize, planned: &Planned<'_>, end: LiveEnd) -> Option<String> {
        let refused = end.status() == Some(NtStatus::INVALID_PARAMETER)
            && planned.captured_status() != Some(NtStatus::INVALID_PARAMETER);
        let negotiated = self.lanes.get(lane)?.core.negotiated().filter(|_| refused)?;
        let (most, name) = match planned.command()? {
            Command::READ => (negotiated.max_read_size, "MaxReadSize"),
            Command::WRITE => (negotiated.max_write_size, "MaxWriteSize"),
            _ => return None,
        };
        let length = planned.row.length()?;
        (length > u64::from(most)).then(|| format!("it asks for {length} bytes, and the live {name} is {most}"))
    }

    /// A stand-in is no operation of the run.
    fn record_stand_in(&mut self, lane: usize, index: usize, end: LiveEnd, response: Option<Bytes>) {
        let UnderWay { sent_at, live_request, .. } = self.requests.take_under_way(index);
        let live_status = end.status();
        self.records.push_back(Record::Extra(ExtraRecord {
            lane,
            mark: "stand_in",
            detail: "stands in for what was there before the capture".to_owned(),
            of: Some(index),
            sent: sent_at.unwrap_or_default(),
            answered: live_status.map(|_| self.now),
            live_status,
            live_request,
            live_response: response,
        }));
    }

    /// Compares what the answer holds, and hands the record out.
    fn compare(&mut self, mut record: RequestRecord) {
        let names = MappedNames { plan: &self.plan, names: &self.names };
        self.comparison.judge(&self.plan, &names, &mut record);
        // Whatever is ignored: without a session there is no match.
        if let Some(why) = self.unproven.remove(&record.request) {
            record.differences.push(Difference {
                field: "proof".to_owned(),
                captured: "accepted".to_owned(),
                live: why,
            });
            if record.verdict == Verdict::Match {
                record.verdict = Verdict::Body;
            }
        }
        if record.verdict != Verdict::Skipped && self.is_on_printer(record.request) {
            record.verdict = Verdict::NotCompared;
            record.reason = Some("printing is not compared".to_owned());
        }
        self.records.push_back(Record::Request(record));
    }

    /// The connection of an outstanding request is gone.
    pub(super) fn drop_outstanding(&mut self, outstanding: &Outstanding, by_server: bool) {
        match outstanding {
            Outstanding::Planned(index) => {
                let lane =
                    self.plan.requests.get(*index).and_then(|found| self.lane_of.get(&found.connection)).copied();
                self.requests.set_progress(*index, Progress::Dropped);
                self.changed(*index);
                if let Some(lane) = lane {
                    self.record(lane, *index, LiveEnd::ConnectionClosed { by_server }, None);
                }
            }
            Outstanding::Extra(index) => self.record_extra(*index, None, None),
        }
    }

    /// Records a request of our own.
    pub(super) fn record_extra(&mut self, index: usize, status: Option<NtStatus>, response: Option<Bytes>) {
        let Some(extra) = self.extras.get_mut(index) else { return };
        self.records.push_back(Record::Extra(ExtraRecord {
            lane: extra.lane,
            mark: extra.mark,
            detail: std::mem::take(&mut extra.detail),
            of: extra.of,
            sent: extra.sent_at,
            answered: status.map(|_| self.now),
            live_status: status,
            live_request: std::mem::take(&mut extra.request),
            live_response: response,
        }));
    }

    /// Judges, at the end of the run, what was never answered.
    pub(super) fn record_unanswered(&mut self) {
        let end = if self.interrupted { LiveEnd::Interrupted } else { LiveEnd::Nothing };
        for lane in 0..self.lanes.len() {
            let Some(state) = self.lanes.get_mut(lane) else { continue };
            let mut left: Vec<_> = std::mem::take(&mut state.outstanding).into_iter().collect();
            left.sort_unstable_by_key(|(message_id, _)| *message_id);
            for (_, outstanding) in left {
                match outstanding {
                    Outstanding::Planned(index) => self.record(lane, index, end, None),
                    Outstanding::Extra(index) => self.record_extra(index, None, None),
                }
            }
        }
    }

    fn due(&self, lane: usize, index: usize) -> Option<Duration> {
        if self.plan.lanes.get(lane)?.is_never_due() {
            return None;
        }
        let start = self.plan.requests.get(index)?.start_seq;
        let place = self.plan.first_step_at(lane, start);
        self.plan.step(lane, place).filter(|step| step.seq == start)?.due
    }

    /// An earlier member of the same chain that failed live and not in the capture.
    fn failed_before_in_chain(&self, index: usize) -> Option<usize> {
        let chain = self.plan.requests.get(index)?.chain_key()?;
        (0..index)
            .rev()
            .map_while(|before| {
                let request = self.plan.requests.get(before)?;
                (request.chain_key() == Some(chain)).then_some((before, request))
            })
            .filter(|(before, request)| {
                self.requests.progress(*before) == Progress::Failed
                    && request.captured_status().is_some_and(|status| !status.is_error())
            })
            .map(|(before, _)| before)
            .last()
    }
}
