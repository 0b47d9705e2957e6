//! Tickets from a private realm, and logons with them on a private Samba.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use kerberos::client::KdcError;
use kerberos::configuration::KdcHost;
use kerberos::encryption::KeyUsage;
use kerberos::gss::ContextToken;
use kerberos::message::Authenticator;
use kerberos::{CredentialCache, EncryptionKey, Keytab};
use lab::{Etype, Realm, RealmOptions, Samba, SambaOptions};
use smb2::auth::Credentials;
use smbreplay_client::kerberos::{Keeper, LogonEntropy, Settings, Source, TicketError, Tickets};
use smbreplay_client::logon::Account;
use smbreplay_client::probe::{Probe, ProbeError, probe};
use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

const HOST: &str = "files.lab.test";
const USER: &str = "testuser";
const PASSWORD: &str = "testpass";
/// Long enough for a loaded machine: nothing here waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(30);

fn realm(options: RealmOptions) -> Realm {
    let realm = Realm::start(options).unwrap();
    realm.add_user(USER, PASSWORD).unwrap();
    realm
}

fn samba(realm: &Realm, encryption_required: bool) -> Samba {
    let kerberos = Some(realm.add_file_service(HOST).unwrap());
    Samba::start(SambaOptions { kerberos, encryption_required, ..SambaOptions::default() }).unwrap()
}

fn tickets_at(realm: &Realm, port: u16, source: Source) -> Tickets {
    Tickets::new(Settings {
        realm: realm.name().to_owned(),
        host: HOST.to_owned(),
        kdcs: vec![KdcHost { host: "127.0.0.1".to_owned(), port }],
        source,
        patience: PATIENCE,
    })
}

fn tickets(realm: &Realm, source: Source) -> Tickets {
    tickets_at(realm, realm.port(), source)
}

fn credentials(user: &str, password: &str) -> Credentials {
    Credentials { domain: String::new(), user: user.to_owned(), password: password.to_owned() }
}

fn cache(path: &Path) -> Source {
    Source::Cache(CredentialCache::parse(&fs::read(path).unwrap()).unwrap())
}

async fn log_on(samba: &Samba, account: &Account) -> Result<Probe, ProbeError> {
    let address = (Ipv4Addr::LOCALHOST, samba.port()).into();
    probe(address, "127.0.0.1", account, samba.share(), &[], PATIENCE).await
}

fn account(tickets: &Tickets, user: &str, password: &str) -> Account {
    Account::Kerberos(tickets.ticket(&credentials(user, password)).unwrap())
}

#[tokio::test]
async fn a_password_logs_on_with_every_encryption_type() {
    for etype in Etype::ALL {
        let realm = realm(RealmOptions { etypes: vec![etype], ..RealmOptions::default() });
        let samba = samba(&realm, true);
        let account = account(&tickets(&realm, Source::Password), USER, PASSWORD);
        let found = log_on(&samba, &account).await.unwrap_or_else(|error| panic!("{etype:?}: {error}"));
        assert!(found.session_encrypted && !found.guest, "{etype:?}: {found:?}");
    }
}

#[tokio::test]
async fn every_dialect_takes_a_ticket() {
    let realm = realm(RealmOptions::default());
    let samba = samba(&realm, false);
    let account = account(&tickets(&realm, Source::Password), USER, PASSWORD);
    let address = (Ipv4Addr::LOCALHOST, samba.port()).into();
    for dialect in [0x0202, 0x0210, 0x0300, 0x0302, 0x0311] {
        let found = probe(address, "127.0.0.1", &account, samba.share(), &[dialect], PATIENCE).await.unwrap();
        assert_eq!(found.negotiated.dialect, dialect);
    }
}

#[tokio::test]
async fn one_ticket_serves_many_logons_and_outlives_its_kdc() {
    let mut realm = realm(RealmOptions { preauthentication: false, ..RealmOptions::default() });
    let samba = samba(&realm, false);
    let tickets = tickets(&realm, Source::Password);
    let first = account(&tickets, USER, PASSWORD);
    realm.stop_kdc();
    let again = account(&tickets, USER, PASSWORD);
    for account in [&first, &again, &first, &again] {
        log_on(&samba, account).await.unwrap();
    }
    assert_eq!(realm.log().matches("ISSUE").count(), 2, "an AS-REP and a TGS-REP: {}", realm.log());
}

#[tokio::test]
async fn a_keytab_logs_its_own_users_on_and_no_others() {
    let realm = realm(RealmOptions::default());
    let kerberos = realm.add_file_service(HOST).unwrap();
    let keytab = Keytab::parse(&fs::read(realm.add_user_with_keytab("robot").unwrap()).unwrap()).unwrap();
    let other_names = vec!["robot".to_owned()];
    let samba =
        Samba::start(SambaOptions { kerberos: Some(kerberos), other_names, ..SambaOptions::default() }).unwrap();
    let tickets = tickets(&realm, Source::Keytab(keytab));
    log_on(&samba, &account(&tickets, "robot", "")).await.unwrap();
    // Who has a password needs no key.
    log_on(&samba, &account(&tickets, USER, PASSWORD)).await.unwrap();
    let missing = tickets.ticket(&credentials("nobody", "")).unwrap_err();
    assert!(matches!(&missing, TicketError::NotInKeytab(who) if who.to_string() == "nobody@LAB.TEST"), "{missing}");
}

#[tokio::test]
async fn a_credential_cache_logs_its_own_user_on_and_no_other() {
    let realm = realm(RealmOptions::default());
    let samba = samba(&realm, true);
    let tickets = tickets(&realm, cache(&realm.log_on(USER, PASSWORD).unwrap()));
    log_on(&samba, &account(&tickets, USER, "")).await.unwrap();
    let another = tickets.ticket(&credentials("anna", "")).unwrap_err();
    assert!(matches!(another, TicketError::CacheOfAnother { .. }), "{another}");
    let elsewhere = tickets.ticket(&credentials("testuser@OTHER.TEST", "")).unwrap_err();
    assert!(matches!(elsewhere, TicketError::OtherRealm { .. }), "{elsewhere}");
}

#[test]
fn a_cache_whose_tickets_have_expired_says_so() {
    let realm = realm(RealmOptions { ticket_lifetime: 1, ..RealmOptions::default() });
    realm.add_file_service(HOST).unwrap();
    let source = cache(&realm.log_on(USER, PASSWORD).unwrap());
    let Source::Cache(read) = &source else { panic!("no cache") };
    let end = u64::try_from(read.granting_ticket().unwrap().end_time).unwrap();
    while std::time::SystemTime::now().duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap().as_secs() < end {
        thread::sleep(Duration::from_millis(50));
    }
    let expired = tickets(&realm, source).ticket(&credentials(USER, "")).unwrap_err();
    let told = "the tickets of testuser@LAB.TEST in the credential cache have expired";
    assert_eq!(expired.to_string(), told);
}

#[test]
fn a_ticket_that_is_kept_is_replaced_before_it_ends() {
    let realm = realm(RealmOptions { ticket_lifetime: 4, ..RealmOptions::default() });
    realm.add_file_service(HOST).unwrap();
    let tickets = Arc::new(tickets(&realm, Source::Password));
    let credentials = credentials(USER, PASSWORD);
    let first = tickets.ticket(&credentials).unwrap();
    let keeper = Keeper::start(Arc::clone(&tickets));
    while Arc::ptr_eq(&first, &tickets.held(&credentials).unwrap()) {
        thread::sleep(Duration::from_millis(50));
    }
    drop(keeper);
    assert!(tickets.held(&credentials).unwrap().issued().end_time > first.issued().end_time);
}

#[test]
fn what_the_kdc_refuses_is_told_apart() {
    let realm = realm(RealmOptions::default());
    let tickets = tickets(&realm, Source::Password);
    let refusal = |user, password| match tickets.ticket(&credentials(user, password)) {
        Err(TicketError::Kdc(error)) => error,
        other => panic!("{other:?}"),
    };
    assert!(matches!(refusal(USER, "wrong"), KdcError::WrongSecret(_)));
    assert!(matches!(refusal("nobody", "any"), KdcError::UnknownClient(_)));
    let unknown = refusal(USER, PASSWORD);
    assert_eq!(unknown.to_string(), "the realm has no service cifs/files.lab.test@LAB.TEST");
}

#[test]
fn a_wrong_password_is_told_also_where_no_proof_is_asked_for() {
    let realm = realm(RealmOptions { preauthentication: false, ..RealmOptions::default() });
    let refused = tickets(&realm, Source::Password).ticket(&credentials(USER, "wrong")).unwrap_err();
    assert!(matches!(refused, TicketError::Kdc(KdcError::WrongSecret(_))), "{refused}");
}

#[test]
fn a_kdc_that_is_down_or_none_is_named() {
    let mut realm = realm(RealmOptions::default());
    realm.stop_kdc();
    let down = tickets(&realm, Source::Password).ticket(&credentials(USER, PASSWORD)).unwrap_err();
    let port = realm.port();
    assert!(
        down.to_string().starts_with(&format!("no KDC of the realm LAB.TEST answers: 127.0.0.1:{port}: ")),
        "{down}"
    );

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let stranger = thread::spawn(move || {
        use std::io::Write as _;
        listener.accept().unwrap().0.write_all(b"HTTP/1.1 400 Bad Request\r\n").unwrap();
    });
    let none = tickets_at(&realm, port, Source::Password).ticket(&credentials(USER, PASSWORD)).unwrap_err();
    stranger.join().unwrap();
    assert!(none.to_string().ends_with("what listens there is no KDC"), "{none}");
}

#[tokio::test]
async fn a_server_that_the_ticket_is_not_for_refuses_it() {
    let (realm, other) = (realm(RealmOptions::default()), realm(RealmOptions::default()));
    other.add_file_service(HOST).unwrap();
    let samba = samba(&realm, false);
    let refused = log_on(&samba, &account(&tickets(&other, Source::Password), USER, PASSWORD)).await.unwrap_err();
    assert!(matches!(refused, ProbeError::LogonRefused { .. }), "{refused}");
    assert!(refused.to_string().contains("refuses to log on user testuser@LAB.TEST"), "{refused}");
}

#[test]
fn no_two_logons_with_a_ticket_have_the_same_time() {
    let realm = realm(RealmOptions::default());
    realm.add_file_service(HOST).unwrap();
    let ticket = tickets(&realm, Source::Password).ticket(&credentials(USER, PASSWORD)).unwrap();
    let sent = |now| {
        let random = LogonEntropy { subkey: [1; 32], confounder: [2; 16], sequence_number: [3; 4] };
        let request = ticket.logon(now, random).request();
        let Some(ContextToken::ApReq(request)) = ContextToken::parse(&request) else { panic!("no AP-REQ") };
        let opened = request.authenticator.open(&ticket.issued().key, KeyUsage::AP_REQ_AUTHENTICATOR).unwrap();
        let Authenticator { time, microseconds, .. } = Authenticator::parse(&opened).unwrap();
        (time, microseconds)
    };
    // The clock stands still, goes back, and then on.
    let times = [1_800_000_000_999_999, 1_800_000_000_999_999, 1_700_000_000_000_000, 1_800_000_002_000_000].map(sent);
    assert_eq!(times, [(1_800_000_000, 999_999), (1_800_000_001, 0), (1_800_000_001, 1), (1_800_000_002, 0)]);
}

#[test]
fn nothing_shows_a_password_or_key() {
    let realm = realm(RealmOptions::default());
    realm.add_file_service(HOST).unwrap();
    let cache = cache(&realm.log_on(USER, PASSWORD).unwrap());
    let keytab = Keytab::parse(&fs::read(realm.add_user_with_keytab("robot").unwrap()).unwrap()).unwrap();
    let bytes = |key: &EncryptionKey| format!("{:?}", key.as_bytes());
    let of_keytab: Vec<String> = keytab.entries.iter().map(|entry| bytes(&entry.key)).collect();
    assert!(!of_keytab.is_empty());
    for (source, user, password) in
        [(cache, USER, ""), (Source::Password, USER, PASSWORD), (Source::Keytab(keytab), "robot", "")]
    {
        let tickets = Arc::new(tickets(&realm, source));
        let ticket = tickets.ticket(&credentials(user, password)).unwrap();
        let key = bytes(&ticket.issued().key);
        let account = Account::Kerberos(ticket.clone());
        for shown in [format!("{tickets:?}"), format!("{ticket:?}"), format!("{account:?}")] {
            assert!(!shown.contains(&key) && !shown.contains(PASSWORD), "{shown}");
            assert!(!of_keytab.iter().any(|key| shown.contains(key)), "{shown}");
        }
    }
}
