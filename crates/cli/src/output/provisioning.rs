//! What setups, validations and cleanups have found, for people.

use super::{Column, Grid, Output, counted, size};
use crate::arguments::Format;
use crate::failure::Failure;
use replay::provisioning::{CleanupReport, SetupReport, Trouble};
use replay::validation::{OperationsCheck, Validation};

impl Output {
    /// A setup, or the plan of one.
    pub(crate) fn setup(&mut self, report: &SetupReport) -> Result<(), Failure> {
        match self.format() {
            Format::Json => return self.json(report),
            Format::Csv if report.dry_run => return self.grid(&plan(report)),
            Format::Csv => return self.grid(&troubles(&report.errors)),
            Format::Table => {}
        }
        if !report.plan.is_empty() {
            self.grid(&plan(report))?;
            self.line("")?;
        }
        self.troubles(&report.errors)?;
        for warning in &report.warnings {
            self.paragraph("warning:", warning)?;
        }
        self.paragraph("", &setup_in_words(report))
    }

    /// A cleanup, or the plan of one.
    pub(crate) fn cleanup(&mut self, report: &CleanupReport) -> Result<(), Failure> {
        match self.format() {
            Format::Json => return self.json(report),
            Format::Csv if report.dry_run => return self.grid(&troubles(&report.plan)),
            Format::Csv => return self.grid(&troubles(&report.kept)),
            Format::Table => {}
        }
        self.troubles(&report.plan)?;
        self.troubles(&report.kept)?;
        for lost in &report.not_restored {
            let what = format!(
                "{} on share {} was there before, and {}; it is not brought back",
                lost.path, lost.share, lost.what
            );
            self.paragraph("warning:", &what)?;
        }
        let removed = usize::try_from(report.removed).unwrap_or(usize::MAX);
        let done = match (removed, report.dry_run) {
            (0, _) if report.kept.is_empty() => "nothing to remove".to_owned(),
            (removed, true) => format!("would remove {}", counted(removed, "thing")),
            (removed, false) => format!("removed {}", counted(removed, "thing")),
        };
        let mut words = format!("{}: {done}", report.server);
        if report.missing > 0 {
            words.push_str(&format!(", {} were gone already", report.missing));
        }
        if !report.kept.is_empty() {
            words.push_str(&format!(", kept {}", report.kept.len()));
        }
        self.paragraph("", &words)
    }

    /// A validation.
    pub(crate) fn validation(&mut self, found: &Validation) -> Result<(), Failure> {
        let differences =
            found.checks.file_system.as_ref().map(|check| check.differences.as_slice()).unwrap_or_default();
        match self.format() {
            Format::Json => return self.json(found),
            Format::Csv => return self.grid(&troubles(differences)),
            Format::Table => {}
        }
        if let Some(check) = &found.checks.operations {
            self.operations(check)?;
        }
        if let Some(check) = &found.checks.file_system {
            let read = size(check.compared_bytes);
            let words = format!(
                "{} of {} paths are there as they were; {read} of their contents were compared",
                check.accessible_paths, check.total_paths
            );
            self.paragraph("share:", &words)?;
        }
        self.troubles(differences)?;
        for error in &found.errors {
            self.paragraph("error:", error)?;
        }
        for warning in &found.warnings {
            self.paragraph("warning:", warning)?;
        }
        self.line(if found.ready { "ready" } else { "not ready" })
    }

    fn operations(&mut self, check: &OperationsCheck) -> Result<(), Failure> {
        let words = format!("{} of {} can be sent", check.supported_operations, check.total_operations);
        self.paragraph("operations:", &words)?;
        if check.issues.is_empty() {
            return Ok(());
        }
        let mut grid = Grid::new([
            Column::text("command"),
            Column::number("count"),
            Column::number("first_frame").dispensable(1),
            Column::text("issue").wrapped_to(20),
        ]);
        for issue in &check.issues {
            let sent = if issue.skipped { "not sent: " } else { "" };
            grid.push([
                issue.command.clone().unwrap_or_default(),
                issue.count.to_string(),
                issue.first_frame.to_string(),
                format!("{sent}{}", issue.reason),
            ]);
        }
        self.grid(&grid)?;
        self.line("")
    }

    fn troubles(&mut self, troubles: &[Trouble]) -> Result<(), Failure> {
        if troubles.is_empty() {
            return Ok(());
        }
        self.grid(&self::troubles(troubles))?;
        self.line("")
    }
}

/// A setup in a sentence.
pub(crate) fn setup_in_words(report: &SetupReport) -> String {
    let count = |count: u64, what: &str| counted(usize::try_from(count).unwrap_or(usize::MAX), what);
    let mut parts = vec![
        count(report.directories_created, "folder"),
        format!("{} ({})", count(report.files_created, "file"), size(report.bytes_written)),
    ];
    if report.bytes_left_out > 0 {
        parts.push(format!("{} left a hole", size(report.bytes_left_out)));
    }
    if report.deletions > 0 {
        parts.push(count(report.deletions, "deletion"));
    }
    let verb = if report.dry_run { "would set up" } else { "set up" };
    let nothing = report.directories_created == 0 && report.files_created == 0 && report.deletions == 0;
    let mut words = match (nothing, report.existing) {
        (true, 0) => format!("{}: nothing to set up", report.server),
        (true, existing) => format!("{}: nothing to set up, {existing} were there already", report.server),
        (false, 0) => format!("{}: {verb} {}", report.server, parts.join(", ")),
        (false, existing) => {
            format!("{}: {verb} {}; {existing} were there already", report.server, parts.join(", "))
        }
    };
    if !report.errors.is_empty() {
        words.push_str(&format!("; {} could not be made as they were", report.errors.len()));
    }
    words
}

fn plan(report: &SetupReport) -> Grid {
    let mut grid = Grid::new([
        Column::text("step"),
        Column::text("share").dispensable(2),
        Column::path("path", 16),
        Column::number("size"),
        Column::number("frame").dispensable(1),
        Column::text("why").wrapped_to(12).dispensable(3),
    ]);
    for step in &report.plan {
        grid.push([
            step.step.clone(),
            step.share.clone(),
            step.path.clone(),
            if step.step == "make_file" { step.size.to_string() } else { String::new() },
            if step.frame == 0 { String::new() } else { step.frame.to_string() },
            step.why.clone(),
        ]);
    }
    grid
}

fn troubles(troubles: &[Trouble]) -> Grid {
    let mut grid = Grid::new([
        Column::text("share").dispensable(2),
        Column::path("path", 16),
        Column::number("frame").dispensable(1),
        Column::text("what").wrapped_to(20),
    ]);
    for trouble in troubles {
        let frame = if trouble.frame == 0 { String::new() } else { trouble.frame.to_string() };
        grid.push([trouble.share.clone(), trouble.path.clone(), frame, trouble.what.clone()]);
    }
    grid
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setup_with_nothing_to_do_says_so() {
        let report = SetupReport { server: "lab:445".to_owned(), existing: 3, ..SetupReport::default() };
        assert_eq!(setup_in_words(&report), "lab:445: nothing to set up, 3 were there already");
        let made = SetupReport { files_created: 1, bytes_written: 10, ..report };
        assert_eq!(setup_in_words(&made), "lab:445: set up 0 folders, 1 file (10 B); 3 were there already");
    }
}
