use crate::exchange::{alice, key, keytab, log_on, nobody, secrets, tokens, who, with_keytab};
use kerberos::EncryptionType;
use smb2::Command;
use smbreplay_dissect::{Operation, SignatureState};

/// Signatures of the answers, the logon's first.
fn signatures(rows: &[Operation]) -> Vec<SignatureState> {
    let answered = |row: &&Operation| matches!(row.command, Some(Command::SESSION_SETUP | Command::ECHO));
    rows.iter().filter(answered).map(|row| row.signature_state.unwrap()).collect()
}

#[test]
fn a_key_of_every_type_opens_the_logon_whichever_side_added_a_key() {
    for kind in EncryptionType::ALL {
        for subkeys in [[true, true], [false, true], [true, false], [false, false]] {
            let others = EncryptionType::ALL.map(|kind| key(kind, 8));
            let keytab = with_keytab(others.into_iter().chain([key(kind, 1)]));
            let (rows, dissector) = log_on(keytab, &tokens(&key(kind, 1), kind, subkeys));
            assert_eq!(signatures(&rows), [SignatureState::Ok; 2], "{kind}, {subkeys:?}");
            assert_eq!(who(&dissector), alice());
            let counters = dissector.counters();
            assert_eq!(
                (counters.tickets_refused, counters.session_keys_refused, counters.malformed_messages),
                (0, 0, 0)
            );
        }
    }
}

#[test]
fn session_key_and_ticket_may_be_of_different_types() {
    let tokens = tokens(&key(EncryptionType::Rc4Hmac, 1), EncryptionType::Aes256Sha1, [true, true]);
    let (rows, _) = log_on(with_keytab([key(EncryptionType::Rc4Hmac, 1)]), &tokens);
    assert_eq!(signatures(&rows), [SignatureState::Ok; 2]);
}

#[test]
fn a_wrong_keytab_is_counted_and_the_service_is_named_all_the_same() {
    let kind = EncryptionType::Aes256Sha1;
    for other in [key(kind, 9), key(EncryptionType::Rc4Hmac, 1)] {
        let (rows, dissector) = log_on(with_keytab([other]), &tokens(&key(kind, 1), kind, [true, true]));
        assert_eq!(signatures(&rows), [SignatureState::Unverified; 2]);
        assert_eq!(who(&dissector), nobody());
        assert_eq!((dissector.counters().tickets_refused, dissector.counters().session_keys_refused), (1, 0));
    }
    let (_, dissector) = log_on(secrets(|_| {}), &tokens(&key(kind, 1), kind, [true, true]));
    assert_eq!((who(&dissector), dissector.counters().tickets_refused), (nobody(), 0));
}

#[test]
fn a_file_that_is_no_keytab_or_holds_no_key_says_so() {
    let told = |file: &[u8]| {
        let mut told = None;
        secrets(|secrets| told = secrets.add_keytab(file).err().map(|error| error.to_string()));
        told.unwrap()
    };
    assert_eq!(
        told(b"alice=secret"),
        "it is no keytab that can be read: it does not begin with the version of a keytab, 0x0501 or 0x0502"
    );
    assert_eq!(told(&[5, 2]), "the keytab has no key of encryption type 17, 18, 19, 20 or 23 (0 of others)");
    let mut cut = keytab([key(EncryptionType::Rc4Hmac, 1)]);
    cut.pop();
    assert_eq!(told(&cut), "it is no keytab that can be read: entry 1, at byte 2, is cut off");
}
