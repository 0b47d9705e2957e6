use crate::exchange::{alice, log_on, nobody, secrets, tokens, who};
use kerberos::{EncryptionKey, EncryptionType};
use smbreplay_dissect::Dissector;

/// A logon at a service whose key is that of `secret` with `salt`, opened with `account` and its password.
fn opened(kind: EncryptionType, salt: &str, account: &str) -> Dissector {
    let service_key = EncryptionKey::from_password(kind, "secret", salt.as_bytes(), None).unwrap();
    let password = secrets(|secrets| secrets.add_nt_password(account).unwrap());
    log_on(password, &tokens(&service_key, kind, [true, true])).1
}

#[test]
fn the_password_of_the_service_opens_the_logon_by_every_type() {
    for kind in EncryptionType::ALL {
        for (salt, account) in [
            ("EXAMPLE.TESTfiler", "filer"),
            ("EXAMPLE.TESTfiler", "EXAMPLE\\filer"),
            ("EXAMPLE.TESTfiler", "filer@EXAMPLE.TEST"),
            ("EXAMPLE.TESThostfiles.example.test", "FILES$"),
            ("EXAMPLE.TESTcifsfiles.example.test", "cifs/files.example.test@EXAMPLE.TEST"),
        ] {
            let dissector = opened(kind, salt, &format!("{account}=secret"));
            assert_eq!((who(&dissector), dissector.counters().tickets_refused), (alice(), 0), "{kind}, {account}");
        }
    }
}

#[test]
fn the_hash_of_its_password_opens_a_ticket_of_rc4_alone() {
    let service_key = EncryptionKey::from_password(EncryptionType::Rc4Hmac, "secret", b"", None).unwrap();
    let hash = service_key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let hash = secrets(|secrets| secrets.add_nt_hash(&format!("filer={hash}")).unwrap());
    let of_rc4 = tokens(&service_key, EncryptionType::Rc4Hmac, [true, true]);
    assert_eq!(who(&log_on(hash.clone(), &of_rc4).1), alice());
    let kind = EncryptionType::Aes128Sha1;
    let service_key = EncryptionKey::from_password(kind, "secret", b"EXAMPLE.TESTfiler", None).unwrap();
    assert_eq!(who(&log_on(hash, &tokens(&service_key, kind, [true, true])).1), nobody());
}

#[test]
fn a_wrong_password_of_the_server_is_counted_and_one_of_a_user_is_not() {
    let kind = EncryptionType::Aes256Sha1;
    let refused = |account: &str| {
        let dissector = opened(kind, "EXAMPLE.TESThostfiles.example.test", account);
        assert_eq!(who(&dissector), nobody());
        dissector.counters().tickets_refused
    };
    assert_eq!(refused("FILES$=other"), 1);
    assert_eq!(refused("alice=other"), 0, "it may be right for another logon");
    assert_eq!(refused("ELSEWHERE\\filer=secret"), 0);
}
