//! The document: its head, its parts, and what its script reads.

use super::{Content, operations, policy, roots, script_json, summary, timing};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::io::{self, Write};

/// How the page looks.
const STYLE: &str = include_str!("assets/page.css");
/// What the page does: files of one scope, in the order in which they use each other.
const SCRIPT: &str = concat!(
    include_str!("assets/data.js"),
    include_str!("assets/filter.js"),
    include_str!("assets/details.js"),
    include_str!("assets/table.js"),
    include_str!("assets/canvas.js"),
    include_str!("assets/timeline.js"),
    include_str!("assets/scatter.js"),
    include_str!("assets/page.js"),
);

/// Writes the page.
pub(super) fn write(content: &Content<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(before(content).into_string().as_bytes())?;
    out.write_all(b"<script type=\"application/json\" id=\"data\">")?;
    script_json::write(out, &content.rows)?;
    out.write_all(b"</script>\n<script>")?;
    out.write_all(SCRIPT.as_bytes())?;
    out.write_all(b"</script>\n</body>\n</html>\n")?;
    out.flush()
}

/// All but the scripts; `html` and `body` stay open.
fn before(content: &Content<'_>) -> Markup {
    let capture = content.recorded.capture;
    html! {
        (DOCTYPE)
        (PreEscaped("<html lang=\"en\">\n"))
        head {
            meta charset="utf-8";
            meta http-equiv="Content-Security-Policy" content=(policy::policy(STYLE, SCRIPT));
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="referrer" content="no-referrer";
            title { "Replay of " (capture) " · " (content.recorded.run.name()) }
            link rel="icon" href="data:,";
            style { (PreEscaped(STYLE)) }
        }
        (PreEscaped("\n<body>\n"))
        a.skip-link href="#divergences" { "Skip to the divergences" }
        (summary::summary(content))
        main {
            (roots::roots(content))
            (timing::timing(content))
            (operations::operations(content))
        }
        (footer(content))
    }
}

fn footer(content: &Content<'_>) -> Markup {
    html! {
        footer {
            p {
                "Made by smbreplay " (env!("CARGO_PKG_VERSION")) " from run " code { (content.recorded.run.name()) }
                ". Times of the capture are by its clock, those of the run by the clock of the machine that replayed. "
                "The page holds names, statuses and times of operations, and bytes of the messages it shows in full; answers to "
                "logon challenges are left out."
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_style_and_script_ends_their_elements_or_names_another_host() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("</") && !text.contains("<!--"), "it would end the element");
            for word in ["http:", "https:", "//cdn", "@import", "url(", "innerHTML", "eval("] {
                assert!(!text.contains(word), "{word}");
            }
        }
    }
}
