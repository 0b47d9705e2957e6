//! A KDC of the realm `LAB.TEST` that knows `anna` and `cifs/files`, whose clock a test sets.

use smbreplay_kerberos::client::{Exchange, ExchangeEntropy, IssuedTicket, KdcError, Moment, Progress};
use smbreplay_kerberos::encryption::KeyUsage;
use smbreplay_kerberos::message::{
    ApReq, Authenticator, EncKdcRepPart, EncTicketPart, EncryptedData, EncryptedTimestamp, ErrorCode, EtypeInfo2Entry,
    KdcExchange, KdcRep, KdcReq, KrbError, NameType, PaData, PaType, Ticket, TicketFlags,
};
use smbreplay_kerberos::{EncryptionKey, EncryptionType, Principal, PrincipalName};

pub(crate) const NOW: Moment = Moment { seconds: 1_800_000_000, microseconds: 7 };
pub(crate) const REALM: &str = "LAB.TEST";
const SALT: &[u8] = b"a salt of its own";
const HOURS: i64 = 36_000;

pub(crate) fn principal(name_type: NameType, components: &[&str]) -> Principal {
    Principal { name: PrincipalName::new(name_type, components.iter().copied()), realm: REALM.to_owned() }
}

pub(crate) fn anna() -> Principal {
    principal(NameType::PRINCIPAL, &["anna"])
}

pub(crate) fn files() -> Principal {
    principal(NameType::SRV_INST, &["cifs", "files"])
}

pub(crate) fn entropy(number: u8) -> ExchangeEntropy {
    ExchangeEntropy { nonce: [0xff, number, 0, 1], confounder: [number; 16], subkey: [number; 32] }
}

/// How it differs from a good KDC.
#[derive(Clone, Copy)]
pub(crate) struct Kdc {
    pub(crate) kind: EncryptionType,
    pub(crate) password: &'static str,
    pub(crate) preauthentication: bool,
    /// Seconds that its clock is ahead.
    pub(crate) ahead: i64,
    /// What it adds to the nonce of its answers.
    pub(crate) nonce_off: u32,
    /// Whether its tickets are for what was asked for.
    pub(crate) right_service: bool,
    /// Whether they are for the client who asked.
    pub(crate) right_client: bool,
}

impl Kdc {
    pub(crate) fn good(kind: EncryptionType) -> Self {
        let (ahead, nonce_off) = (0, 0);
        let (right_service, right_client) = (true, true);
        Self { kind, password: "pass", preauthentication: true, ahead, nonce_off, right_service, right_client }
    }

    /// Carries an exchange out.
    pub(crate) fn carry_out(&self, mut exchange: impl Exchange) -> Result<IssuedTicket, KdcError> {
        let mut message = exchange.request(NOW);
        loop {
            match exchange.handle(&self.answer_to(&message), NOW)? {
                Progress::Send(next) => message = next,
                Progress::Done(ticket) => return Ok(*ticket),
            }
        }
    }

    /// The key that this KDC or service has for a name.
    pub(crate) fn key_of(&self, name: &PrincipalName) -> EncryptionKey {
        let secret = name.to_string();
        EncryptionKey::from_password(self.kind, &secret, SALT, None).unwrap()
    }

    fn key_of_anna(&self) -> EncryptionKey {
        EncryptionKey::from_password(self.kind, self.password, SALT, None).unwrap()
    }

    pub(crate) fn answer_to(&self, message: &[u8]) -> Vec<u8> {
        let request = KdcReq::parse(message).unwrap();
        match request.exchange {
            KdcExchange::As => self.answer_as(&request),
            KdcExchange::Tgs => self.answer_tgs(&request),
        }
    }

    fn answer_as(&self, request: &KdcReq) -> Vec<u8> {
        if request.body.client != Some(anna().name) {
            return self.error(ErrorCode::C_PRINCIPAL_UNKNOWN, None);
        }
        let entry = EtypeInfo2Entry { kind: self.kind.wire(), salt: Some(SALT.to_vec()), parameters: None };
        let unknown = EtypeInfo2Entry { kind: 3, salt: None, parameters: None };
        let info = PaData { kind: PaType::ETYPE_INFO2, value: EtypeInfo2Entry::all_to_der(&[unknown, entry]) };
        let key = self.key_of_anna();
        if self.preauthentication {
            let Some(proof) = request.pa_data.iter().find(|data| data.kind == PaType::ENC_TIMESTAMP) else {
                let wanted = [PaData { kind: PaType::ENC_TIMESTAMP, value: Vec::new() }, info];
                return self.error(ErrorCode::PREAUTH_REQUIRED, Some(PaData::all_to_der(&wanted)));
            };
            let sealed = EncryptedData::parse(&proof.value).unwrap();
            let Ok(opened) = sealed.open(&key, KeyUsage::AS_REQ_TIMESTAMP) else {
                return self.error(ErrorCode::PREAUTH_FAILED, None);
            };
            let time = EncryptedTimestamp::parse(&opened).unwrap();
            assert_eq!((time.time, time.microseconds), (NOW.seconds, NOW.microseconds));
            if self.ahead.abs() > 300 {
                return self.error(ErrorCode::SKEW, None);
            }
        }
        self.reply(request, vec![info], &key, KeyUsage::AS_REP)
    }

    fn answer_tgs(&self, request: &KdcReq) -> Vec<u8> {
        let proof = request.pa_data.iter().find(|data| data.kind == PaType::TGS_REQ).unwrap();
        let proof = ApReq::parse(&proof.value).unwrap();
        let opened = proof.ticket.enc_part.open(&self.key_of(&proof.ticket.service.name), KeyUsage::TICKET).unwrap();
        let ticket = EncTicketPart::parse(&opened).unwrap();
        let opened = proof.authenticator.open(&ticket.key, KeyUsage::TGS_REQ_AUTHENTICATOR).unwrap();
        let authenticator = Authenticator::parse(&opened).unwrap();
        assert_eq!((authenticator.client, authenticator.time), (anna(), NOW.seconds));
        let checksum = authenticator.checksum.unwrap();
        assert_eq!(checksum.kind, ticket.key.kind().checksum_type());
        let body = request.body.to_der();
        assert!(ticket.key.verify_checksum(KeyUsage::TGS_REQ_CHECKSUM, &body, &checksum.value));
        if request.body.service != Some(files().name) {
            return self.error(ErrorCode::S_PRINCIPAL_UNKNOWN, None);
        }
        self.reply(request, Vec::new(), &authenticator.subkey.unwrap(), KeyUsage::TGS_REP_SUBKEY)
    }

    fn reply(&self, request: &KdcReq, pa_data: Vec<PaData>, key: &EncryptionKey, usage: KeyUsage) -> Vec<u8> {
        let asked = request.body.service.clone().unwrap();
        let name = if self.right_service { asked } else { PrincipalName::new(NameType::SRV_INST, ["krbtgt", "X"]) };
        let service = Principal { name, realm: REALM.to_owned() };
        let session_key = EncryptionKey::from_entropy(self.kind, &[9; 32]);
        let now = NOW.seconds + self.ahead;
        let part = EncTicketPart {
            flags: TicketFlags::PRE_AUTHENT,
            key: session_key.clone(),
            client: anna(),
            auth_time: now,
            start_time: None,
            end_time: now + HOURS,
            renew_till: None,
            authorization_data: None,
        };
        let of_service = self.key_of(&service.name);
        let enc_part = EncryptedData::seal(&of_service, Some(1), KeyUsage::TICKET, &[1; 16], &part.to_der());
        let told = EncKdcRepPart {
            key: session_key,
            nonce: request.body.nonce + self.nonce_off,
            flags: TicketFlags::PRE_AUTHENT,
            auth_time: now,
            start_time: None,
            end_time: now + HOURS,
            renew_till: None,
            service: service.clone(),
        };
        KdcRep {
            exchange: request.exchange,
            pa_data,
            client: if self.right_client { anna() } else { principal(NameType::PRINCIPAL, &["bert"]) },
            ticket: Ticket { service, enc_part },
            enc_part: EncryptedData::seal(key, None, usage, &[2; 16], &told.to_der(request.exchange)),
        }
        .to_der()
    }

    fn error(&self, code: ErrorCode, data: Option<Vec<u8>>) -> Vec<u8> {
        let service = principal(NameType::SRV_INST, &["krbtgt", REALM]);
        KrbError { time: NOW.seconds + self.ahead, microseconds: 0, code, service, text: None, data }.to_der()
    }
}
