//! Keys of services, from keytabs and passwords, and the Kerberos tickets that they open.

use super::account::Account;
use super::{SecretError, Secrets};
use kerberos::message::ApReq;
use kerberos::{AcceptError, Accepted, EncryptionKey, EncryptionType, Keytab, Principal, accept};
use std::collections::BTreeMap;

/// How many keys are made of passwords in a trace: each takes milliseconds, and who wrote the capture chose the realms
/// that they are made for.
const LIMIT: usize = 1024;

/// What came of a captured request to a service.
pub(crate) enum Ticket {
    /// It was opened.
    Opened(Box<Accepted>),
    /// Nobody has given a key of the service.
    NoKey,
    /// Keys were given, and do not open it.
    Refused(AcceptError),
}

/// The keys that were made of passwords so far: by the account's place, the type and the salt.
#[derive(Debug, Default)]
pub(crate) struct ServiceKeys {
    made: BTreeMap<(usize, EncryptionType, Vec<u8>), EncryptionKey>,
    /// How many more were wanted.
    not_made: u64,
}

impl Secrets {
    /// Takes in the bytes of a keytab: keys of services, which open the tickets of those who log on to them.
    ///
    /// # Errors
    /// [`SecretError`] when they are no keytab, or one without a key that can be used.
    pub fn add_keytab(&mut self, file: &[u8]) -> Result<(), SecretError> {
        let keytab = Keytab::parse(file)?;
        if keytab.entries.is_empty() {
            return Err(SecretError::KeytabWithoutKeys { unsupported: keytab.unsupported });
        }
        self.keytab.entries.extend(keytab.entries);
        Ok(())
    }

    /// Principals that keytabs hold keys of, as often as they hold one.
    pub fn principals(&self) -> impl Iterator<Item = &Principal> {
        self.keytab.entries.iter().map(|entry| &entry.principal)
    }
}

impl ServiceKeys {
    /// Opens a captured request with what the user knows of its service: first the keytabs, then the passwords that may
    /// be the service's.
    pub(crate) fn open(&mut self, secrets: &Secrets, request: &ApReq) -> Ticket {
        let sealed = &request.ticket.enc_part;
        let kind = EncryptionType::from_wire(sealed.kind);
        let from_keytab = kind.into_iter().flat_map(|kind| secrets.keytab.keys(kind, sealed.key_version));
        let refused = match accept(from_keytab, request) {
            Ok(accepted) => return Ticket::Opened(Box::new(accepted)),
            // A key opened the ticket, and what is in it is broken: another key will not help.
            Err(
                error @ (AcceptError::Ticket(_) | AcceptError::Authenticator(_) | AcceptError::AuthenticatorContent(_)),
            ) => {
                return Ticket::Refused(error);
            }
            Err(error) => error,
        };
        let service = &request.ticket.service;
        let Some(kind) = kind else { return secrets.refusal(service, refused) };
        let from_passwords = self.keys_of_passwords(&secrets.accounts, service, kind);
        match accept(&from_passwords, request) {
            Ok(accepted) => Ticket::Opened(Box::new(accepted)),
            Err(AcceptError::NoKey(_)) => secrets.refusal(service, refused),
            Err(error) => secrets.refusal(service, error),
        }
    }

    /// How many keys were not made of passwords because of their number.
    pub(crate) fn not_made(&self) -> u64 {
        self.not_made
    }

    fn keys_of_passwords(
        &mut self,
        accounts: &[Account],
        service: &Principal,
        kind: EncryptionType,
    ) -> Vec<EncryptionKey> {
        let mut keys = Vec::new();
        for (place, account) in accounts.iter().enumerate().filter(|(_, account)| account.may_be_in(&service.realm)) {
            if kind == EncryptionType::Rc4Hmac {
                keys.extend(EncryptionKey::new(kind, account.hash.as_bytes()));
                continue;
            }
            let Some(password) = account.password.as_deref() else { continue };
            for salt in account.salts(service) {
                keys.extend(self.key_of_password(place, kind, salt, password));
            }
        }
        keys
    }

    fn key_of_password(
        &mut self,
        account: usize,
        kind: EncryptionType,
        salt: Vec<u8>,
        password: &str,
    ) -> Option<EncryptionKey> {
        let what = (account, kind, salt);
        if let Some(made) = self.made.get(&what) {
            return Some(made.clone());
        }
        if self.made.len() >= LIMIT {
            self.not_made = self.not_made.saturating_add(1);
            return None;
        }
        let key = EncryptionKey::from_password(kind, password, &what.2, None).ok()?;
        self.made.insert(what, key.clone());
        Some(key)
    }
}

impl Secrets {
    /// What to say when nothing opens a ticket of `service`. Passwords of users were given for their own logons: those
    /// of nobody who is evidently the service are not wrong.
    fn refusal(&self, service: &Principal, error: AcceptError) -> Ticket {
        let meant =
            !self.keytab.entries.is_empty() || self.accounts.iter().any(|account| account.is_evidently(service));
        if meant { Ticket::Refused(error) } else { Ticket::NoKey }
    }
}

impl Account {
    /// The salts that its password may have for tickets of `service`: realm and name, or what Active Directory does
    /// for computers (MS-KILE 3.1.1.2), whose hosts may bear another domain than the realm.
    fn salts(&self, service: &Principal) -> Vec<Vec<u8>> {
        let realm = &service.realm;
        let Some(computer) = self.computer() else {
            let name = self.spelling.split('/').collect::<String>();
            return vec![[realm.as_bytes(), name.as_bytes()].concat()];
        };
        let in_realm = format!("{computer}.{}", realm.to_lowercase());
        let named = host(service).filter(|host| first_label(host) == computer && *host != in_realm);
        let hosts = [in_realm].into_iter().chain(named);
        hosts.map(|host| format!("{realm}host{host}").into_bytes()).collect()
    }

    /// Whether its name says that it is `service`, or the computer that `service` runs on.
    fn is_evidently(&self, service: &Principal) -> bool {
        let both = self.computer().zip(host(service));
        let is_computer = both.is_some_and(|(computer, host)| computer == first_label(&host));
        is_computer || self.spelling.eq_ignore_ascii_case(&service.name.to_string())
    }

    /// The name of the computer in lower case, if it is a computer's account.
    fn computer(&self) -> Option<String> {
        self.spelling.strip_suffix('$').map(str::to_lowercase)
    }
}

/// The host that a service principal names, in lower case.
fn host(service: &Principal) -> Option<String> {
    service.name.components.get(1).map(|host| host.to_lowercase())
}

fn first_label(host: &str) -> &str {
    host.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use kerberos::PrincipalName;
    use kerberos::message::NameType;

    fn salts(account: &str) -> Vec<String> {
        let mut secrets = Secrets::default();
        secrets.add_nt_password(&format!("{account}=x")).unwrap();
        let name = PrincipalName::new(NameType::SRV_INST, ["cifs", "Files.Example.test"]);
        let service = Principal { name, realm: "EXAMPLE.TEST".to_owned() };
        let salts = secrets.accounts.first().unwrap().salts(&service);
        salts.into_iter().map(|salt| String::from_utf8(salt).unwrap()).collect()
    }

    #[test]
    fn the_salt_of_a_user_is_realm_and_name_and_that_of_a_computer_its_host() {
        assert_eq!(salts("Service"), ["EXAMPLE.TESTService"]);
        assert_eq!(salts("EXAMPLE\\Service"), ["EXAMPLE.TESTService"]);
        assert_eq!(salts("Service@example.test"), ["EXAMPLE.TESTService"]);
        assert_eq!(salts("cifs/files.example.test@EXAMPLE.TEST"), ["EXAMPLE.TESTcifsfiles.example.test"]);
        assert_eq!(salts("FILES$"), ["EXAMPLE.TESThostfiles.example.test"]);
        assert_eq!(salts("OTHER$"), ["EXAMPLE.TESThostother.example.test"]);
    }

    #[test]
    fn keys_of_one_password_are_made_once_and_not_without_end() {
        let mut keys = ServiceKeys::default();
        let key = keys.key_of_password(0, EncryptionType::Aes128Sha1, b"salt".to_vec(), "x");
        assert_eq!(keys.key_of_password(0, EncryptionType::Aes128Sha1, b"salt".to_vec(), "x"), key);
        assert_eq!(keys.made.len(), 1);
        for place in 1..LIMIT {
            keys.made.insert((place, EncryptionType::Aes128Sha1, Vec::new()), key.clone().unwrap());
        }
        assert_eq!(keys.key_of_password(0, EncryptionType::Aes128Sha1, b"other".to_vec(), "x"), None);
        assert_eq!(keys.not_made(), 1);
    }
}
