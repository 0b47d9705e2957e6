//! The probe against private Sambas, the embedded lab server, and listeners that are no SMB servers.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

use lab::{EmbeddedOptions, EmbeddedServer, Samba, SambaOptions};
use smb2::auth::Credentials;
use smb2::crypto::SigningAlgorithm;
use smb2::{Command, NtStatus};
use smbreplay_client::logon::Account;
use smbreplay_client::probe::examination::{Subject, examine, examine_unless};
use smbreplay_client::probe::{Probe, ProbeError, probe, supported_dialect};
use smbreplay_client::request::negotiate::ALL_DIALECTS;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

/// Long enough for a loaded machine: nothing here waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(30);
const DISK: u8 = 1;
const PIPE: u8 = 2;

fn samba(options: SambaOptions) -> (Samba, SocketAddr) {
    let samba = Samba::start(options).unwrap();
    let address = (Ipv4Addr::LOCALHOST, samba.port()).into();
    (samba, address)
}

fn credentials(user: &str, password: &str) -> Account {
    Credentials { domain: String::new(), user: user.into(), password: password.into() }.into()
}

async fn probe_samba(address: SocketAddr, share: &str, dialects: &[u16]) -> Result<Probe, ProbeError> {
    probe(address, "127.0.0.1", &credentials("testuser", "testpass"), share, dialects, PATIENCE).await
}

/// A listener that sends `answer` to whoever connects, and keeps the connection open.
async fn listener_that_sends(answer: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(answer).await.unwrap();
        std::future::pending::<()>().await;
    });
    address
}

#[tokio::test]
async fn a_plain_samba_is_good_in_every_dialect() {
    let (_samba, address) = samba(SambaOptions::default());
    for dialect in ALL_DIALECTS {
        let found = probe_samba(address, "testshare", &[dialect]).await.unwrap();
        assert_eq!((found.negotiated.dialect, found.share_type), (dialect, DISK));
        assert!(!found.session_encrypted && !found.share_encrypted && !found.guest, "{found:?}");
        assert!(!found.negotiated.signing_required());
    }
    let best = probe_samba(address, "testshare", &[]).await.unwrap().negotiated;
    assert_eq!((best.dialect, best.signing), (0x0311, SigningAlgorithm::AesGmac));
    assert!(best.cipher.is_some() && best.max_read_size >= 65_536);
    let pipes = probe_samba(address, "IPC$", &[]).await.unwrap();
    assert_eq!(pipes.share_type, PIPE);
    assert_eq!(supported_dialect(address, PATIENCE).await, Some(0x0311));
}

#[tokio::test]
async fn a_samba_that_demands_signing_is_signed_for_in_every_dialect() {
    let (_samba, address) = samba(SambaOptions { signing_mandatory: true, ..SambaOptions::default() });
    for dialect in ALL_DIALECTS {
        let found = probe_samba(address, "testshare", &[dialect]).await.unwrap();
        assert!(found.negotiated.signing_required(), "{found:?}");
    }
}

#[tokio::test]
async fn a_samba_that_demands_encryption_is_encrypted_for() {
    let (_samba, address) = samba(SambaOptions { encryption_required: true, ..SambaOptions::default() });
    for dialect in [0x0300, 0x0302, 0x0311] {
        let found = probe_samba(address, "testshare", &[dialect]).await.unwrap();
        assert!(found.session_encrypted && found.share_type == DISK, "{dialect:#x}: {found:?}");
    }
    let error = probe_samba(address, "testshare", &[0x0210]).await.unwrap_err();
    let status = NtStatus::ACCESS_DENIED;
    assert!(matches!(&error, ProbeError::LogonRefused { status: got, .. } if *got == status), "{error:?}");
}

#[tokio::test]
async fn a_share_that_demands_encryption_says_so() {
    let options = SambaOptions { shares: vec!["smb encrypt = required".into()], ..SambaOptions::default() };
    let (_samba, address) = samba(options);
    let found = probe_samba(address, "testshare", &[]).await.unwrap();
    assert!(found.share_encrypted && !found.session_encrypted, "{found:?}");
}

#[tokio::test]
async fn a_wrong_password_is_a_refused_logon() {
    let (_samba, address) = samba(SambaOptions::default());
    let wrong =
        Credentials { domain: "LAB".into(), user: "testuser".into(), password: "not-the-password".into() }.into();
    let error = probe(address, "127.0.0.1", &wrong, "testshare", &[], PATIENCE).await.unwrap_err();
    assert!(matches!(error, ProbeError::LogonRefused { status: NtStatus::LOGON_FAILURE, .. }), "{error:?}");
    let expected = format!(r"{address} refuses to log on user LAB\testuser: STATUS_LOGON_FAILURE");
    assert_eq!(error.to_string(), expected);
    assert!(!format!("{error:?}").contains("not-the-password"));
}

#[tokio::test]
async fn a_missing_share_is_a_refused_share() {
    let (_samba, address) = samba(SambaOptions::default());
    let error = probe_samba(address, "no-such-share", &[]).await.unwrap_err();
    assert!(matches!(error, ProbeError::ShareRefused { status: NtStatus::BAD_NETWORK_NAME, .. }), "{error:?}");
    let expected = format!(r"{address} refuses the share \\127.0.0.1\no-such-share: STATUS_BAD_NETWORK_NAME");
    assert_eq!(error.to_string(), expected);
}

#[tokio::test]
async fn a_user_who_is_let_in_as_a_guest_is_reported_as_one() {
    let global = vec!["map to guest = bad user".into()];
    let options = SambaOptions { global, shares: vec!["guest ok = yes".into()], ..SambaOptions::default() };
    let (_samba, address) = samba(options);
    let stranger = credentials("stranger", "whatever");
    let found = probe(address, "127.0.0.1", &stranger, "testshare", &[], PATIENCE).await.unwrap();
    assert!(found.guest, "{found:?}");
}

#[tokio::test]
async fn a_dialect_the_server_lacks_is_refused_and_the_best_one_found() {
    let global = vec!["server max protocol = SMB3_00".into()];
    let (_samba, address) = samba(SambaOptions { global, ..SambaOptions::default() });
    let error = probe_samba(address, "testshare", &[0x0311]).await.unwrap_err();
    assert!(
        matches!(&error, ProbeError::DialectRefused { offered, status: NtStatus::NOT_SUPPORTED, .. } if *offered == [0x0311]),
        "{error:?}"
    );
    assert_eq!(supported_dialect(address, PATIENCE).await, Some(0x0300));
}

#[tokio::test]
async fn the_embedded_lab_server_is_good() {
    let folder = tempfile::tempdir().unwrap();
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(folder.path())).unwrap();
    let user = credentials("testuser", "PASSWORD");
    let found = probe(server.address(), "127.0.0.1", &user, "testshare", &[], PATIENCE).await.unwrap();
    assert_eq!((found.negotiated.dialect, found.share_type, found.guest), (0x0311, DISK, false));
}

#[tokio::test]
async fn a_closed_port_is_unreachable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = probe_samba(address, "testshare", &[]).await.unwrap_err();
    assert!(
        matches!(&error, ProbeError::Unreachable { source, .. } if source.kind() == ErrorKind::ConnectionRefused),
        "{error:?}"
    );
    assert!(error.to_string().starts_with(&format!("cannot connect to {address}: ")), "{error}");
    assert_eq!(supported_dialect(address, PATIENCE).await, None);
}

#[tokio::test]
async fn a_server_that_never_answers_costs_no_more_than_the_patience() {
    let address = listener_that_sends(b"").await;
    let patience = Duration::from_millis(200);
    let user = credentials("testuser", "testpass");
    let error = probe(address, "127.0.0.1", &user, "testshare", &[], patience).await.unwrap_err();
    assert!(matches!(error, ProbeError::Timeout { what: Command::NEGOTIATE, .. }), "{error:?}");
    assert_eq!(error.to_string(), format!("{address} did not answer NEGOTIATE within 200ms"));
}

#[tokio::test]
async fn keep_alives_do_not_prolong_the_patience() {
    let address = listener_that_sends(&[0x85, 0, 0, 0, 0x85, 0, 0, 0]).await;
    let user = credentials("testuser", "testpass");
    let patience = Duration::from_millis(200);
    let error = probe(address, "127.0.0.1", &user, "testshare", &[], patience).await.unwrap_err();
    assert!(matches!(error, ProbeError::Timeout { .. }), "{error:?}");
}

#[tokio::test]
async fn what_is_not_smb2_is_called_so() {
    let answers: [&[u8]; 4] =
        [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0\0\0\x08\xffSMBr\0\0\0", b"\0\0\0\x08\xfeSMB\x40\0\0\0", b"\0\0\0\0"];
    for answer in answers {
        let address = listener_that_sends(answer).await;
        let error = probe_samba(address, "testshare", &[]).await.unwrap_err();
        assert!(matches!(error, ProbeError::NotSmb { .. }), "{error:?}");
        assert!(error.to_string().starts_with(&format!("{address} does not speak SMB2: ")), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_closes_the_connection_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { drop(listener.accept().await) });
    let error = probe_samba(address, "testshare", &[]).await.unwrap_err();
    assert!(matches!(error, ProbeError::Closed { what: Command::NEGOTIATE, .. }), "{error:?}");
}

fn subject<'a>(address: SocketAddr, account: &'a Account, share: &'a str, patience: Duration) -> Subject<'a> {
    Subject { address, server_name: "127.0.0.1", account: Some(account), share, patience }
}

#[tokio::test]
async fn a_plain_samba_passes_every_step_of_an_examination() {
    let (_samba, address) = samba(SambaOptions::default());
    let user = credentials("testuser", "testpass");
    let found = examine(&subject(address, &user, "testshare", PATIENCE)).await;
    assert!(found.connected.is_ok() && found.clock_ahead.unwrap().abs() < 60, "{found:?}");
    let taken: Vec<u16> =
        found.dialects.iter().filter(|(_, taken)| taken.is_ok()).map(|(dialect, _)| *dialect).collect();
    assert_eq!(taken, ALL_DIALECTS);
    let inquired = found.inquired.unwrap().unwrap();
    assert!(inquired.capability_names().contains(&"LEASING"), "{inquired:?}");
    let (logon, share) = (found.logon.unwrap().unwrap(), found.share.unwrap().unwrap());
    assert!(!logon.guest && !logon.encrypted && share.is_disk() && share.can_write(), "{share:?}");
    assert_eq!(found.root.unwrap().unwrap(), NtStatus::SUCCESS);
    assert_eq!(found.pipes.unwrap().unwrap().share_type, PIPE);
}

#[tokio::test]
async fn an_examination_goes_into_a_share_that_demands_encryption() {
    let options = SambaOptions { shares: vec!["smb encrypt = required".into()], ..SambaOptions::default() };
    let (_samba, address) = samba(options);
    let user = credentials("testuser", "testpass");
    let found = examine(&subject(address, &user, "testshare", PATIENCE)).await;
    assert!(found.share.unwrap().unwrap().encrypted);
    assert_eq!(found.root.unwrap().unwrap(), NtStatus::SUCCESS);
}

#[tokio::test]
async fn steps_behind_one_that_failed_are_not_tried() {
    let user = credentials("testuser", "testpass");
    let silent = listener_that_sends(b"").await;
    let found = examine(&subject(silent, &user, "testshare", Duration::from_millis(200))).await;
    assert!(found.connected.is_ok() && matches!(found.negotiated, Some(Err(ProbeError::Timeout { .. }))), "{found:?}");
    assert!(found.logon.is_none() && found.share.is_none() && found.pipes.is_none() && found.dialects.is_empty());
}

#[tokio::test]
async fn an_examination_ends_when_it_is_cancelled() {
    let address = listener_that_sends(b"").await;
    let examined = tokio::task::spawn_blocking(move || {
        let user = credentials("testuser", "testpass");
        examine_unless(&AtomicBool::new(true), &subject(address, &user, "testshare", PATIENCE)).unwrap()
    });
    assert!(examined.await.unwrap().is_none());
}
