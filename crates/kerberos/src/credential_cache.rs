//! Credential caches: files of a user's tickets, in the format of MIT Kerberos (version 0x0504).
//!
//! A file is two bytes of version, a header, the user, and any number of credentials; all numbers are big-endian.

use crate::client::IssuedTicket;
use crate::message::{NameType, Ticket};
use crate::{EncryptionKey, EncryptionType, Principal, PrincipalName};

/// The realm that MIT puts settings under, as if they were tickets.
const SETTINGS: &str = "X-CACHECONF:";

/// The tickets of a user. `Debug` shows no key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialCache {
    /// Whose they are.
    pub principal: Principal,
    /// Tickets whose encryption types are supported, in their order.
    pub tickets: Vec<IssuedTicket>,
    /// How many were left out.
    pub unsupported: usize,
}

/// Why a file is no credential cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CredentialCacheError {
    /// It does not begin as one does.
    #[error("it does not begin with the version of a credential cache, 0x0504")]
    Version,
    /// It ends too early.
    #[error("it is cut off in its header, or in the name of its user")]
    Header,
    /// A credential is longer than what is left of the file.
    #[error("credential {number} is cut off")]
    Cut {
        /// 1-based.
        number: usize,
    },
}

impl CredentialCache {
    /// Reads the bytes of a file.
    ///
    /// # Errors
    /// [`CredentialCacheError`] when they are no credential cache.
    pub fn parse(file: &[u8]) -> Result<Self, CredentialCacheError> {
        let Some(rest) = file.strip_prefix(&[5, 4]) else { return Err(CredentialCacheError::Version) };
        let mut fields = Fields(rest);
        let header = fields.u16().and_then(|length| fields.take(usize::from(length)));
        let principal = header.and_then(|_| fields.principal()).ok_or(CredentialCacheError::Header)?;
        let mut cache = Self { principal, tickets: Vec::new(), unsupported: 0 };
        for number in 1usize.. {
            if fields.0.is_empty() {
                break;
            }
            match fields.credential().ok_or(CredentialCacheError::Cut { number })? {
                Credential::Ticket(ticket) => cache.tickets.push(*ticket),
                Credential::Unsupported => cache.unsupported = cache.unsupported.saturating_add(1),
                Credential::Setting => {}
            }
        }
        Ok(cache)
    }

    /// The ticket of `service` that is valid longest.
    pub fn ticket_of(&self, service: &Principal) -> Option<&IssuedTicket> {
        self.longest(|ticket| ticket.service.names_the_same(service))
    }

    /// The ticket-granting ticket of the user's own realm that is valid longest.
    pub fn granting_ticket(&self) -> Option<&IssuedTicket> {
        self.longest(|ticket| ticket.grants_tickets_of(&self.principal.realm))
    }

    fn longest(&self, is_wanted: impl Fn(&IssuedTicket) -> bool) -> Option<&IssuedTicket> {
        let is_own = |ticket: &&IssuedTicket| ticket.client.names_the_same(&self.principal) && is_wanted(ticket);
        self.tickets.iter().filter(is_own).max_by_key(|ticket| ticket.end_time)
    }
}

enum Credential {
    Ticket(Box<IssuedTicket>),
    Unsupported,
    Setting,
}

/// What is left of a file.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn data(&mut self) -> Option<&'a [u8]> {
        let length = self.u32()?;
        self.take(usize::try_from(length).ok()?)
    }

    fn text(&mut self) -> Option<String> {
        Some(String::from_utf8_lossy(self.data()?).into_owned())
    }

    fn principal(&mut self) -> Option<Principal> {
        let name_type = NameType(self.u32()?.cast_signed());
        let count = self.u32()?;
        let realm = self.text()?;
        let components = (0..count).map(|_| self.text()).collect::<Option<Vec<_>>>()?;
        Some(Principal { name: PrincipalName { name_type, components }, realm })
    }

    /// Addresses, or authorization data: a kind and bytes each.
    fn pass_list(&mut self) -> Option<()> {
        let count = self.u32()?;
        (0..count).try_for_each(|_| self.u16().and_then(|_| self.data()).map(drop))
    }

    fn credential(&mut self) -> Option<Credential> {
        let (client, service) = (self.principal()?, self.principal()?);
        let (kind, key) = (self.u16()?, self.data()?);
        let [auth_time, start_time, end_time, _renew_till] = [self.u32()?, self.u32()?, self.u32()?, self.u32()?];
        let (_is_session_key, _flags) = (self.take(1)?, self.u32()?);
        self.pass_list()?;
        self.pass_list()?;
        let (ticket, _second_ticket) = (self.data()?, self.data()?);
        if service.realm == SETTINGS {
            return Some(Credential::Setting);
        }
        let key = EncryptionType::from_wire(kind.into()).and_then(|kind| EncryptionKey::new(kind, key));
        let (Some(key), Ok(ticket)) = (key, Ticket::parse(ticket)) else { return Some(Credential::Unsupported) };
        let start_time = if start_time == 0 { auth_time } else { start_time };
        let (start_time, end_time) = (start_time.into(), end_time.into());
        Some(Credential::Ticket(Box::new(IssuedTicket { client, service, ticket, key, start_time, end_time })))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

    use super::*;
    use crate::message::EncryptedData;

    fn data(bytes: &[u8]) -> Vec<u8> {
        [&u32::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat()
    }

    fn principal(realm: &str, components: &[&str]) -> Vec<u8> {
        let count = u32::try_from(components.len()).unwrap();
        let mut bytes = [&1u32.to_be_bytes()[..], &count.to_be_bytes(), &data(realm.as_bytes())].concat();
        components.iter().for_each(|component| bytes.extend(data(component.as_bytes())));
        bytes
    }

    fn ticket(realm: &str, service: &[&str]) -> Ticket {
        let name = PrincipalName::new(NameType::SRV_INST, service.iter().copied());
        let enc_part = EncryptedData { kind: 18, key_version: Some(1), cipher: vec![7; 40] };
        Ticket { service: Principal { name, realm: realm.into() }, enc_part }
    }

    fn credential(realm: &str, service: &[&str], kind: u16, key: &[u8], end_time: u32) -> Vec<u8> {
        let mut bytes = [principal("LAB.TEST", &["anna"]), principal(realm, service)].concat();
        bytes.extend(kind.to_be_bytes());
        bytes.extend(data(key));
        [100, 0, end_time, 0].iter().for_each(|time: &u32| bytes.extend(time.to_be_bytes()));
        bytes.extend([0, 0, 0, 0, 0]);
        let address = [&1u32.to_be_bytes()[..], &2u16.to_be_bytes(), &data(&[127, 0, 0, 1])].concat();
        bytes.extend(address);
        bytes.extend(0u32.to_be_bytes());
        bytes.extend(data(&ticket(realm, service).to_der()));
        bytes.extend(data(&[]));
        bytes
    }

    fn cache(credentials: &[Vec<u8>]) -> Vec<u8> {
        let kdc_offset = [0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0];
        let head = [&[5, 4, 0, 12][..], &kdc_offset, &principal("LAB.TEST", &["anna"])].concat();
        [head, credentials.concat()].concat()
    }

    #[test]
    fn the_ticket_that_is_valid_longest_is_found_among_settings_and_unknown_types() {
        let file = cache(&[
            credential(SETTINGS, &["krb5_ccache_conf_data", "pa_type"], 0, &[], 0),
            credential("LAB.TEST", &["krbtgt", "LAB.TEST"], 18, &[1; 32], 900),
            credential("LAB.TEST", &["krbtgt", "LAB.TEST"], 18, &[2; 32], 800),
            credential("LAB.TEST", &["cifs", "files.lab.test"], 17, &[3; 16], 700),
            credential("LAB.TEST", &["cifs", "old.lab.test"], 3, &[3; 8], 700),
        ]);
        let cache = CredentialCache::parse(&file).unwrap();
        assert_eq!((cache.principal.to_string().as_str(), cache.unsupported), ("anna@LAB.TEST", 1));
        let granting = cache.granting_ticket().unwrap();
        assert_eq!((granting.start_time, granting.end_time, granting.key.as_bytes()[0]), (100, 900, 1));
        let service = ticket("LAB.TEST", &["cifs", "files.lab.test"]).service;
        assert_eq!(cache.ticket_of(&service).unwrap().ticket, ticket("LAB.TEST", &["cifs", "files.lab.test"]));
        assert!(cache.ticket_of(&ticket("OTHER", &["cifs", "files.lab.test"]).service).is_none());
    }

    #[test]
    fn tickets_are_the_users_own_whatever_type_their_names_have() {
        let mut own = credential("LAB.TEST", &["krbtgt", "LAB.TEST"], 18, &[1; 32], 900);
        own[..4].copy_from_slice(&0u32.to_be_bytes());
        let mut of_another = credential("LAB.TEST", &["krbtgt", "LAB.TEST"], 18, &[2; 32], 1000);
        let name = of_another.windows(4).position(|bytes| bytes == b"anna").unwrap();
        of_another[name..name + 4].copy_from_slice(b"bert");
        let cache = CredentialCache::parse(&cache(&[own, of_another])).unwrap();
        assert_eq!(cache.tickets.len(), 2);
        assert_eq!(cache.granting_ticket().unwrap().end_time, 900);
    }

    #[test]
    fn a_file_that_ends_anywhere_is_refused_and_no_count_in_it_takes_memory() {
        let whole = cache(&[credential("LAB.TEST", &["krbtgt", "LAB.TEST"], 18, &[1; 32], 900)]);
        let without = cache(&[]).len();
        for length in (0..whole.len()).filter(|length| *length != without) {
            assert!(CredentialCache::parse(&whole[..length]).is_err(), "{length}");
        }
        let many = [&[5, 4, 0, 0][..], &[0, 0, 0, 1], &[0xff; 4], &data(b"LAB.TEST")].concat();
        assert_eq!(CredentialCache::parse(&many), Err(CredentialCacheError::Header));
        assert_eq!(CredentialCache::parse(&[5, 3, 0, 0]), Err(CredentialCacheError::Version));
    }
}
