//! Checking a value against its key, and how it is written in TOML.

use super::{ConfigError, Key};
use toml_edit::{Item, Value};

/// What is shown in place of the password.
pub const HIDDEN: &str = "***";

impl Key {
    /// `text` in its canonical form, if it is in the range of this key. `source_of` says in words where it came from.
    ///
    /// # Errors
    /// [`ConfigError::BadValue`], one line that names the range.
    pub fn parse_value(self, text: &str, source_of: &str) -> Result<String, ConfigError> {
        let canonical = if text.contains(char::is_control) { None } else { self.canonical(text) };
        canonical.ok_or_else(|| ConfigError::BadValue {
            key: self,
            shown: if self == Self::Password { HIDDEN.to_owned() } else { format!("{text:?}") },
            source_of: source_of.to_owned(),
        })
    }

    /// `value` as it may be shown: the password is [`HIDDEN`].
    pub fn shown(self, value: &str) -> String {
        if self == Self::Password { HIDDEN.to_owned() } else { value.to_owned() }
    }

    /// The TOML value of a canonical `text`: numbers for the numeric keys, else a string.
    pub(super) fn to_toml(self, text: &str) -> Value {
        let number = match self {
            Self::Port | Self::VerbosityLevel => text.parse::<i64>().ok().map(Value::from),
            Self::MaxWait => text.parse::<f64>().ok().map(Value::from),
            _ => None,
        };
        number.unwrap_or_else(|| Value::from(text))
    }

    fn canonical(self, text: &str) -> Option<String> {
        let trimmed = text.trim();
        match self {
            Self::Port => trimmed.parse::<u16>().ok().filter(|port| *port != 0).map(|port| port.to_string()),
            Self::VerbosityLevel => {
                trimmed.parse::<u8>().ok().filter(|level| *level <= 3).map(|level| level.to_string())
            }
            Self::MaxWait => trimmed
                .parse::<f64>()
                .ok()
                .filter(|seconds| (0.1..=86_400.0).contains(seconds))
                .map(|seconds| format!("{seconds:?}")),
            Self::ServerIp => {
                let is_host = |c: char| c.is_alphanumeric() || "-_.:%[]".contains(c);
                (!trimmed.is_empty() && trimmed.chars().all(is_host)).then(|| trimmed.to_owned())
            }
            Self::TreeName => {
                let allowed = (1..=80).contains(&trimmed.chars().count())
                    && !trimmed.contains(['\\', '/', ':', '*', '?', '"', '<', '>', '|']);
                allowed.then(|| trimmed.to_owned())
            }
            Self::CaseId => {
                let allowed = !trimmed.is_empty() && !trimmed.starts_with('.') && !trimmed.contains(['/', '\\']);
                allowed.then(|| trimmed.to_owned())
            }
            Self::Username | Self::TracesFolder => (!trimmed.is_empty()).then(|| trimmed.to_owned()),
            Self::Password => Some(text.to_owned()),
            Self::Domain | Self::OutputDir | Self::CapturePath | Self::SessionId | Self::TraceName => {
                Some(trimmed.to_owned())
            }
        }
    }
}

/// The text of a TOML item, or `None` for a table, an array or a date.
pub(super) fn text_of(item: &Item) -> Option<String> {
    let value = item.as_value()?;
    match value {
        Value::String(text) => Some(text.value().clone()),
        Value::Integer(number) => Some(number.value().to_string()),
        Value::Float(number) => Some(format!("{:?}", number.value())),
        _ => None,
    }
}
