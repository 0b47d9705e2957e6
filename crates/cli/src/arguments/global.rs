//! Options that every command takes, before or after its name.

use clap::{ArgAction, Args, ColorChoice, ValueEnum};

#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// Log more on standard error: -v info, -vv debug, -vvv trace
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Global options")]
    pub(crate) verbose: u8,
    /// Neither warnings nor progress, only errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    pub(crate) color: ColorChoice,
    /// Never show a result through a pager
    #[arg(long, global = true, help_heading = "Global options")]
    pub(crate) no_pager: bool,
    /// How to print the result: for people, as one JSON document, or as CSV
    #[arg(long, global = true, value_name = "FORMAT", default_value = "table", help_heading = "Global options")]
    pub(crate) format: Format,
}

/// The form of a result on standard output: a table for people, one JSON document, or comma-separated values with a
/// header line (RFC 4180). The variants have no text of their own, so that the help stays short.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum Format {
    #[default]
    Table,
    Json,
    Csv,
}
