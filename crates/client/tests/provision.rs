//! Making folders and files on private Sambas.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use lab::{Samba, SambaOptions};
use smb2::NtStatus;
use smb2::auth::Credentials;
use smbreplay_client::provision::{Entry, Kind, Made, Place, ProvisionError, ProvisionErrorCause, provision};
use std::net::Ipv4Addr;
use std::time::Duration;

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

async fn provide(samba: &Samba, dialects: &[u16], entries: Vec<Entry>) -> Result<Vec<Made>, ProvisionError> {
    let user = (samba.username().to_owned(), samba.password().to_owned());
    let credentials = Credentials { domain: String::new(), user: user.0, password: user.1 };
    let place = Place {
        address: (Ipv4Addr::LOCALHOST, samba.port()).into(),
        server_name: "127.0.0.1",
        credentials: &credentials,
        share: samba.share(),
        dialects,
        patience: Duration::from_secs(30),
    };
    provision(&place, entries).await
}

fn paths(made: &[Made]) -> Vec<String> {
    made.iter().map(|made| String::from_utf16(&made.path).unwrap()).collect()
}

#[tokio::test]
async fn what_is_missing_is_made_in_clear_signed_and_encrypted() {
    let kinds = [
        SambaOptions::default(),
        SambaOptions { signing_mandatory: true, ..SambaOptions::default() },
        SambaOptions { encryption_required: true, ..SambaOptions::default() },
        SambaOptions { shares: vec!["smb encrypt = required".into()], ..SambaOptions::default() },
    ];
    for options in kinds {
        let samba = Samba::start(options).unwrap();
        std::fs::write(samba.share_path().join("there.txt"), "old").unwrap();
        let file = |name: &str| Entry { path: units(name), kind: Kind::File, contents: vec![b'n'; 100_000] };
        let entries = || vec![Entry::folder(units("a\\Büro")), file("a\\new.bin"), file("there.txt")];
        let made = provide(&samba, &[], entries()).await.unwrap();
        assert_eq!(paths(&made), ["a", "a\\Büro", "a\\new.bin"]);
        assert!(samba.share_path().join("a/Büro").is_dir());
        assert_eq!(std::fs::read(samba.share_path().join("a/new.bin")).unwrap(), vec![b'n'; 100_000]);
        assert_eq!(std::fs::read(samba.share_path().join("there.txt")).unwrap(), b"old");
        assert_eq!(provide(&samba, &[], entries()).await.unwrap(), [], "the second time all is there");
    }
}

#[tokio::test]
async fn every_dialect_will_do() {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    for (number, dialect) in [0x0202, 0x0210, 0x0300, 0x0302, 0x0311].into_iter().enumerate() {
        let folder = format!("folder {number}");
        let made = provide(&samba, &[dialect], vec![Entry::folder(units(&folder))]).await.unwrap();
        assert_eq!(paths(&made), [folder]);
    }
}

#[tokio::test]
async fn a_file_in_the_way_is_told_with_what_was_made_before() {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    std::fs::write(samba.share_path().join("file"), "").unwrap();
    let entries = vec![Entry::folder(units("first")), Entry::folder(units("file\\inside"))];
    let error = provide(&samba, &[], entries).await.unwrap_err();
    assert_eq!(paths(&error.made), ["first"]);
    let ProvisionErrorCause::Refused { path, status, .. } = error.cause else { panic!("{error}") };
    assert_eq!((path.as_str(), status), ("file", NtStatus(0xc000_0103)), "STATUS_NOT_A_DIRECTORY");
}
