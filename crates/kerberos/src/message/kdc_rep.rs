//! AS-REP and TGS-REP (RFC 4120 5.4.2).

use super::{EncryptedData, KdcExchange, PaData, Principal, PrincipalName, Ticket, TicketFlags, VERSION};
use super::{key_to_der, read_key};
use crate::der::{
    Elements, application, application_tag, bit_string, general_string, generalized_time, integer, optional, required,
    sequence,
};
use crate::{EncryptionKey, Malformed};

/// A KDC's answer: a ticket, and what the client has to know of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KdcRep {
    /// Which exchange.
    pub exchange: KdcExchange,
    /// Pre-authentication: ETYPE-INFO2 tells how the client's key is made.
    pub pa_data: Vec<PaData>,
    /// The client, with its realm.
    pub client: Principal,
    /// The ticket.
    pub ticket: Ticket,
    /// An [`EncKdcRepPart`].
    pub enc_part: EncryptedData,
}

impl KdcRep {
    /// Reads `[APPLICATION 11]` or `[APPLICATION 13]`.
    ///
    /// # Errors
    /// [`Malformed`] when it is neither.
    pub fn parse(der: &[u8]) -> Result<Self, Malformed> {
        let is_tgs = der.first() == Some(&application_tag(KdcExchange::Tgs.reply()));
        let exchange = if is_tgs { KdcExchange::Tgs } else { KdcExchange::As };
        let mut fields = Elements::new(der, "KDC-REP").application(exchange.reply())?;
        let pa_data = fields.optional(2, "padata of the reply")?.map(PaData::read_all).transpose()?;
        let realm = fields.required(3, "crealm of the reply")?.text()?;
        let name = PrincipalName::read(fields.required(4, "cname of the reply")?)?;
        Ok(Self {
            exchange,
            pa_data: pa_data.unwrap_or_default(),
            client: Principal { name, realm },
            ticket: Ticket::read(fields.required(5, "ticket of the reply")?)?,
            enc_part: EncryptedData::read(fields.required(6, "enc-part of the reply")?)?,
        })
    }

    /// The answer in DER.
    pub fn to_der(&self) -> Vec<u8> {
        let number = self.exchange.reply();
        let pa_data = Some(&self.pa_data).filter(|all| !all.is_empty());
        application(
            number,
            &[
                required(0, integer(VERSION)),
                required(1, integer(number)),
                optional(2, pa_data.map(|all| PaData::all_to_der(all))),
                required(3, general_string(&self.client.realm)),
                required(4, self.client.name.to_der()),
                required(5, self.ticket.to_der()),
                required(6, self.enc_part.to_der()),
            ],
        )
    }
}

/// What a client has to know of its ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncKdcRepPart {
    /// The session key.
    pub key: EncryptionKey,
    /// That of the request.
    pub nonce: u32,
    /// Flags of the ticket.
    pub flags: TicketFlags,
    /// When the client proved itself.
    pub auth_time: i64,
    /// When the ticket begins to be valid, if that is not `auth_time`.
    pub start_time: Option<i64>,
    /// When it ends.
    pub end_time: i64,
    /// Until when it can be renewed.
    pub renew_till: Option<i64>,
    /// The service, with its realm.
    pub service: Principal,
}

impl EncKdcRepPart {
    /// Reads `[APPLICATION 25]` or `[APPLICATION 26]`: KDCs write one where the other is due.
    ///
    /// # Errors
    /// [`Malformed`] when it is neither, or the session key is of an unknown type.
    pub fn parse(der: &[u8]) -> Result<Self, Malformed> {
        let number = if der.first() == Some(&application_tag(26)) { 26 } else { 25 };
        let mut fields = Elements::new(der, "EncKDCRepPart").application(number)?;
        let key = read_key(fields.required(0, "session key of the reply")?, "session key of the reply")?;
        let nonce = fields.required(2, "nonce of the reply")?.uint32()?;
        let flags = TicketFlags(fields.required(4, "flags of the reply")?.flags()?);
        let auth_time = fields.required(5, "authtime of the reply")?.time()?;
        let start_time = fields.optional(6, "starttime of the reply")?.map(Elements::time).transpose()?;
        let end_time = fields.required(7, "endtime of the reply")?.time()?;
        let renew_till = fields.optional(8, "renew-till of the reply")?.map(Elements::time).transpose()?;
        let realm = fields.required(9, "srealm of the reply")?.text()?;
        let name = PrincipalName::read(fields.required(10, "sname of the reply")?)?;
        let service = Principal { name, realm };
        Ok(Self { key, nonce, flags, auth_time, start_time, end_time, renew_till, service })
    }

    /// The part of an answer of `exchange` in DER, to be encrypted.
    pub fn to_der(&self, exchange: KdcExchange) -> Vec<u8> {
        let number = match exchange {
            KdcExchange::As => 25,
            KdcExchange::Tgs => 26,
        };
        let last_request = sequence(&[required(0, integer(0)), required(1, generalized_time(self.auth_time))]);
        application(
            number,
            &[
                required(0, key_to_der(&self.key)),
                required(1, sequence(&[last_request])),
                required(2, integer(self.nonce)),
                required(4, bit_string(self.flags.0)),
                required(5, generalized_time(self.auth_time)),
                optional(6, self.start_time.map(generalized_time)),
                required(7, generalized_time(self.end_time)),
                optional(8, self.renew_till.map(generalized_time)),
                required(9, general_string(&self.service.realm)),
                required(10, self.service.name.to_der()),
            ],
        )
    }
}
