//! Work that is a list of chains, and a crew that carries it out on a private Samba.

use lab::Samba;
use smb2::NtStatus;
use smb2::auth::Credentials;
use smbreplay_client::crew::{Answer, Chain, CrewError, End, Work, carry_out};
use smbreplay_client::provision::Place;
use smbreplay_client::request::Request;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::Ipv4Addr;
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

pub(crate) async fn run(
    samba: &Samba,
    dialects: &[u16],
    connections: usize,
    work: &mut (dyn Work + Send),
    cancelled: &AtomicBool,
) -> Result<End, CrewError> {
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
    carry_out(&place, connections, work, cancelled).await
}

pub(crate) async fn carry(samba: &Samba, connections: usize, chains: Vec<Vec<Request>>) -> Script {
    let mut script = Script::new(chains);
    let end = run(samba, &[], connections, &mut script, &AtomicBool::new(false)).await.unwrap();
    assert_eq!(end, End::Done);
    script
}
