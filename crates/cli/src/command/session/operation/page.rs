//! One operation for people: what is known of it, its messages as trees, and their bytes.

use super::head;
use crate::output::{self, duration};
use analysis::details::{Details, HandleHistory, InFull, Mark, Node, Use, hex};
use capture::Hole;
use clap::builder::styling::{AnsiColor, Style};
use std::io::{self, Write};

const HEADING: Style = Style::new().bold();
const NOTE: Style = Style::new().dimmed();
const WRONG: Style = AnsiColor::Red.on_default();
const SPECIAL: Style = AnsiColor::Yellow.on_default();
/// Columns in front of a tree, for offsets.
const MARGIN: usize = 7;
/// Narrowest room for a line of a tree, whatever the terminal.
const LEAST: usize = 24;

/// Writes it on lines of at most `width` columns; without a limit nothing is broken.
pub(super) fn write(whole: &InFull<'_>, width: Option<usize>, stream: &mut impl Write) -> io::Result<()> {
    let operation = &whole.operation;
    let width = width.unwrap_or(usize::MAX);
    head::write(operation, width, stream)?;
    for (name, words) in remarks(whole) {
        for line in output::wrapped(&format!("  {name}:"), &output::printable(&words), width) {
            writeln!(stream, "{line}")?;
        }
    }
    let messages = [
        ("request", &whole.messages.request, &operation.request, &operation.request_holes[..]),
        ("interim response", &whole.messages.interim, &operation.interim, &[][..]),
        ("response", &whole.messages.response, &operation.response, &operation.response_holes[..]),
    ];
    for (kind, details, bytes, holes) in messages {
        if let (Some(details), Some(bytes)) = (details, bytes) {
            writeln!(stream)?;
            message(kind, details, width, stream)?;
            self::bytes(bytes, holes, details, width, stream)?;
        }
    }
    Ok(())
}

fn remarks(whole: &InFull<'_>) -> Vec<(&'static str, String)> {
    let mut remarks = vec![("since the first packet", times(whole))];
    if !whole.chain.is_empty() {
        let members = whole.chain.iter().map(|member| {
            let command = member.command.as_deref().unwrap_or("?");
            let this = if member.op == whole.operation.op { " (this one)" } else { "" };
            format!("{} {command}{this}", member.op)
        });
        remarks.push(("chain of requests", members.collect::<Vec<_>>().join(", ")));
    }
    if let Some(handle) = &whole.handle {
        remarks.push(("handle", self::handle(handle, whole)));
    }
    remarks
}

fn times(whole: &InFull<'_>) -> String {
    let timing = &whole.timing;
    let told = |name: &str, time: Option<i64>| {
        let sign = if time? < 0 { "-" } else { "" };
        Some(format!("{name} {sign}{}", duration(time?.unsigned_abs())))
    };
    let times = [
        told("request", timing.request_ns),
        told("interim response", timing.interim_ns),
        told("response", timing.response_ns),
        timing.latency_ns.map(|latency| format!("latency {}", duration(latency))),
    ];
    times.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn handle(handle: &HandleHistory, whole: &InFull<'_>) -> String {
    let place = |at: &Use| match at.request_frame.or(at.response_frame) {
        Some(frame) => format!("by operation {} in frame {frame}", at.op),
        None => format!("by operation {}", at.op),
    };
    let mut parts = vec![handle.file_id.clone().unwrap_or_default()];
    parts.push(match &handle.opened {
        Some(opened) => {
            let path = handle.path.as_deref().filter(|path| !path.is_empty()).unwrap_or("the root of the share");
            let share = handle.share.as_deref().unwrap_or("an unknown share");
            let access = handle.access.as_deref().unwrap_or_default().replace('|', " | ");
            let user = whole.user().map(|user| format!(" by {user}")).unwrap_or_default();
            format!("opened {}{user}: {path} on {share} for {access}", place(opened))
        }
        None => "opened before the capture began".to_owned(),
    });
    let later = handle.later.values().fold(0_u64, |sum, count| sum.saturating_add(*count));
    let commands: Vec<String> = handle.later.iter().map(|(command, count)| format!("{count} {command}")).collect();
    let of_later = if later == 0 { String::new() } else { format!(" ({})", commands.join(", ")) };
    parts.push(format!("operations on it: {} before this one, {later} after it{of_later}", handle.earlier));
    parts.push(match &handle.closed {
        Some(closed) => format!("closed {}", place(closed)),
        None => "not closed as far as the capture shows".to_owned(),
    });
    parts.join("; ")
}

fn message(kind: &str, details: &Details, width: usize, stream: &mut impl Write) -> io::Result<()> {
    let heading = format!("{kind}: {}, {} bytes", details.name, details.length);
    writeln!(stream, "{HEADING}{}{HEADING:#}", output::cut(&heading, width))?;
    details.fields.iter().try_for_each(|node| tree(node, 0, width, stream))
}

/// A part and what is in it, each level two columns further in.
fn tree(node: &Node, level: usize, width: usize, stream: &mut impl Write) -> io::Result<()> {
    let indent = level.saturating_mul(2).min(width / 2);
    let room = width.saturating_sub(MARGIN).saturating_sub(indent).max(LEAST);
    let style = match node.mark {
        Some(Mark::Malformed) => WRONG,
        Some(Mark::Missing | Mark::Withheld | Mark::Unknown | Mark::More) => SPECIAL,
        Some(Mark::Padding | Mark::Shared) => NOTE,
        None => Style::new(),
    };
    let text = line(node);
    let lines = if width == usize::MAX { vec![text] } else { output::broken(&text, room) };
    for (index, line) in lines.iter().enumerate() {
        match index {
            0 => write!(stream, "{NOTE}{:>5}{NOTE:#}  ", node.offset)?,
            _ => write!(stream, "{:MARGIN$}", "")?,
        }
        writeln!(stream, "{:indent$}{style}{line}{style:#}", "")?;
    }
    node.children.iter().try_for_each(|child| tree(child, level.saturating_add(1), width, stream))
}

/// `Name: value (meaning)`.
fn line(node: &Node) -> String {
    let meaning = node.meaning.as_deref().map(|meaning| meaning.replace('|', " | "));
    let text = match (&node.value, meaning) {
        (Some(value), Some(meaning)) => format!("{}: {value} ({meaning})", node.name),
        (Some(value), None) => format!("{}: {value}", node.name),
        (None, Some(meaning)) => format!("{}: {meaning}", node.name),
        (None, None) => node.name.clone().into_owned(),
    };
    let text = if node.mark == Some(Mark::Shared) { format!("{text} (in bytes shown above)") } else { text };
    output::printable(&text).into_owned()
}

fn bytes(message: &[u8], holes: &[Hole], details: &Details, width: usize, stream: &mut impl Write) -> io::Result<()> {
    for line in hex(message, holes, &details.withheld()) {
        writeln!(stream, "{NOTE}{}{NOTE:#}", output::cut(&line, width))?;
    }
    Ok(())
}
