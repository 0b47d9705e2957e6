//! What may be written on the command line. This table drives the parser, the help, the completions and the manual.

mod cleanup;
mod comparison;
mod config;
mod decrypt;
mod doctor;
mod export;
mod global;
mod health;
mod ingest;
mod kerberos;
mod lab;
mod list;
#[cfg(test)]
mod page;
mod replay;
mod report;
mod secrets;
mod serve;
mod session;
mod setup;
mod trace;
mod validate;

pub(crate) use cleanup::CleanupArguments;
pub(crate) use comparison::ComparisonArguments;
pub(crate) use config::{ConfigCommand, ImportArguments};
pub(crate) use decrypt::DecryptArguments;
pub(crate) use doctor::DoctorArguments;
pub(crate) use export::ExportArguments;
pub(crate) use global::{Format, Global};
pub(crate) use health::{HealthArguments, ServerUrl};
pub(crate) use ingest::IngestArguments;
pub(crate) use kerberos::KerberosArguments;
pub(crate) use lab::LabCommand;
pub(crate) use list::ListCommand;
pub(crate) use replay::{MappingArguments, Password, ReplayArguments, ServerArguments};
pub(crate) use report::ReportArguments;
pub(crate) use secrets::{Secret, SecretArguments};
pub(crate) use serve::ServeArguments;
pub(crate) use session::{FilesBy, SessionArguments, SessionOrder};
pub(crate) use setup::{ChosenSessions, SetupArguments};
pub(crate) use trace::TraceSelection;
pub(crate) use validate::ValidateArguments;

use clap::{Parser, Subcommand, ValueHint};
use std::path::PathBuf;

/// Turns a capture of SMB2/3 traffic into sessions, shows them, and replays them on a lab server
#[derive(Debug, Parser)]
#[command(name = "smbreplay", version, propagate_version = true, after_help = EXAMPLES, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  smbreplay ingest office.pcap             read a capture
  smbreplay session --list                 its sessions
  smbreplay session 1 --brief              the operations of the first one
  smbreplay session 1 --tree               its files, and what became of them
  smbreplay config set server_ip 10.0.0.5  where to replay to
  smbreplay lab start                      or a server here, to try things on
  smbreplay doctor                         whether that server can be used
  smbreplay replay 1 --root lab            set it up in a folder, replay, compare
  smbreplay cleanup                        remove again what was made

Exit status: 0 done, everything matched; 1 done with divergences, not ready, or
not all of it done; 2 could not be done; 130 interrupted.";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read captures: find the SMB sessions and store their operations
    Ingest(Box<IngestArguments>),
    /// List the sessions of a trace, or show the operations or the files of one
    Session(SessionArguments),
    /// Tell whether sessions can be replayed, and whether the lab share is ready for them
    Validate(Box<ValidateArguments>),
    /// Build on the lab share what was there before the sessions began
    Setup(Box<SetupArguments>),
    /// Replay sessions on the lab server and compare its answers with the captured ones
    Replay(Box<ReplayArguments>),
    /// Remove from the lab share what setups and replays made there
    Cleanup(Box<CleanupArguments>),
    /// Write the files whose contents the capture shows into a folder
    Export(ExportArguments),
    /// Write a capture again with its SMB in clear, for Wireshark and others
    Decrypt(Box<DecryptArguments>),
    /// Show earlier replays
    Report(ReportArguments),
    /// List traces or cases
    List {
        #[command(subcommand)]
        what: ListCommand,
    },
    /// Show and change settings
    Config {
        #[command(subcommand)]
        action: ConfigCommand,
    },
    /// An embedded SMB server to try things on
    Lab {
        #[command(subcommand)]
        action: LabCommand,
    },
    /// Do all of this over HTTP, for programs and web pages
    Serve(ServeArguments),
    /// Ask a server that `serve` runs whether it can do its work
    Health(HealthArguments),
    /// Show versions, folders and supported commands
    Info,
    /// Test settings, folders and the lab server, and say what to do about what fails
    Doctor(Box<DoctorArguments>),
    /// Write a completion script for a shell to standard output
    Completions {
        /// The shell to complete for
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a folder
    Man {
        /// Folder for the pages; made if missing
        #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
        folder: PathBuf,
    },
}
