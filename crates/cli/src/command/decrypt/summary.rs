//! What is told of an export.

use crate::arguments::Format;
use crate::command::Context;
use crate::failure::Failure;
use crate::output::{Column, Grid, counted};
use serde::Serialize;
use std::path::Path;
use store::decrypted::{DecryptReport, LeftOut};

/// The JSON of `decrypt`.
#[derive(Serialize)]
struct Document<'a> {
    /// The capture.
    trace: &'a str,
    /// The file written.
    output: String,
    #[serde(flatten)]
    report: &'a DecryptReport,
}

/// Prints what was written of `trace` to `file`.
pub(super) fn print(
    trace: &str,
    file: &Path,
    report: &DecryptReport,
    context: &mut Context<'_>,
) -> Result<(), Failure> {
    let output = file.display().to_string();
    match context.output.format() {
        Format::Json => context.output.json(&Document { trace, output, report }),
        Format::Csv => context.output.grid(&grid(trace, output, report)),
        Format::Table if report.as_captured => context.output.paragraph(&format!("{output}:"), &as_captured(report)),
        Format::Table => context.output.paragraph(&format!("{output}:"), &in_words(report)),
    }
}

fn as_captured(report: &DecryptReport) -> String {
    let encrypted = report.decrypted.saturating_add(report.still_encrypted);
    format!(
        "{} as captured, and {}; of {} they open {}",
        count(report.packets, "packet"),
        keys(report),
        count(encrypted, "encrypted PDU"),
        report.decrypted
    )
}

fn keys(report: &DecryptReport) -> String {
    let sessions = count(report.sessions_with_keys, "session");
    format!("the keys of {sessions}, for nobody who must not read them")
}

fn in_words(report: &DecryptReport) -> String {
    let locked = list(&[(report.still_encrypted, "still encrypted"), (report.still_compressed, "still compressed")]);
    let opened =
        list(&[(report.decrypted, "decrypted"), (report.expanded, "expanded"), (report.as_they_came, "as they came")]);
    let done = match (report.decrypted.saturating_add(report.expanded), locked.is_empty()) {
        (0, true) => "nothing was encrypted or compressed, all as they came".to_owned(),
        (_, true) => opened,
        (_, false) => format!("{opened} ({locked})"),
    };
    let LeftOut { connections, packets, connections_dropped, netbios_messages } = report.left_out;
    let left_out = list(&[
        (connections, "TCP connections without SMB"),
        (packets, "packets that are not TCP"),
        (netbios_messages, "NetBIOS session messages"),
        (connections_dropped, "PDUs and closes of connections beyond the bound on them"),
    ]);
    let told = [
        Some(format!("{} on {}: {done}", count(report.pdus, "PDU"), count(report.connections, "connection"))),
        (report.pdus_with_holes > 0).then(|| format!("{} with bytes that were not captured", report.pdus_with_holes)),
        (!left_out.is_empty()).then(|| format!("left out: {left_out}")),
        (report.sessions_with_keys > 0).then(|| format!("in it are {}", keys(report))),
    ];
    told.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn count(count: u64, noun: &str) -> String {
    counted(usize::try_from(count).unwrap_or(usize::MAX), noun)
}

/// What there is any of, with its number.
fn list(counts: &[(u64, &str)]) -> String {
    let told = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    told.collect::<Vec<_>>().join(", ")
}

fn grid(trace: &str, output: String, report: &DecryptReport) -> Grid {
    let columns = [
        "trace",
        "output",
        "connections",
        "pdus",
        "messages",
        "decrypted",
        "expanded",
        "still_encrypted",
        "still_compressed",
        "packets",
        "sessions_with_keys",
    ];
    let mut grid = Grid::new(columns.map(Column::text));
    let counts = [
        report.connections,
        report.pdus,
        report.messages,
        report.decrypted,
        report.expanded,
        report.still_encrypted,
        report.still_compressed,
        report.packets,
        report.sessions_with_keys,
    ];
    let [connections, pdus, messages, decrypted, expanded, encrypted, compressed, packets, keys] =
        counts.map(|count| count.to_string());
    grid.push([
        trace.to_owned(),
        output,
        connections,
        pdus,
        messages,
        decrypted,
        expanded,
        encrypted,
        compressed,
        packets,
        keys,
    ]);
    grid
}
