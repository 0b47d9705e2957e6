//! `lab`.

use clap::Subcommand;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum LabCommand {
    /// Start an embedded SMB server on 127.0.0.1 in the background
    Start {
        /// TCP port
        #[arg(long, value_name = "PORT", default_value_t = 4450)]
        port: u16,
        /// Folder to serve [default: a folder of the lab's own]
        #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
        root: Option<PathBuf>,
        /// Stay in the foreground until interrupted
        #[arg(long)]
        foreground: bool,
    },
    /// Stop it
    Stop,
    /// Whether it runs, and where
    Status,
}
