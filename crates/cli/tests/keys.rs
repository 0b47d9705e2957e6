//! Keys and passwords of encrypted captures: every way they come in, what is said of wrong ones, and that they stay nowhere.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::Value;
use std::path::Path;
use support::{Ended, Home, corpus, ended};

/// The session of smb3.pcap and smb3-midstream.pcap, its session key, and the keys of both directions.
const SESSION: &str = "0x000048009400003d";
const SESSION_KEY: &str = "28f2847263c83dc00621f742dd3f2e7b";
const TO_CLIENT: &str = "6c9062802e06b81b06eff6989d166228";
const TO_SERVER: &str = "81f0762857c4b01cc3e12eff0d184362";
const WRONG: &str = "00112233445566778899aabbccddeeff";

/// A way to give a key: the capture, options of `ingest`, an environment variable with its value.
type Way<'a> = (&'a str, &'a [&'a str], Option<(&'a str, &'a str)>);

/// Messages of the JSON document that were decrypted and that stayed encrypted.
fn opened(ended: &Ended) -> (u64, u64) {
    let document: Value = serde_json::from_str(ended.succeeded()).unwrap();
    (document["decrypted_messages"].as_u64().unwrap(), document["encrypted_messages"].as_u64().unwrap())
}

/// The bytes that `hex` stands for.
fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.chars().map(|digit| u8::try_from(digit.to_digit(16).unwrap()).unwrap()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// The files below `folder` in which `needle` is found.
fn holding(folder: &Path, needle: &[u8]) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.append(&mut holding(&path, needle));
        } else if std::fs::read(&path).unwrap().windows(needle.len()).any(|window| window == needle) {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_way_to_give_a_key_opens_the_session_and_leaves_no_trace_of_it() {
    let (Some(whole), Some(middle)) = (corpus("smb3.pcap"), corpus("smb3-midstream.pcap")) else { return };
    let home = Home::new();
    home.file("whole.pcap", &whole);
    home.file("middle.pcap", &middle);
    let key = format!("{SESSION}={SESSION_KEY}");
    let directions = format!("{SESSION}={TO_CLIENT},{TO_SERVER}");
    home.file("keys/key", format!("# from the server\n{key}\n").as_bytes());
    home.file("keys/directions", format!("{directions}\n").as_bytes());
    home.file("keys/wireshark", format!("3d00009400480000,{SESSION_KEY},\"\",\"\"\n").as_bytes());
    home.file("keys/wireshark2", format!("3d00009400480000,\"\",{TO_CLIENT},{TO_SERVER}\n").as_bytes());
    let ways: [Way<'_>; 9] = [
        ("whole.pcap", &["--session-key", &key], None),
        ("whole.pcap", &["--session-key", "@keys/key"], None),
        ("whole.pcap", &[], Some(("SMBREPLAY_SESSION_KEYS", &key))),
        ("whole.pcap", &["--keys", "keys/wireshark"], None),
        ("whole.pcap", &[], Some(("SMBREPLAY_KEYS", "keys/wireshark"))),
        ("middle.pcap", &["--decryption-keys", &directions], None),
        ("middle.pcap", &["--decryption-keys", "@keys/directions"], None),
        ("middle.pcap", &[], Some(("SMBREPLAY_DECRYPTION_KEYS", &directions))),
        ("middle.pcap", &["--keys", "keys/wireshark2"], None),
    ];
    for (capture, options, variable) in ways {
        let arguments = [&["ingest", capture, "--force", "-vvv", "--format", "json"], options].concat();
        let mut command = home.command(&arguments);
        let told = ended(command.envs(variable));
        assert_eq!(opened(&told), (44, 0), "{capture} {options:?} {variable:?}");
        for secret in [SESSION_KEY, TO_CLIENT, TO_SERVER] {
            assert!(!told.stderr.contains(secret) && !told.stdout.contains(secret), "{options:?}");
        }
    }
    std::fs::remove_dir_all(home.path().join("keys")).unwrap();
    // The columns are compressed: what is in them is looked at through the rows.
    for (capture, session) in [("whole.pcap", "1"), ("whole.pcap", "2"), ("middle.pcap", "1")] {
        let rows = home.run(&["session", session, "--trace", capture, "--format", "json"]);
        for secret in [SESSION_KEY, TO_CLIENT, TO_SERVER] {
            assert!(!rows.succeeded().contains(secret), "{capture}: {secret}");
        }
    }
    for secret in [SESSION_KEY, TO_CLIENT, TO_SERVER] {
        assert_eq!(holding(home.path(), secret.as_bytes()), [] as [std::path::PathBuf; 0]);
        assert_eq!(holding(home.path(), &bytes(secret)), [] as [std::path::PathBuf; 0]);
    }
}

#[test]
fn a_wrong_key_is_told_to_be_wrong_and_the_right_one_is_used_at_once() {
    let Some(whole) = corpus("smb3.pcap") else { return };
    let home = Home::new();
    home.file("whole.pcap", &whole);
    let none = home.run(&["ingest", "whole.pcap"]);
    none.succeeded();
    for words in [SESSION, "44 messages stay encrypted", r"--nt-password 'SUSE\administrator=…'", "--session-key"] {
        assert!(none.stderr.contains(words), "{words}: {}", none.stderr);
    }
    let with = |key: &str| home.run(&["ingest", "whole.pcap", "--session-key", &format!("{SESSION}={key}")]);
    let wrong = with(WRONG);
    assert!(wrong.stderr.contains("the one given does not fit the logon"), "{}", wrong.stderr);
    assert!(wrong.succeeded().contains("logons that the given session key does not fit"), "{}", wrong.stdout);
    let right = with(SESSION_KEY);
    assert!(right.succeeded().contains("PDUs decrypted") && right.stderr.is_empty(), "{}", right.stderr);
    assert!(with(WRONG).succeeded().contains("unchanged"));
    let again = home.run(&["ingest", "whole.pcap", "--force"]);
    assert!(again.stderr.contains("the earlier result was made with keys"), "{}", again.stderr);
}

#[test]
fn a_wrong_password_is_told_to_be_wrong_and_so_is_one_of_another_domain() {
    let Some(whole) = corpus("smb3.pcap") else { return };
    let home = Home::new();
    home.file("whole.pcap", &whole);
    let hash = format!("administrator={WRONG}");
    for option in [["--nt-password", r"SUSE\administrator=guessed"], ["--nt-hash", &hash]] {
        let wrong = home.run(&["ingest", "whole.pcap", option[0], option[1]]);
        wrong.succeeded();
        assert!(wrong.stderr.contains("the one given is not that of the logon"), "{option:?}: {}", wrong.stderr);
        assert!(!wrong.stderr.contains("guessed") && !wrong.stderr.contains(WRONG), "{}", wrong.stderr);
    }
    let other = home.run(&["ingest", "whole.pcap", "--nt-password", r"LAB\administrator=guessed"]);
    assert!(other.stderr.contains(r"lab\administrator") && other.stderr.contains("'SUSE'"), "{}", other.stderr);
    let nobody = home.run(&["ingest", "whole.pcap", "--nt-password", "nobody=guessed"]);
    assert!(nobody.stderr.contains("nobody, who does not log on"), "{}", nobody.stderr);
}

#[test]
fn a_keytab_opens_a_kerberos_logon_and_a_wrong_one_is_told_to_be_wrong() {
    let (Some(capture), Some(keytab)) = (corpus("smb2_krb.pcap"), corpus("smb2_krb.keytab")) else { return };
    let home = Home::new();
    home.file("office.pcap", &capture);
    home.file("server.keytab", &keytab);
    let mut other = keytab.clone();
    // The last byte of the key, before the long key version.
    let place = other.len() - 5;
    other[place] ^= 1;
    home.file("other.keytab", &other);
    let session = || {
        let metadata = home.path().join(".tracer/office.pcap/sessions/session_metadata.json");
        let metadata: Value = serde_json::from_slice(&std::fs::read(metadata).unwrap()).unwrap();
        let session = metadata["sessions"].as_array().unwrap().iter().find(|session| session["service"].is_string());
        let session = session.expect("a session with a service").clone();
        assert!(session["service"].as_str().unwrap().starts_with("cifs/"), "{session}");
        session["user"].is_string() && session["domain"].is_string()
    };
    let states = || {
        let rows = home.run(&["session", "1", "--trace", "office.pcap", "--format", "json"]);
        ["ok", "unverified", "bad"].map(|state| rows.succeeded().contains(&format!("\"signature_state\":\"{state}\"")))
    };
    let wrong = home.run(&["ingest", "office.pcap", "--keytab", "other.keytab"]);
    assert!(wrong.succeeded().contains("Kerberos tickets that no given keytab or password opened"), "{}", wrong.stdout);
    assert!(!session());
    let right = home.run(&["ingest", "office.pcap", "--force", "--keytab", "server.keytab"]);
    assert!(!right.succeeded().contains("Kerberos tickets"), "{}", right.stdout);
    assert!(session());
    assert_eq!(states(), [true, false, false]);
    let mut command = home.command(&["ingest", "office.pcap", "--force"]);
    ended(command.env("SMBREPLAY_KEYTAB", "other.keytab")).succeeded();
    assert_eq!(states(), [false, true, false]);
    let Some(of_ntlm) = corpus("smb3.pcap") else { return };
    home.file("ntlm.pcap", &of_ntlm);
    let ntlm = home.run(&["ingest", "ntlm.pcap", "--keytab", "server.keytab"]);
    assert!(ntlm.stderr.contains("no logon in this trace has a Kerberos ticket"), "{}", ntlm.stderr);
    let text = home.run(&["ingest", "office.pcap", "--force", "--keytab", "office.pcap"]);
    text.refused(&["--keytab: office.pcap", "no keytab"]);
}

#[test]
fn keys_of_the_wrong_way_round_are_told_not_to_fit() {
    let Some(middle) = corpus("smb3-midstream.pcap") else { return };
    let home = Home::new();
    home.file("middle.pcap", &middle);
    let none = home.run(&["ingest", "middle.pcap"]);
    assert!(none.stderr.contains("the logon was not captured") && none.stderr.contains("--decryption-keys"));
    let swapped = format!("{SESSION}={TO_SERVER},{TO_CLIENT}");
    let told = home.run(&["ingest", "middle.pcap", "--decryption-keys", &swapped]);
    assert!(told.stderr.contains("those known do not fit"), "{}", told.stderr);
}
