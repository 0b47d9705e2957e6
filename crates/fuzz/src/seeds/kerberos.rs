//! Seeds of Kerberos: a logon of our own by each encryption type, a keytab, and changes of both.

use crate::kerberos_logon::{Parts, keytab};
use kerberos::EncryptionType;
use kerberos::gss::{TokenId, frame};

/// Tokens, the parts that are encrypted in them, a keytab, and a change of each kind.
pub(super) fn logons() -> Vec<Vec<u8>> {
    let mut seeds = vec![keytab()];
    for (number, kind) in (0_u8..).zip(EncryptionType::ALL) {
        let parts = Parts::new(kind);
        let (request, answer) = parts.sealed(kind);
        seeds.extend([frame(TokenId::AP_REQ, &request.to_der()), frame(TokenId::AP_REP, &answer.to_der())]);
        seeds.extend([parts.ticket, parts.authenticator, parts.answer]);
        seeds.extend((0..5).map(|what| vec![number, what, 0, 40, 1, 0, 90, 0xff]));
    }
    seeds
}
