//! `--map-user`: who logs on live for a captured user.

use crate::map::rule::{RuleError, sides};
use crate::map::{is_same, units};
use smb2::auth::Credentials;

/// `A=user%password` or `DOMAIN\A=DOMAIN\user%password`. The password is behind the first percent sign.
#[derive(Clone, Debug)]
pub struct UserRule {
    /// Captured domain; `None`: any.
    domain: Option<String>,
    user: String,
    /// Domain of the live user; `None`: that of the configured one.
    live_domain: Option<String>,
    live: Credentials,
}

impl std::str::FromStr for UserRule {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let (captured, live) = sides(text)?;
        let (domain, user) = account(captured);
        if user.is_empty() {
            return Err(RuleError::Empty { what: "user", side: "before" });
        }
        let Some((live, password)) = live.split_once('%') else {
            return Err(RuleError::NoPassword { captured: captured.to_owned() });
        };
        let (live_domain, live) = account(live);
        if live.is_empty() {
            return Err(RuleError::Empty { what: "user", side: "behind" });
        }
        let live = Credentials { domain: String::new(), user: live.to_owned(), password: password.to_owned() };
        let owned = |domain: Option<&str>| domain.map(str::to_owned);
        Ok(Self { domain: owned(domain), user: user.to_owned(), live_domain: owned(live_domain), live })
    }
}

/// All rules for users.
#[derive(Clone, Debug, Default)]
pub struct Users(Vec<UserRule>);

impl Users {
    /// The rule for a captured user: one that names the domain before one that does not, the last one of several.
    pub fn find(&self, domain: &str, user: &str) -> Option<usize> {
        self.last(user, Some(domain)).or_else(|| self.last(user, None))
    }

    /// The rule for the client of a ticket: likewise, where the first part of the realm is a domain as well, for that is
    /// mostly the NetBIOS name of the domain. The whole realm counts first.
    pub fn find_in_realm(&self, realm: &str, user: &str) -> Option<usize> {
        let first = realm.split_once('.').map(|(first, _)| first);
        self.last(user, Some(realm))
            .or_else(|| first.and_then(|first| self.last(user, Some(first))))
            .or_else(|| self.last(user, None))
    }

    /// The last rule for a user that names this domain, or none.
    fn last(&self, user: &str, domain: Option<&str>) -> Option<usize> {
        let same = |a: &str, b: &str| is_same(&units(a), &units(b));
        let of_domain = |named: Option<&str>| match (named, domain) {
            (Some(named), Some(domain)) => same(named, domain),
            (named, domain) => named.is_none() && domain.is_none(),
        };
        self.0.iter().rposition(|rule| same(&rule.user, user) && of_domain(rule.domain.as_deref()))
    }

    /// The live user of a rule; `domain` when the rule names none.
    pub fn credentials(&self, rule: usize, domain: &str) -> Option<Credentials> {
        let rule = self.0.get(rule)?;
        let domain = rule.live_domain.as_deref().unwrap_or(domain).to_owned();
        Some(Credentials { domain, ..rule.live.clone() })
    }
}

impl FromIterator<UserRule> for Users {
    fn from_iter<I: IntoIterator<Item = UserRule>>(rules: I) -> Self {
        Self(rules.into_iter().collect())
    }
}

fn account(text: &str) -> (Option<&str>, &str) {
    text.split_once('\\').map_or((None, text), |(domain, user)| (Some(domain), user))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn users(rules: &[&str]) -> Users {
        rules.iter().map(|rule| rule.parse::<UserRule>().unwrap()).collect()
    }

    #[test]
    fn a_user_is_found_without_case_and_the_domain_counts_first() {
        let users = users(&["anna=a%1", "CORP\\Anna=LAB\\b%2=%3"]);
        let found = |domain, user| users.find(domain, user).and_then(|rule| users.credentials(rule, "HOME"));
        let corp = found("corp", "ANNA").unwrap();
        assert_eq!((corp.domain.as_str(), corp.user.as_str(), corp.password.as_str()), ("LAB", "b", "2=%3"));
        let other = found("other", "anna").unwrap();
        assert_eq!((other.domain.as_str(), other.user.as_str(), other.password.as_str()), ("HOME", "a", "1"));
        assert!(found("corp", "bert").is_none());
    }

    #[test]
    fn a_client_of_a_ticket_is_found_by_its_realm_and_by_the_netbios_name_of_its_domain() {
        let users = users(&["anna=a%", "CORP\\anna=b%", "CORP.EXAMPLE\\anna=c%", "EXAMPLE\\bert=d%", "CORP\\carl=e%"]);
        let found = |realm, user| {
            users.find_in_realm(realm, user).and_then(|rule| users.credentials(rule, "")).map(|live| live.user)
        };
        assert_eq!(found("CORP.EXAMPLE", "anna").as_deref(), Some("c"));
        assert_eq!(found("CORP.OTHER", "Anna").as_deref(), Some("b"));
        assert_eq!(found("CORP", "anna").as_deref(), Some("b"));
        assert_eq!(found("HOME.CORP", "anna").as_deref(), Some("a"));
        assert_eq!(found("CORP.EXAMPLE", "bert"), None);
        assert_eq!(found("corp.example", "carl").as_deref(), Some("e"));
        assert_eq!(users.find("corp.example", "carl"), None);
    }

    #[test]
    fn no_message_and_no_debug_output_shows_a_password() {
        assert!(!format!("{:?}", users(&["anna=a%secret"])).contains("secret"));
        for rule in ["secret", "anna=secret", "=a%secret", "anna=%secret"] {
            let error = rule.parse::<UserRule>().unwrap_err();
            assert!(!error.to_string().contains("secret") && !format!("{error:?}").contains("secret"), "{error}");
        }
    }
}
