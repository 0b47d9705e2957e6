//! Recordings of smbtorture suites, made here, replayed on a fresh Samba.

use crate::scene::{Outcome, replay_with};
use lab::{Recorder, Samba, SambaOptions, Smbtorture};
use smbreplay_replay::{Options, Pace};
use std::time::Duration;

/// Records `tests` on a fresh Samba and replays the recording on another.
fn record_and_replay(tests: &[&str], pace: Pace) -> Outcome {
    record_and_replay_with(tests, 0, |options| options.pace = pace)
}

/// The same with options of one's own, which make the replay open so many connections `before` it begins.
pub(crate) fn record_and_replay_with(tests: &[&str], before: usize, adjust: impl FnOnce(&mut Options)) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("suite.pcap");
    let port = {
        let samba = Samba::start(SambaOptions::default()).unwrap();
        let recorder = Recorder::start(samba.port(), &capture).unwrap();
        let suite = Smbtorture::new(&samba).limit(Duration::from_secs(180)).run(tests).unwrap();
        assert!(suite.finished, "{}", suite.output);
        let recorded = recorder.finish().unwrap();
        assert_eq!(recorded.dropped, 0);
        samba.port()
    };
    replay_with(&capture, port, SambaOptions::default(), before, adjust)
}

fn assert_faithful(outcome: &Outcome) {
    let witnessed = &outcome.witnessed;
    assert!(witnessed.holds(), "{witnessed}");
    assert!(witnessed.equal_statuses() >= 0.99, "{witnessed}");
}

#[test]
fn the_lock_suite_is_replayed_faithfully() {
    assert_faithful(&record_and_replay(&["smb2.lock"], Pace::Asap));
}

#[test]
fn the_compound_suite_is_replayed_faithfully() {
    assert_faithful(&record_and_replay(&["smb2.compound"], Pace::Asap));
}

#[test]
fn the_durable_open_suite_is_replayed_faithfully() {
    assert_faithful(&record_and_replay(&["smb2.durable-open"], Pace::Asap));
}

#[test]
fn clients_that_break_each_others_batch_oplocks_are_replayed_faithfully() {
    const NAMES: [&str; 26] = [
        "1", "2", "3", "4", "5", "6", "7", "8", "9a", "9", "10", "11", "12", "13", "14", "15", "16", "19", "20", "21",
        "22a", "22b", "23", "24", "25", "26",
    ];
    let tests = NAMES.map(|name| format!("smb2.oplock.batch{name}"));
    let tests: Vec<&str> = tests.iter().map(String::as_str).collect();
    assert_faithful(&record_and_replay(&tests, Pace::Original));
}
