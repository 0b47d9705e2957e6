//! The TGS exchange: the ticket of a service for a ticket-granting ticket (RFC 4120 3.3, 5.2.7.1).

use super::exchange::{Answer, LONGEST};
use super::{Exchange, ExchangeEntropy, IssuedTicket, KdcError, Moment, Progress};
use crate::encryption::KeyUsage;
use crate::message::{
    ApOptions, ApReq, Authenticator, Checksum, EncKdcRepPart, EncryptedData, KdcExchange, KdcOptions, KdcRep, KdcReq,
    KdcReqBody, PaData, PaType,
};
use crate::{EncryptionKey, EncryptionType, Principal};

/// A TGS exchange.
#[derive(Debug)]
pub struct TgsExchange {
    granting: IssuedTicket,
    service: Principal,
    entropy: ExchangeEntropy,
    subkey: EncryptionKey,
}

impl TgsExchange {
    /// An exchange for a ticket of `service`, which is of the realm that `granting` is good for.
    pub fn new(granting: IssuedTicket, service: Principal, entropy: ExchangeEntropy) -> Self {
        let subkey = EncryptionKey::from_entropy(granting.key.kind(), &entropy.subkey);
        Self { granting, service, entropy, subkey }
    }

    fn open(&self, reply: KdcRep, now: Moment) -> Result<IssuedTicket, KdcError> {
        if reply.exchange != KdcExchange::Tgs {
            return Err(KdcError::Mismatch("it is an AS-REP"));
        }
        let sealed = &reply.enc_part;
        let opened = sealed
            .open(&self.subkey, KeyUsage::TGS_REP_SUBKEY)
            .or_else(|_| sealed.open(&self.granting.key, KeyUsage::TGS_REP_SESSION_KEY));
        let opened = opened.map_err(|_| KdcError::Mismatch("it is encrypted with another key"))?;
        let part = EncKdcRepPart::parse(&opened)?;
        if part.nonce != self.entropy.nonce() {
            return Err(KdcError::Mismatch("it has another nonce"));
        }
        if !reply.client.names_the_same(&self.granting.client) {
            return Err(KdcError::Mismatch("it is for another client"));
        }
        if !part.service.name.names_the_same(&self.service.name) {
            return Err(KdcError::Mismatch(
                "its ticket is for another service, as one that refers to another realm is",
            ));
        }
        if now.seconds >= part.end_time {
            return Err(KdcError::Expired(self.granting.client.clone()));
        }
        Ok(IssuedTicket::new(reply.client, reply.ticket, part))
    }
}

impl Exchange for TgsExchange {
    fn request(&mut self, now: Moment) -> Vec<u8> {
        let body = KdcReqBody {
            options: KdcOptions::default(),
            client: None,
            realm: self.service.realm.clone(),
            service: Some(self.service.name.clone()),
            till: LONGEST,
            renew_till: None,
            nonce: self.entropy.nonce(),
            encryption_types: EncryptionType::ALL.map(EncryptionType::wire).to_vec(),
        };
        let key = &self.granting.key;
        let checksum = key.checksum(KeyUsage::TGS_REQ_CHECKSUM, &body.to_der());
        let authenticator = Authenticator {
            client: self.granting.client.clone(),
            checksum: Some(Checksum { kind: key.kind().checksum_type(), value: checksum }),
            microseconds: now.microseconds,
            time: now.seconds,
            subkey: Some(self.subkey.clone()),
            sequence_number: None,
            authorization_data: None,
        };
        let (usage, confounder) = (KeyUsage::TGS_REQ_AUTHENTICATOR, &self.entropy.confounder);
        let proof = ApReq {
            options: ApOptions::default(),
            ticket: self.granting.ticket.clone(),
            authenticator: EncryptedData::seal(key, None, usage, confounder, &authenticator.to_der()),
        };
        let pa_data = vec![PaData { kind: PaType::TGS_REQ, value: proof.to_der() }];
        KdcReq { exchange: KdcExchange::Tgs, pa_data, body }.to_der()
    }

    fn handle(&mut self, answer: &[u8], now: Moment) -> Result<Progress, KdcError> {
        match Answer::parse(answer)? {
            Answer::Error(error) => Err(KdcError::refused(error, &self.granting.client, &self.service, now)),
            Answer::Reply(reply) => self.open(reply, now).map(|ticket| Progress::Done(Box::new(ticket))),
        }
    }
}
