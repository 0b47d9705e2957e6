//! `doctor`: whether everything that a replay needs is there and works, and what to do where it does not.

mod check;
mod configuration;
mod folders;
mod last_trace;
mod server;

use super::{Context, first_run, target};
use crate::arguments::{DoctorArguments, Format, Global};
use crate::failure::{Conclusion, Failure};
use crate::output::{Column, Grid, Output, counted};
use check::finding;
use replay::readiness::{self, Check, Outcome, Readiness};
use serde_json::json;
use std::path::Path;
use store::{Config, ConfigFile};

/// Carries out every check that can be, and prints all.
pub(crate) fn run(arguments: &DoctorArguments, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let overrides = target::overrides(&arguments.server);
    for (key, value) in &overrides {
        key.parse_value(value, "command line")?;
    }
    let (mut checks, config) = configuration::examine(&overrides);
    let usable = config.is_some();
    let context = Context::with(config.map_or_else(defaults, Ok)?, global, output);
    match usable {
        true => checks.extend(examine(arguments, &context)?),
        false => {
            let names = [configuration::PASSWORD].into_iter().chain(folders::ALL).chain([last_trace::NAME]);
            checks.extend(Check::behind("configuration", &names.collect::<Vec<_>>()));
            checks.push(open_files());
            checks.extend(Check::behind("configuration", &readiness::ALL));
        }
    }
    print(&checks, context.output)?;
    let failed = checks.iter().any(|check| check.outcome == Outcome::Failed);
    Ok(if failed { Conclusion::Incomplete } else { Conclusion::Done })
}

/// The checks that need settings.
fn examine(arguments: &DoctorArguments, context: &Context<'_>) -> Result<Vec<Check>, Failure> {
    let target = target::target(&context.config, &arguments.server)?;
    first_run::tell_above(&arguments.server, context);
    let mut checks = vec![configuration::password(&target, context, arguments.server.password_stdin)];
    let trace = last_trace::examine(context)?;
    checks.extend(folders::examine(&context.config, trace.place.as_ref()));
    checks.push(trace.check);
    checks.push(open_files());
    checks.extend(server::examine(&target, trace.metadata.as_ref(), context)?);
    Ok(checks)
}

/// Fewer open files than most systems allow.
const FEW_OPEN_FILES: u64 = 1024;

fn open_files() -> Check {
    let name = "open_files";
    match replay::clones::open_files_limit() {
        Some(limit) if limit < FEW_OPEN_FILES => Check::warning(
            name,
            format!("at most {limit} at once, which is little for many connections"),
            "allow more with `ulimit -n 4096`",
        ),
        Some(limit) => Check::ok(name, format!("at most {limit} at once")),
        None => Check::ok(name, "no limit that the system tells"),
    }
}

/// The output's form is known without settings, and so is how to log.
fn defaults() -> Result<Config, Failure> {
    Ok(Config::combine(&[], &|_| None, &ConfigFile::empty(Path::new("")))?)
}

fn print(checks: &[Check], output: &mut Output) -> Result<(), Failure> {
    let count = |outcome| checks.iter().filter(|check| check.outcome == outcome).count();
    let (warnings, failed) = (count(Outcome::Warning), count(Outcome::Failed));
    match output.format() {
        Format::Json => output.json(&json!(Readiness::from(checks.to_vec()))),
        Format::Csv => {
            let mut grid = Grid::new(["check", "outcome", "found", "advice"].map(Column::text));
            for check in checks {
                let advice = check.advice.clone().unwrap_or_default();
                grid.push([check.name.to_owned(), check.outcome.word().to_owned(), check.found.clone(), advice]);
            }
            output.grid(&grid)
        }
        Format::Table => {
            let findings: Vec<_> = checks.iter().map(finding).collect();
            output.findings(&findings)?;
            output.line("")?;
            let verdict = match (failed, warnings) {
                (0, 0) => "ready: everything is as it should be".to_owned(),
                (0, warnings) => format!("ready, with {}", counted(warnings, "warning")),
                (failed, 0) => format!("not ready: {} failed", counted(failed, "check")),
                (failed, warnings) => {
                    format!("not ready: {} failed, {}", counted(failed, "check"), counted(warnings, "warning"))
                }
            };
            output.paragraph("", &verdict)
        }
    }
}
