//! What a user knows of a trace's keys, as given on a command line or in a file.

use smb2::auth::ntlm::{Authenticate, Challenge, NtHash, session_key_from_capture};
use std::collections::BTreeMap;
use std::fmt;

/// Lengths that a session key may have, bytes: NTLM yields 16, Kerberos 8 to 32 by its encryption type.
const SESSION_KEY_LENGTHS: std::ops::RangeInclusive<usize> = 8..=32;

/// How many sessions have keys when no more are taken in that a capture holds.
const EMBEDDED_LIMIT: usize = 1 << 18;

/// Keys and passwords that open encrypted messages and verify signatures. `Debug` shows how many there are, no more.
#[derive(Clone, Default)]
pub struct Secrets {
    sessions: BTreeMap<u64, SessionSecret>,
    accounts: Vec<Account>,
}

/// What is known of one session.
#[derive(Clone, Default)]
pub(crate) struct SessionSecret {
    /// Full session key, uncut.
    pub(crate) session_key: Option<Vec<u8>>,
    /// Key of the server's messages, 16 or 32 bytes.
    pub(crate) to_client: Option<Vec<u8>>,
    /// Key of the client's messages, 16 or 32 bytes.
    pub(crate) to_server: Option<Vec<u8>>,
}

#[derive(Clone)]
struct Account {
    domain: Option<String>,
    user: String,
    hash: NtHash,
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

/// Whether two names can be those of one domain: the NetBIOS name is mostly the first part of the realm.
fn same_domain(one: &str, other: &str) -> bool {
    let first = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    one == other || one.contains('.') != other.contains('.') && first(one) == first(other)
}

/// Why a secret could not be understood. No message repeats a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The text has another form.
    #[error("expected {form}")]
    Form {
        /// The form expected.
        form: &'static str,
    },
    /// The SessionId is neither of its forms.
    #[error("session id: expected 0x and up to 16 hex digits, or 16 hex digits in the byte order of the wire")]
    SessionId,
    /// A key is no hexadecimal number of whole bytes.
    #[error("{what}: expected pairs of hex digits")]
    Hex {
        /// Which key.
        what: &'static str,
    },
    /// A key has a length that no such key has.
    #[error("{what}: {length} bytes, expected {expected}")]
    Length {
        /// Which key.
        what: &'static str,
        /// Its length in bytes.
        length: usize,
        /// What it may be.
        expected: &'static str,
    },
    /// A line of a key file is wrong.
    #[error("line {line}: {source}")]
    Line {
        /// 1-based number of the line.
        line: usize,
        /// What is wrong with it.
        source: Box<SecretError>,
    },
}

impl Secrets {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.sessions.is_empty() && self.accounts.is_empty()
    }

    /// Takes in `SESID=KEY`: the full session key of a session, 8 to 32 bytes in hex.
    ///
    /// SESID is a number (`0x4800940000003d`) or, as `smb2_seskey_list` writes it, the 16 hex digits of its bytes on
    /// the wire.
    ///
    /// # Errors
    /// [`SecretError`] when the text is not of that form.
    pub fn add_session_key(&mut self, text: &str) -> Result<(), SecretError> {
        let (session_id, key) = text.split_once('=').ok_or(SecretError::Form { form: "SESID=KEY" })?;
        let (session_id, key) = (parse_session_id(session_id)?, parse_session_key(key)?);
        self.sessions.entry(session_id).or_default().session_key = Some(key);
        Ok(())
    }

    /// Takes in `SESID=S2C,C2S`: the keys of the server's and of the client's messages of a session, 16 or 32 bytes
    /// each in hex. They open messages also when the capture does not show the logon.
    ///
    /// # Errors
    /// [`SecretError`] when the text is not of that form.
    pub fn add_decryption_keys(&mut self, text: &str) -> Result<(), SecretError> {
        let form = SecretError::Form { form: "SESID=S2C,C2S" };
        let (session_id, keys) = text.split_once('=').ok_or(form.clone())?;
        let (to_client, to_server) = keys.split_once(',').ok_or(form)?;
        let session_id = parse_session_id(session_id)?;
        let to_client = parse_cipher_key(to_client, "server-to-client key")?;
        let to_server = parse_cipher_key(to_server, "client-to-server key")?;
        let secret = self.sessions.entry(session_id).or_default();
        (secret.to_client, secret.to_server) = (Some(to_client), Some(to_server));
        Ok(())
    }

    /// Takes in a file of Wireshark's `smb2_seskey_list` form: lines `sesid,seskey,s2ckey,c2skey`, where the session id
    /// is in the byte order of the wire, each value may be quoted, and keys that are not known are empty. Empty lines
    /// and those that begin with `#` say nothing.
    ///
    /// # Errors
    /// [`SecretError::Line`] for the first line that is not of that form; those before it are taken in.
    pub fn add_seskey_list(&mut self, text: &str) -> Result<(), SecretError> {
        for line in seskey_lines(text) {
            let (session_id, secret) = line?;
            self.sessions.insert(session_id, secret);
        }
        Ok(())
    }

    /// Takes in keys of the form of [`add_seskey_list`](Self::add_seskey_list) that nobody gave. What is known of a session
    /// already stays as it is, and there is an end to their number.
    pub(crate) fn add_embedded(&mut self, text: &str) -> Result<(), SecretError> {
        for line in seskey_lines(text) {
            let (session_id, secret) = line?;
            if self.sessions.len() < EMBEDDED_LIMIT {
                self.sessions.entry(session_id).or_insert(secret);
            }
        }
        Ok(())
    }

    /// Takes in `USER=PASS`, `DOMAIN\USER=PASS` or `USER@REALM=PASS`: the password of an account that logs on with NTLM.
    /// The password begins behind the first `=` and may hold more of them. Names are compared without regard to case,
    /// and without a domain those of every domain are meant.
    ///
    /// # Errors
    /// [`SecretError::Form`] when the text is not of that form.
    pub fn add_nt_password(&mut self, text: &str) -> Result<(), SecretError> {
        let (account, password) = text.split_once('=').ok_or(SecretError::Form { form: "USER=PASS" })?;
        self.add_account(account, NtHash::from_password(password), "USER=PASS")
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
        self.add_account(account, NtHash::from(hash), "USER=HASH")
    }

    /// SessionIds that keys were given for, ascending.
    pub fn session_ids(&self) -> impl Iterator<Item = u64> {
        self.sessions.keys().copied()
    }

    /// Accounts that passwords or hashes were given for, in lower case: domain, if one was named, and user.
    pub fn accounts(&self) -> impl Iterator<Item = (Option<&str>, &str)> {
        self.accounts.iter().map(|account| (account.domain.as_deref(), account.user.as_str()))
    }

    /// What is known of the session with this id.
    pub(crate) fn session(&self, session_id: u64) -> Option<&SessionSecret> {
        self.sessions.get(&session_id)
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

    fn add_account(&mut self, account: &str, hash: NtHash, form: &'static str) -> Result<(), SecretError> {
        let account = account.to_lowercase();
        let (domain, user) = match account.split_once('\\') {
            Some((domain, user)) => (Some(domain.to_owned()), user),
            None => (None, account.as_str()),
        };
        if user.is_empty() {
            return Err(SecretError::Form { form });
        }
        self.accounts.push(Account { domain, user: user.to_owned(), hash });
        Ok(())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("sessions", &self.sessions.len())
            .field("accounts", &self.accounts.len())
            .finish_non_exhaustive()
    }
}

/// The sessions of a list, one a line, with what is known of each.
fn seskey_lines(text: &str) -> impl Iterator<Item = Result<(u64, SessionSecret), SecretError>> {
    let says_something = |(_, line): &(usize, &str)| !line.is_empty() && !line.starts_with('#');
    text.lines().map(str::trim).enumerate().filter(says_something).map(|(index, line)| {
        let line_number = index.saturating_add(1);
        parse_seskey_line(line).map_err(|source| SecretError::Line { line: line_number, source: Box::new(source) })
    })
}

fn parse_seskey_line(line: &str) -> Result<(u64, SessionSecret), SecretError> {
    let mut values = line.split(',').map(|value| value.trim().trim_matches('"'));
    let (Some(session_id), Some(session_key)) = (values.next(), values.next()) else {
        return Err(SecretError::Form { form: "sesid,seskey,s2ckey,c2skey" });
    };
    let (to_client, to_server) = (values.next().unwrap_or_default(), values.next().unwrap_or_default());
    if values.next().is_some() {
        return Err(SecretError::Form { form: "sesid,seskey,s2ckey,c2skey" });
    }
    let given = |text: &str| !text.is_empty();
    let secret = SessionSecret {
        session_key: Some(session_key).filter(|text| given(text)).map(parse_session_key).transpose()?,
        to_client: Some(to_client)
            .filter(|text| given(text))
            .map(|text| parse_cipher_key(text, "server-to-client key"))
            .transpose()?,
        to_server: Some(to_server)
            .filter(|text| given(text))
            .map(|text| parse_cipher_key(text, "client-to-server key"))
            .transpose()?,
    };
    Ok((parse_session_id(session_id)?, secret))
}

fn parse_session_id(text: &str) -> Result<u64, SecretError> {
    let wrong = || SecretError::SessionId;
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        return u64::from_str_radix(digits, 16).ok().filter(|_| hex).ok_or_else(wrong);
    }
    let bytes = parse_hex(text, "session id").map_err(|_| wrong())?;
    Ok(u64::from_le_bytes(bytes.try_into().map_err(|_| wrong())?))
}

fn parse_session_key(text: &str) -> Result<Vec<u8>, SecretError> {
    let key = parse_hex(text, "session key")?;
    if SESSION_KEY_LENGTHS.contains(&key.len()) {
        Ok(key)
    } else {
        Err(SecretError::Length { what: "session key", length: key.len(), expected: "8 to 32" })
    }
}

fn parse_cipher_key(text: &str, what: &'static str) -> Result<Vec<u8>, SecretError> {
    let key = parse_hex(text, what)?;
    match key.len() {
        16 | 32 => Ok(key),
        length => Err(SecretError::Length { what, length, expected: "16 or 32" }),
    }
}

fn parse_hex(text: &str, what: &'static str) -> Result<Vec<u8>, SecretError> {
    let digit = |digit: &u8| char::from(*digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    };
    text.trim().as_bytes().chunks(2).map(byte).collect::<Option<_>>().ok_or(SecretError::Hex { what })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const KEY: &str = "28f2847263c83dc00621f742dd3f2e7b";

    #[test]
    fn a_session_id_is_a_number_or_its_bytes_on_the_wire() {
        assert_eq!(parse_session_id("0x4800_9400").ok(), None);
        assert_eq!(parse_session_id("0x000048009400003d"), Ok(0x0000_4800_9400_003d));
        assert_eq!(parse_session_id("3d00009400480000"), Ok(0x0000_4800_9400_003d));
        for wrong in ["", "0x", "0x+1", "12", "3d000094004800", "3d0000940048000000"] {
            assert!(parse_session_id(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn both_forms_of_a_session_id_name_one_session() {
        let mut secrets = Secrets::default();
        secrets.add_session_key(&format!("0x48009400003d={KEY}")).unwrap();
        secrets.add_decryption_keys(&format!("3d00009400480000={KEY},{KEY}{KEY}")).unwrap();
        let secret = secrets.session(0x0000_4800_9400_003d).unwrap();
        assert_eq!(secret.session_key.as_ref().map(Vec::len), Some(16));
        assert_eq!(secret.to_client.as_ref().map(Vec::len), Some(16));
        assert_eq!(secret.to_server.as_ref().map(Vec::len), Some(32));
    }

    #[test]
    fn a_seskey_list_may_be_quoted_and_leave_keys_out() {
        let mut secrets = Secrets::default();
        let list = format!("# keys\n\n\"3d00009400480000\",\"{KEY}\",\"\",\"\"\r\n690000ac1c280000,,{KEY},{KEY}\n");
        secrets.add_seskey_list(&list).unwrap();
        assert!(secrets.session(0x0000_4800_9400_003d).unwrap().session_key.is_some());
        let other = secrets.session(0x0000_281c_ac00_0069).unwrap();
        assert!(other.session_key.is_none() && other.to_client.is_some() && other.to_server.is_some());
    }

    #[test]
    fn an_error_says_what_is_wrong_and_no_secret() {
        let mut secrets = Secrets::default();
        let said = |error: SecretError| error.to_string();
        assert_eq!(secrets.add_session_key("7").map_err(said), Err("expected SESID=KEY".to_owned()));
        assert_eq!(
            secrets.add_session_key("0x7=abc").map_err(said),
            Err("session key: expected pairs of hex digits".to_owned())
        );
        assert_eq!(
            secrets.add_decryption_keys("0x7=abcd,abcd").map_err(said),
            Err("server-to-client key: 2 bytes, expected 16 or 32".to_owned())
        );
        assert_eq!(secrets.add_nt_hash("me=abcd").map_err(said), Err("NT hash: 2 bytes, expected 16".to_owned()));
        assert_eq!(secrets.add_nt_password("=x").map_err(said), Err("expected USER=PASS".to_owned()));
        assert_eq!(
            secrets.add_seskey_list("\nnonsense").map_err(said),
            Err("line 2: expected sesid,seskey,s2ckey,c2skey".to_owned())
        );
        assert!(secrets.is_empty());
    }

    #[test]
    fn keys_that_a_capture_holds_leave_those_that_were_given() {
        let other = "00112233445566778899aabbccddeeff";
        let mut secrets = Secrets::default();
        secrets.add_session_key(&format!("0x7={KEY}")).unwrap();
        let before = secrets.session(7).unwrap().session_key.clone();
        let lines = format!("# what it is\n0700000000000000,{other},,\n0800000000000000,{other},,\n");
        secrets.add_embedded(&lines).unwrap();
        assert!(secrets.session(7).unwrap().session_key == before && secrets.session(8).is_some());
        assert_eq!(
            secrets.add_embedded("nonsense").map_err(|error| error.to_string()),
            Err("line 1: expected sesid,seskey,s2ckey,c2skey".to_owned())
        );
    }

    #[test]
    fn no_message_repeats_what_was_given() {
        // Parts put the wrong way round, too long, or not in hex: wherever the secret stands, it stays unsaid.
        type Add = fn(&mut Secrets, &str) -> Result<(), SecretError>;
        let adders: [Add; 5] = [
            Secrets::add_session_key,
            Secrets::add_decryption_keys,
            Secrets::add_seskey_list,
            Secrets::add_nt_password,
            Secrets::add_nt_hash,
        ];
        let texts =
            ["5ec2e7", "5ec2e7=0x7", "0x7=5ec2e7", "0x7=5ec2e7,5ec2e7", "5ec2e7,5ec2e7", "me=5ec2e7", "=5ec2e7"];
        let mut refused = 0;
        for (add, text) in adders.into_iter().flat_map(|add| texts.map(|text| (add, text))) {
            if let Err(error) = add(&mut Secrets::default(), text) {
                refused += 1;
                assert!(!format!("{error} {error:?}").contains("5ec2e7"), "{text}: {error:?}");
            }
        }
        assert!(refused > 25, "{refused}");
    }

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

    #[test]
    fn debug_output_tells_no_secret() {
        let mut secrets = Secrets::default();
        secrets.add_session_key(&format!("0x7={KEY}")).unwrap();
        secrets.add_nt_password("me=open sesame").unwrap();
        assert_eq!(format!("{secrets:?}"), "Secrets { sessions: 1, accounts: 1, .. }");
    }
}
