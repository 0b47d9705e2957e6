//! A file that is written of a run, and what is said when it cannot be.

use super::Context;
use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::printable;
use replay::{Destination, Recorded, ReplayedError, Report};
use std::fmt::Display;
use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};
use store::TracePlace;
use store::runs::Run;

/// Where it goes.
pub(super) enum Written {
    /// To standard output, in the place of all else.
    StandardOutput,
    /// Into a file, which has its name when it is complete.
    File(PathBuf, Destination),
}

impl Written {
    /// Begins what `option` names; `-` is standard output, which nothing else may want.
    pub(super) fn begin(option: &str, file: &Path, format: Format) -> Result<Self, Failure> {
        if file != Path::new("-") {
            let destination = Destination::begin(file).map_err(|error| refused(option, error))?;
            return Ok(Self::File(file.to_owned(), destination));
        }
        let advice = format!("name a file with {option}");
        match format {
            Format::Table if io::stdout().is_terminal() => Err(Failure::new("standard output is a terminal", advice)),
            Format::Table => Ok(Self::StandardOutput),
            Format::Json | Format::Csv => {
                Err(Failure::new(format!("both {option} and --format want standard output"), advice))
            }
        }
    }

    /// Whether it goes to standard output.
    pub(super) fn is_standard_output(&self) -> bool {
        matches!(self, Self::StandardOutput)
    }
}

/// How the capture is called in what is written.
pub(super) fn capture_name(place: &TracePlace) -> String {
    let name = place.trace.file_name().unwrap_or(place.trace.as_os_str());
    printable(&name.to_string_lossy()).into_owned()
}

/// The run, for what writes it.
pub(super) fn recorded<'a>(place: &'a TracePlace, run: &'a Run, report: &'a Report, capture: &'a str) -> Recorded<'a> {
    Recorded { output: &place.output, run, report, capture }
}

/// The failure of a file that cannot be begun or get its name.
pub(super) fn refused(option: &str, error: impl Display) -> Failure {
    Failure::new(error, format!("name another file with {option}"))
}

/// The failure of a file that cannot be written on.
pub(super) fn cannot_write(option: &str, error: impl Display) -> Failure {
    Failure::new(error, format!("make room there, or name another file with {option}"))
}

/// The failure of a run that cannot be read beside what it replayed.
pub(super) fn cannot_read(error: &ReplayedError) -> Failure {
    let advice = match error {
        ReplayedError::Session { .. } => {
            "put the session files back where they were, or ingest the trace and replay again"
        }
        ReplayedError::IngestedAgain { .. } | ReplayedError::Run(_) | ReplayedError::Changed { .. } => "replay again",
    };
    Failure::new(error, advice)
}

/// The files that a run is written to, all begun before any is written.
pub(super) struct Files {
    pub(super) page: Option<super::html::Page>,
    pub(super) traffic: Option<super::pcap::Traffic>,
    pub(super) results: Option<super::junit::TestResults>,
}

impl Files {
    /// Begins those that are named.
    pub(super) fn begin(
        html: Option<&Path>,
        pcap: Option<&Path>,
        junit: Option<&Path>,
        format: Format,
    ) -> Result<Self, Failure> {
        let files = Self {
            page: html.map(|file| super::html::Page::begin(file, format)).transpose()?,
            traffic: pcap.map(|file| super::pcap::Traffic::begin(file, format)).transpose()?,
            results: junit.map(super::junit::TestResults::begin).transpose()?,
        };
        let is_output = |is: Option<bool>| is.unwrap_or(false);
        let page = is_output(files.page.as_ref().map(super::html::Page::is_standard_output));
        let traffic = is_output(files.traffic.as_ref().map(super::pcap::Traffic::is_standard_output));
        if page && traffic {
            return Err(Failure::new("both --html and --pcap go to standard output", "name a file with one of them"));
        }
        Ok(files)
    }

    /// Whether standard output is taken.
    pub(super) fn take_standard_output(&self) -> bool {
        self.page.as_ref().is_some_and(super::html::Page::is_standard_output)
            || self.traffic.as_ref().is_some_and(super::pcap::Traffic::is_standard_output)
    }

    /// Writes all of them, also when one cannot be written; what is in them, in words.
    ///
    /// # Errors
    /// What the first of them failed by.
    pub(super) fn write(
        self,
        place: &TracePlace,
        run: &Run,
        report: &Report,
        context: &Context<'_>,
    ) -> Result<Vec<(&'static str, String)>, Failure> {
        let results = self.results.map(|results| results.write(place, run, report, context));
        let traffic = self.traffic.map(|traffic| traffic.write(place, run, report, context));
        let page = self.page.map(|page| page.write(place, run, report, context));
        results.transpose()?;
        let traffic = traffic.transpose()?.flatten().map(|told| ("pcap:", told));
        let page = page.transpose()?.flatten().map(|told| ("html:", told));
        Ok([traffic, page].into_iter().flatten().collect())
    }

    /// Whether any is named.
    pub(super) fn are_named(&self) -> bool {
        self.page.is_some() || self.traffic.is_some() || self.results.is_some()
    }
}
