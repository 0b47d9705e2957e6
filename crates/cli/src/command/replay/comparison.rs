//! Which differences count: from the command line, and from files with one rule a line.

use crate::arguments::ComparisonArguments;
use crate::failure::Failure;
use replay::compare::{Rule, Settings};

/// Everything that the user said about the comparison.
pub(super) fn comparison(arguments: &ComparisonArguments) -> Result<Settings, Failure> {
    let mut settings = Settings {
        ignore: arguments.ignore.clone(),
        compare: arguments.compare.clone(),
        baseline: arguments.baseline.clone(),
        ..Settings::default()
    };
    for path in &arguments.ignore_file {
        let told = |error: &dyn std::fmt::Display| format!("--ignore-file {}: {error}", path.display());
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::new(told(&error), "check that it is a text file and that you may read it"))?;
        let rules =
            Rule::parse_file(&text).map_err(|error| Failure::new(told(&error), "see `smbreplay replay --help`"))?;
        settings.ignore.extend(rules);
    }
    Ok(settings)
}
