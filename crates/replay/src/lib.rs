//! Replay of captured operations onto a live server: plan, engine, verdicts, report.
//!
//! The captured request is the request that is sent: its bytes with declared patches ([`message`]), under the order
//! that the capture shows ([`plan`]), on as many live connections as captured ([`engine`]), each answer judged against
//! the captured one ([`verdict`] for its status, [`compare`] for what it holds).
//!
//! ```
//! use smbreplay_replay::{Options, Pace, Target};
//!
//! let target = Target {
//!     server: "192.0.2.10".to_owned(),
//!     port: 445,
//!     domain: String::new(),
//!     username: "testuser".to_owned(),
//!     password: "PASSWORD".to_owned(),
//!     share: "testshare".to_owned(),
//!     kerberos: None,
//! };
//! let options = Options { pace: "2x".parse()?, ..Options::to(target) };
//! assert_eq!(options.pace, Pace::Times(2.0));
//! assert!(!format!("{options:?}").contains("PASSWORD"));
//! # Ok::<(), smbreplay_replay::options::NotAnOption>(())
//! ```
//! From here [`load()`] and [`run()`] go on: see the example `replay_from_code`.
//!
//! # Invariants
//! - Outside the declared patches of a message, live bytes equal captured bytes.
//! - Nothing is counted as sent that did not go out, nor as matched that was not compared.
//! - The engine is sans-I/O: [`driver`] and its [`alarm`] alone touch sockets and the clock. Files are touched before and
//!   after it: rows are put down while loading ([`trace`]), records written by a thread of their own ([`mod@run`]).
//! - A replay ends: whatever the server does or does not do, every wait has a deadline or a reason not to exist.

mod accounts;
pub mod alarm;
mod assumptions;
pub mod clones;
pub mod compare;
pub mod destination;
mod distribution;
mod divergence;
pub mod driver;
pub mod engine;
mod excerpt;
pub mod export;
pub mod file_filter;
mod giving_way;
pub mod in_full;
pub mod load;
pub mod map;
pub mod merged;
pub mod message;
pub mod namespace;
mod object;
pub mod options;
pub mod page;
pub mod pattern;
pub mod payload;
pub mod plan;
pub mod progress;
pub mod provisioning;
pub mod readiness;
pub mod record;
pub mod recorded;
pub mod replayed;
pub mod report;
pub mod run;
pub mod shard;
pub mod tally;
pub mod target;
pub mod timing;
pub mod trace;
pub mod traffic;
pub mod two_runs;
pub mod validation;
pub mod verdict;

/// The crates whose types occur in those of this one.
pub use {client, store};

pub use destination::{Destination, DestinationError};
pub use divergence::Divergence;
pub use file_filter::FileFilter;
pub use load::{LoadError, load};
pub use map::Mapping;
pub use options::{Encrypt, Options, Order, Pace, Target};
pub use plan::Selection;
pub use progress::{Event, Progress};
pub use recorded::Recorded;
pub use replayed::{NotTheSame, Replayed, ReplayedError, ReplayedOperation, Wanted};
pub use report::Report;
pub use run::{ReplayError, run};
pub use shard::{Shard, ShardNumber};
pub use two_runs::TwoRuns;
