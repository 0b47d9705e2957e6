//! KRB-ERROR (RFC 4120 5.9.1).

use super::{ErrorCode, PaData, Principal, PrincipalName, VERSION};
use crate::Malformed;
use crate::der::{Elements, application, general_string, generalized_time, integer, octet_string, optional, required};

const NUMBER: u8 = 30;

/// A refusal of a KDC or a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KrbError {
    /// Time of the one who refuses.
    pub time: i64,
    /// Microseconds of `time`.
    pub microseconds: u32,
    /// Why.
    pub code: ErrorCode,
    /// The service, with its realm.
    pub service: Principal,
    /// Why, in words.
    pub text: Option<String>,
    /// Further data: METHOD-DATA with [`ErrorCode::PREAUTH_REQUIRED`].
    pub data: Option<Vec<u8>>,
}

impl KrbError {
    /// Reads `[APPLICATION 30]`.
    ///
    /// # Errors
    /// [`Malformed`] when it is none.
    pub fn parse(der: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Elements::new(der, "KRB-ERROR").application(NUMBER)?;
        let time = fields.required(4, "stime of the error")?.time()?;
        let microseconds = fields.required(5, "susec of the error")?.uint32()?;
        let code = ErrorCode(fields.required(6, "error-code")?.int32()?);
        let realm = fields.required(9, "realm of the error")?.text()?;
        let name = PrincipalName::read(fields.required(10, "sname of the error")?)?;
        Ok(Self {
            time,
            microseconds,
            code,
            service: Principal { name, realm },
            text: fields.optional(11, "e-text")?.map(Elements::text).transpose()?,
            data: fields.optional(12, "e-data")?.map(|data| data.octets().map(<[u8]>::to_vec)).transpose()?,
        })
    }

    /// What the KDC says about pre-authentication; empty when it says nothing that can be read.
    pub fn method_data(&self) -> Vec<PaData> {
        self.data.as_deref().and_then(|data| PaData::parse_all(data).ok()).unwrap_or_default()
    }

    /// The error in DER.
    pub fn to_der(&self) -> Vec<u8> {
        application(
            NUMBER,
            &[
                required(0, integer(VERSION)),
                required(1, integer(NUMBER)),
                required(4, generalized_time(self.time)),
                required(5, integer(self.microseconds)),
                required(6, integer(self.code.0)),
                required(9, general_string(&self.service.realm)),
                required(10, self.service.name.to_der()),
                optional(11, self.text.as_deref().map(general_string)),
                optional(12, self.data.as_deref().map(octet_string)),
            ],
        )
    }
}
