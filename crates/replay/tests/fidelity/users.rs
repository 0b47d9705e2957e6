//! Guests, nobody and mapped users, recorded on a private Samba and replayed on another.

use crate::scene::{Outcome, replay_with};
use lab::{Recorder, Samba, SambaOptions, Smbclient};
use smbreplay_replay::Options;

fn with_guests() -> SambaOptions {
    SambaOptions {
        global: vec!["map to guest = bad user".into()],
        shares: vec!["guest ok = yes".into()],
        ..SambaOptions::default()
    }
}

fn no_guests() -> SambaOptions {
    SambaOptions { global: vec!["map to guest = never".into()], ..SambaOptions::default() }
}

/// Records a list of shares by each of these users, and replays it.
fn list_shares(users: &[(&str, &str)], live: SambaOptions, adjust: impl FnOnce(&mut Options)) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("users.pcap");
    let port = {
        let samba = Samba::start(with_guests()).unwrap();
        let recorder = Recorder::start(samba.port(), &capture).unwrap();
        for (user, password) in users {
            let client = Smbclient::at(samba.port(), samba.share(), user, password);
            client.list_shares().unwrap().output().unwrap();
        }
        assert_eq!(recorder.finish().unwrap().dropped, 0);
        samba.port()
    };
    replay_with(&capture, port, live, 0, adjust)
}

fn assert_same(outcome: &Outcome) {
    assert_eq!((outcome.report.skipped, outcome.report.status_diverged), (0, 0), "{:#?}", outcome.report.roots);
    assert!(outcome.witnessed.holds(), "{}", outcome.witnessed);
    assert!(outcome.witnessed.status_differences.is_empty(), "{}", outcome.witnessed);
}

#[test]
fn guests_nobody_and_wrong_passwords_are_the_same_again() {
    let users = [("stranger", "any"), ("", ""), ("testuser", "testpass"), ("testuser", "wrong")];
    let outcome = list_shares(&users, with_guests(), |_| {});
    assert_same(&outcome);
    assert!(outcome.witnessed.captured >= 30, "{}", outcome.witnessed);
}

#[test]
fn a_mapped_user_logs_on_where_the_configured_one_could_not() {
    let outcome = list_shares(&[("testuser", "testpass")], with_guests(), |options| {
        options.target.password = "not this".into();
        options.mapping.users = ["TestUser=testuser%testpass".parse().unwrap()].into_iter().collect();
    });
    assert_same(&outcome);
}

#[test]
fn guests_are_the_configured_user_on_a_server_without_guests_and_the_report_says_so() {
    let outcome = list_shares(&[("stranger", "any")], no_guests(), |options| options.ping = true);
    assert_eq!((outcome.report.skipped, outcome.report.status_diverged), (0, 0), "{:#?}", outcome.report.roots);
    let told = outcome.report.warnings.iter().any(|warning| warning.contains("captured guests"));
    assert!(told, "{:?}", outcome.report.warnings);
}
