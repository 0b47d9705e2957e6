//! `doctor`.

use super::ServerArguments;
use clap::Args;

/// What a user has to know to read its result.
const OUTCOMES: &str = "\
Each check is ok, warning, failed, or not tried because it needs one that failed. Nothing on the server is changed.
Exit status: 0 nothing failed, 1 something failed, 2 could not be done, 130 interrupted.";

#[derive(Debug, Args)]
#[command(after_help = OUTCOMES)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    pub(crate) server: ServerArguments,
}
