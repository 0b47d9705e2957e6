//! A recording of SMB traffic: connections with their requests and responses.

use crate::message::{Message, split_chain};
use crate::{packet, pcap, stream::Stream};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// What a transform header begins with (MS-SMB2 2.2.41).
const ENCRYPTED: &[u8] = b"\xfdSMB";

/// Why a recording could not be read.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file could not be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is of a kind that is not read here.
    #[error("cannot read {}: {reason}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
    /// The file ends within a packet: the recorder was stopped too early.
    #[error("{} ends within packet {packet}", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// 1-based number of the packet.
        packet: u64,
    },
}

/// An end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Who connected.
    Client,
    /// Who listened.
    Server,
}

/// The first FIN or RST of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Close {
    /// Who sent it.
    pub by: Side,
    /// Whether it was a RST.
    pub reset: bool,
    /// 1-based number of its packet.
    pub packet: u64,
}

/// A TCP connection to the server's port.
#[derive(Debug, Clone)]
pub struct Connection {
    /// The client's address.
    pub client: SocketAddr,
    /// The server's address.
    pub server: SocketAddr,
    /// 1-based number of the SYN's packet.
    pub packet: u64,
    /// Client-to-server messages in order.
    pub requests: Vec<Message>,
    /// Server-to-client messages in order.
    pub responses: Vec<Message>,
    /// How it was closed first, if it was.
    pub closed: Option<Close>,
}

/// All connections of a recording to one server port.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// In the order of their SYNs, those included that carry no SMB.
    pub connections: Vec<Connection>,
    /// What makes the recording incomplete: cut packets, holes, lost framing. Empty in a good one.
    pub faults: Vec<String>,
}

impl Recording {
    /// Reads the pcap file at `path`, and of it what went to and from `server_port`.
    ///
    /// # Errors
    /// [`RecordingError`] when it cannot be read, is not a classic pcap of Ethernet frames, or ends within a packet.
    pub fn read(path: &Path, server_port: u16) -> Result<Self, RecordingError> {
        let file = std::fs::read(path).map_err(|source| RecordingError::Read { path: path.to_owned(), source })?;
        let mut table = Table::default();
        for packet in pcap::packets(path, &file)? {
            table.take(&packet, server_port);
        }
        Ok(table.finish())
    }

    /// The connections that carry requests, in the order of their SYNs.
    pub fn smb_connections(&self) -> impl Iterator<Item = &Connection> {
        self.connections.iter().filter(|connection| !connection.requests.is_empty())
    }

    /// The recording without its first `count` connections that carry requests: those that a replay makes before it
    /// begins, to try the server and to make folders.
    #[must_use]
    pub fn without_first(mut self, count: usize) -> Self {
        let mut left_out = 0;
        self.connections.retain(|connection| {
            let keeps = connection.requests.is_empty() || left_out >= count;
            if !keeps {
                left_out = left_out.saturating_add(1);
            }
            keeps
        });
        self
    }

    /// The recording with its encrypted PDUs in clear: their bodies, in order, by the number of the packet that completes
    /// them. One that is not among them is a fault.
    #[must_use]
    pub fn decrypted(mut self, mut clear: BTreeMap<u64, Vec<Vec<u8>>>) -> Self {
        clear.values_mut().for_each(|bodies| bodies.reverse());
        let mut faults = Vec::new();
        let mut open = |messages: &mut Vec<Message>| {
            let sealed = std::mem::take(messages);
            for message in sealed {
                if !message.bytes.starts_with(ENCRYPTED) {
                    messages.push(message);
                    continue;
                }
                let body = clear.get_mut(&message.packet).and_then(Vec::pop);
                match body.map(|body| split_chain(&body, message.pdu, message.packet)) {
                    Some(Ok(chain)) => messages.extend(chain),
                    Some(Err(why)) => faults.push(format!("packet {}, decrypted: {why}", message.packet)),
                    None => faults.push(format!("packet {} is encrypted and stays so", message.packet)),
                }
            }
        };
        for connection in &mut self.connections {
            open(&mut connection.requests);
            open(&mut connection.responses);
        }
        self.faults.extend(faults);
        self
    }

    /// Whether a PDU is encrypted.
    pub fn has_encrypted(&self) -> bool {
        let messages =
            self.connections.iter().flat_map(|connection| connection.requests.iter().chain(&connection.responses));
        messages.into_iter().any(|message| message.bytes.starts_with(ENCRYPTED))
    }

    /// How many requests there are on all connections.
    pub fn request_count(&self) -> usize {
        self.connections.iter().map(|connection| connection.requests.len()).sum()
    }
}

/// A connection while its packets are read.
struct Open {
    client: SocketAddr,
    server: SocketAddr,
    packet: u64,
    to_server: Stream,
    /// Known from the SYN of the server on.
    to_client: Option<Stream>,
    closed: Option<Close>,
}

#[derive(Default)]
struct Table {
    connections: Vec<Open>,
    /// The connection that the client's address has now.
    current: HashMap<SocketAddr, usize>,
    faults: Vec<String>,
}

impl Table {
    fn take(&mut self, packet: &pcap::Packet<'_>, server_port: u16) {
        let number = packet.number;
        let Some(segment) = packet::tcp(packet.bytes) else {
            if packet.cut {
                self.faults.push(format!("packet {number} is cut"));
            }
            return;
        };
        let from_client = segment.destination.port() == server_port;
        if !from_client && segment.source.port() != server_port {
            return;
        }
        if packet.cut {
            self.faults.push(format!("packet {number} is cut"));
        }
        let (client, server) = match from_client {
            true => (segment.source, segment.destination),
            false => (segment.destination, segment.source),
        };
        if from_client && segment.syn && !segment.ack {
            self.connect(client, server, segment.sequence, number);
        }
        let Some(open) = self.current.get(&client).and_then(|index| self.connections.get_mut(*index)) else {
            if !segment.payload.is_empty() {
                self.faults.push(format!("packet {number} has data of a connection whose start was not recorded"));
            }
            return;
        };
        if segment.syn {
            if !from_client {
                open.to_client.get_or_insert_with(|| Stream::after_syn(segment.sequence));
            }
            return;
        }
        if from_client {
            open.to_server.take(segment.sequence, segment.payload, number);
        } else if let Some(stream) = &mut open.to_client {
            stream.take(segment.sequence, segment.payload, number);
        } else if !segment.payload.is_empty() {
            self.faults.push(format!("packet {number} has data of a server whose SYN was not recorded"));
        }
        if segment.fin || segment.rst {
            let by = if from_client { Side::Client } else { Side::Server };
            open.closed.get_or_insert(Close { by, reset: segment.rst, packet: number });
        }
    }

    fn connect(&mut self, client: SocketAddr, server: SocketAddr, sequence: u32, packet: u64) {
        let current = self.current.get(&client).and_then(|index| self.connections.get(*index));
        if current.is_some_and(|open| open.to_server.starts_after(sequence)) {
            return;
        }
        self.current.insert(client, self.connections.len());
        let to_server = Stream::after_syn(sequence);
        self.connections.push(Open { client, server, packet, to_server, to_client: None, closed: None });
    }

    fn finish(mut self) -> Recording {
        let mut connections = Vec::new();
        for open in &self.connections {
            let (requests, request_faults) = open.to_server.messages();
            let (responses, response_faults) = open.to_client.as_ref().map(Stream::messages).unwrap_or_default();
            let fault =
                |side, fault| format!("connection {} ({}), from the {side}: {fault}", connections.len(), open.client);
            self.faults.extend(request_faults.into_iter().map(|text| fault("client", text)));
            self.faults.extend(response_faults.into_iter().map(|text| fault("server", text)));
            connections.push(Connection {
                client: open.client,
                server: open.server,
                packet: open.packet,
                requests,
                responses,
                closed: open.closed,
            });
        }
        Recording { connections, faults: self.faults }
    }
}
