//! AP-REQ (RFC 4120 5.5.1).

use super::{EncryptedData, Ticket, VERSION};
use crate::Malformed;
use crate::der::{Elements, application, bit_string, integer, required};

const NUMBER: u8 = 14;

/// ap-options, bit 0 of RFC 4120 being the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct ApOptions(pub u32);

impl ApOptions {
    /// The ticket is encrypted with the session key of a ticket-granting ticket of the server.
    pub const USE_SESSION_KEY: Self = Self(1 << 30);
    /// An AP-REP is asked for.
    pub const MUTUAL_REQUIRED: Self = Self(1 << 29);

    /// Whether all options of `other` are set.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// A client's request to a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApReq {
    /// Options.
    pub options: ApOptions,
    /// The ticket.
    pub ticket: Ticket,
    /// An [`Authenticator`](super::Authenticator), encrypted with the session key of the ticket.
    pub authenticator: EncryptedData,
}

impl ApReq {
    /// Reads `[APPLICATION 14]`.
    ///
    /// # Errors
    /// [`Malformed`] when it is none.
    pub fn parse(der: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Elements::new(der, "AP-REQ").application(NUMBER)?;
        Ok(Self {
            options: ApOptions(fields.required(2, "ap-options")?.flags()?),
            ticket: Ticket::read(fields.required(3, "ticket of the AP-REQ")?)?,
            authenticator: EncryptedData::read(fields.required(4, "authenticator of the AP-REQ")?)?,
        })
    }

    /// The request in DER.
    pub fn to_der(&self) -> Vec<u8> {
        application(
            NUMBER,
            &[
                required(0, integer(VERSION)),
                required(1, integer(NUMBER)),
                required(2, bit_string(self.options.0)),
                required(3, self.ticket.to_der()),
                required(4, self.authenticator.to_der()),
            ],
        )
    }
}
