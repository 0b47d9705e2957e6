//! AS-REQ and TGS-REQ (RFC 4120 5.4.1).

use super::{PaData, PrincipalName, VERSION};
use crate::Malformed;
use crate::der::{
    Elements, application, bit_string, general_string, generalized_time, integer, optional, required, sequence,
};

/// Which of the two exchanges with the KDC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KdcExchange {
    /// A first ticket, by a password.
    As,
    /// A further ticket, by a ticket-granting ticket.
    Tgs,
}

impl KdcExchange {
    /// Number of the request: its tag and msg-type.
    pub(super) fn request(self) -> u8 {
        match self {
            Self::As => 10,
            Self::Tgs => 12,
        }
    }

    /// Number of the answer.
    pub(super) fn reply(self) -> u8 {
        match self {
            Self::As => 11,
            Self::Tgs => 13,
        }
    }
}

/// kdc-options, bit 0 of RFC 4120 being the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct KdcOptions(pub u32);

impl KdcOptions {
    /// A ticket that may be forwarded.
    pub const FORWARDABLE: Self = Self(1 << (31 - 1));
    /// A ticket that may be renewed.
    pub const RENEWABLE: Self = Self(1 << (31 - 8));
    /// Names may be replaced by canonical ones.
    pub const CANONICALIZE: Self = Self(1 << (31 - 15));
    /// A renewable ticket will do when a long one is not to be had.
    pub const RENEWABLE_OK: Self = Self(1 << (31 - 27));
}

/// A request to the KDC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KdcReq {
    /// Which exchange.
    pub exchange: KdcExchange,
    /// Pre-authentication.
    pub pa_data: Vec<PaData>,
    /// What is asked for.
    pub body: KdcReqBody,
}

/// KDC-REQ-BODY.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KdcReqBody {
    /// Options.
    pub options: KdcOptions,
    /// The client, in an AS-REQ.
    pub client: Option<PrincipalName>,
    /// The service's realm, and the client's in an AS-REQ.
    pub realm: String,
    /// The service.
    pub service: Option<PrincipalName>,
    /// Until when the ticket is to be valid.
    pub till: i64,
    /// Until when it is to be renewable.
    pub renew_till: Option<i64>,
    /// Comes back in the answer; below 2^31, as some KDCs take it for a signed number.
    pub nonce: u32,
    /// Encryption types on the wire, best first.
    pub encryption_types: Vec<i32>,
}

impl KdcReq {
    /// Reads `[APPLICATION 10]` or `[APPLICATION 12]`.
    ///
    /// # Errors
    /// [`Malformed`] when it is neither.
    pub fn parse(der: &[u8]) -> Result<Self, Malformed> {
        let is_tgs = der.first() == Some(&crate::der::application_tag(KdcExchange::Tgs.request()));
        let exchange = if is_tgs { KdcExchange::Tgs } else { KdcExchange::As };
        let mut fields = Elements::new(der, "KDC-REQ").application(exchange.request())?;
        let pa_data = fields.optional(3, "padata of the request")?.map(PaData::read_all).transpose()?;
        let body = KdcReqBody::read(fields.required(4, "req-body")?)?;
        Ok(Self { exchange, pa_data: pa_data.unwrap_or_default(), body })
    }

    /// The request in DER.
    pub fn to_der(&self) -> Vec<u8> {
        let number = self.exchange.request();
        let pa_data = Some(&self.pa_data).filter(|all| !all.is_empty());
        application(
            number,
            &[
                required(1, integer(VERSION)),
                required(2, integer(number)),
                optional(3, pa_data.map(|all| PaData::all_to_der(all))),
                required(4, self.body.to_der()),
            ],
        )
    }
}

impl KdcReqBody {
    /// The body in DER: what the checksum in the authenticator of a TGS-REQ covers.
    pub fn to_der(&self) -> Vec<u8> {
        let kinds: Vec<_> = self.encryption_types.iter().map(|kind| integer(*kind)).collect();
        sequence(&[
            required(0, bit_string(self.options.0)),
            optional(1, self.client.as_ref().map(PrincipalName::to_der)),
            required(2, general_string(&self.realm)),
            optional(3, self.service.as_ref().map(PrincipalName::to_der)),
            required(5, generalized_time(self.till)),
            optional(6, self.renew_till.map(generalized_time)),
            required(7, integer(self.nonce)),
            required(8, sequence(&kinds)),
        ])
    }

    fn read(mut elements: Elements<'_>) -> Result<Self, Malformed> {
        let mut fields = elements.sequence()?;
        Ok(Self {
            options: KdcOptions(fields.required(0, "kdc-options")?.flags()?),
            client: fields.optional(1, "cname of the request")?.map(PrincipalName::read).transpose()?,
            realm: fields.required(2, "realm of the request")?.text()?,
            service: fields.optional(3, "sname of the request")?.map(PrincipalName::read).transpose()?,
            till: fields.required(5, "till")?.time()?,
            renew_till: fields.optional(6, "rtime")?.map(Elements::time).transpose()?,
            nonce: fields.required(7, "nonce of the request")?.uint32()?,
            encryption_types: fields.required(8, "etype of the request")?.each(Elements::take_int32)?,
        })
    }
}
