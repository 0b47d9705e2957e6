//! `--shard` and `--start-at`: a replay by several machines.

use crate::arguments::ReplayArguments;
use crate::command::Context;
use crate::command::trace::{self, Trace, shell_word};
use crate::failure::Failure;
use crate::output::printable;
use capture::Timestamp;
use replay::{Shard, ShardNumber};
use store::metadata::Session;

/// The clock or the date of a user who wants to wait longer is wrong, most likely.
const LONGEST_WAIT: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// When to begin.
pub(super) fn start(at: jiff::Timestamp) -> Result<Timestamp, Failure> {
    let now = jiff::Timestamp::now();
    if at.duration_since(now) > LONGEST_WAIT {
        let what = format!("--start-at {at} is more than a day ahead: it is {now:.0} by the clock of this machine");
        return Err(Failure::new(what, "check the date, the time zone and the clock"));
    }
    Ok(Timestamp(i64::try_from(at.as_nanosecond()).unwrap_or(i64::MAX)))
}

/// The shard of the sessions that are asked for.
pub(super) fn shard(trace: &Trace, sessions: &[&Session], number: ShardNumber) -> Result<Shard, Failure> {
    let files: Vec<String> = sessions.iter().map(|session| session.file.clone()).collect();
    Shard::of(&trace.place.output, &trace.metadata, &files, number, machine())
        .map_err(|error| Failure::new(error, "ingest the trace again with --force"))
}

/// The sessions of the shard, or all where there are none.
pub(super) fn own<'a>(sessions: &[&'a Session], shard: Option<&Shard>) -> Vec<&'a Session> {
    let is_own = |session: &&&Session| shard.is_none_or(|shard| shard.files.contains(&session.file));
    sessions.iter().filter(is_own).copied().collect()
}

/// Says what has to be done once for all shards.
pub(super) fn tell_of_setup(arguments: &ReplayArguments, context: &Context<'_>) {
    let sessions = match arguments.sessions.all {
        true => " --all".to_owned(),
        false => {
            let named = arguments.sessions.sessions.iter().chain(&arguments.sessions.session_id);
            named.map(|session| format!(" {}", shell_word(session))).collect()
        }
    };
    let root = arguments.mapping.root.as_deref().map(shell_word).unwrap_or_default();
    let options = trace::as_typed(&arguments.trace);
    context.warn(&printable(&format!(
        "a shard sets nothing up: `smbreplay setup{sessions} --root {root}{options}` with the same options for server and names does so once for all of them; --no-setup says that it was done"
    )));
}

/// What is told while nothing happens yet.
pub(super) fn waiting(until: Timestamp) -> String {
    let until = jiff::Timestamp::from_nanosecond(until.0.into()).unwrap_or_default();
    format!("ready, begins at {until:.3}")
}

/// Name of this machine.
#[cfg(unix)]
fn machine() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Name of this machine.
#[cfg(not(unix))]
fn machine() -> String {
    std::env::var("COMPUTERNAME").unwrap_or_default()
}
