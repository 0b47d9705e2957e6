//! Findings for people: how each ended, what was found, and below it what to do, all of it, on a terminal of any width.

use super::text::{broken, printable, width};
use super::{Failure, Output};
use clap::builder::styling::Style;
use std::io::{self, Write};

/// One thing that was looked at.
pub(crate) struct Finding<'a> {
    /// How it ended.
    pub(crate) outcome: String,
    /// How that looks.
    pub(crate) style: Style,
    /// What was looked at.
    pub(crate) subject: String,
    /// What was found, may be empty.
    pub(crate) found: &'a str,
    /// What to do.
    pub(crate) advice: Option<&'a str>,
}

/// A terminal that is narrower has the texts below their headings.
const STACKED_BELOW: usize = 64;
/// Blanks between columns.
const GAP: usize = 2;
const INDENT: usize = 2;
const HEADING: Style = Style::new().bold();

impl Output {
    /// The findings as a table whose last column is wrapped instead of cut.
    pub(crate) fn findings(&mut self, findings: &[Finding<'_>]) -> Result<(), Failure> {
        let limit = self.width();
        write(self.stream(), findings, limit)?;
        Ok(())
    }
}

fn write(stream: &mut impl Write, findings: &[Finding<'_>], limit: Option<usize>) -> io::Result<()> {
    let widest = |texts: &mut dyn Iterator<Item = &str>| texts.map(width).max().unwrap_or(0);
    let outcome = widest(&mut findings.iter().map(|finding| finding.outcome.as_str()).chain(["outcome"]));
    let subject = widest(&mut findings.iter().map(|finding| finding.subject.as_str()).chain(["check"]));
    let stacked = limit.is_some_and(|limit| limit < STACKED_BELOW);
    let indent = if stacked { INDENT } else { outcome.saturating_add(subject).saturating_add(2 * GAP) };
    let room = limit.map_or(usize::MAX, |limit| limit.saturating_sub(indent).max(1));
    if !stacked {
        writeln!(stream, "{HEADING}{:outcome$}  {:subject$}  found{HEADING:#}", "outcome", "check")?;
    }
    for finding in findings {
        let (Finding { style, .. }, margin) = (finding, " ".repeat(indent));
        let mut lines = text(finding, room).into_iter();
        if stacked {
            let head = format!("{}: {}", finding.subject, finding.outcome);
            for line in broken(&head, limit.unwrap_or(usize::MAX)) {
                writeln!(stream, "{style}{line}{style:#}")?;
            }
        } else {
            let first = lines.next().unwrap_or_default();
            let line = format!("{:subject$}  {first}", finding.subject);
            writeln!(stream, "{style}{:outcome$}{style:#}  {}", finding.outcome, line.trim_end())?;
        }
        lines.try_for_each(|line| writeln!(stream, "{margin}{line}"))?;
    }
    Ok(())
}

/// What was found and what to do, on lines of at most `room` columns.
fn text(finding: &Finding<'_>, room: usize) -> Vec<String> {
    let found = printable(finding.found);
    let mut lines = if found.is_empty() { Vec::new() } else { broken(&found, room) };
    if let Some(advice) = finding.advice {
        let mark = if found.is_empty() { "" } else { "→ " };
        lines.extend(broken(&format!("{mark}{}", printable(advice)), room));
    }
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn printed(limit: Option<usize>) -> String {
        let findings = [
            Finding {
                outcome: "ok".to_owned(),
                style: HEADING,
                subject: "share".to_owned(),
                found: "a disk",
                advice: None,
            },
            Finding {
                outcome: "not tried".to_owned(),
                style: HEADING,
                subject: "logon".to_owned(),
                found: "",
                advice: Some("mend the connection first"),
            },
            Finding {
                outcome: "warning".to_owned(),
                style: HEADING,
                subject: "clock".to_owned(),
                found: "an hour behind\u{1b}[2J",
                advice: Some("set it"),
            },
        ];
        let mut bytes = Vec::new();
        write(&mut anstream::StripStream::new(&mut bytes), &findings, limit).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn advice_stands_below_what_was_found() {
        assert_eq!(
            printed(None),
            "outcome    check  found\n\
             ok         share  a disk\n\
             not tried  logon  mend the connection first\n\
             warning    clock  an hour behind\\u{1b}[2J\n\
             \u{20}                 → set it\n"
        );
    }

    #[test]
    fn a_narrow_terminal_has_the_texts_below_and_all_of_them() {
        let narrow = printed(Some(20));
        assert!(narrow.starts_with("share: ok\n  a disk\nlogon: not tried\n  mend the\n"), "{narrow}");
        for limit in 3..90 {
            let text = printed(Some(limit));
            assert!(text.lines().all(|line| width(line) <= limit), "{limit}: {text}");
            let letters = |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>();
            assert!(letters(&text).contains(&letters("mend the connection first")), "{limit}: {text}");
        }
    }
}
