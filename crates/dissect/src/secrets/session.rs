//! Keys of single sessions, by their SessionId.

use super::hex::parse_hex;
use super::{SecretError, Secrets};

/// Lengths that a session key may have, bytes: NTLM yields 16, Kerberos 8 to 32 by its encryption type.
const SESSION_KEY_LENGTHS: std::ops::RangeInclusive<usize> = 8..=32;

/// How many sessions have keys when no more are taken in that a capture holds.
const EMBEDDED_LIMIT: usize = 1 << 18;

/// What is known of one session.
#[derive(Clone, Default)]
pub(crate) struct SessionSecret {
    /// Full session key, uncut.
    pub(crate) session_key: Option<Vec<u8>>,
    /// Key of the server's messages, 16 or 32 bytes.
    pub(crate) to_client: Option<Vec<u8>>,
    /// Key of the client's messages, 16 or 32 bytes.
    pub(crate) to_server: Option<Vec<u8>>,
    /// Whether the capture holds it: nobody gave it.
    pub(crate) embedded: bool,
}

impl Secrets {
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
                self.sessions.entry(session_id).or_insert(SessionSecret { embedded: true, ..secret });
            }
        }
        Ok(())
    }

    /// SessionIds that keys were given for, ascending.
    pub fn session_ids(&self) -> impl Iterator<Item = u64> {
        self.sessions.keys().copied()
    }

    /// What is known of the session with this id.
    pub(crate) fn session(&self, session_id: u64) -> Option<&SessionSecret> {
        self.sessions.get(&session_id)
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
        embedded: false,
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
}
