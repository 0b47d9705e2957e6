//! Recordings of smbtorture suites, made here, replayed on a fresh Samba.

use crate::scene::{Outcome, replay_all};
use lab::{Recorder, Samba, SambaOptions, Smbtorture};
use smbreplay_replay::Pace;
use std::time::Duration;

/// Records `tests` on a fresh Samba and replays the recording on another.
fn record_and_replay(tests: &[&str], pace: Pace) -> Outcome {
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
    replay_all(&capture, port, pace)
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
    let tests: Vec<String> = (1..=26)
        .flat_map(|n| match n {
            22 => vec!["22a".to_owned(), "22b".to_owned()],
            n => vec![n.to_string()],
        })
        .map(|n| format!("smb2.oplock.batch{n}"))
        .collect();
    let tests: Vec<&str> = tests.iter().map(String::as_str).collect();
    assert_faithful(&record_and_replay(&tests, Pace::Original));
}
