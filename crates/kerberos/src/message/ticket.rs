//! Ticket (RFC 4120 5.3).

use super::{EncryptedData, Principal, PrincipalName, VERSION, key_to_der, read_key};
use crate::der::{
    Elements, application, bit_string, general_string, generalized_time, integer, octet_string, optional, required,
    sequence,
};
use crate::{EncryptionKey, Malformed};

/// Flags of a ticket, bit 0 of RFC 4120 being the highest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct TicketFlags(pub u32);

impl TicketFlags {
    /// The ticket may be renewed.
    pub const RENEWABLE: Self = Self(1 << (31 - 8));
    /// The client has proven itself before the ticket was issued.
    pub const PRE_AUTHENT: Self = Self(1 << (31 - 10));

    /// Whether all flags of `other` are set.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What a client hands to a service; all but names is encrypted with the service's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The service, with its realm.
    pub service: Principal,
    /// An [`EncTicketPart`].
    pub enc_part: EncryptedData,
}

impl Ticket {
    /// Reads `[APPLICATION 1]`.
    ///
    /// # Errors
    /// [`Malformed`] when it is no ticket.
    pub fn parse(der: &[u8]) -> Result<Self, Malformed> {
        Self::read(Elements::new(der, "Ticket"))
    }

    pub(super) fn read(mut elements: Elements<'_>) -> Result<Self, Malformed> {
        let mut fields = elements.application(1)?;
        let realm = fields.required(1, "realm of the ticket")?.text()?;
        let name = PrincipalName::read(fields.required(2, "sname of the ticket")?)?;
        let enc_part = EncryptedData::read(fields.required(3, "enc-part of the ticket")?)?;
        Ok(Self { service: Principal { name, realm }, enc_part })
    }

    /// The ticket in DER.
    pub fn to_der(&self) -> Vec<u8> {
        application(
            1,
            &[
                required(0, integer(VERSION)),
                required(1, general_string(&self.service.realm)),
                required(2, self.service.name.to_der()),
                required(3, self.enc_part.to_der()),
            ],
        )
    }
}

/// What the KDC tells the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncTicketPart {
    /// Flags.
    pub flags: TicketFlags,
    /// The session key, which the client has as well.
    pub key: EncryptionKey,
    /// The client, with its realm.
    pub client: Principal,
    /// When the client proved itself.
    pub auth_time: i64,
    /// When the ticket begins to be valid, if that is not `auth_time`.
    pub start_time: Option<i64>,
    /// When it ends.
    pub end_time: i64,
    /// Until when it can be renewed.
    pub renew_till: Option<i64>,
    /// AuthorizationData in DER: the PAC, mostly.
    pub authorization_data: Option<Vec<u8>>,
}

impl EncTicketPart {
    /// Reads `[APPLICATION 3]`.
    ///
    /// # Errors
    /// [`Malformed`] when it is none, or the session key is of an unknown type.
    pub fn parse(der: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Elements::new(der, "EncTicketPart").application(3)?;
        let flags = TicketFlags(fields.required(0, "flags of the ticket")?.flags()?);
        let key = read_key(fields.required(1, "session key of the ticket")?, "session key of the ticket")?;
        let realm = fields.required(2, "crealm of the ticket")?.text()?;
        let name = PrincipalName::read(fields.required(3, "cname of the ticket")?)?;
        Ok(Self {
            flags,
            key,
            client: Principal { name, realm },
            auth_time: fields.required(5, "authtime of the ticket")?.time()?,
            start_time: fields.optional(6, "starttime of the ticket")?.map(Elements::time).transpose()?,
            end_time: fields.required(7, "endtime of the ticket")?.time()?,
            renew_till: fields.optional(8, "renew-till of the ticket")?.map(Elements::time).transpose()?,
            authorization_data: fields.optional(10, "authorization-data")?.map(|data| data.rest().to_vec()),
        })
    }

    /// The part in DER, to be encrypted.
    pub fn to_der(&self) -> Vec<u8> {
        let transited = sequence(&[required(0, integer(1)), required(1, octet_string(&[]))]);
        application(
            3,
            &[
                required(0, bit_string(self.flags.0)),
                required(1, key_to_der(&self.key)),
                required(2, general_string(&self.client.realm)),
                required(3, self.client.name.to_der()),
                required(4, transited),
                required(5, generalized_time(self.auth_time)),
                optional(6, self.start_time.map(generalized_time)),
                required(7, generalized_time(self.end_time)),
                optional(8, self.renew_till.map(generalized_time)),
                optional(10, self.authorization_data.clone()),
            ],
        )
    }
}
