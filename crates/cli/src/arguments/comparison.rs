//! What of the answers is compared, in `replay`.

use clap::Args;
use replay::compare::Rule;
use std::path::PathBuf;

/// Which differences count. A rule is `[COMMAND.]FIELD[@PATH]`.
#[derive(Clone, Debug, Default, Args)]
// No backslash: the manual's headings cannot have one.
#[command(next_help_heading = "Comparison (RULE: [COMMAND.]FIELD[@PATH], like CREATE.end_of_file or data@*.log)")]
pub(crate) struct ComparisonArguments {
    /// Do not count differences in these fields; the report says how many there were
    #[arg(long, value_name = "RULE,…", value_delimiter = ',')]
    pub(crate) ignore: Vec<Rule>,
    /// The same from a file with one rule a line; what follows a # does not count
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub(crate) ignore_file: Vec<PathBuf>,
    /// Compare these fields as well, though servers differ in them: times, ids, allocation sizes, …
    #[arg(long, value_name = "RULE,…", value_delimiter = ',')]
    pub(crate) compare: Vec<Rule>,
    /// Do not count what differs between these earlier runs on one server; of a single run, what differed in it
    #[arg(long, value_name = "RUN,…", value_delimiter = ',')]
    pub(crate) baseline: Vec<String>,
}
