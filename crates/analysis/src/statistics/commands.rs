//! What each command adds up to.

use super::columns::Row;
use super::response_times::{ResponseTimes, Spread};
use super::service_response_times::ServiceResponseTime;
use crate::Outcome;
use dissect::Kind;
use schemars::JsonSchema;
use serde::Serialize;
use smb2::{Command, NtStatus};

/// The operations of one command.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct CommandTotals {
    /// Its name; `unknown` for all codes that MS-SMB2 does not have.
    pub command: &'static str,
    /// Requests, and responses whose request was not captured.
    pub operations: u64,
    /// Operations whose final status is a success.
    pub successes: u64,
    /// A warning.
    pub warnings: u64,
    /// An error.
    pub errors: u64,
    /// Operations that the server first answered with STATUS_PENDING.
    pub interim: u64,
    /// Messages that the server sent without being asked; they are no operations.
    pub notifications: u64,
    /// What is not known.
    #[serde(flatten)]
    pub missing: Missing,
    /// Bytes read, written or answered (`transferred`).
    pub bytes: u64,
    /// From request to final response; `None` where nothing was answered.
    pub response_time: Option<ResponseTimes>,
}

/// What the capture does not show. None of it is in any mean or sum of times.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, JsonSchema)]
pub struct Missing {
    /// Requests that were not answered, or whose final answer was not captured. A CANCEL gets none (MS-SMB2 3.3.5.16) and is
    /// not among them.
    pub no_response: u64,
    /// Responses whose request was not captured.
    pub no_request: u64,
    /// Answered requests without a response time: the capture's clock went back between the two.
    pub no_response_time: u64,
}

/// Commands that are being counted.
#[derive(Clone, Debug)]
pub(super) struct Commands {
    /// By code; those that are unknown are the last.
    each: Vec<Counts>,
    /// Response times of the NEGOTIATEs that were SMB2 ones.
    smb2_negotiates: Spread,
}

#[derive(Clone, Debug, Default)]
struct Counts {
    operations: u64,
    outcomes: [u64; 3],
    interim: u64,
    notifications: u64,
    missing: Missing,
    bytes: u64,
    spread: Spread,
}

impl Default for Commands {
    fn default() -> Self {
        let codes = 0..=Command::ALL.len();
        Self { each: codes.map(|_| Counts::default()).collect(), smb2_negotiates: Spread::default() }
    }
}

impl Commands {
    pub(super) fn count(&mut self, row: &Row<'_>) {
        let code = row.command.map_or(usize::MAX, |command| usize::from(command.0)).min(Command::ALL.len());
        if let Some(counts) = self.each.get_mut(code) {
            counts.count(row);
        }
        if let (Some(Command::NEGOTIATE), Some(_), Some(latency)) = (row.command, row.request_flags, row.latency_ns) {
            self.smb2_negotiates.count(latency);
        }
    }

    /// Those that occur, in the order of their codes.
    pub(super) fn totals(&self) -> Vec<CommandTotals> {
        let names = Command::ALL.iter().filter_map(|command| command.name()).chain(["unknown"]);
        let occurs = |counts: &&Counts| counts.operations > 0 || counts.notifications > 0;
        let each = names.zip(&self.each).filter(|(_, counts)| occurs(counts));
        each.map(|(name, counts)| counts.totals(name)).collect()
    }

    /// Their response times as tshark has them: an SMB1 multi-protocol negotiate is none of its calls.
    pub(super) fn service_response_times(&self) -> Vec<ServiceResponseTime> {
        let spread = |command, counts| if command == Command::NEGOTIATE { &self.smb2_negotiates } else { counts };
        let known = Command::ALL.iter().copied().zip(&self.each);
        let times = known.map(|(command, counts)| (command, spread(command, &counts.spread).times()));
        times.filter_map(|(command, times)| ServiceResponseTime::of(command, &times?)).collect()
    }
}

impl Counts {
    fn count(&mut self, row: &Row<'_>) {
        if row.kind == Kind::Notification {
            self.notifications = self.notifications.saturating_add(1);
            return;
        }
        self.operations = self.operations.saturating_add(1);
        if let Some(status) = row.status {
            let [successes, warnings, errors] = &mut self.outcomes;
            let counter = match Outcome::of(NtStatus(status)) {
                Outcome::Success => successes,
                Outcome::Warning => warnings,
                Outcome::Error => errors,
            };
            *counter = counter.saturating_add(1);
        }
        self.interim = self.interim.saturating_add(u64::from(row.interim_time.is_some()));
        self.bytes = self.bytes.saturating_add(row.transferred.unwrap_or(0));
        self.missing.count(row);
        if let Some(latency) = row.latency_ns {
            self.spread.count(latency);
        }
    }

    fn totals(&self, command: &'static str) -> CommandTotals {
        let [successes, warnings, errors] = self.outcomes;
        CommandTotals {
            command,
            operations: self.operations,
            successes,
            warnings,
            errors,
            interim: self.interim,
            notifications: self.notifications,
            missing: self.missing,
            bytes: self.bytes,
            response_time: self.spread.times(),
        }
    }
}

impl Missing {
    pub(super) fn count(&mut self, row: &Row<'_>) {
        let counter = match row.kind {
            Kind::Request if row.command != Some(Command::CANCEL) => &mut self.no_response,
            Kind::Response => &mut self.no_request,
            Kind::Exchange if row.latency_ns.is_none() => &mut self.no_response_time,
            _ => return,
        };
        *counter = counter.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "tests")]
    use super::super::fixture::exchange;
    use super::*;

    fn totals(rows: &[Row<'_>]) -> Vec<CommandTotals> {
        let mut commands = Commands::default();
        rows.iter().for_each(|row| commands.count(row));
        commands.totals()
    }

    fn ended(status: u32) -> Row<'static> {
        Row { status: Some(status), ..exchange(0, Command::SESSION_SETUP, 0, 10) }
    }

    #[test]
    fn a_step_of_a_logon_is_a_success_the_end_of_a_listing_a_warning_and_a_refusal_an_error() {
        let statuses = [0xc000_0016, 0, 0x8000_0006, 0x8000_0005, 0xc000_006d, 0x10c];
        let found = &totals(&statuses.map(ended))[0];
        assert_eq!((found.successes, found.warnings, found.errors, found.operations), (3, 2, 1, 6));
    }

    #[test]
    fn what_is_missing_is_counted_and_not_averaged_in() {
        let read = exchange(0, Command::READ, 1_000, 1_400);
        let found = totals(&[
            read,
            Row { kind: Kind::Request, status: None, response_time: None, latency_ns: None, ..read },
            Row { kind: Kind::Response, request_time: None, latency_ns: None, ..read },
            Row { latency_ns: None, ..read },
        ]);
        let missing = Missing { no_response: 1, no_request: 1, no_response_time: 1 };
        assert_eq!((found[0].operations, found[0].successes, found[0].missing), (4, 3, missing));
        let times = found[0].response_time.unwrap();
        assert_eq!((times.count, times.mean_ns), (1, 400));
    }

    #[test]
    fn a_cancel_lacks_no_answer_and_a_break_is_no_operation() {
        let cancel = Row { kind: Kind::Request, latency_ns: None, ..exchange(0, Command::CANCEL, 0, 0) };
        let broken = Row { kind: Kind::Notification, latency_ns: None, ..exchange(0, Command::OPLOCK_BREAK, 0, 0) };
        let found = totals(&[cancel, broken]);
        assert_eq!((found[0].command, found[0].operations, found[0].missing), ("CANCEL", 1, Missing::default()));
        assert_eq!((found[1].command, found[1].operations, found[1].notifications), ("OPLOCK_BREAK", 0, 1));
    }

    #[test]
    fn a_negotiate_in_smb1_is_no_call_of_tsharks() {
        let mut commands = Commands::default();
        commands.count(&Row { request_flags: None, ..exchange(0, Command::NEGOTIATE, 0, 7) });
        assert_eq!((commands.totals()[0].operations, commands.service_response_times()), (1, Vec::new()));
        commands.count(&exchange(1, Command::NEGOTIATE, 0, 9));
        let lines = commands.service_response_times();
        assert_eq!((lines[0].procedure, lines[0].calls, lines[0].sum_ns), ("Negotiate Protocol", 1, 9));
    }

    #[test]
    fn commands_that_nobody_knows_are_counted_together() {
        let found = totals(&[exchange(0, Command(19), 0, 1), exchange(1, Command(0xffff), 0, 3)]);
        assert_eq!((found.len(), found[0].command, found[0].operations), (1, "unknown", 2));
    }
}
