//! The settings of smbreplay: their keys, ranges and defaults, and where each value came from.
//!
//! Order: command line, environment, file, default.

pub mod earlier;
mod file;
mod key;
mod value;

pub use file::ConfigFile;
pub use key::Key;
pub use value::HIDDEN;

use serde::Serialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Looks an environment variable up. Passed in, so that nothing here depends on the process.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where the effective value of a key came from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Source {
    /// An option of the command line.
    CommandLine,
    /// The environment variable of this name.
    Environment(String),
    /// The configuration file.
    File,
    /// The built-in default.
    Default,
}

impl std::fmt::Display for Source {
    /// `command line`, `environment (TRACES_FOLDER)`, `file` or `default`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::CommandLine => f.write_str("command line"),
            Self::Environment(variable) => write!(f, "environment ({variable})"),
            Self::File => f.write_str("file"),
            Self::Default => f.write_str("default"),
        }
    }
}

/// Why a setting could not be read or changed. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// No such key.
    #[error("unknown key '{key}'; the keys are {}", Key::list())]
    UnknownKey {
        /// What was asked for.
        key: String,
    },
    /// The value is outside the key's range.
    #[error("bad value {shown} for '{key}' ({source_of}): must be {range}", range = key.range())]
    BadValue {
        /// The key.
        key: Key,
        /// The value in quotes, or hidden.
        shown: String,
        /// Where the value came from, in words: an option, a variable, a file.
        source_of: String,
    },
    /// The file is not TOML.
    #[error("{path}: not valid TOML at line {line}: {reason}; mend or remove the file")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// 1-based line.
        line: usize,
        /// What is wrong, one line.
        reason: String,
    },
    /// The file could not be read or written.
    #[error("{path}: cannot {action} the configuration: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// `read` or `write`.
        action: &'static str,
        /// The cause.
        source: std::io::Error,
    },
    /// Neither HOME nor its kin are set.
    #[error("no home folder: set HOME, or XDG_CONFIG_HOME (LOCALAPPDATA on Windows)")]
    NoHome,
}

/// One line of `config show`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Setting {
    /// Name of the key.
    pub key: &'static str,
    /// Effective value as text; the password is `***`.
    pub value: String,
    /// Where it came from.
    pub source: String,
}

/// The effective settings.
#[derive(Clone)]
pub struct Config {
    values: Vec<(Key, String, Source)>,
    home: Option<PathBuf>,
}

impl Config {
    /// Reads the configuration file (if there is one) where [`ConfigFile::locate`] says and combines it with
    /// `command_line` and `environment`.
    ///
    /// # Errors
    /// A bad value anywhere, naming its source and the key's range; a file that is not TOML or cannot be read.
    pub fn load(command_line: &[(Key, String)], environment: Environment<'_>) -> Result<Self, ConfigError> {
        let file = match ConfigFile::locate(environment) {
            Ok(path) => ConfigFile::open(&path)?,
            Err(ConfigError::NoHome) => ConfigFile::empty(Path::new("")),
            Err(error) => return Err(error),
        };
        Self::combine(command_line, environment, &file)
    }

    /// The effective settings of `command_line`, `environment` and `file`, in this order.
    ///
    /// # Errors
    /// [`ConfigError::BadValue`] for an effective value outside its key's range.
    pub fn combine(
        command_line: &[(Key, String)],
        environment: Environment<'_>,
        file: &ConfigFile,
    ) -> Result<Self, ConfigError> {
        let mut values = Vec::with_capacity(Key::ALL.len());
        for key in Key::ALL {
            let argument = command_line.iter().rev().find(|(given, _)| *given == key).map(|(_, value)| value.clone());
            let variable = key
                .variables()
                .into_iter()
                .find_map(|name| environment(&name).filter(|value| !value.is_empty()).map(|value| (name, value)));
            let candidates = [
                argument.map(|value| (value, Source::CommandLine, "command line".to_owned())),
                variable.map(|(name, value)| {
                    let words = format!("environment variable {name}");
                    (value, Source::Environment(name), words)
                }),
                file.get(key)?.map(|value| (value, Source::File, file.path().display().to_string())),
            ];
            let (value, source) = match candidates.into_iter().flatten().next() {
                Some((value, source, words)) => (key.parse_value(&value, &words)?, source),
                None => (key.default_value().to_owned(), Source::Default),
            };
            values.push((key, value, source));
        }
        let home = environment("HOME").or_else(|| environment("USERPROFILE")).filter(|home| !home.is_empty());
        Ok(Self { values, home: home.map(PathBuf::from) })
    }

    /// Where the value of `key` came from.
    pub fn source(&self, key: Key) -> Source {
        self.entry(key).map_or(Source::Default, |(_, source)| source.clone())
    }

    /// The value of `key` as it may be shown to anyone: the password is `***`.
    pub fn shown(&self, key: Key) -> String {
        key.shown(self.text(key))
    }

    /// Every key with its value (the password hidden) and source, in the order of [`Key::ALL`].
    pub fn settings(&self) -> Vec<Setting> {
        Key::ALL
            .into_iter()
            .map(|key| Setting { key: key.name(), value: self.shown(key), source: self.source(key).to_string() })
            .collect()
    }

    /// Lab server: host name or address.
    pub fn server_ip(&self) -> &str {
        self.text(Key::ServerIp)
    }

    /// Its SMB port.
    pub fn port(&self) -> u16 {
        self.text(Key::Port).parse().unwrap_or(445)
    }

    /// NTLM domain, may be empty.
    pub fn domain(&self) -> &str {
        self.text(Key::Domain)
    }

    /// User name on the lab server.
    pub fn username(&self) -> &str {
        self.text(Key::Username)
    }

    /// The password. For authentication only; show [`Config::shown`] instead.
    pub fn password(&self) -> &str {
        self.text(Key::Password)
    }

    /// Share on the lab server.
    pub fn tree_name(&self) -> &str {
        self.text(Key::TreeName)
    }

    /// Time allowed for connecting, and for an answer beyond its captured latency.
    pub fn max_wait(&self) -> Duration {
        self.text(Key::MaxWait)
            .parse()
            .ok()
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .unwrap_or(Duration::from_secs(5))
    }

    /// Case that is used when none is named.
    pub fn case_id(&self) -> &str {
        self.text(Key::CaseId)
    }

    /// Folder of the cases; a leading `~` is expanded.
    pub fn traces_folder(&self) -> PathBuf {
        self.expand(self.text(Key::TracesFolder))
    }

    /// Folder that takes all output instead of `.tracer` beside the traces; a leading `~` is expanded.
    pub fn output_dir(&self) -> Option<PathBuf> {
        self.optional(Key::OutputDir).map(|value| self.expand(value))
    }

    /// The last ingested trace.
    pub fn capture_path(&self) -> Option<PathBuf> {
        self.optional(Key::CapturePath).map(|value| self.expand(value))
    }

    /// The last session used: its file name or id.
    pub fn session_id(&self) -> Option<&str> {
        self.optional(Key::SessionId)
    }

    /// The last trace's name.
    pub fn trace_name(&self) -> Option<&str> {
        self.optional(Key::TraceName)
    }

    /// 0 warnings, 1 info, 2 debug, 3 trace.
    pub fn verbosity_level(&self) -> u8 {
        self.text(Key::VerbosityLevel).parse().unwrap_or(0)
    }

    fn entry(&self, key: Key) -> Option<(&str, &Source)> {
        self.values.iter().find(|(known, ..)| *known == key).map(|(_, value, source)| (value.as_str(), source))
    }

    fn text(&self, key: Key) -> &str {
        self.entry(key).map_or(key.default_value(), |(value, _)| value)
    }

    fn optional(&self, key: Key) -> Option<&str> {
        Some(self.text(key)).filter(|value| !value.is_empty())
    }

    fn expand(&self, value: &str) -> PathBuf {
        let tail = value.strip_prefix('~').map(|rest| rest.trim_start_matches(['/', '\\']));
        match (&self.home, tail) {
            (Some(home), Some("")) => home.clone(),
            (Some(home), Some(tail)) if value.starts_with("~/") || value.starts_with("~\\") => home.join(tail),
            _ => PathBuf::from(value),
        }
    }
}

impl std::fmt::Debug for Config {
    /// The settings, the password hidden.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.settings()).finish()
    }
}

#[cfg(test)]
mod tests;
