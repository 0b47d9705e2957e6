//! Whole suites of smbtorture, recorded on a fresh Samba and replayed on another of the same configuration.
//!
//! Every captured request has to reach the server and to equal the captured one outside its patches. Of the statuses at
//! least 99% have to be equal, and each that is not is one of the [`expected`] differences, with its cause.

#[path = "suites/expected.rs"]
mod expected;
#[path = "suites/recorded.rs"]
mod recorded;

use crate::left_out;
use crate::scene::{Outcome, replay_on};
use expected::Expected;
use lab::{Samba, SambaOptions};
use smbreplay_replay::{Encrypt, Pace};
use std::time::Duration;

/// A suite, or the part of it that can be recorded.
struct Suite {
    /// Under which its recording is kept.
    name: &'static str,
    /// Suites or single tests, as smbtorture names them.
    tests: &'static [&'static str],
    /// How long smbtorture may take.
    limit: Duration,
    pace: Pace,
    encrypt: Encrypt,
    /// PDUs of the client that are no SMB messages, which nothing replays.
    foreign: usize,
    /// Requests that its recording has at least.
    requests: usize,
    expected: &'static [Expected],
}

impl Suite {
    fn of(name: &'static str, tests: &'static [&'static str], requests: usize) -> Self {
        Self {
            name,
            tests,
            limit: Duration::from_secs(300),
            pace: Pace::Asap,
            encrypt: Encrypt::Demanded,
            foreign: 0,
            requests,
            expected: &[],
        }
    }

    /// Most of its time the client sleeps on purpose.
    fn in_its_own_time(self) -> Self {
        Self { pace: Pace::Original, ..self }
    }

    /// What was encrypted is encrypted again.
    fn encrypted_as_captured(self) -> Self {
        Self { encrypt: Encrypt::Captured, ..self }
    }

    fn with_foreign_pdus(self, foreign: usize) -> Self {
        Self { foreign, ..self }
    }

    fn differing(self, expected: &'static [Expected]) -> Self {
        Self { expected, ..self }
    }

    fn replay(&self) -> Outcome {
        let recording = recorded::recorded(self.name, self.tests, self.limit);
        let samba = Samba::start(SambaOptions::default()).unwrap();
        let sids = format!("{}={}", recording.sid, samba.domain_sid().unwrap()).parse().unwrap();
        let outcome = replay_on(samba, &recording.path, recording.port, 0, |options| {
            options.pace = self.pace;
            options.encrypt = self.encrypt;
            options.mapping.sids = vec![sids];
        });
        let report = &outcome.report;
        println!("{}: {:.1} s for {:.1} s captured", self.name, report.elapsed, report.captured_span);
        outcome
    }

    #[track_caller]
    fn assert_faithful(&self) {
        let outcome = self.replay();
        let mut witnessed = outcome.witnessed.clone();
        let before = witnessed.faults.len();
        witnessed.faults.retain(|fault| !(fault.starts_with("capture: ") && fault.ends_with("no SMB protocol id")));
        assert_eq!(before - witnessed.faults.len(), self.foreign, "{witnessed}");
        let unexpected = expected::unexpected(&outcome, self.expected);
        assert!(
            unexpected.is_empty(),
            "{}: {} differences, the first:\n{}",
            self.name,
            unexpected.len(),
            unexpected[..unexpected.len().min(30)].join("\n")
        );
        assert!(witnessed.holds(), "{witnessed}");
        assert!(witnessed.captured >= self.requests, "{witnessed}");
        assert!(witnessed.equal_statuses() >= 0.99, "{witnessed}");
    }
}

macro_rules! suites {
    ($($name:ident: $suite:expr;)*) => {
        $(#[test]
        fn $name() {
            $suite.assert_faithful();
        })*
    };
}

macro_rules! long_suites {
    ($($name:ident: $suite:expr;)*) => {
        $(#[test]
        fn $name() {
            if !left_out() {
                $suite.assert_faithful();
            }
        })*
    };
}

suites! {
    chains: Suite::of("compound", &["smb2.compound"], 230);
    chains_that_wait: Suite::of("compound_async", &["smb2.compound_async"], 20);
    locks: Suite::of("lock", &["smb2.lock"], 900);
    durable_opens: Suite::of("durable-open", &["smb2.durable-open"], 740);
}

long_suites! {
    durable_opens_v2: Suite::of("durable-v2-open", &["smb2.durable-v2-open"], 300);
    // levelii502 ends the process that serves it with bytes that are no message.
    oplocks: Suite::of("oplock", &["smb2.oplock"], 1000).in_its_own_time().with_foreign_pdus(1);
    leases: Suite::of("lease", &["smb2.lease"], 1000).in_its_own_time();
    channels: Suite::of("multichannel", &MULTICHANNEL, 500).in_its_own_time();
    sessions: Suite::of("session", &["smb2.session"], 1000).encrypted_as_captured().differing(expected::BROKEN_TOKENS);
    notifications: Suite::of("notify", &["smb2.notify"], 1000).differing(expected::RACES_OF_CANCELS);
    controls: Suite::of("ioctl", &["smb2.ioctl"], 500);
    streams: Suite::of("streams", &["smb2.streams"], 500);
    credits: Suite::of("credits", &["smb2.credits"], 100);
    replays: Suite::of("replay", &["smb2.replay"], 500).in_its_own_time();
    unknown_commands: Suite::of("scan", &["smb2.scan"], 500);
    access_control: Suite::of("acls", &["smb2.acls"], 500);
    renames: Suite::of("rename", &["smb2.rename"], 100);
    directories: Suite::of("dir", &["smb2.dir"], 500);
}

/// All but `bugs.bug_15346`, which costs the server its life.
const MULTICHANNEL: [&str; 3] = ["smb2.multichannel.generic", "smb2.multichannel.oplocks", "smb2.multichannel.leases"];
