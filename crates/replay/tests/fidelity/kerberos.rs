//! Sessions of Kerberos tickets, recorded on a private Samba of a private realm and replayed on another of the same realm.

use crate::scene::{Outcome, replay_on, target, whole_trace};
use client::kerberos::{Settings, Source, Tickets};
use kerberos::CredentialCache;
use kerberos::configuration::KdcHost;
use lab::{KerberosService, Realm, RealmOptions, Recorder, Samba, SambaOptions, Smbclient, Smbtorture, Tree};
use smb2::NtStatus;
use smbreplay_replay::{Options, ReplayError, Report, Target};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use store::layout::Layout;
use store::{IngestRequest, ingest};
use tempfile::TempDir;

const HOST: &str = "files.lab.test";

/// A realm with two users and a file service.
struct Scene {
    realm: Realm,
    service: KerberosService,
    folder: TempDir,
}

impl Scene {
    fn new() -> Self {
        let realm = Realm::start(RealmOptions::default()).unwrap();
        realm.add_user("testuser", "testpass").unwrap();
        realm.add_user("anna", "annapass").unwrap();
        let service = realm.add_file_service(HOST).unwrap();
        Self { realm, service, folder: tempfile::tempdir().unwrap() }
    }

    fn samba(&self, encryption_required: bool) -> Samba {
        let kerberos = Some(self.service.clone());
        let other_names = vec!["anna".to_owned()];
        Samba::start(SambaOptions { kerberos, other_names, encryption_required, ..SambaOptions::default() }).unwrap()
    }

    /// Records what a user with a ticket does; returns the capture and the port of its server.
    fn record(&self, encrypted: bool, user: &str, password: &str) -> (PathBuf, u16) {
        let samba = self.samba(encrypted);
        let cache = self.realm.log_on(user, password).unwrap();
        fs::write(self.folder.path().join("letter.txt"), "Dear Sir or Madam").unwrap();
        let capture = self.folder.path().join("kerberos.pcap");
        let recorder = Recorder::start(samba.port(), &capture).unwrap();
        let client = Smbclient::new(&samba).with_ticket(&self.realm, &cache, HOST).in_folder(self.folder.path());
        let script = ["mkdir letters", "put letter.txt letters/1.txt", "get letters/1.txt back.txt", "ls letters/*"];
        assert_eq!(client.run(&script).unwrap().failures(), [""; 0], "{}", samba.log());
        assert_eq!(recorder.finish().unwrap().dropped, 0);
        (capture, samba.port())
    }

    fn tickets(&self, source: Source) -> Arc<Tickets> {
        Arc::new(Tickets::new(Settings {
            realm: self.realm.name().to_owned(),
            host: HOST.to_owned(),
            kdcs: vec![KdcHost { host: "127.0.0.1".to_owned(), port: self.realm.port() }],
            source,
            patience: Duration::from_secs(30),
        }))
    }

    fn with_password(&self, target: Target) -> Target {
        Target { kerberos: Some(self.tickets(Source::Password)), ..target }
    }

    /// Decrypts the capture with the keytab of its server, and replays it.
    fn replay(&self, capture: &Path, samba: &Samba, adjust: impl FnOnce(&mut Options)) -> Result<Report, ReplayError> {
        let layout = Layout::with_folders(self.folder.path().join("cases"), Some(self.folder.path().join("out")));
        let place = layout.place(capture).unwrap();
        let mut request = IngestRequest::new(place.clone());
        request.secrets.add_keytab(&fs::read(&self.service.keytab).unwrap()).unwrap();
        let never = AtomicBool::new(false);
        assert!(ingest(&request, &mut |_| {}, &never).unwrap().session_count > 0);
        let mut options = Options::to(self.with_password(target(samba)));
        adjust(&mut options);
        smbreplay_replay::run(whole_trace(&place.output), &place.output, &options, &never, &mut |_| {})
    }
}

fn assert_all_match(report: &Report) {
    assert_eq!(report.matched, report.total_operations, "{:#?} {:?}", report.roots, report.warnings);
    assert!(report.total_operations > 20, "{report:#?}");
}

#[test]
fn an_encrypted_session_is_decrypted_by_keytab_and_is_the_same_again() {
    let scene = Scene::new();
    let (capture, _) = scene.record(true, "testuser", "testpass");
    let samba = scene.samba(true);
    let report = scene.replay(&capture, &samba, |_| {}).unwrap();
    assert_all_match(&report);
    let tree = Tree::of(&samba.share_path()).unwrap();
    let paths: Vec<&str> = tree.entries().map(|entry| entry.path).collect();
    assert_eq!(paths, ["letters", "letters/1.txt"]);
}

#[test]
fn the_witness_finds_every_request_of_a_signed_session_sent() {
    let scene = Scene::new();
    let (capture, port) = scene.record(false, "testuser", "testpass");
    let outcome: Outcome = replay_on(scene.samba(false), &capture, port, 0, |options| {
        options.target = scene.with_password(options.target.clone());
    });
    assert_all_match(&outcome.report);
    assert!(outcome.witnessed.holds(), "{}", outcome.witnessed);
    assert!(outcome.witnessed.status_differences.is_empty(), "{}", outcome.witnessed);
}

#[test]
fn clones_share_a_ticket_and_no_authenticator() {
    let scene = Scene::new();
    let (capture, _) = scene.record(false, "testuser", "testpass");
    let samba = scene.samba(false);
    let report = scene.replay(&capture, &samba, |options| options.clones = 20.try_into().unwrap()).unwrap();
    assert_all_match(&report);
    let issued = scene.realm.log();
    let of_smbclient_and_replay = 3;
    assert!(issued.matches("for cifs/").count() <= of_smbclient_and_replay, "{issued}");
}

#[test]
fn the_user_of_an_opened_ticket_is_mapped_to_another() {
    let scene = Scene::new();
    let (capture, _) = scene.record(true, "anna", "annapass");
    for captured in [r"LAB.TEST\Anna", r"lab\anna"] {
        let samba = scene.samba(true);
        let report = scene.replay(&capture, &samba, |options| {
            options.target.password = "not this".into();
            options.mapping.users = [format!("{captured}=anna%annapass").parse().unwrap()].into_iter().collect();
        });
        assert_all_match(&report.unwrap());
    }
}

/// What remains of logons that were captured with NTLM, which takes two legs.
fn assert_only_legs_are_left_out(outcome: &Outcome) {
    let report = &outcome.report;
    let told = || format!("{:#?} {:#?} {:?}", report.reasons, report.roots, report.warnings);
    assert_eq!((report.status_diverged, report.no_response), (0, 0), "{}", told());
    let of_legs = |reason: &smbreplay_replay::report::Reason| reason.reason == "the live logon needed fewer legs";
    assert!(report.skipped > 0 && report.reasons.iter().all(of_legs), "{}", told());
}

#[test]
fn a_user_without_a_password_logs_on_with_tickets_again_and_on_bound_connections() {
    let scene = Scene::new();
    let cache = scene.realm.log_on("testuser", "testpass").unwrap();
    let tickets = scene.tickets(Source::Cache(CredentialCache::parse(&fs::read(cache).unwrap()).unwrap()));
    let capture = scene.folder.path().join("suite.pcap");
    let recorded = scene.samba(false);
    let recorder = Recorder::start(recorded.port(), &capture).unwrap();
    let tests = ["smb2.session.reauth1", "smb2.multichannel.generic.num_channels"];
    let suite = Smbtorture::new(&recorded).run(&tests).unwrap();
    assert!(suite.finished && suite.passed.len() == tests.len(), "{}", suite.output);
    assert_eq!(recorder.finish().unwrap().dropped, 0);

    let outcome = replay_on(scene.samba(false), &capture, recorded.port(), 0, |options| {
        options.target.password.clear();
        options.target.kerberos = Some(tickets);
    });
    assert_only_legs_are_left_out(&outcome);
    let sent = outcome.rows.iter().filter_map(|row| row.live_request.as_ref());
    assert!(sent.into_iter().all(|request| !request.windows(8).any(|window| window == b"NTLMSSP\0")));
}

#[test]
fn what_was_there_before_the_capture_has_stand_ins_with_tickets() {
    let scene = Scene::new();
    let (capture, port) = scene.record(false, "testuser", "testpass");
    let recording = fs::read(&capture).unwrap();
    let middle = scene.folder.path().join("middle.pcap");
    fs::write(&middle, behind_the_logon(&recording)).unwrap();
    let outcome = replay_on(scene.samba(false), &middle, port, 0, |options| {
        options.target = scene.with_password(options.target.clone());
        options.dialect = Some(0x0311);
    });
    let report = &outcome.report;
    assert_eq!((report.no_response, report.skipped), (0, 0), "{:#?} {:#?}", report.reasons, report.roots);
    assert!(Tree::of(&outcome.samba.share_path()).unwrap().entries().any(|entry| entry.path == "letters/1.txt"));
}

/// A recording (pcap of microseconds, little-endian) without what comes up to the answer to its last SESSION_SETUP.
fn behind_the_logon(recording: &[u8]) -> Vec<u8> {
    let (mut at, mut begin) = (24, 24);
    while let Some(length) = recording.get(at + 8..at + 12) {
        let end = at + 16 + u32::from_le_bytes(length.try_into().unwrap()) as usize;
        let packet = &recording[at..end];
        let header = packet.windows(4).position(|window| window == b"\xfeSMB");
        if header.is_some_and(|header| packet.get(header + 12) == Some(&1)) {
            begin = end;
        }
        at = end;
    }
    [&recording[..24], &recording[begin..]].concat()
}

#[test]
fn what_gives_no_ticket_is_refused_before_anything_is_sent() {
    let mut scene = Scene::new();
    let (capture, _) = scene.record(true, "testuser", "testpass");
    let samba = scene.samba(true);
    let refusal = |scene: &Scene, adjust: &dyn Fn(&mut Options)| match scene.replay(&capture, &samba, adjust) {
        Err(ReplayError::Ticket(error)) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let wrong = refusal(&scene, &|options| options.target.password = "wrong".into());
    assert_eq!(wrong, "the KDC refuses the password or key of testuser@LAB.TEST");
    let nobody = refusal(&scene, &|options| options.target.username = "nobody".into());
    assert_eq!(nobody, "the realm has no principal nobody@LAB.TEST");
    let cache =
        CredentialCache::parse(&fs::read(scene.realm.log_on("testuser", "testpass").unwrap()).unwrap()).unwrap();
    let tickets = scene.tickets(Source::Cache(cache));
    let mapped = refusal(&scene, &|options| {
        options.target.kerberos = Some(Arc::clone(&tickets));
        options.mapping.users = ["testuser=anna%".parse().unwrap()].into_iter().collect();
    });
    assert!(
        mapped.starts_with("the credential cache has tickets of testuser@LAB.TEST, not of anna@LAB.TEST"),
        "{mapped}"
    );
    scene.realm.stop_kdc();
    let down = refusal(&scene, &|_| {});
    assert!(down.starts_with("no KDC of the realm LAB.TEST answers: 127.0.0.1:"), "{down}");
    assert_eq!(Tree::of(&samba.share_path()).unwrap(), Tree::default());
}

#[test]
fn a_refused_ticket_is_refused_again() {
    let scene = Scene::new();
    let stranger = Scene::new();
    // A ticket of a realm of the same name, whose service has another key.
    let cache = stranger.realm.log_on("testuser", "testpass").unwrap();
    let recorded = scene.samba(false);
    let capture = scene.folder.path().join("refused.pcap");
    let recorder = Recorder::start(recorded.port(), &capture).unwrap();
    Smbclient::new(&recorded).with_ticket(&stranger.realm, &cache, HOST).run(&["ls"]).unwrap_err();
    assert_eq!(recorder.finish().unwrap().dropped, 0);

    let outcome = replay_on(scene.samba(false), &capture, recorded.port(), 0, |options| {
        options.target = scene.with_password(options.target.clone());
    });
    let report = &outcome.report;
    assert_eq!((report.matched, report.skipped), (report.total_operations, 0), "{:#?}", report.roots);
    assert!(outcome.witnessed.status_differences.is_empty(), "{}", outcome.witnessed);
    let refused = outcome.rows.iter().filter(|row| row.live_status == Some(NtStatus::LOGON_FAILURE.0));
    assert_eq!(refused.count(), 1);
}
