//! The keys of the configuration: names, ranges, defaults, environment variables.

use super::ConfigError;
use std::fmt;
use std::str::FromStr;

/// A key of the configuration.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[expect(missing_docs, reason = "each is described by `Key::meaning`")]
pub enum Key {
    ServerIp,
    Port,
    Domain,
    Username,
    Password,
    TreeName,
    MaxWait,
    CaseId,
    TracesFolder,
    OutputDir,
    CapturePath,
    SessionId,
    TraceName,
    VerbosityLevel,
}

/// What is fixed about a key.
struct Facts {
    name: &'static str,
    default: &'static str,
    range: &'static str,
    meaning: &'static str,
    /// Environment variables beside `SMBREPLAY_<KEY>`, in order of preference.
    aliases: &'static [&'static str],
}

impl Key {
    /// All keys, in the order in which they are shown.
    pub const ALL: [Self; 14] = [
        Self::ServerIp,
        Self::Port,
        Self::Domain,
        Self::Username,
        Self::Password,
        Self::TreeName,
        Self::MaxWait,
        Self::CaseId,
        Self::TracesFolder,
        Self::OutputDir,
        Self::CapturePath,
        Self::SessionId,
        Self::TraceName,
        Self::VerbosityLevel,
    ];

    /// The name in the file and on the command line.
    pub fn name(self) -> &'static str {
        self.facts().name
    }

    /// The default, as text; empty where there is none.
    pub fn default_value(self) -> &'static str {
        self.facts().default
    }

    /// What values are allowed, in words that follow "must be".
    pub fn range(self) -> &'static str {
        self.facts().range
    }

    /// One phrase for people.
    pub fn meaning(self) -> &'static str {
        self.facts().meaning
    }

    /// The environment variables that set it, in order of preference: `SMBREPLAY_<KEY>` first.
    pub fn variables(self) -> Vec<String> {
        let own = format!("SMBREPLAY_{}", self.name().to_ascii_uppercase());
        std::iter::once(own).chain(self.facts().aliases.iter().map(|alias| (*alias).to_owned())).collect()
    }

    /// All names, comma-separated.
    pub fn list() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    #[rustfmt::skip]
    fn facts(self) -> Facts {
        let (name, default, range, meaning, aliases): (_, _, _, _, &[&str]) = match self {
            Self::ServerIp => ("server_ip", "127.0.0.1", "a host name or an IP address", "lab server", &[]),
            Self::Port => ("port", "445", "a TCP port from 1 to 65535", "SMB port of the lab server", &[]),
            Self::Domain => ("domain", "", "a domain name, or empty", "NTLM domain", &[]),
            Self::Username => ("username", "testuser", "a user name, not empty", "user on the lab server", &[]),
            Self::Password => ("password", "PASSWORD", "text on one line", "password on the lab server", &[]),
            Self::TreeName => ("tree_name", "testshare", "a share name of 1 to 80 characters without \\ / : * ? \" < > |", "share on the lab server", &[]),
            Self::MaxWait => ("max_wait", "5.0", "seconds from 0.1 to 86400", "patience for connecting and for answers, seconds", &[]),
            Self::CaseId => ("case_id", "2010101010", "the name of a folder, without / and \\ and not starting with a dot", "case used when none is named", &["DEFAULT_CASE_ID"]),
            Self::TracesFolder => ("traces_folder", "~/cases", "a folder, not empty", "folder of the cases", &["TRACES_FOLDER"]),
            Self::OutputDir => ("output_dir", "", "a folder, or empty for .tracer beside the trace", "folder that takes all output", &["SESSION_OUTPUT_DIR", "SESSION_OUTPUT"]),
            Self::CapturePath => ("capture_path", "", "a file, or empty", "the last ingested trace", &[]),
            Self::SessionId => ("session_id", "", "a session's id, file name or number, or empty", "the last session used", &[]),
            Self::TraceName => ("trace_name", "", "a file name, or empty", "the last trace's name", &[]),
            Self::VerbosityLevel => ("verbosity_level", "0", "0, 1, 2 or 3", "0 warnings, 1 info, 2 debug, 3 trace", &[]),
        };
        Facts { name, default, range, meaning, aliases }
    }
}

impl FromStr for Key {
    type Err = ConfigError;

    /// The key of this name, any case.
    fn from_str(name: &str) -> Result<Self, ConfigError> {
        Self::ALL
            .into_iter()
            .find(|key| key.name().eq_ignore_ascii_case(name))
            .ok_or_else(|| ConfigError::UnknownKey { key: name.to_owned() })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
