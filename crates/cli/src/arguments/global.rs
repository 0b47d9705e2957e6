//! Options that every command takes, before or after its name.

use clap::{ArgAction, Args, ColorChoice, ValueEnum};

#[derive(Clone, Debug, Args)]
#[command(next_display_order = 1000)]
pub(crate) struct Global {
    /// Log more on standard error: -v progress, -vv details, -vvv everything
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Global options")]
    pub(crate) verbose: u8,
    /// Neither warnings nor progress, only errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Global options")]
    pub(crate) quiet: bool,
    /// When to use colours
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Global options")]
    pub(crate) color: ColorChoice,
    /// How to print the result; json is one document
    #[arg(long, global = true, value_name = "FORMAT", default_value = "table", help_heading = "Global options")]
    pub(crate) format: Format,
}

/// The form of a result on standard output.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Table,
    /// One JSON document
    Json,
    /// Comma-separated values with a header line (RFC 4180)
    Csv,
}
