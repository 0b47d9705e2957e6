//! Servers that take a ticket and do not show that they can open it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use kerberos::client::IssuedTicket;
use kerberos::message::{EncryptedData, NameType, Ticket};
use kerberos::{CredentialCache, EncryptionKey, EncryptionType, Principal, PrincipalName};
use smb2::auth::Credentials;
use smb2::header::{self, offset};
use smb2::{Command, Header};
use smbreplay_client::kerberos::{Settings, Source, Tickets};
use smbreplay_client::logon::Account;
use smbreplay_client::probe::{ProbeError, probe};
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;

/// Long enough for a loaded machine: nothing here waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(30);
const KIND: EncryptionType = EncryptionType::Aes256Sha1;
/// SessionFlags (MS-SMB2 2.2.6).
const IS_GUEST: u16 = 1;
const IS_NULL: u16 = 2;

/// A ticket of `cifs/lab` that no KDC is asked for.
fn account() -> Account {
    let principal = |components: &[&str]| Principal {
        name: PrincipalName::new(NameType::PRINCIPAL, components.iter().copied()),
        realm: "LAB.TEST".to_owned(),
    };
    let (client, service) = (principal(&["anna"]), principal(&["cifs", "lab"]));
    let enc_part = EncryptedData { kind: KIND.wire(), key_version: None, cipher: vec![0; 64] };
    let ticket = Ticket { service: service.clone(), enc_part };
    let key = EncryptionKey::from_entropy(KIND, &[1; 32]);
    let issued = IssuedTicket { client: client.clone(), service, ticket, key, start_time: 0, end_time: i64::MAX };
    let cache = CredentialCache { principal: client, tickets: vec![issued], unsupported: 0 };
    let tickets = Tickets::new(Settings {
        realm: "LAB.TEST".to_owned(),
        host: "lab".to_owned(),
        kdcs: Vec::new(),
        source: Source::Cache(cache),
        patience: PATIENCE,
    });
    let anna = Credentials { domain: String::new(), user: "anna".to_owned(), password: String::new() };
    Account::Kerberos(tickets.ticket(&anna).unwrap())
}

/// A server that selects 2.1 and lets everybody in with these SessionFlags and no token; the commands that it was sent.
fn rogue(session_flags: u16) -> (SocketAddr, thread::JoinHandle<Vec<Command>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let served = thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let (mut commands, mut length) = (Vec::new(), [0; 4]);
        while stream.read_exact(&mut length).is_ok() {
            let mut request = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap()];
            stream.read_exact(&mut request).unwrap();
            let command = Header::parse(&request).unwrap().command;
            commands.push(command);
            let mut answer = request.get(..64).unwrap().to_vec();
            assert!(header::patch(&mut answer, offset::FLAGS, &1u32.to_le_bytes()));
            if command == Command::NEGOTIATE {
                answer.extend([65, 0, 1, 0, 0x10, 0x02]);
                answer.extend([0; 50]);
                answer.extend([128, 0, 0, 0, 0, 0, 0, 0]);
            } else {
                assert!(header::patch(&mut answer, offset::SESSION_ID, &7u64.to_le_bytes()));
                answer.extend([&[9, 0][..], &session_flags.to_le_bytes(), &[72, 0, 0, 0]].concat());
            }
            let length = u32::try_from(answer.len()).unwrap().to_be_bytes();
            stream.write_all(&[&length[..], &answer].concat()).unwrap();
        }
        commands
    });
    (address, served)
}

#[tokio::test]
async fn a_server_that_proves_nothing_is_told_nothing_more_whatever_it_calls_the_user() {
    for session_flags in [0, IS_GUEST, IS_NULL] {
        let (address, served) = rogue(session_flags);
        let refused = probe(address, "lab", &account(), "share", &[0x0210], PATIENCE).await.unwrap_err();
        assert!(matches!(refused, ProbeError::LogonGarbled { .. }), "{session_flags}: {refused}");
        assert!(refused.to_string().ends_with("holds no AP-REP"), "{session_flags}: {refused}");
        // The probe's connection is closed by the runtime that this would keep waiting.
        let served = tokio::task::spawn_blocking(move || served.join().unwrap()).await.unwrap();
        assert_eq!(served, [Command::NEGOTIATE, Command::SESSION_SETUP]);
    }
}
