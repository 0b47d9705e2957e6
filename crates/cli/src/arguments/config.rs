//! `config`.

use clap::Subcommand;

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
}
