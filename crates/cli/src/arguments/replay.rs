//! `replay`.

use super::{ChosenSessions, ComparisonArguments, KerberosArguments, TraceSelection};
use clap::{Args, ValueEnum};
use replay::{Encrypt, Order, Pace, ShardNumber};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

/// Heading of the options that say where captured names are found live.
const NAMES: &str =
    "Names and users on the lab server (--map options may be repeated, and take @FILE, one rule a line)";

#[derive(Debug, Args)]
pub(crate) struct ReplayArguments {
    #[command(flatten)]
    pub(crate) sessions: ChosenSessions,
    #[command(flatten)]
    pub(crate) trace: TraceSelection,
    #[command(flatten)]
    pub(crate) server: ServerArguments,

    /// Only the first N of the operations that are chosen; what these need (session, tree, handle) is sent as well
    #[arg(long, value_name = "N", help_heading = "Part of the sessions")]
    pub(crate) limit: Option<u64>,
    /// Only operations whose request is in this frame or a later one
    #[arg(long, value_name = "FRAME", help_heading = "Part of the sessions")]
    pub(crate) from: Option<u64>,
    /// Only operations whose request is in this frame or an earlier one
    #[arg(long, value_name = "FRAME", help_heading = "Part of the sessions")]
    pub(crate) to: Option<u64>,
    /// Only operations on paths that match: a part of the path, or a pattern with * and ?
    #[arg(long, value_name = "PATTERN", help_heading = "Part of the sessions")]
    pub(crate) file_filter: Option<String>,

    /// Only the clients that fall to shard I of N, from 0/N on: whole clients, chosen alike on every machine
    #[arg(long, value_name = "I/N", env = "SMBREPLAY_SHARD", hide_env_values = true, conflicts_with_all = ["limit", "max_gap"],
          help_heading = "Several machines")]
    pub(crate) shard: Option<ShardNumber>,
    /// Prepare everything, and begin at this time by the clock of this machine, as in 2027-01-31T09:00:00Z; at once if it has
    /// passed, which the report tells
    #[arg(long, value_name = "TIME", value_parser = time, help_heading = "Several machines")]
    pub(crate) start_at: Option<jiff::Timestamp>,

    #[command(flatten)]
    pub(crate) mapping: MappingArguments,
    /// Replay N copies of the sessions at once, each below its own folder DIR\clone-0, DIR\clone-1, … of --root
    /// [default of DIR then: smbreplay- and the name of the run]
    #[arg(long, value_name = "N", default_value = "1", help_heading = NAMES)]
    pub(crate) clones: NonZeroU32,

    /// Set up what was there before the sessions began, also without --root [default: with --root, if it is not there,
    /// and without --shard]
    #[arg(long, overrides_with = "no_setup", help_heading = "Before the replay")]
    pub(crate) setup: bool,
    /// Set nothing up
    #[arg(long, overrides_with = "setup", help_heading = "Before the replay")]
    pub(crate) no_setup: bool,
    /// Check first that everything can be sent and that the lab share is ready; if not, do not replay
    #[arg(long, help_heading = "Before the replay")]
    pub(crate) validate: bool,

    #[command(flatten)]
    pub(crate) comparison: ComparisonArguments,

    /// How fast: as soon as order allows, at the captured times, or N times as fast (2x)
    #[arg(long, value_name = "asap|original|Nx", default_value = "asap", help_heading = "Timing")]
    pub(crate) pace: Pace,
    /// Shorten idle gaps to this many seconds (not with `--pace asap`)
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Timing")]
    pub(crate) max_gap: Option<Duration>,
    /// Which responses a request waits for on other connections: all that the capture shows before it, those of the same
    /// client, or none
    #[arg(long, value_name = "ORDER", default_value = "trace", help_heading = "Timing")]
    pub(crate) order: OrderArgument,
    /// Seconds for connecting, and of patience for an answer beyond its captured latency
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Timing")]
    pub(crate) max_wait: Option<Duration>,

    /// Dialect to offer instead of the captured one: 2.0.2, 2.1, 3.0, 3.0.2 or 3.1.1
    #[arg(long, value_name = "DIALECT", value_parser = replay::options::dialect, help_heading = "Protocol")]
    pub(crate) dialect: Option<u16>,
    /// Encrypt also what neither the lab server nor its share demands to be: all that can be, or what was in the capture
    #[arg(long, value_name = "all|captured", num_args = 0..=1, default_missing_value = "all", require_equals = true,
          help_heading = "Protocol")]
    pub(crate) encrypt: Option<Encrypt>,
    /// Offer compression, and compress WRITEs where the lab server can; the run tells when it cannot
    #[arg(long, help_heading = "Protocol")]
    pub(crate) compress: bool,
    /// Let the replay go to a server that occurs in the trace
    #[arg(long, help_heading = "Protocol")]
    pub(crate) allow_captured_server: bool,
    /// Do not try the server, the account and the share before the first request
    #[arg(long, help_heading = "Protocol")]
    pub(crate) no_ping: bool,

    /// Write the run as one HTML page when it has ended, as `report --html` does; `-` is standard output
    #[arg(long, value_name = "FILE", help_heading = "After the replay")]
    pub(crate) html: Option<PathBuf>,
    /// Write the live traffic when it has ended, as `report --pcap` does; `-` is standard output
    #[arg(long, value_name = "FILE", help_heading = "After the replay")]
    pub(crate) pcap: Option<PathBuf>,
    /// Write the run as JUnit XML when it has ended, as `report --junit` does
    #[arg(long, value_name = "FILE", help_heading = "After the replay")]
    pub(crate) junit: Option<PathBuf>,
}

/// Where captured names and users are found on the lab server.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = NAMES)]
pub(crate) struct MappingArguments {
    /// The captured share A is the share B; \\SERVER\A=B where several servers have an A
    #[arg(long, value_name = "A=B|@FILE")]
    pub(crate) map_share: Vec<String>,
    /// What was at or below the path A is at or below B; SHARE:\A=B for one captured share
    #[arg(long, value_name = "A=B|@FILE")]
    pub(crate) map_path: Vec<String>,
    /// The captured user A, or DOMAIN\A, logs on as this user; other users can see a password on the command line, so
    /// prefer @FILE
    #[arg(long, value_name = "A=USER%PASSWORD|@FILE")]
    pub(crate) map_user: Vec<Password>,
    /// Accounts of the captured domain or machine A in security descriptors and quotas are those of B: S-1-5-21-…=S-1-5-21-…
    #[arg(long, value_name = "A=B|@FILE")]
    pub(crate) map_sid: Vec<String>,
    /// Folder of the share below which everything is done; it is made when it is not there
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<String>,
}

/// The lab server and the account, where they differ from the settings.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Lab server (defaults: see `smbreplay config show`)")]
pub(crate) struct ServerArguments {
    /// Address or name of the lab server
    #[arg(long, value_name = "HOST")]
    pub(crate) server_ip: Option<String>,
    /// TCP port of its SMB service
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: Option<u16>,
    /// NTLM domain of the account
    #[arg(long, value_name = "NAME")]
    pub(crate) domain: Option<String>,
    /// User name
    #[arg(long, value_name = "NAME")]
    pub(crate) username: Option<String>,
    /// Password; other users can see it in the process list, so prefer `--password-stdin` or SMBREPLAY_PASSWORD
    #[arg(long, value_name = "PASSWORD", conflicts_with = "password_stdin")]
    pub(crate) password: Option<Password>,
    /// Read the password from the first line of standard input
    #[arg(long)]
    pub(crate) password_stdin: bool,
    /// Share that captured disk shares are replayed to
    #[arg(long, value_name = "SHARE")]
    pub(crate) tree_name: Option<String>,
    #[command(flatten)]
    pub(crate) kerberos: KerberosArguments,
}

/// A password, which no debug output shows.
#[derive(Clone)]
pub(crate) struct Password(pub(crate) String);

impl From<String> for Password {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

/// [`Order`] as it is written. The variants have no text of their own, so that the help stays short.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(crate) enum OrderArgument {
    Trace,
    Session,
    None,
}

impl From<OrderArgument> for Order {
    fn from(order: OrderArgument) -> Self {
        match order {
            OrderArgument::Trace => Self::Trace,
            OrderArgument::Session => Self::Session,
            OrderArgument::None => Self::None,
        }
    }
}

fn time(text: &str) -> Result<jiff::Timestamp, &'static str> {
    text.parse()
        .map_err(|_| "expected a date and time with its zone, like 2027-01-31T09:00:00Z or 2027-01-31T10:00:00+01:00")
}

fn seconds(text: &str) -> Result<Duration, String> {
    text.parse::<f64>()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "expected a number of seconds, 0 or more, like 2.5".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_finite_and_not_negative() {
        assert_eq!(seconds("0.25"), Ok(Duration::from_millis(250)));
        for text in ["-1", "inf", "nan", "5s", "1e300"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_to_begin_at_has_a_zone() {
        assert_eq!(time("2027-01-31T10:00:00.5+01:00"), time("2027-01-31T09:00:00.5Z"));
        for text in ["2027-01-31T09:00:00", "09:00", "2027-02-30T09:00:00Z", "+5m"] {
            assert!(time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn debug_output_does_not_show_the_password() {
        assert_eq!(format!("{:?}", Password("secret".to_owned())), "***");
    }
}
