//! One answer against another, field by field.

use super::answer::{Answer, CapturedNames, Fingerprint};
use super::table::{Field, Layout, Usage, layout};
use super::value::{self, Value};
use crate::pattern;
use crate::trace::CapturedRow;
use smb2::message::ReadResponse;
use smb2::{Command, Malformed};
use std::borrow::Cow;

/// A field whose values differ.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Found {
    /// Name of the field.
    pub field: &'static str,
    /// As captured.
    pub captured: String,
    /// As answered live.
    pub live: String,
    /// The path it is about, where that is another than the request's: of an entry of a folder.
    pub path: Option<String>,
}

/// What comparing two answers found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Findings {
    /// What differs.
    pub found: Vec<Found>,
    /// Something could not be compared, because the capture does not have all of the answer.
    pub partly: bool,
    /// READ data was compared by its fingerprint, and is the same.
    pub same_data: bool,
    /// READ data is the pattern that stands for contents of which there is nothing but the fingerprint.
    pub is_pattern: bool,
}

/// A live answer.
#[derive(Clone, Copy)]
pub(super) struct Live<'a> {
    /// The message.
    pub(super) message: &'a [u8],
    /// Of READ data that it lacks.
    pub(super) payload: Option<Fingerprint>,
}

/// The field for an answer that does not fit its specification.
pub const MALFORMED: &str = "malformed";
/// The field for READ data.
const DATA: &str = "data";
/// The field for its length.
const TRANSFERRED: &str = "transferred";

/// Compares the live answer to `request` with the captured one; both have the same status. `wanted` says which fields
/// take part, `names` what live names were captured as.
pub(super) fn compare(
    row: &CapturedRow<'_>,
    request: usize,
    captured: &Answer<'_>,
    live: Live<'_>,
    names: &dyn CapturedNames,
    wanted: &dyn Fn(&Field) -> bool,
) -> Findings {
    let layout = layout(row, live.message);
    let partly = Findings { partly: true, ..Findings::default() };
    let findings = captured.message.map(|message| {
        let other = captured.with_other_holes();
        Comparison { message, other: other.as_deref(), live: live.message, request, names, layout }.run(wanted)
    });
    let is_cut = |message: &[u8]| ReadResponse::parse(message).is_ok_and(|view| view.data().is_err());
    let lacks_data = live.payload.is_some() || !captured.holes.is_empty() || captured.message.is_none_or(is_cut);
    match captured.payload.filter(|_| row.command() == Some(Command::READ) && lacks_data) {
        Some(fingerprint) if layout.fields().any(|field| field.name == DATA && wanted(field)) => {
            let findings = by_fingerprint(findings.unwrap_or(partly), fingerprint, live);
            if captured.holes.is_empty() { findings } else { without_pattern(findings, row, fingerprint, live) }
        }
        Some(_) => partly,
        None => findings.unwrap_or(partly),
    }
}

struct Comparison<'a> {
    message: &'a [u8],
    /// The captured message with other bytes in its holes.
    other: Option<&'a [u8]>,
    live: &'a [u8],
    request: usize,
    names: &'a dyn CapturedNames,
    layout: Layout,
}

impl Comparison<'_> {
    fn run(&self, wanted: &dyn Fn(&Field) -> bool) -> Findings {
        let mut findings = Findings::default();
        for part in self.layout.parts {
            for field in part.fields.iter().filter(|field| wanted(field)) {
                self.field(field, part.offset, &mut findings);
            }
        }
        findings
    }

    fn field(&self, field: &Field, offset: usize, findings: &mut Findings) {
        let captured = self.read(field, offset, self.message);
        if let Some(other) = self.other {
            let other = self.read(field, offset, other);
            if other != captured {
                findings.partly = true;
                if let (Ok(Value::Data(one)), Ok(Value::Data(other))) = (captured, other) {
                    self.data_between_holes(field, offset, (one, other), findings);
                }
                return;
            }
        }
        match (captured, self.read(field, offset, self.live)) {
            (Ok(captured), Ok(live)) => {
                if let Some((captured, live)) = value::difference(&captured, &self.as_captured(live)) {
                    findings.found.push(Found { field: field.name, captured, live, path: None });
                }
            }
            (Err(_), _) if self.other.is_some() => findings.partly = true,
            (captured, live) => malformed(captured.err(), live.err(), findings),
        }
    }

    /// Compares what was captured of data with holes: the bytes that are the same whatever fills the holes.
    fn data_between_holes(&self, field: &Field, offset: usize, fillings: (&[u8], &[u8]), findings: &mut Findings) {
        let Ok(Value::Data(live)) = self.read(field, offset, self.live) else { return };
        let (one, other) = fillings;
        let mut filled = one.to_vec();
        for ((byte, other), live) in filled.iter_mut().zip(other).zip(live) {
            if byte != other {
                *byte = *live;
            }
        }
        if let Some((captured, live)) = value::difference(&Value::Data(&filled), &Value::Data(live)) {
            findings.found.push(Found { field: field.name, captured, live, path: None });
        }
    }

    fn read<'a>(&self, field: &Field, offset: usize, message: &'a [u8]) -> Result<Value<'a>, Malformed> {
        let bytes = (self.layout.bytes)(message)?;
        (field.read)(bytes.get(offset..).unwrap_or_default())
    }

    fn as_captured<'a>(&self, live: Value<'a>) -> Value<'a> {
        match live {
            Value::Path(path) => Value::Path(Cow::Owned(self.names.path(self.request, &path).into_owned())),
            other => other,
        }
    }
}

/// One side, or both, do not fit the specification: told once an answer, unless both break the same rule.
fn malformed(captured: Option<Malformed>, live: Option<Malformed>, findings: &mut Findings) {
    if captured == live || findings.found.iter().any(|found| found.field == MALFORMED) {
        return;
    }
    let say =
        |problem: Option<Malformed>| problem.map_or_else(|| "well formed".to_owned(), |problem| problem.to_string());
    findings.found.push(Found { field: MALFORMED, captured: say(captured), live: say(live), path: None });
}

/// The captured data was not kept: its fingerprint is compared.
fn by_fingerprint(mut findings: Findings, captured: Fingerprint, live: Live<'_>) -> Findings {
    findings.found.retain(|found| ![MALFORMED, TRANSFERRED, DATA].contains(&found.field));
    findings.partly = false;
    let (length, hash) = match fingerprint(live, captured.length) {
        Ok(found) => found,
        Err(problem) => {
            malformed(None, Some(problem), &mut findings);
            return findings;
        }
    };
    let mut add = |field, captured, live| findings.found.push(Found { field, captured, live, path: None });
    match hash.filter(|_| length == captured.length as usize) {
        None => add(TRANSFERRED, captured.length.to_string(), length.to_string()),
        Some(hash) if hash != captured.hash => {
            let show = |hash: [u8; 16]| format!("{length} bytes, XXH3-128 {:032x}", u128::from_be_bytes(hash));
            add(DATA, show(captured.hash), show(hash));
        }
        Some(_) => findings.same_data = true,
    }
    findings
}

/// Length and hash of live data; data of another length than the captured need not be hashed.
fn fingerprint(live: Live<'_>, captured_length: u32) -> Result<(usize, Option<[u8; 16]>), Malformed> {
    if let Some(known) = live.payload {
        return Ok((known.length as usize, Some(known.hash)));
    }
    let data = ReadResponse::parse(live.message)?.data()?;
    let hash = (data.len() == captured_length as usize).then(|| dissect::operation::payload_hash(data));
    Ok((data.len(), hash))
}

/// Where the captured data is not stored, a setup or a WRITE of the replay has put the pattern in its place: to read that
/// back is no difference, and nothing was compared.
fn without_pattern(mut findings: Findings, row: &CapturedRow<'_>, captured: Fingerprint, live: Live<'_>) -> Findings {
    let differs = findings.found.iter().any(|found| found.field == DATA);
    let Some(offset) = row.offset().filter(|_| differs) else { return findings };
    let pattern = dissect::operation::payload_hash(&pattern::contents(offset, captured.length as usize));
    if fingerprint(live, captured.length).is_ok_and(|(_, hash)| hash == Some(pattern)) {
        findings.found.retain(|found| found.field != DATA);
        findings.partly = true;
        findings.is_pattern = true;
    }
    findings
}

/// Whether a field takes part without being asked for.
pub(super) fn by_default(field: &Field) -> bool {
    field.usage == Usage::Compared
}
