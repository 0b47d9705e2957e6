//! A Kerberos logon whose parts may be changed before they are encrypted, so that changes get past the integrity check.

use kerberos::encryption::KeyUsage;
use kerberos::gss::{GssFlags, authenticator_checksum};
use kerberos::keytab::Entry;
use kerberos::message::{
    ApOptions, ApRep, ApReq, Authenticator, EncApRepPart, EncTicketPart, EncryptedData, NameType, Ticket, TicketFlags,
};
use kerberos::{EncryptionKey, EncryptionType, Keytab, Principal, PrincipalName};

/// The parts of a logon in DER, before they are encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) ticket: Vec<u8>,
    pub(crate) authenticator: Vec<u8>,
    pub(crate) answer: Vec<u8>,
}

/// Key `number` of a logon by `kind`: 1 the service's, 2 of the session, 3 the client's, 4 of the answer.
pub(crate) fn key(kind: EncryptionType, number: u8) -> EncryptionKey {
    EncryptionKey::from_entropy(kind, &[number; 32])
}

fn principal(components: &[&str]) -> Principal {
    let name = PrincipalName::new(NameType::PRINCIPAL, components.iter().copied());
    Principal { name, realm: "EXAMPLE.TEST".to_owned() }
}

/// The keytab of the service, with a hole in it.
pub(crate) fn keytab() -> Vec<u8> {
    let entry = |kind| Entry {
        principal: principal(&["cifs", "files.example.test"]),
        timestamp: 1_700_000_000,
        key_version: 300,
        key: key(kind, 1),
    };
    let file = Keytab { entries: EncryptionType::ALL.map(entry).to_vec(), unsupported: 0 }.to_bytes();
    [&file[..], &(-5_i32).to_be_bytes(), b"hole!"].concat()
}

impl Parts {
    /// A logon in which every key is of `kind`.
    pub(crate) fn new(kind: EncryptionType) -> Self {
        let client = principal(&["alice"]);
        let ticket = EncTicketPart {
            flags: TicketFlags::PRE_AUTHENT,
            key: key(kind, 2),
            client: client.clone(),
            auth_time: 1_700_000_000,
            start_time: Some(1_700_000_001),
            end_time: 1_700_036_000,
            renew_till: Some(1_700_600_000),
            authorization_data: Some(vec![0x30, 0]),
        };
        let authenticator = Authenticator {
            client,
            checksum: Some(authenticator_checksum(GssFlags::MUTUAL)),
            microseconds: 5,
            time: 1_700_000_060,
            subkey: Some(key(kind, 3)),
            sequence_number: Some(7),
            authorization_data: None,
        };
        let answer =
            EncApRepPart { time: 1_700_000_060, microseconds: 5, subkey: Some(key(kind, 4)), sequence_number: Some(9) };
        Self { ticket: ticket.to_der(), authenticator: authenticator.to_der(), answer: answer.to_der() }
    }

    /// The client's request and the service's answer.
    pub(crate) fn sealed(&self, kind: EncryptionType) -> (ApReq, ApRep) {
        let sealed =
            |number, usage, plain: &[u8]| EncryptedData::seal(&key(kind, number), None, usage, &[6; 16], plain);
        let ticket = Ticket {
            service: principal(&["cifs", "files.example.test"]),
            enc_part: sealed(1, KeyUsage::TICKET, &self.ticket),
        };
        let authenticator = sealed(2, KeyUsage::AP_REQ_AUTHENTICATOR, &self.authenticator);
        let request = ApReq { options: ApOptions::MUTUAL_REQUIRED, ticket, authenticator };
        (request, ApRep { enc_part: sealed(2, KeyUsage::AP_REP, &self.answer) })
    }
}
