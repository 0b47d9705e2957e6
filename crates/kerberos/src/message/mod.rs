//! The messages of RFC 4120, read and written in DER.
//!
//! Reading is tolerant: fields that nobody here needs are passed over, wherever RFC 4120 has them or not, and a text
//! that is no UTF-8 has replacement characters. Writing gives what RFC 4120 asks for.
//!
//! All times are seconds since the beginning of 1970, UTC.

mod ap_rep;
mod ap_req;
mod authenticator;
mod encrypted_data;
mod error;
mod error_code;
mod kdc_rep;
mod kdc_req;
mod pa_data;
mod principal;
mod ticket;

pub use ap_rep::{ApRep, EncApRepPart};
pub use ap_req::{ApOptions, ApReq};
pub use authenticator::{Authenticator, Checksum};
pub use encrypted_data::EncryptedData;
pub use error::KrbError;
pub use error_code::ErrorCode;
pub use kdc_rep::{EncKdcRepPart, KdcRep};
pub use kdc_req::{KdcExchange, KdcOptions, KdcReq, KdcReqBody};
pub use pa_data::{EncryptedTimestamp, EtypeInfo2Entry, PaData, PaType};
pub use principal::{NameType, Principal, PrincipalName};
pub use ticket::{EncTicketPart, Ticket, TicketFlags};

use crate::der::{Elements, integer, octet_string, required, sequence};
use crate::{EncryptionKey, EncryptionType, Malformed};

/// pvno, and tkt-vno of a ticket.
const VERSION: i64 = 5;

/// Reads an EncryptionKey (RFC 4120 5.2.9); one of an unknown type or with a wrong length is a wrong value.
fn read_key(mut elements: Elements<'_>, what: &'static str) -> Result<EncryptionKey, Malformed> {
    let mut fields = elements.sequence()?;
    let kind = fields.required(0, "keytype")?.int32()?;
    let value = fields.required(1, "keyvalue")?.octets()?;
    EncryptionType::from_wire(kind).and_then(|kind| EncryptionKey::new(kind, value)).ok_or(Malformed::Value { what })
}

fn key_to_der(key: &EncryptionKey) -> Vec<u8> {
    sequence(&[required(0, integer(key.kind().wire())), required(1, octet_string(key.as_bytes()))])
}
