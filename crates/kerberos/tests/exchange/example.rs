//! A client's request to `cifs/server.example.test`, and the service's answer.

use smbreplay_kerberos::encryption::KeyUsage;
use smbreplay_kerberos::gss::{GssFlags, authenticator_checksum};
use smbreplay_kerberos::message::{
    ApOptions, ApRep, ApReq, Authenticator, EncApRepPart, EncTicketPart, EncryptedData, NameType, Ticket, TicketFlags,
};
use smbreplay_kerberos::{EncryptionKey, EncryptionType, Principal, PrincipalName};

pub(crate) const TIME: i64 = 1_700_000_000;

/// A key that tells its number.
pub(crate) fn key(kind: EncryptionType, number: u8) -> EncryptionKey {
    EncryptionKey::from_entropy(kind, &[number; 32])
}

pub(crate) fn client() -> Principal {
    Principal { name: PrincipalName::new(NameType::PRINCIPAL, ["alice"]), realm: "EXAMPLE.TEST".to_owned() }
}

pub(crate) fn service() -> Principal {
    let name = PrincipalName::new(NameType::SRV_INST, ["cifs", "server.example.test"]);
    Principal { name, realm: "EXAMPLE.TEST".to_owned() }
}

pub(crate) fn ticket_part(session_key: &EncryptionKey) -> EncTicketPart {
    EncTicketPart {
        flags: TicketFlags::PRE_AUTHENT,
        key: session_key.clone(),
        client: client(),
        auth_time: TIME,
        start_time: Some(TIME + 1),
        end_time: TIME + 36000,
        renew_till: None,
        authorization_data: None,
    }
}

pub(crate) fn authenticator(subkey: Option<EncryptionKey>) -> Authenticator {
    Authenticator {
        client: client(),
        checksum: Some(authenticator_checksum(GssFlags::MUTUAL.with(GssFlags::INTEGRITY))),
        microseconds: 999_999,
        time: TIME + 2,
        subkey,
        sequence_number: Some(0xfedc_ba98),
        authorization_data: None,
    }
}

/// A request whose ticket is for `service_key`, with session key 2 and, if asked for, subkey 3 of `kind`.
pub(crate) fn request(service_key: &EncryptionKey, kind: EncryptionType, with_subkey: bool) -> ApReq {
    let session_key = key(kind, 2);
    let part = ticket_part(&session_key).to_der();
    let ticket = Ticket {
        service: service(),
        enc_part: EncryptedData::seal(service_key, Some(7), KeyUsage::TICKET, &[1; 16], &part),
    };
    let authenticator = authenticator(with_subkey.then(|| key(kind, 3))).to_der();
    let usage = KeyUsage::AP_REQ_AUTHENTICATOR;
    let authenticator = EncryptedData::seal(&session_key, None, usage, &[2; 16], &authenticator);
    ApReq { options: ApOptions::MUTUAL_REQUIRED, ticket, authenticator }
}

/// The answer with, if asked for, subkey 4.
pub(crate) fn answer(kind: EncryptionType, with_subkey: bool) -> ApRep {
    let part = EncApRepPart {
        time: TIME + 2,
        microseconds: 999_999,
        subkey: with_subkey.then(|| key(kind, 4)),
        sequence_number: Some(1),
    };
    ApRep { enc_part: EncryptedData::seal(&key(kind, 2), None, KeyUsage::AP_REP, &[3; 16], &part.to_der()) }
}
