//! A captured and a live message beside each other, as HTML.

use super::figures::grouped;
use crate::in_full::{Cell, Dump, Marked, Meaning, Messages};
use maud::{Markup, html};

/// The deepest indentation there is.
const DEEPEST: usize = 8;

/// Two messages; `kind` is `Request` or `Response`, `root` the number of the group.
pub(super) fn beside(kind: &str, messages: &Messages, root: usize, open: bool) -> Markup {
    let name = if messages.name.is_empty() { kind } else { messages.name.as_str() };
    let switch = format!("only-{root}-{}", kind.to_ascii_lowercase());
    html! {
        details.message open[open && !messages.lines.is_empty()] {
            summary { (name) span.muted { " " (lengths(messages)) } }
            @if messages.lines.is_empty() {
                p.muted { "There is none, captured or live." }
            } @else {
                input.only id=(switch) type="checkbox";
                label for=(switch) { "Only what differs" }
                div.wide {
                    table.fields {
                        thead {
                            tr {
                                th scope="col" { "Field" } th.mark-column scope="col" { span.unseen { "Differs" } }
                                th scope="col" { "Captured" } th scope="col" { "Live" }
                            }
                        }
                        tbody { @for marked in &messages.lines { (line(marked)) } }
                    }
                }
                @if messages.left_out > 0 { p.muted { (grouped(messages.left_out as u64)) " more fields are not shown." } }
                details.bytes {
                    summary { "Bytes" }
                    div.dumps { (dump("Captured", messages.captured.as_ref())) (dump("Live", messages.live.as_ref())) }
                }
            }
        }
    }
}

fn lengths(messages: &Messages) -> String {
    let told = |dump: &Option<Dump>, side| match dump {
        Some(dump) => format!("{} bytes {side}", grouped(dump.length as u64)),
        None => format!("none {side}"),
    };
    format!("{}, {}", told(&messages.captured, "captured"), told(&messages.live, "live"))
}

fn line(marked: &Marked) -> Markup {
    let Marked { line, meaning } = marked;
    let (class, sign, words) = match meaning {
        Meaning::Same => ("same", "", String::new()),
        Meaning::Counts => ("counts", "≠", "differs, and counts".to_owned()),
        Meaning::Differs => ("differs", "≠", "differs, and is not one of the compared fields above".to_owned()),
        Meaning::Patched(what) => ("patched", "→", format!("written by the replay: {what}")),
        Meaning::NotCaptured => ("not-captured", "?", "not captured".to_owned()),
    };
    let depth = format!("depth-{}", line.depth.min(DEEPEST));
    html! {
        tr class=(class) {
            th scope="row" class=(depth) { (line.name) }
            td.mark-column { @if !sign.is_empty() { span class=(format!("mark {class}")) title=(words) { (sign) span.unseen { (words) } } } }
            (cell(line.captured.as_ref()))
            (cell(line.live.as_ref()))
        }
    }
}

fn cell(cell: Option<&Cell>) -> Markup {
    match cell {
        Some(Cell { value, offset, length }) => html! {
            td title=(format!("offset {offset}, {length} bytes")) { (value) }
        },
        None => html! { td.absent { "not there" } },
    }
}

fn dump(side: &str, dump: Option<&Dump>) -> Markup {
    html! {
        figure {
            figcaption { (side) }
            @match dump {
                Some(dump) => {
                    pre tabindex="0" { (dump.hex) }
                    @if dump.left_out > 0 { p.muted { (grouped(dump.left_out as u64)) " more bytes are not shown." } }
                }
                None => p.muted { "no message" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::in_full::{Comparison, Line};

    #[test]
    fn a_difference_is_told_in_words_not_by_colour_alone_and_values_are_text() {
        let cell = |value: &str| Some(Cell { value: value.into(), offset: 8, length: 4 });
        let line_of =
            Line { depth: 30, name: "Name".into(), captured: cell("<b>"), live: None, comparison: Comparison::Differs };
        let html = line(&Marked { line: line_of, meaning: Meaning::Counts }).into_string();
        for part in ["depth-8", "differs, and counts", "&lt;b&gt;", "not there"] {
            assert!(html.contains(part), "no {part} in {html}");
        }
    }
}
