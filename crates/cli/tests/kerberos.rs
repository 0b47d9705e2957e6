//! Kerberos on the command line, from a capture of an encrypted session to its replay on another server of the realm.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use lab::{KerberosService, Realm, RealmOptions, Recorder, Samba, SambaOptions, Smbclient};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use support::{Ended, Home, ended};

const HOST: &str = "files.lab.test";

/// A home where a capture of the realm lies, and a server of the realm to replay at.
struct Bench {
    home: Home,
    realm: Realm,
    service: KerberosService,
    live: Samba,
    cache: PathBuf,
}

impl Bench {
    fn new() -> Self {
        let realm = Realm::start(RealmOptions::default()).unwrap();
        realm.add_user("testuser", "testpass").unwrap();
        let service = realm.add_file_service(HOST).unwrap();
        let cache = realm.log_on("testuser", "testpass").unwrap();
        let home = Home::new();
        let start = || {
            let kerberos = Some(service.clone());
            let other_names = vec!["robot".to_owned()];
            let options = SambaOptions { kerberos, other_names, encryption_required: true, ..SambaOptions::default() };
            Samba::start(options).unwrap()
        };
        let captured = start();
        let recorder = Recorder::start(captured.port(), &home.path().join("kerberos.pcap")).unwrap();
        let client = Smbclient::new(&captured).with_ticket(&realm, &cache, HOST);
        assert_eq!(client.run(&["mkdir letters", "ls"]).unwrap().failures(), [""; 0], "{}", captured.log());
        assert_eq!(recorder.finish().unwrap().dropped, 0);
        let keytab = service.keytab.display().to_string();
        home.run(&["ingest", "kerberos.pcap", "--keytab", &keytab]).succeeded();
        let live = start();
        home.run(&["config", "set", "port", &live.port().to_string()]).succeeded();
        Self { home, realm, service, live, cache }
    }

    /// A command with Kerberos, to this server by its name in the realm.
    fn kerberos(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Ended {
        let options = ["--kerberos", "--server-name", HOST];
        let mut command = self.home.command(&[arguments, &options].concat());
        command.env("KRB5_CONFIG", self.realm.configuration());
        command.envs(environment.iter().copied());
        ended(&mut command)
    }

    fn cache(&self) -> &str {
        self.cache.to_str().unwrap()
    }
}

#[track_caller]
fn assert_all_match(ended: &Ended) {
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["matched"], report["total_operations"], "{report}");
    assert!(!ended.stdout.contains("testpass"));
}

#[test]
fn an_encrypted_session_is_read_by_keytab_and_replayed_with_cache_password_and_keytab() {
    let bench = Bench::new();
    let again = || fs::remove_dir(bench.live.share_path().join("letters")).unwrap();
    let replay = ["replay", "--all", "--format", "json"];

    let by_cache = bench.kerberos(&[&replay[..], &["--ccache", bench.cache()]].concat(), &[]);
    assert_all_match(&by_cache);
    again();
    let named = format!("FILE:{}", bench.cache());
    assert_all_match(&bench.kerberos(&replay, &[("KRB5CCNAME", &named)]));
    again();
    assert_all_match(&bench.kerberos(&replay, &[("SMBREPLAY_PASSWORD", "testpass")]));
    again();
    let keytab = bench.realm.add_user_with_keytab("robot").unwrap();
    let with_keytab = [&replay[..], &["--kerberos-keytab", keytab.to_str().unwrap()]].concat();
    assert_all_match(&bench.kerberos(&[&with_keytab[..], &["--username", "robot"]].concat(), &[]));
    bench.kerberos(&with_keytab, &[]).refused(&["the keytab has no key of testuser@LAB.TEST", "--kerberos-keytab"]);
}

#[test]
fn realm_and_kdc_need_no_krb5_conf() {
    let bench = Bench::new();
    let kdc = format!("127.0.0.1:{}", bench.realm.port());
    let options = ["doctor", "--kerberos", "--server-name", HOST, "--realm", "LAB.TEST", "--kdc", &kdc];
    let mut command = bench.home.command(&[&options[..], &["--password", "testpass", "--format", "json"]].concat());
    let found: Value = serde_json::from_str(&ended(&mut command).stdout).unwrap();
    let logon = found["checks"].as_array().unwrap().iter().find(|check| check["check"] == "logon").unwrap();
    assert_eq!(
        (&logon["outcome"], &logon["found"]),
        (&Value::from("ok"), &Value::from("testuser@LAB.TEST, with Kerberos; the server demands encryption"))
    );
}

#[test]
fn the_cache_of_kinit_counts_before_a_stored_password_and_after_one_given_for_the_run() {
    let bench = Bench::new();
    bench.realm.add_user("robot", "robotpass").unwrap();
    let cache = bench.realm.log_on("robot", "robotpass").unwrap();
    let folder = bench.home.path();
    fs::copy(cache, folder.join(format!("krb5cc_{}", fs::metadata(folder).unwrap().uid()))).unwrap();
    let usual = format!("[libdefaults]\ndefault_ccache_name = FILE:{}/krb5cc_%{{uid}}\n", folder.display());
    let text = format!("include {}\n{usual}", bench.realm.configuration().display());
    let configuration = bench.home.file("krb5.conf", text.as_bytes());
    let configuration = ("KRB5_CONFIG", configuration.to_str().unwrap());
    let user = |arguments: &[&str], environment: &[(&str, &str)]| {
        let doctor = ["doctor", "--format", "json"];
        let ended = bench.kerberos(&[&doctor[..], arguments].concat(), &[environment, &[configuration]].concat());
        let found: Value = serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.stderr));
        let logon = found["checks"].as_array().unwrap().iter().find(|check| check["check"] == "logon").unwrap();
        logon["found"].as_str().unwrap().split(',').next().unwrap().to_owned()
    };
    assert_eq!(user(&[], &[]), "robot@LAB.TEST");
    assert_eq!(user(&[], &[("KRB5CCNAME", "")]), "robot@LAB.TEST");
    assert_eq!(user(&[], &[("KRB5CCNAME", bench.cache())]), "testuser@LAB.TEST");
    assert_eq!(user(&["--password", "testpass"], &[]), "testuser@LAB.TEST");
    assert_eq!(user(&[], &[("SMBREPLAY_PASSWORD", "testpass")]), "testuser@LAB.TEST");
    let keyring = ("KRB5CCNAME", "KEYRING:persistent:0");
    assert_eq!(user(&[], &[("SMBREPLAY_PASSWORD", "testpass"), keyring]), "testuser@LAB.TEST");
}

#[test]
fn setup_and_validate_log_on_with_kerberos_too() {
    let bench = Bench::new();
    let refusal = "refuses to log on user testuser";
    for arguments in [["setup", "1"], ["validate", "1"]] {
        let with_ticket = bench.kerberos(&[&arguments[..], &["--ccache", bench.cache()]].concat(), &[]);
        assert_eq!(with_ticket.code, 0, "{arguments:?}: {}{}", with_ticket.stdout, with_ticket.stderr);
        // The password of the settings is not the user's.
        let without = bench.home.run(&arguments);
        let told = without.stdout + &without.stderr;
        assert!(without.code != 0 && told.contains(refusal), "{arguments:?}: {told}");
    }
}

#[test]
fn what_is_missing_is_told_with_what_to_do_and_no_run_is_recorded() {
    let mut bench = Bench::new();
    let replay = ["replay", "1"];
    let refused = |bench: &Bench, more: &[&str], words: &[&str]| {
        bench.kerberos(&[&replay[..], more].concat(), &[]).refused(words);
    };
    refused(
        &bench,
        &["--password", "wrong"],
        &["refuses the password or key of testuser@LAB.TEST", "SMBREPLAY_PASSWORD"],
    );
    refused(&bench, &["--password", "any", "--username", "nobody"], &["no principal nobody@LAB.TEST", "--username"]);
    refused(&bench, &["--password", "any", "--realm", "OTHER.TEST"], &["no KDC of the realm OTHER.TEST", "--kdc"]);
    refused(&bench, &["--ccache", "none.ccache"], &["none.ccache", "kinit"]);
    let keytab = bench.service.keytab.to_str().unwrap();
    refused(&bench, &["--ccache", keytab], &["0x0504", "kinit"]);
    refused(&bench, &["--kerberos-keytab", bench.cache()], &["0x0502", "ktutil"]);
    refused(&bench, &["--ccache", bench.cache(), "--username", "anna"], &["testuser@LAB.TEST", "anna", "--username"]);
    let keyring = bench.kerberos(&replay, &[("KRB5CCNAME", "KEYRING:persistent:0")]);
    keyring.refused(&["KEYRING", "--ccache FILE"]);
    let unnamed = ["replay", "1", "--kerberos", "--password", "testpass"];
    bench.home.run(&unnamed).refused(&["127.0.0.1 is an address", "--server-name"]);
    let elsewhere = ["--password", "testpass", "--kerberos", "--server-name", "printer.lab.test"];
    let mut command = bench.home.command(&[&replay[..], &elsewhere].concat());
    ended(command.env("KRB5_CONFIG", bench.realm.configuration()))
        .refused(&["no service cifs/printer.lab.test@LAB.TEST", "--server-name"]);
    // The realm gives a ticket for another key than the server has.
    let stranger = Realm::start(RealmOptions::default()).unwrap();
    stranger.add_user("testuser", "testpass").unwrap();
    stranger.add_file_service(HOST).unwrap();
    let kdc = format!("127.0.0.1:{}", stranger.port());
    let words = ["refuses to log on user testuser@LAB.TEST", "the server's own keytab"];
    refused(&bench, &["--password", "testpass", "--kdc", &kdc], &words);
    bench.realm.stop_kdc();
    refused(&bench, &["--password", "testpass"], &["no KDC of the realm LAB.TEST answers", "--kdc"]);
    assert_eq!(bench.home.json(&["report", "--list"])["total"], 0);
    assert!(fs::read_dir(bench.live.share_path()).unwrap().next().is_none());
}
