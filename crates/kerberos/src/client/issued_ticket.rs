//! A ticket in the hands of its client.

use super::Moment;
use crate::message::{EncKdcRepPart, Ticket};
use crate::{EncryptionKey, Principal};

/// A ticket, and what its client knows of it. `Debug` shows no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedTicket {
    /// Whose it is.
    pub client: Principal,
    /// What it is for.
    pub service: Principal,
    /// The ticket, which only the service can open.
    pub ticket: Ticket,
    /// The session key.
    pub key: EncryptionKey,
    /// From when on it is valid, seconds since the beginning of 1970.
    pub start_time: i64,
    /// Until when, likewise.
    pub end_time: i64,
}

impl IssuedTicket {
    pub(super) fn new(client: Principal, ticket: Ticket, part: EncKdcRepPart) -> Self {
        Self {
            client,
            service: part.service,
            ticket,
            key: part.key,
            start_time: part.start_time.unwrap_or(part.auth_time),
            end_time: part.end_time,
        }
    }

    /// Whether it has not ended yet.
    pub fn is_valid_at(&self, now: Moment) -> bool {
        now.seconds < self.end_time
    }

    /// Whether it is a ticket-granting ticket of `realm`.
    pub fn grants_tickets_of(&self, realm: &str) -> bool {
        self.service.name.components.iter().map(String::as_str).eq(["krbtgt", realm])
    }
}
