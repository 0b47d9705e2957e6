//! `config`.

use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// All settings, and where each comes from
    Show,
    /// One setting
    Get {
        /// Its name
        key: String,
    },
    /// Change a setting in the configuration file
    Set {
        /// Its name
        key: String,
        /// Its new value
        #[arg(allow_hyphen_values = true)]
        value: String,
    },
    /// Put a setting back to its default
    Unset {
        /// Its name
        key: String,
    },
    /// The path of the configuration file
    Path,
    /// Take over the settings of the earlier Python tool
    ///
    /// Reads its config.pkl, a pickled dictionary. Nothing in it is executed: a file with more than plain data is refused. What
    /// replaces another value, and what is not taken over, is listed. Where the value of a setting makes no sense, the others
    /// are taken over, and the exit status is 1.
    Import(ImportArguments),
}

#[derive(Debug, Args)]
pub(crate) struct ImportArguments {
    /// The config.pkl of the earlier tool
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) file: PathBuf,
    /// Show what would change, and change nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
}
