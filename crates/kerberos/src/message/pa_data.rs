//! PA-DATA: what goes beside a request to the KDC (RFC 4120 5.2.7).

use crate::Malformed;
use crate::der::{
    Elements, GENERAL_STRING, element, generalized_time, integer, octet_string, optional, required, sequence,
};

/// padata-type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PaType(pub i32);

impl PaType {
    /// An AP-REQ with the ticket-granting ticket.
    pub const TGS_REQ: Self = Self(1);
    /// A time that is encrypted with the client's key.
    pub const ENC_TIMESTAMP: Self = Self(2);
    /// Encryption types of the client's keys, with salts.
    pub const ETYPE_INFO2: Self = Self(19);
}

/// One piece of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaData {
    /// What it is.
    pub kind: PaType,
    /// Its bytes.
    pub value: Vec<u8>,
}

impl PaData {
    /// Reads METHOD-DATA, a SEQUENCE OF PA-DATA.
    ///
    /// # Errors
    /// [`Malformed`] when it is none.
    pub fn parse_all(der: &[u8]) -> Result<Vec<Self>, Malformed> {
        Self::read_all(Elements::new(der, "METHOD-DATA"))
    }

    /// METHOD-DATA in DER.
    pub fn all_to_der(all: &[Self]) -> Vec<u8> {
        sequence(&all.iter().map(Self::to_der).collect::<Vec<_>>())
    }

    pub(super) fn read_all(elements: Elements<'_>) -> Result<Vec<Self>, Malformed> {
        elements.each(|elements| {
            let mut fields = elements.sequence()?;
            let kind = PaType(fields.required(1, "padata-type")?.int32()?);
            Ok(Self { kind, value: fields.required(2, "padata-value")?.octets()?.to_vec() })
        })
    }

    fn to_der(&self) -> Vec<u8> {
        sequence(&[required(1, integer(self.kind.0)), required(2, octet_string(&self.value))])
    }
}

/// How one of the client's keys is made of its password: ETYPE-INFO2-ENTRY (RFC 4120 5.2.7.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EtypeInfo2Entry {
    /// Encryption type on the wire, known or not.
    pub kind: i32,
    /// The salt; the usual one when there is none.
    pub salt: Option<Vec<u8>>,
    /// Parameters of the derivation (s2kparams).
    pub parameters: Option<Vec<u8>>,
}

impl EtypeInfo2Entry {
    /// Reads the value of [`PaType::ETYPE_INFO2`].
    ///
    /// # Errors
    /// [`Malformed`] when it is no ETYPE-INFO2.
    pub fn parse_all(der: &[u8]) -> Result<Vec<Self>, Malformed> {
        Elements::new(der, "ETYPE-INFO2").each(|elements| {
            let mut fields = elements.sequence()?;
            let kind = fields.required(0, "etype")?.int32()?;
            let salt = fields.optional(1, "salt")?.map(|mut salt| salt.expect(GENERAL_STRING)).transpose()?;
            let parameters = fields.optional(2, "s2kparams")?.map(Elements::octets).transpose()?;
            Ok(Self { kind, salt: salt.map(|salt| salt.rest().to_vec()), parameters: parameters.map(<[u8]>::to_vec) })
        })
    }

    /// ETYPE-INFO2 in DER.
    pub fn all_to_der(all: &[Self]) -> Vec<u8> {
        let entry = |entry: &Self| {
            sequence(&[
                required(0, integer(entry.kind)),
                optional(1, entry.salt.as_deref().map(|salt| element(GENERAL_STRING, salt))),
                optional(2, entry.parameters.as_deref().map(octet_string)),
            ])
        };
        sequence(&all.iter().map(entry).collect::<Vec<_>>())
    }
}

/// PA-ENC-TS-ENC: what a client proves its password with, encrypted (RFC 4120 5.2.7.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncryptedTimestamp {
    /// The client's time.
    pub time: i64,
    /// Microseconds of `time`.
    pub microseconds: u32,
}

impl EncryptedTimestamp {
    /// Reads it, decrypted.
    ///
    /// # Errors
    /// [`Malformed`] when it is none.
    pub fn parse(der: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Elements::new(der, "PA-ENC-TS-ENC").sequence()?;
        let time = fields.required(0, "patimestamp")?.time()?;
        let microseconds = fields.optional(1, "pausec")?.map(Elements::uint32).transpose()?;
        Ok(Self { time, microseconds: microseconds.unwrap_or_default() })
    }

    /// The timestamp in DER, to be encrypted.
    pub fn to_der(self) -> Vec<u8> {
        sequence(&[required(0, generalized_time(self.time)), required(1, integer(self.microseconds))])
    }
}
