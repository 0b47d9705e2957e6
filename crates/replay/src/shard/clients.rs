//! Which sessions are one client's: those with an address, a ClientGuid or a connection in common.
//!
//! Channels of one session may come from several addresses, several programs of one address have ClientGuids of their own: either
//! makes all of them one client here, so that nothing that `--order session` keeps in order is taken apart.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use store::metadata::{Connection, Session, SessionMetadata};

/// The ClientGuid of SMB 2.0.2, which is nobody's.
const NO_GUID: &str = "00000000-0000-0000-0000-000000000000";

/// What sessions may have in common.
#[derive(PartialEq, Eq, Hash)]
enum Trait<'a> {
    Connection(u32),
    Address(IpAddr),
    Guid(&'a str),
}

/// The clients of sessions, in the order in which their first sessions stand.
pub(super) struct Clients {
    /// The client of each session.
    of: Vec<usize>,
    /// Captured rows of each client's sessions.
    weights: Vec<u64>,
}

impl Clients {
    /// Those of `sessions`.
    pub(super) fn of(metadata: &SessionMetadata, sessions: &[&Session]) -> Self {
        let connections: HashMap<u32, &Connection> =
            metadata.connections.iter().map(|connection| (connection.connection, connection)).collect();
        let mut joined: Vec<usize> = (0..sessions.len()).collect();
        let mut first_with: HashMap<Trait<'_>, usize> = HashMap::new();
        for (index, session) in sessions.iter().enumerate() {
            for number in &session.connections {
                let known = connections.get(number).copied();
                for what in traits(*number, known) {
                    let other = *first_with.entry(what).or_insert(index);
                    join(&mut joined, other, index);
                }
            }
        }
        let mut clients = Self { of: Vec::with_capacity(sessions.len()), weights: Vec::new() };
        let mut numbers: HashMap<usize, usize> = HashMap::new();
        for (index, session) in sessions.iter().enumerate() {
            let next = clients.weights.len();
            let client = *numbers.entry(root(&joined, index)).or_insert(next);
            if client == next {
                clients.weights.push(0);
            }
            if let Some(weight) = clients.weights.get_mut(client) {
                *weight = weight.saturating_add(session.operations);
            }
            clients.of.push(client);
        }
        clients
    }

    /// The client of the session with this index.
    pub(super) fn of_session(&self, session: usize) -> usize {
        self.of.get(session).copied().unwrap_or(usize::MAX)
    }

    /// Captured rows of each client's sessions.
    pub(super) fn weights(&self) -> &[u64] {
        &self.weights
    }
}

fn traits(number: u32, connection: Option<&Connection>) -> impl Iterator<Item = Trait<'_>> {
    let address = connection.and_then(|connection| connection.client.parse::<SocketAddr>().ok());
    let guid = connection.and_then(|connection| connection.client_guid.as_deref()).filter(|guid| *guid != NO_GUID);
    let traits = [Some(Trait::Connection(number)), address.map(|it| Trait::Address(it.ip())), guid.map(Trait::Guid)];
    traits.into_iter().flatten()
}

/// The first of the sessions that `index` was joined with.
fn root(joined: &[usize], mut index: usize) -> usize {
    while let Some(before) = joined.get(index).copied().filter(|before| *before != index) {
        index = before;
    }
    index
}

fn join(joined: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(joined, a), root(joined, b));
    if let Some(later) = joined.get_mut(a.max(b)) {
        *later = a.min(b);
    }
}
