//! Authenticator (RFC 4120 5.5.1).

use super::{Principal, PrincipalName, VERSION, key_to_der, read_key};
use crate::der::{
    Elements, application, general_string, generalized_time, integer, octet_string, optional, required, sequence,
};
use crate::encryption::ChecksumType;
use crate::{EncryptionKey, Malformed};

/// A checksum and its kind (RFC 4120 5.2.9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    /// cksumtype.
    pub kind: ChecksumType,
    /// The checksum.
    pub value: Vec<u8>,
}

/// What proves that a client knows the session key of its ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticator {
    /// The client, with its realm.
    pub client: Principal,
    /// Over what goes with the request; [`ChecksumType::GSS`] in a logon.
    pub checksum: Option<Checksum>,
    /// Microseconds of `time`.
    pub microseconds: u32,
    /// The client's time.
    pub time: i64,
    /// A key of this exchange alone.
    pub subkey: Option<EncryptionKey>,
    /// First number of the client's messages.
    pub sequence_number: Option<u32>,
    /// AuthorizationData in DER.
    pub authorization_data: Option<Vec<u8>>,
}

impl Authenticator {
    /// Reads `[APPLICATION 2]`.
    ///
    /// # Errors
    /// [`Malformed`] when it is none, or the subkey is of an unknown type.
    pub fn parse(der: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Elements::new(der, "Authenticator").application(2)?;
        let realm = fields.required(1, "crealm of the authenticator")?.text()?;
        let name = PrincipalName::read(fields.required(2, "cname of the authenticator")?)?;
        let checksum = fields.optional(3, "cksum of the authenticator")?.map(Checksum::read).transpose()?;
        let microseconds = fields.required(4, "cusec of the authenticator")?.uint32()?;
        let time = fields.required(5, "ctime of the authenticator")?.time()?;
        let subkey = fields.optional(6, "subkey of the authenticator")?;
        Ok(Self {
            client: Principal { name, realm },
            checksum,
            microseconds,
            time,
            subkey: subkey.map(|key| read_key(key, "subkey of the authenticator")).transpose()?,
            sequence_number: fields
                .optional(7, "seq-number of the authenticator")?
                .map(Elements::uint32)
                .transpose()?,
            authorization_data: fields.optional(8, "authorization-data")?.map(|data| data.rest().to_vec()),
        })
    }

    /// The authenticator in DER, to be encrypted.
    pub fn to_der(&self) -> Vec<u8> {
        application(
            2,
            &[
                required(0, integer(VERSION)),
                required(1, general_string(&self.client.realm)),
                required(2, self.client.name.to_der()),
                optional(3, self.checksum.as_ref().map(Checksum::to_der)),
                required(4, integer(self.microseconds)),
                required(5, generalized_time(self.time)),
                optional(6, self.subkey.as_ref().map(key_to_der)),
                optional(7, self.sequence_number.map(integer)),
                optional(8, self.authorization_data.clone()),
            ],
        )
    }
}

impl Checksum {
    fn read(mut elements: Elements<'_>) -> Result<Self, Malformed> {
        let mut fields = elements.sequence()?;
        let kind = ChecksumType(fields.required(0, "cksumtype")?.int32()?);
        Ok(Self { kind, value: fields.required(1, "checksum")?.octets()?.to_vec() })
    }

    fn to_der(&self) -> Vec<u8> {
        sequence(&[required(0, integer(self.kind.0)), required(1, octet_string(&self.value))])
    }
}
