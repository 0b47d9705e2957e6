//! Keys are in an export when they are asked for, and whoever has it needs no others.

use super::captures::{self, Captured};
use super::rows;
use dissect::SignatureState;
use std::os::unix::fs::PermissionsExt as _;

/// What begins the secrets.
const TITLE: &[u8] = b"# smbreplay: smb2_seskey_list\n";

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// Keys of `captured` as it stands in the options: hex behind `=` and `,`.
fn keys(captured: &Captured) -> Vec<String> {
    let (_, keys) = captured.keys[1].split_once('=').unwrap();
    keys.split(',').map(str::to_owned).collect()
}

fn decrypted(captured: &Captured, capture: &str) -> (u64, u64) {
    let told = captured.home.json(&["ingest", capture]);
    (told["decrypted_messages"].as_u64().unwrap(), told["encrypted_messages"].as_u64().unwrap())
}

#[test]
fn a_capture_with_its_keys_needs_no_others() {
    for name in ["smb3.pcap", "smb311.pcap", "smb3-midstream.pcap"] {
        let Some(captured) = captures::elsewhere(name) else { return };
        let options = ["decrypt", name, "keys.pcapng", "--embed-keys", "--as-captured"];
        captured.home.run(&captured.with_keys(&options)).succeeded();
        let file = std::fs::read(captured.home.path().join("keys.pcapng")).unwrap();
        assert!(contains(&file, TITLE) && keys(&captured).iter().all(|key| contains(&file, key.as_bytes())), "{name}");
        assert_eq!(decrypted(&captured, "keys.pcapng"), (captured.encrypted, 0), "{name}");
        let (given, embedded) = (rows::with_keys(&captured), rows::of(&captured, "keys.pcapng", &[]));
        assert_eq!(format!("{given:?}"), format!("{embedded:?}"), "{name}: the packets are the same");
        // And from there in clear, with what the file itself holds.
        let again = captured.home.json(&["decrypt", "keys.pcapng", "clear.pcapng"]);
        assert_eq!(
            (&again["decrypted"], &again["sessions_with_keys"]),
            (&captured.encrypted.into(), &0.into()),
            "{name}"
        );
    }
}

#[test]
fn a_recording_with_the_key_that_a_password_led_to_needs_no_password() {
    let recorded = captures::recorded();
    let options = ["decrypt", &recorded.name, "keys.pcapng", "--embed-keys", "--as-captured"];
    recorded.home.run(&recorded.with_keys(&options)).succeeded();
    let file = std::fs::read(recorded.home.path().join("keys.pcapng")).unwrap();
    assert!(contains(&file, TITLE) && !contains(&file, b"testpass"));
    let (opened, locked) = decrypted(&recorded, "keys.pcapng");
    assert!(opened >= recorded.encrypted && locked == 0, "{opened} {locked}");
}

#[test]
fn an_export_holds_no_key_unless_it_is_asked_for() {
    for name in ["smb3.pcap", "smb311.pcap", "smb3-midstream.pcap"] {
        let Some(captured) = captures::elsewhere(name) else { return };
        let file = std::fs::read(captured.export()).unwrap();
        assert!(!contains(&file, b"seskey") && keys(&captured).iter().all(|key| !contains(&file, key.as_bytes())));
        let session = captured.keys[1].split('=').next().unwrap();
        assert!(!contains(&file, session.as_bytes()), "{session}");
    }
}

#[test]
fn keys_in_an_export_in_clear_verify_its_signatures() {
    let Some(captured) = captures::elsewhere("smb311.pcap") else { return };
    captured.home.run(&captured.with_keys(&["decrypt", "smb311.pcap", "plain.pcapng"])).succeeded();
    captured.home.run(&captured.with_keys(&["decrypt", "smb311.pcap", "keys.pcapng", "--embed-keys"])).succeeded();
    let verified = |capture: &str| {
        let rows = rows::of(&captured, capture, &[]);
        rows.iter().filter(|row| row.signature_state == Some(SignatureState::Ok)).count()
    };
    assert_eq!(verified("plain.pcapng"), 0);
    assert!(verified("keys.pcapng") > 0);
    let mode = |file: &str| captured.home.path().join(file).metadata().unwrap().permissions().mode() & 0o077;
    assert_eq!(mode("keys.pcapng"), 0, "nobody else reads it");
    assert_ne!(mode("plain.pcapng"), 0);
}

#[test]
fn only_keys_that_fit_a_session_of_the_capture_are_embedded() {
    let Some(captured) = captures::elsewhere("smb3.pcap") else { return };
    let stranger = ["--session-key", "0x77=ffeeddccbbaa99887766554433221100"];
    let options = ["decrypt", "smb3.pcap", "keys.pcapng", "--embed-keys"];
    captured.home.run(&captured.with_keys(&[&options[..], &stranger].concat())).succeeded();
    let file = std::fs::read(captured.home.path().join("keys.pcapng")).unwrap();
    assert!(contains(&file, TITLE) && !contains(&file, b"ffeeddcc"));
    let none = captured.home.run(&["decrypt", "smb3.pcap", "none.pcapng", "--embed-keys", "--as-captured"]);
    none.refused(&["smb3.pcap: no key is known that fits", "--nt-password"]);
    assert!(!captured.home.path().join("none.pcapng").exists());
}

#[test]
fn a_key_that_is_given_counts_more_than_one_in_the_capture() {
    let Some(captured) = captures::elsewhere("smb3.pcap") else { return };
    let options = ["decrypt", "smb3.pcap", "keys.pcapng", "--embed-keys", "--as-captured"];
    captured.home.run(&captured.with_keys(&options)).succeeded();
    let wrong = "0x000048009400003d=00112233445566778899aabbccddeeff";
    let told = captured.home.run(&["ingest", "keys.pcapng", "--session-key", wrong]);
    assert!(told.stderr.contains("the one given does not fit the logon"), "{}", told.stderr);
}
