//! Why a command could not be carried out, in one line that ends with what to do.

use crate::output::pointer;
use clap::builder::styling::AnsiColor;
use clap::error::{ContextKind, ContextValue};
use std::fmt::{self, Display};
use std::io::{self, Write};
use std::ops::Range;
use std::path::Path;
use std::process::ExitCode;

/// How a command ended that did what it was asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Conclusion {
    /// Everything matched.
    Done,
    /// The replay found divergences.
    Diverged,
    /// Not ready, or not everything could be done; the result says what.
    Incomplete,
}

impl From<Conclusion> for ExitCode {
    fn from(conclusion: Conclusion) -> Self {
        match conclusion {
            Conclusion::Done => Self::SUCCESS,
            Conclusion::Diverged | Conclusion::Incomplete => Self::from(1),
        }
    }
}

/// Why a command did not do what it was asked to do.
#[derive(Debug)]
pub(crate) enum Failure {
    /// It could not be carried out.
    Told(String),
    /// An expression of the user's makes no sense: told with the place, on two lines below the first.
    Expression {
        /// What is wrong, and what would be right.
        what: String,
        /// What the user wrote.
        expression: String,
        /// The bytes of it that are to blame.
        range: Range<usize>,
    },
    /// The user interrupted it.
    Interrupted(String),
    /// Nobody reads standard output any more.
    OutputClosed,
}

impl Failure {
    /// What happened, to which file or address, and what to do about it.
    pub(crate) fn new(what: impl Display, advice: impl Display) -> Self {
        Self::Told(format!("{what}; {advice}"))
    }

    /// What happened, where that says already what to do.
    pub(crate) fn plain(what: impl Display) -> Self {
        Self::Told(what.to_string())
    }

    /// The exit status that belongs to it.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Told(_) | Self::Expression { .. } => ExitCode::from(2),
            Self::Interrupted(_) => ExitCode::from(130),
            Self::OutputClosed => ExitCode::SUCCESS,
        }
    }

    /// Writes it to standard error, if there is something to say.
    pub(crate) fn tell(&self) {
        if let Some(line) = self.line() {
            let red = AnsiColor::Red.on_default().bold();
            // Standard error is the last place to complain; if it is closed, the exit status remains.
            let _ = writeln!(anstream::stderr(), "{red}error:{red:#} {line}");
            if let Self::Expression { expression, range, .. } = self {
                let [text, marks] = pointer(expression, range);
                let _ = writeln!(anstream::stderr(), "  {text}\n  {red}{marks}{red:#}");
            }
        }
    }

    /// The line for standard error, if there is something to say.
    pub(crate) fn line(&self) -> Option<String> {
        match self {
            Self::Told(text) | Self::Interrupted(text) | Self::Expression { what: text, .. } => Some(one_line(text)),
            Self::OutputClosed => None,
        }
    }
}

impl From<io::Error> for Failure {
    /// Only writing a result gives a bare I/O error; all others are told with their file.
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::OutputClosed,
            _ => Self::new(format!("cannot write the result: {error}"), "check where standard output goes"),
        }
    }
}

impl From<store::ConfigError> for Failure {
    fn from(error: store::ConfigError) -> Self {
        Self::plain(error)
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line().unwrap_or_default())
    }
}

/// A clap error as one line: what is wrong, tips in brackets, where to read more. Help and version are not errors.
pub(crate) fn usage(error: &clap::Error) -> String {
    if let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand)
        && Path::new(word).is_file()
    {
        return format!("'{word}' is a file and no command; `smbreplay ingest FILE` reads a capture");
    }
    let text = error.to_string();
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut told =
        lines.next().unwrap_or("bad arguments").trim_start_matches("error: ").trim_end_matches(':').to_owned();
    let mut listing = told.ends_with("provided") || told.ends_with("with");
    for line in lines {
        if let Some(tip) = line.strip_prefix("tip: ") {
            told.push_str(&format!(" ({tip})"));
            listing = false;
        } else if let Some(values) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            told.push_str(&format!(" ({values})"));
            listing = false;
        } else if let Some(usage) = line.strip_prefix("Usage: ") {
            let command: Vec<&str> = usage
                .split(' ')
                .take_while(|word| word.starts_with(|first: char| first.is_ascii_lowercase()))
                .collect();
            told.push_str(&format!("; see '{} --help'", command.join(" ")));
            return told;
        } else if listing {
            told.push_str(if told.ends_with("provided") || told.ends_with("with") { ": " } else { " " });
            told.push_str(line);
        }
    }
    told.push_str("; see 'smbreplay --help'");
    told
}

/// The text on one line and harmless on a terminal, whatever a file name or a server put into it.
fn one_line(text: &str) -> String {
    let joined = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    crate::output::printable(&joined).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_one_line_whatever_its_text() {
        let failure = Failure::new("a\nb\n\n  c\u{1b}[2J", "do this");
        assert_eq!(failure.to_string(), "a b c\\u{1b}[2J; do this");
    }

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        let failure = Failure::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!(failure.line(), None);
        assert_eq!(failure.exit_code(), ExitCode::SUCCESS);
    }
}
