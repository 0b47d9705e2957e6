//! AP-REP (RFC 4120 5.5.2).

use super::{EncryptedData, VERSION, key_to_der, read_key};
use crate::der::{Elements, application, generalized_time, integer, optional, required};
use crate::{EncryptionKey, Malformed};

const NUMBER: u8 = 15;

/// A service's answer, which proves that it could read the ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApRep {
    /// An [`EncApRepPart`], encrypted with the session key of the ticket.
    pub enc_part: EncryptedData,
}

impl ApRep {
    /// Reads `[APPLICATION 15]`.
    ///
    /// # Errors
    /// [`Malformed`] when it is none.
    pub fn parse(der: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Elements::new(der, "AP-REP").application(NUMBER)?;
        Ok(Self { enc_part: EncryptedData::read(fields.required(2, "enc-part of the AP-REP")?)? })
    }

    /// The answer in DER.
    pub fn to_der(&self) -> Vec<u8> {
        let fields = [required(0, integer(VERSION)), required(1, integer(NUMBER)), required(2, self.enc_part.to_der())];
        application(NUMBER, &fields)
    }
}

/// What the service proves it with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncApRepPart {
    /// Time of the authenticator that is answered.
    pub time: i64,
    /// Microseconds of `time`.
    pub microseconds: u32,
    /// A key of this exchange alone, chosen by the service.
    pub subkey: Option<EncryptionKey>,
    /// First number of the service's messages.
    pub sequence_number: Option<u32>,
}

impl EncApRepPart {
    /// Reads `[APPLICATION 27]`.
    ///
    /// # Errors
    /// [`Malformed`] when it is none, or the subkey is of an unknown type.
    pub fn parse(der: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Elements::new(der, "EncAPRepPart").application(27)?;
        let time = fields.required(0, "ctime of the AP-REP")?.time()?;
        let microseconds = fields.required(1, "cusec of the AP-REP")?.uint32()?;
        let subkey = fields.optional(2, "subkey of the AP-REP")?;
        Ok(Self {
            time,
            microseconds,
            subkey: subkey.map(|key| read_key(key, "subkey of the AP-REP")).transpose()?,
            sequence_number: fields.optional(3, "seq-number of the AP-REP")?.map(Elements::uint32).transpose()?,
        })
    }

    /// The part in DER, to be encrypted.
    pub fn to_der(&self) -> Vec<u8> {
        application(
            27,
            &[
                required(0, generalized_time(self.time)),
                required(1, integer(self.microseconds)),
                optional(2, self.subkey.as_ref().map(key_to_der)),
                optional(3, self.sequence_number.map(integer)),
            ],
        )
    }
}
