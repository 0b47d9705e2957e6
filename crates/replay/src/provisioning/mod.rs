//! Making the lab share what the captured one was before the capture ([`Before`]), telling how it differs from that, and
//! taking away again what was made ([`cleanup()`]).
//!
//! Whatever is made is noted in a journal of the trace before it is made ([`store::changes`]); what was there before is
//! neither changed nor deleted unless the user insists.

mod before;
mod claims;
mod cleanup;
mod contents;
mod description;
mod files;
mod folders;
mod journal;
mod ledger;
mod permissions;
mod removal;
mod report;
mod root;
mod setup;
mod site;
mod stages;
pub mod state;
mod survey;
mod task;
mod verify;
mod wanted;

pub use before::{Before, BeforeError};
pub use cleanup::{CleanupReport, Part, claimed, cleanup};
pub use contents::{Contents, Piece};
pub(crate) use ledger::Ledger;
pub use permissions::Room;
pub use report::{Planned, SetupReport, Trouble};
pub use root::RootError;
pub(crate) use root::make_roots;
pub use setup::SetupOptions;
pub use site::Site;
pub use survey::{Difference, Found};
pub use wanted::{Thing, Unwanted, WantedShare, hole, wanted};

use client::crew::CrewError;
use client::kerberos::TicketError;
use store::ReadError;
use store::changes::ChangesError;

/// What is being done, for a progress bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doing {
    /// In a few words.
    pub what: &'static str,
    /// How many are done.
    pub done: u64,
    /// Of how many.
    pub total: u64,
}

/// Why nothing, or no more, can be made or taken away.
#[derive(Debug, thiserror::Error)]
pub enum ProvisioningError {
    /// A session file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The live server cannot be used, or has gone.
    #[error(transparent)]
    Crew(#[from] CrewError),
    /// There is no ticket to log on with.
    #[error(transparent)]
    Ticket(#[from] TicketError),
    /// What is made cannot be noted.
    #[error(transparent)]
    Changes(#[from] ChangesError),
    /// The system refuses what is needed.
    #[error("the system refuses what is needed: {0}")]
    System(std::io::Error),
}
