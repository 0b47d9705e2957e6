//! Passwords of accounts, and the NTLM logons that they open.

use super::hex::parse_hex;
use super::{SecretError, Secrets};
use smb2::auth::ntlm::{Authenticate, Challenge, NtHash, session_key_from_capture};

#[derive(Clone)]
pub(super) struct Account {
    /// Domain or realm, in lower case.
    pub(super) domain: Option<String>,
    /// Name in lower case, with the realm if it was given that way.
    user: String,
    /// Name without the realm, as it was given.
    pub(super) spelling: String,
    pub(super) hash: NtHash,
    /// `None` when the hash alone is known.
    pub(super) password: Option<String>,
}

/// The session key of a captured logon, as far as passwords lead to it.
pub(crate) enum Recomputed {
    /// ExportedSessionKey (MS-NLMP 3.2.5.1.2).
    Key([u8; 16]),
    /// Nobody has given a password of the user, or it is no NTLMv2 logon.
    NoPassword,
    /// A password of the user was given, and it is another one.
    WrongPassword,
}

/// A user's names, in lower case: as the logon has them, and a user principal name taken apart.
struct Names {
    user: String,
    domain: String,
    principal: Option<(String, String)>,
}

impl Names {
    fn new(user: &str, domain: &str) -> Self {
        let (user, domain) = (user.to_lowercase(), domain.to_lowercase());
        let principal = user.rsplit_once('@').map(|(user, realm)| (user.to_owned(), realm.to_owned()));
        Self { user, domain, principal }
    }

    /// Whether `account` can be this user. The proof in the logon decides, so that it does no harm to ask too often.
    fn fit(&self, account: &Account) -> bool {
        let is = |user: &str, domain: &str| {
            let given = account.domain.as_deref();
            let principal = account.user.rsplit_once('@').filter(|_| given.is_none());
            account.user == user && given.is_none_or(|given| same_domain(given, domain))
                || principal.is_some_and(|(name, realm)| name == user && same_domain(realm, domain))
        };
        is(&self.user, &self.domain) || self.principal.as_ref().is_some_and(|(user, realm)| is(user, realm))
    }
}

impl Account {
    /// Whether it can be an account of `realm`.
    pub(super) fn may_be_in(&self, realm: &str) -> bool {
        let of_principal = self.user.rsplit_once('@').map(|(_, realm)| realm);
        self.domain.as_deref().or(of_principal).is_none_or(|given| same_domain(given, &realm.to_lowercase()))
    }
}

/// Whether two names can be those of one domain: the NetBIOS name is mostly the first part of the realm.
fn same_domain(one: &str, other: &str) -> bool {
    let first = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    one == other || one.contains('.') != other.contains('.') && first(one) == first(other)
}

impl Secrets {
    /// Takes in `USER=PASS`, `DOMAIN\USER=PASS` or `USER@REALM=PASS`: the password of an account that logs on with NTLM, or
    /// that Kerberos tickets are issued for: of a service, or of a computer, `HOST$`.
    /// The password begins behind the first `=` and may hold more of them. Names are compared without regard to case,
    /// and without a domain those of every domain are meant.
    ///
    /// # Errors
    /// [`SecretError::Form`] when the text is not of that form.
    pub fn add_nt_password(&mut self, text: &str) -> Result<(), SecretError> {
        let (account, password) = text.split_once('=').ok_or(SecretError::Form { form: "USER=PASS" })?;
        self.add_account(account, NtHash::from_password(password), Some(password), "USER=PASS")
    }

    /// Takes in `USER=HASH`, with names as for [`add_nt_password`](Self::add_nt_password): the NT hash of an account's password, 16 bytes in hex.
    ///
    /// # Errors
    /// [`SecretError`] when the text is not of that form.
    pub fn add_nt_hash(&mut self, text: &str) -> Result<(), SecretError> {
        let (account, hash) = text.split_once('=').ok_or(SecretError::Form { form: "USER=HASH" })?;
        let hash = parse_hex(hash, "NT hash")?;
        let length = hash.len();
        let hash: [u8; 16] =
            hash.try_into().map_err(|_| SecretError::Length { what: "NT hash", length, expected: "16" })?;
        self.add_account(account, NtHash::from(hash), None, "USER=HASH")
    }

    /// Accounts that passwords or hashes were given for, in lower case: domain, if one was named, and user.
    pub fn accounts(&self) -> impl Iterator<Item = (Option<&str>, &str)> {
        self.accounts.iter().map(|account| (account.domain.as_deref(), account.user.as_str()))
    }

    /// The session key of a captured NTLM logon, from the password of its user.
    pub(crate) fn session_key_of(&self, challenge: Challenge<'_>, authenticate: Authenticate<'_>) -> Recomputed {
        let (Ok(user), Ok(domain)) = (authenticate.user(), authenticate.domain()) else {
            return Recomputed::NoPassword;
        };
        let names = Names::new(&user, &domain);
        let mut fitting = self.accounts.iter().filter(|account| names.fit(account)).peekable();
        if fitting.peek().is_none() || authenticate.ntlm_v2().is_none() {
            return Recomputed::NoPassword;
        }
        let key = |account: &Account| session_key_from_capture(&account.hash, challenge, authenticate);
        fitting.find_map(key).map_or(Recomputed::WrongPassword, Recomputed::Key)
    }

    fn add_account(
        &mut self,
        account: &str,
        hash: NtHash,
        password: Option<&str>,
        form: &'static str,
    ) -> Result<(), SecretError> {
        let (domain, user) = match account.split_once('\\') {
            Some((domain, user)) => (Some(domain.to_lowercase()), user),
            None => (None, account),
        };
        if user.is_empty() {
            return Err(SecretError::Form { form });
        }
        let spelling = user.rsplit_once('@').map_or(user, |(name, _)| name).to_owned();
        let password = password.map(str::to_owned);
        self.accounts.push(Account { domain, user: user.to_lowercase(), spelling, hash, password });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_password_may_hold_anything_behind_the_first_equals_sign() {
        for (text, password) in [("me=a=b==", "a=b=="), ("LAB\\me=pä\\ß €@x", "pä\\ß €@x"), ("me@lab=", "")] {
            let mut secrets = Secrets::default();
            secrets.add_nt_password(text).unwrap();
            let [account] = &secrets.accounts[..] else { unreachable!() };
            assert!(account.hash == NtHash::from_password(password), "{text}");
        }
    }

    #[test]
    fn an_account_fits_a_user_of_its_domain_in_either_spelling() {
        let fits = |given: &str, user: &str, domain: &str| {
            let mut secrets = Secrets::default();
            secrets.add_nt_password(&format!("{given}=x")).unwrap();
            secrets.accounts.iter().all(|account| Names::new(user, domain).fit(account))
        };
        for given in ["eva", "LAB\\Eva", "eva@lab.example", "eva@LAB", "lab.example\\eva"] {
            assert!(fits(given, "EVA", "Lab"), "{given}");
            assert!(fits(given, "eva@lab.example", ""), "{given}");
        }
        for given in ["adam", "ELSEWHERE\\eva", "eva@elsewhere.example", "ev", "lab"] {
            assert!(!fits(given, "eva", "LAB") && !fits(given, "eva@lab.example", ""), "{given}");
        }
        assert!(!fits("eva@lab.other", "eva@lab.example", ""));
    }
}
