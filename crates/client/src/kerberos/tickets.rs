//! The tickets of a lab server: one a user, got once, whatever the number of logons.

use super::kdc::{Kdcs, now};
use super::{ServiceTicket, Source, TicketError};
use kerberos::client::{AsExchange, ExchangeEntropy, IssuedTicket, Secret, TgsExchange};
use kerberos::configuration::KdcHost;
use kerberos::message::NameType;
use kerberos::{CredentialCache, Principal, PrincipalName};
use smb2::auth::Credentials;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Whose tickets, for what, and from where. `Debug` shows no key.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The realm of users that are named without one, and of the service.
    pub realm: String,
    /// The name that the lab server has in its realm: `cifs/host` is its service.
    pub host: String,
    /// Its KDCs, in the order in which they are tried.
    pub kdcs: Vec<KdcHost>,
    /// What there is besides passwords.
    pub source: Source,
    /// How long connecting to a KDC, and each of its answers, may take.
    pub patience: Duration,
}

/// All tickets of one lab server. `Debug` shows the settings.
pub struct Tickets {
    settings: Settings,
    held: Mutex<HashMap<Principal, Held>>,
}

struct Held {
    ticket: Arc<ServiceTicket>,
    credentials: Credentials,
}

impl Tickets {
    /// No tickets yet.
    pub fn new(settings: Settings) -> Self {
        Self { settings, held: Mutex::default() }
    }

    /// The service that the tickets are for.
    pub fn service(&self) -> Principal {
        let name = PrincipalName::new(NameType::SRV_INST, ["cifs", &self.settings.host]);
        Principal { name, realm: self.settings.realm.clone() }
    }

    /// The user in Kerberos's words: `user` or `user@REALM`. A domain is a name of NTLM, and not looked at.
    pub fn principal(&self, Credentials { user, .. }: &Credentials) -> Principal {
        let (user, realm) = user.rsplit_once('@').unwrap_or((user, &self.settings.realm));
        Principal { name: PrincipalName::new(NameType::PRINCIPAL, user.split('/')), realm: realm.to_owned() }
    }

    /// The ticket of a user: one that is held and has not ended, else one from the KDC, which this waits for. A password
    /// counts before keytab and credential cache.
    ///
    /// # Errors
    /// [`TicketError`].
    pub fn ticket(&self, credentials: &Credentials) -> Result<Arc<ServiceTicket>, TicketError> {
        match self.held(credentials).filter(|ticket| ticket.issued().is_valid_at(now())) {
            Some(ticket) => Ok(ticket),
            None => self.renew(credentials),
        }
    }

    /// The ticket of a user that is held, without asking anybody; it may have ended.
    pub fn held(&self, credentials: &Credentials) -> Option<Arc<ServiceTicket>> {
        self.lock().get(&self.principal(credentials)).map(|held| Arc::clone(&held.ticket))
    }

    /// Gets another ticket in the place of the one that is held.
    pub(super) fn renew(&self, credentials: &Credentials) -> Result<Arc<ServiceTicket>, TicketError> {
        let principal = self.principal(credentials);
        let ticket = Arc::new(ServiceTicket::new(self.fetch(&principal, credentials)?));
        let held = Held { ticket: Arc::clone(&ticket), credentials: credentials.clone() };
        self.lock().insert(principal, held);
        Ok(ticket)
    }

    /// Everybody whose tickets are held, with the times between which each ticket is valid.
    pub(super) fn holders(&self) -> Vec<(Credentials, i64, i64)> {
        let told = |held: &Held| {
            let issued = held.ticket.issued();
            (held.credentials.clone(), issued.start_time, issued.end_time)
        };
        self.lock().values().map(told).collect()
    }

    fn fetch(&self, client: &Principal, credentials: &Credentials) -> Result<IssuedTicket, TicketError> {
        let service = self.service();
        if client.realm != service.realm {
            return Err(TicketError::OtherRealm { client: Box::new(client.clone()), service: Box::new(service) });
        }
        let secret = match &self.settings.source {
            _ if !credentials.password.is_empty() => Secret::Password(credentials.password.clone()),
            Source::Password => Secret::Password(String::new()),
            Source::Keytab(keytab) => {
                Secret::from_keytab(keytab, client).ok_or_else(|| TicketError::NotInKeytab(client.clone()))?
            }
            Source::Cache(cache) => return self.out_of_cache(cache, client, service),
        };
        let granting = self.kdcs().carry_out(AsExchange::new(client.clone(), secret, entropy()?))?;
        self.kdcs().carry_out(TgsExchange::new(granting, service, entropy()?))
    }

    fn out_of_cache(
        &self,
        cache: &CredentialCache,
        client: &Principal,
        service: Principal,
    ) -> Result<IssuedTicket, TicketError> {
        let of = &cache.principal;
        if of.realm != client.realm || !of.name.names_the_same(&client.name) {
            return Err(TicketError::CacheOfAnother { of: Box::new(of.clone()), wanted: Box::new(client.clone()) });
        }
        let is_valid = |ticket: &&IssuedTicket| ticket.is_valid_at(now());
        // What is held already is no other ticket in its place.
        let held_until = self.lock().get(client).map_or(i64::MIN, |held| held.ticket.issued().end_time);
        let is_new = |ticket: &&IssuedTicket| is_valid(ticket) && ticket.end_time > held_until;
        if let Some(ticket) = cache.ticket_of(&service).filter(is_new) {
            return Ok(ticket.clone());
        }
        let granting = cache.granting_ticket();
        match granting.filter(is_valid) {
            Some(granting) => self.kdcs().carry_out(TgsExchange::new(granting.clone(), service, entropy()?)),
            None if granting.is_some() || cache.ticket_of(&service).is_some() => {
                Err(TicketError::CacheExpired(of.clone()))
            }
            None => Err(TicketError::CacheWithoutTicket(of.clone())),
        }
    }

    fn kdcs(&self) -> Kdcs<'_> {
        let Settings { realm, kdcs, patience, .. } = &self.settings;
        Kdcs { realm, hosts: kdcs, patience: *patience }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Principal, Held>> {
        // What is in the map is whole whoever panicked beside it.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Tickets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.settings.fmt(f)
    }
}

fn entropy() -> Result<ExchangeEntropy, TicketError> {
    Ok(ExchangeEntropy { nonce: random()?, confounder: random()?, subkey: random()? })
}

fn random<const N: usize>() -> Result<[u8; N], TicketError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(TicketError::NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use kerberos::message::{EncryptedData, Ticket};
    use kerberos::{EncryptionKey, EncryptionType};

    const KIND: EncryptionType = EncryptionType::Aes256Sha1;

    fn principal(components: &[&str]) -> Principal {
        let name = PrincipalName::new(NameType::PRINCIPAL, components.iter().copied());
        Principal { name, realm: "LAB.TEST".to_owned() }
    }

    fn issued(service: &[&str]) -> IssuedTicket {
        let service = principal(service);
        let enc_part = EncryptedData { kind: KIND.wire(), key_version: None, cipher: vec![0; 64] };
        let ticket = Ticket { service: service.clone(), enc_part };
        let (client, key) = (principal(&["anna"]), EncryptionKey::from_entropy(KIND, &[1; 32]));
        IssuedTicket { client, service, ticket, key, start_time: 0, end_time: i64::MAX }
    }

    #[test]
    fn a_ticket_of_a_cache_is_replaced_by_one_of_the_kdc_not_by_itself() {
        let tickets = vec![issued(&["cifs", "files"]), issued(&["krbtgt", "LAB.TEST"])];
        let cache = CredentialCache { principal: principal(&["anna"]), tickets, unsupported: 0 };
        let tickets = Tickets::new(Settings {
            realm: "LAB.TEST".to_owned(),
            host: "files".to_owned(),
            kdcs: Vec::new(),
            source: Source::Cache(cache),
            patience: Duration::ZERO,
        });
        let anna = Credentials { domain: String::new(), user: "anna".to_owned(), password: String::new() };
        tickets.ticket(&anna).unwrap();
        assert!(matches!(tickets.renew(&anna), Err(TicketError::NoKdc { .. })), "the KDC is asked");
        assert!(tickets.held(&anna).is_some(), "what is held stays");
    }
}
