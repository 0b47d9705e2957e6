//! `list`.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum ListCommand {
    /// The captures of a case: size, packets, time span, ingested or not
    Traces {
        /// Case folder under the traces folder [default: the configured case_id]
        #[arg(long, value_name = "ID")]
        case: Option<String>,
    },
    /// The cases in the traces folder
    Cases,
}
