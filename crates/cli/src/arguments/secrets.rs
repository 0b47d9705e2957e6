//! Keys and passwords that decrypt a trace.

use clap::{Args, ValueHint};
use std::path::PathBuf;

/// Each option may be given several times. Values are parsed later: clap would repeat a wrong one in its message.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Keys of encrypted sessions (on the command line others may see them: use @FILE, one a \
                               line, or the environment)")]
pub(crate) struct SecretArguments {
    /// Session key in hex, of a session 0x…; also SMBREPLAY_SESSION_KEYS
    #[arg(long, value_name = "SESID=KEY|@FILE")]
    pub(crate) session_key: Vec<Secret>,
    /// Keys of the server's and the client's messages in hex, needed when the logon was not captured; also
    /// SMBREPLAY_DECRYPTION_KEYS
    #[arg(long, value_name = "SESID=S2C,C2S|@FILE")]
    pub(crate) decryption_keys: Vec<Secret>,
    /// File of Wireshark's smb2_seskey_list form (sesid,seskey,s2ckey,c2skey a line); also SMBREPLAY_KEYS, its path
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) keys: Vec<PathBuf>,
    /// Password of an account that logs on with NTLM, DOMAIN\USER or USER alone, or of the service of Kerberos logons,
    /// as HOST$; also SMBREPLAY_NT_PASSWORDS
    #[arg(long, value_name = "USER=PASS|@FILE")]
    pub(crate) nt_password: Vec<Secret>,
    /// NT hash of its password in hex; also SMBREPLAY_NT_HASHES
    #[arg(long, value_name = "USER=HASH|@FILE")]
    pub(crate) nt_hash: Vec<Secret>,
    /// Keytab of the server, which opens Kerberos logons; also SMBREPLAY_KEYTAB, its path
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) keytab: Vec<PathBuf>,
}

/// A secret or the name of its file, which no debug output shows.
#[derive(Clone)]
pub(crate) struct Secret(pub(crate) String);

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}
