//! `session ID --tree`: what the share was like before the session, as far as that shows it, and what became of it.

mod csv;
mod phrase;

use super::super::namespace;
use crate::arguments::Format;
use crate::command::Context;
use crate::command::trace::Trace;
use crate::failure::{Conclusion, Failure};
use crate::output::{Column, StreamedTable, size};
use replay::FileFilter;
use replay::namespace::document::Document;
use replay::namespace::{Entry, Namespace, NodeId, Outline, Stream};
use store::metadata::Session;

/// Folders of which lines are drawn; what is deeper has a mark in front.
const MOST_LINES: usize = 24;
/// What is listed below the tree for people; JSON has all.
const MOST_NOTES: usize = 20;

/// Writes the tree of each share of `session`.
pub(crate) fn run(
    trace: &Trace,
    session: &Session,
    filter: Option<&FileFilter>,
    context: &mut Context<'_>,
) -> Result<Conclusion, Failure> {
    let found = namespace::infer(trace, std::slice::from_ref(&session.file), context)?;
    let mut outline = Outline::of(&found);
    if let Some(filter) = filter {
        outline.retain(|path| filter.accepts(path));
    }
    match context.output.format() {
        Format::Json => {
            context.output.json(&Document::new(session.session_id.to_string(), &found, &outline, filter))?
        }
        Format::Csv => csv::rows(&found, &outline, context.output.stream())?,
        Format::Table => for_people(&found, &outline, filter, context)?,
    }
    Ok(Conclusion::Done)
}

fn for_people(
    found: &Namespace,
    outline: &Outline<'_>,
    filter: Option<&FileFilter>,
    context: &mut Context<'_>,
) -> Result<(), Failure> {
    let columns = vec![
        Column::text("name").cut_to(20),
        Column::number("before").dispensable(1),
        Column::number("after").dispensable(2),
        Column::text("what happened").cut_to(12),
    ];
    let mut table = StreamedTable::new(columns, context.output.width());
    let mut shown = 0_u64;
    let mut missing: Vec<String> = Vec::new();
    let mut left_out = 0_usize;
    for (share, root) in outline.shares() {
        table.push(context.output.stream(), share_row(found, share, root))?;
        let mut lines = Lines::default();
        for entry in outline.entries(root) {
            shown = shown.saturating_add(1);
            context.interrupt.check()?;
            table.push(context.output.stream(), row(found, &entry, lines.of(&entry)))?;
            let mut streams = entry.named_streams().peekable();
            while let Some(stream) = streams.next() {
                let prefix = lines.inside(streams.peek().is_none() && !outline.has_inside(&entry));
                table.push(context.output.stream(), stream_row(stream, &prefix))?;
            }
        }
        for path in outline.missing(root).map(|(path, _)| String::from_utf16_lossy(&path)) {
            match filter.is_none_or(|filter| filter.accepts(&path)) {
                true if missing.len() < MOST_NOTES => missing.push(path),
                true => left_out = left_out.saturating_add(1),
                false => {}
            }
        }
    }
    if shown > 0 || !outline.shares().is_empty() && filter.is_none() {
        table.finish(context.output.stream())?;
    } else {
        let none = if filter.is_some() { "no file or folder has such a path" } else { "no file or folder is shown" };
        context.output.line(none)?;
    }
    if !missing.is_empty() {
        context.output.paragraph("was not there:", &list(missing, left_out))?;
    }
    let mut notes: Vec<String> =
        found.not_followed.iter().take(MOST_NOTES).map(|(frame, why)| format!("{why} (frame {frame})")).collect();
    if found.left_out() > 0 {
        notes.push(format!("{} names are left out, there are too many", found.left_out()));
    }
    if !notes.is_empty() {
        let more = found.not_followed.len().saturating_sub(MOST_NOTES);
        context.output.paragraph("not followed:", &list(notes, more))?;
    }
    Ok(())
}

fn list(mut named: Vec<String>, more: usize) -> String {
    if more > 0 {
        named.push(format!("and {more} more (--format json has all)"));
    }
    named.join(", ")
}

fn share_row(found: &Namespace, share: Option<usize>, root: NodeId) -> Vec<String> {
    let listings = found.nodes.get(root).map_or(0, |node| node.activity.listings);
    let what = if listings > 0 { phrase::listed(listings) } else { String::new() };
    vec![found.share_path(share), String::new(), String::new(), what]
}

fn row(found: &Namespace, entry: &Entry<'_>, prefix: String) -> Vec<String> {
    let name = String::from_utf16_lossy(entry.name());
    let mark = if entry.is_folder { "/" } else { "" };
    let data = entry.node.data().filter(|_| !entry.is_folder);
    vec![
        format!("{prefix}{name}{mark}"),
        told(data.and_then(Stream::known_before)),
        if entry.node.activity.deleted { String::new() } else { told(data.and_then(Stream::known_after)) },
        phrase::of(found, entry),
    ]
}

fn stream_row(stream: &Stream, prefix: &str) -> Vec<String> {
    vec![
        format!("{prefix}:{}", String::from_utf16_lossy(&stream.name)),
        told(stream.known_before()),
        if stream.gone { String::new() } else { told(stream.known_after()) },
        match (stream.before, stream.gone) {
            (true, false) => "was there",
            (true, true) => "was there, deleted or renamed",
            (false, false) => "new",
            (false, true) => "new, deleted",
        }
        .to_owned(),
    ]
}

fn told(known: Option<(u64, bool)>) -> String {
    match known {
        Some((bytes, true)) => format!("≥ {}", size(bytes)),
        Some((bytes, false)) => size(bytes),
        None => String::new(),
    }
}

/// The lines in front of names.
#[derive(Default)]
struct Lines {
    /// Whether the folder at each depth is the last in its own.
    above: Vec<bool>,
}

impl Lines {
    fn of(&mut self, entry: &Entry<'_>) -> String {
        self.above.truncate(entry.depth);
        let mut prefix = self.drawn();
        prefix.push_str(if entry.is_last { "└── " } else { "├── " });
        self.above.push(entry.is_last);
        prefix
    }

    /// In front of what is in the entry that was the last one.
    fn inside(&self, is_last: bool) -> String {
        let mut prefix = self.drawn();
        prefix.push_str(if is_last { "└── " } else { "├── " });
        prefix
    }

    fn drawn(&self) -> String {
        let left_out = self.above.len().saturating_sub(MOST_LINES);
        let mut prefix = if left_out > 0 { "… ".to_owned() } else { String::new() };
        prefix.extend(self.above.iter().skip(left_out).map(|is_last| if *is_last { "    " } else { "│   " }));
        prefix
    }
}
