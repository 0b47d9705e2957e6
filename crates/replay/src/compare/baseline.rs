//! Noise: fields that differ between runs on one server.

use super::answer::{Answer, Answers, Fingerprint, SameNames};
use super::{Comparison, Settings};
use crate::plan::Plan;
use crate::trace::Holes;
use bytes::Bytes;
use rustc_hash::{FxHashMap, FxHashSet};
use smb2::message::ReadResponse;
use smb2::{Command, NtStatus};
use store::runs::{Run, RunError, RunFile, RunRow};
use store::{OutputFolder, ReadError};

/// Why a baseline cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// There is no such run, or it cannot be read.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Its operations cannot be read.
    #[error(transparent)]
    Operations(#[from] ReadError),
}

/// The fields, by request of the plan, that are not to be trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noise {
    fields: FxHashSet<(usize, String)>,
}

impl Noise {
    /// What differs between two or more earlier runs of the same trace on one server, by the rules of `settings`. A
    /// single run is held against the capture: what differed in it is noise.
    ///
    /// # Errors
    /// [`BaselineError`].
    pub fn of(plan: &Plan, output: &OutputFolder, settings: &Settings) -> Result<Self, BaselineError> {
        let mut noise = Self::default();
        let mut names = settings.baseline.iter();
        let Some(first) = names.next() else { return Ok(noise) };
        let places = Places::of(plan);
        let first = Run::find(output, first)?;
        if settings.baseline.len() == 1 {
            for row in RunFile::open(&first)?.rows() {
                let row = row?;
                if let Some(request) = places.of_row(&row) {
                    noise.fields.extend(row.differences.into_iter().map(|difference| (request, difference.field)));
                }
            }
            return Ok(noise);
        }
        let reference = Recorded::read(&first, &places, plan)?;
        for name in names {
            let mut comparison = Comparison::between_runs(plan, settings);
            for row in RunFile::open(&Run::find(output, name)?)?.rows() {
                let row = row?;
                let Some(request) = places.of_row(&row) else { continue };
                let live = row.live_status.map(NtStatus).zip(row.live_response.as_deref());
                let live = live.map(|(status, message)| Answer {
                    payload: captured_data(plan, request, &row),
                    ..Answer::live(status, message)
                });
                let findings = comparison.findings(plan, &reference, &SameNames, request, live);
                noise.fields.extend(findings.found.into_iter().map(|found| (request, found.field.to_owned())));
            }
        }
        Ok(noise)
    }

    /// Number of fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether every field can be trusted.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    pub(super) fn has(&self, request: usize, field: &str) -> bool {
        !self.fields.is_empty() && self.fields.contains(&(request, field.to_owned()))
    }
}

/// Requests of a plan by session file and `op`.
struct Places<'a> {
    requests: FxHashMap<(&'a str, u32), usize>,
}

impl<'a> Places<'a> {
    fn of(plan: &'a Plan) -> Self {
        let requests = plan.requests.iter().enumerate().filter_map(|(index, request)| {
            let row = plan.trace.rows.get(request.row()).filter(|row| !row.stand_in())?;
            Some(((row.file().as_ref(), row.op()), index))
        });
        Self { requests: requests.collect() }
    }

    /// The request a row is about; of several clones the first stands for all.
    fn of_row(&self, row: &RunRow) -> Option<usize> {
        let place = (row.session_file.as_deref()?, row.op.filter(|_| row.clone == 0)?);
        self.requests.get(&place).copied()
    }
}

/// The answers of an earlier run. READ data is kept as its fingerprint only.
struct Recorded {
    answers: FxHashMap<usize, (NtStatus, Bytes, Option<Fingerprint>)>,
}

impl Recorded {
    fn read(run: &Run, places: &Places<'_>, plan: &Plan) -> Result<Self, BaselineError> {
        let mut answers = FxHashMap::default();
        for row in RunFile::open(run)?.rows() {
            let row = row?;
            let Some(request) = places.of_row(&row) else { continue };
            let captured = captured_data(plan, request, &row);
            if let (Some(status), Some(message)) = (row.live_status, row.live_response) {
                let command = plan.requests.get(request).and_then(|request| request.command());
                let (message, fingerprint) = match captured {
                    Some(fingerprint) => (without_rest(&message), Some(fingerprint)),
                    None => without_data(command, message),
                };
                answers.insert(request, (NtStatus(status), message, fingerprint));
            }
        }
        Ok(Self { answers })
    }
}

fn without_data(command: Option<Command>, message: Bytes) -> (Bytes, Option<Fingerprint>) {
    let view = ReadResponse::parse(&message).ok().filter(|_| command == Some(Command::READ));
    let Some(data) = view.and_then(|view| view.data().ok()) else { return (message, None) };
    let fingerprint = Fingerprint {
        length: u32::try_from(data.len()).unwrap_or(u32::MAX),
        hash: dissect::operation::payload_hash(data),
    };
    (without_rest(&message), Some(fingerprint))
}

/// What a READ response has before its data. A copy: the slice would keep the whole batch of rows alive.
fn without_rest(message: &Bytes) -> Bytes {
    Bytes::copy_from_slice(message.get(..ReadResponse::FIXED_END).unwrap_or_default())
}

/// The fingerprint of READ data that a run left out because it is the captured.
fn captured_data(plan: &Plan, request: usize, row: &RunRow) -> Option<Fingerprint> {
    row.live_response_left?;
    plan.answer(request)?.payload
}

impl Answers for Recorded {
    fn answer(&self, request: usize) -> Option<Answer<'_>> {
        let (status, message, payload) = self.answers.get(&request)?;
        Some(Answer { status: *status, message: Some(message), holes: Holes::NONE, payload: *payload })
    }
}
