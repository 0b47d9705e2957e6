//! Work that is a list of chains, and a crew that carries it out on a private Samba.

use lab::Samba;
use smb2::auth::Credentials;
use smb2::{FileId, NtStatus};
use smbreplay_client::crew::Place;
use smbreplay_client::crew::{Answer, Chain, CrewError, End, Work, carry_out};
use smbreplay_client::request::Request;
use smbreplay_client::request::close::close;
use smbreplay_client::request::create::{Kind, open_or_make};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// The chains that are left, and what was answered.
#[derive(Default)]
pub(crate) struct Script {
    chains: VecDeque<Chain>,
    pub(crate) answers: BTreeMap<u64, Vec<Answer>>,
    pub(crate) connections: BTreeSet<usize>,
}

impl Script {
    pub(crate) fn new(chains: impl IntoIterator<Item = Vec<Request>>) -> Self {
        let chains = chains.into_iter().zip(0..).map(|(requests, ticket)| Chain { ticket, requests }).collect();
        Self { chains, ..Self::default() }
    }

    /// Every chain has an answer to each of its requests, and all say success.
    pub(crate) fn assert_success(&self, chains: usize, requests: usize) {
        assert_eq!((self.chains.len(), self.answers.len()), (0, chains));
        for (ticket, answers) in &self.answers {
            assert_eq!(answers.len(), requests, "{ticket}");
            assert!(answers.iter().all(|answer| answer.status == NtStatus::SUCCESS), "{ticket}: {answers:?}");
        }
    }
}

impl Work for Script {
    fn next_chain(&mut self, connection: usize) -> Option<Chain> {
        self.connections.insert(connection);
        self.chains.pop_front()
    }

    fn handle_answers(&mut self, ticket: u64, answers: Vec<Answer>) {
        assert!(self.answers.insert(ticket, answers).is_none(), "{ticket} is answered twice");
    }
}

/// Chains of two requests that make so many empty files.
pub(crate) fn files(count: usize) -> impl Iterator<Item = Vec<Request>> {
    let path = |number: usize| format!("{number}.txt").encode_utf16().collect::<Vec<_>>();
    (0..count).map(move |number| vec![open_or_make(&path(number), Kind::File).unwrap(), close(FileId::RELATED)])
}

/// How long an answer may take: nothing here waits for it to pass.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) async fn run(
    samba: &Samba,
    dialects: &[u16],
    connections: usize,
    work: &mut (dyn Work + Send),
    cancelled: &AtomicBool,
) -> Result<End, CrewError> {
    let address = (Ipv4Addr::LOCALHOST, samba.port()).into();
    at(address, samba, dialects, PATIENCE, connections, work, cancelled).await
}

/// The same with another way to the server.
pub(crate) async fn run_at(
    address: SocketAddr,
    samba: &Samba,
    patience: Duration,
    connections: usize,
    work: &mut (dyn Work + Send),
    cancelled: &AtomicBool,
) -> Result<End, CrewError> {
    at(address, samba, &[], patience, connections, work, cancelled).await
}

async fn at(
    address: SocketAddr,
    samba: &Samba,
    dialects: &[u16],
    patience: Duration,
    connections: usize,
    work: &mut (dyn Work + Send),
    cancelled: &AtomicBool,
) -> Result<End, CrewError> {
    let user = (samba.username().to_owned(), samba.password().to_owned());
    let account = Credentials { domain: String::new(), user: user.0, password: user.1 }.into();
    let place =
        Place { address, server_name: "127.0.0.1", account: &account, share: samba.share(), dialects, patience };
    carry_out(&place, connections, work, cancelled).await
}

pub(crate) async fn carry(samba: &Samba, connections: usize, chains: Vec<Vec<Request>>) -> Script {
    let mut script = Script::new(chains);
    let end = run(samba, &[], connections, &mut script, &AtomicBool::new(false)).await.unwrap();
    assert_eq!(end, End::Done);
    script
}
