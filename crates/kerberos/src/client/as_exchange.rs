//! The AS exchange: a ticket-granting ticket for a password or key (RFC 4120 3.1, 5.2.7).

use super::exchange::{Answer, LONGEST};
use super::{Exchange, ExchangeEntropy, IssuedTicket, KdcError, Moment, Progress, Secret};
use crate::encryption::KeyUsage;
use crate::message::{
    EncKdcRepPart, EncryptedData, EncryptedTimestamp, ErrorCode, EtypeInfo2Entry, KdcExchange, KdcOptions, KdcRep,
    KdcReq, KdcReqBody, NameType, PaData, PaType, PrincipalName,
};
use crate::{EncryptionKey, EncryptionType, Principal};

/// An AS exchange with pre-authentication by an encrypted time, where the KDC wants it.
#[derive(Debug)]
pub struct AsExchange {
    client: Principal,
    secret: Secret,
    entropy: ExchangeEntropy,
    /// The key that the time was encrypted with.
    key: Option<EncryptionKey>,
}

impl AsExchange {
    /// An exchange for `client`, who has `secret`.
    pub fn new(client: Principal, secret: Secret, entropy: ExchangeEntropy) -> Self {
        Self { client, secret, entropy, key: None }
    }

    /// `krbtgt/REALM@REALM`, the service that gives tickets.
    fn service(&self) -> Principal {
        let realm = &self.client.realm;
        Principal { name: PrincipalName::new(NameType::SRV_INST, ["krbtgt", realm]), realm: realm.clone() }
    }

    fn message(&self, pa_data: Vec<PaData>) -> Vec<u8> {
        let body = KdcReqBody {
            options: KdcOptions::default(),
            client: Some(self.client.name.clone()),
            realm: self.client.realm.clone(),
            service: Some(self.service().name),
            till: LONGEST,
            renew_till: None,
            nonce: self.entropy.nonce(),
            encryption_types: self.secret.kinds().into_iter().map(EncryptionType::wire).collect(),
        };
        KdcReq { exchange: KdcExchange::As, pa_data, body }.to_der()
    }

    /// Encrypts the time with a key of a type that the KDC names, the best first.
    fn prove(&mut self, wanted: &[PaData], now: Moment) -> Result<Vec<u8>, KdcError> {
        if !wanted.iter().any(|data| data.kind == PaType::ENC_TIMESTAMP) {
            return Err(KdcError::UnknownPreauthentication);
        }
        let entries = etype_info(wanted)?;
        let kinds = self.secret.kinds();
        let named = entries.iter().find_map(|entry| {
            let kind = EncryptionType::from_wire(entry.kind).filter(|kind| kinds.contains(kind))?;
            Some((kind, Some(entry)))
        });
        let unnamed = kinds.first().filter(|_| entries.is_empty()).map(|kind| (*kind, None));
        let (kind, entry) = named.or(unnamed).ok_or(KdcError::NoCommonType)?;
        let key = self.secret.key(&self.client, kind, entry)?;
        let time = EncryptedTimestamp { time: now.seconds, microseconds: now.microseconds }.to_der();
        let sealed = EncryptedData::seal(&key, None, KeyUsage::AS_REQ_TIMESTAMP, &self.entropy.confounder, &time);
        self.key = Some(key);
        Ok(self.message(vec![PaData { kind: PaType::ENC_TIMESTAMP, value: sealed.to_der() }]))
    }

    fn open(&self, reply: KdcRep, now: Moment) -> Result<IssuedTicket, KdcError> {
        if reply.exchange != KdcExchange::As {
            return Err(KdcError::Mismatch("it is a TGS-REP"));
        }
        let kind = EncryptionType::from_wire(reply.enc_part.kind).ok_or(KdcError::NoCommonType)?;
        let key = match &self.key {
            Some(key) if key.kind() == kind => key.clone(),
            _ => {
                let entries = etype_info(&reply.pa_data)?;
                let entry = entries.iter().find(|entry| entry.kind == kind.wire());
                self.secret.key(&self.client, kind, entry)?
            }
        };
        let wrong = |_| KdcError::WrongSecret(self.client.clone());
        let part = EncKdcRepPart::parse(&reply.enc_part.open(&key, KeyUsage::AS_REP).map_err(wrong)?)?;
        if part.nonce != self.entropy.nonce() {
            return Err(KdcError::Mismatch("it has another nonce"));
        }
        if !reply.client.names_the_same(&self.client) {
            return Err(KdcError::Mismatch("it is for another client"));
        }
        if !part.service.name.names_the_same(&self.service().name) {
            return Err(KdcError::Mismatch("its ticket is for another service"));
        }
        match now.skew(part.auth_time) {
            Some(ahead) => Err(KdcError::ClockSkew { ahead }),
            None => Ok(IssuedTicket::new(reply.client, reply.ticket, part)),
        }
    }
}

impl Exchange for AsExchange {
    fn request(&mut self, _now: Moment) -> Vec<u8> {
        self.message(Vec::new())
    }

    fn handle(&mut self, answer: &[u8], now: Moment) -> Result<Progress, KdcError> {
        match Answer::parse(answer)? {
            Answer::Error(error) if error.code == ErrorCode::PREAUTH_REQUIRED && self.key.is_none() => {
                self.prove(&error.method_data(), now).map(Progress::Send)
            }
            Answer::Error(error) => Err(KdcError::refused(error, &self.client, &self.service(), now)),
            Answer::Reply(reply) => self.open(reply, now).map(|ticket| Progress::Done(Box::new(ticket))),
        }
    }
}

fn etype_info(pa_data: &[PaData]) -> Result<Vec<EtypeInfo2Entry>, KdcError> {
    let info = pa_data.iter().find(|data| data.kind == PaType::ETYPE_INFO2);
    Ok(info.map(|data| EtypeInfo2Entry::parse_all(&data.value)).transpose()?.unwrap_or_default())
}
