//! Settings as they are seen and changed over HTTP.

use crate::app::unreadable;
use crate::error::{ApiError, ErrorCode};
use crate::security::confined;
use crate::trace;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use store::{Config, ConfigError, ConfigFile, Key, Source};
use utoipa::ToSchema;

/// Bytes of a value.
const MOST_BYTES: usize = 4096;
/// What stands for the password.
const PASSWORD_SET: &str = "password_set";

/// The effective settings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Config)]
pub(crate) struct Settings {
    /// Lab server: host name or address.
    server_ip: String,
    /// Its SMB port.
    #[schema(minimum = 1)]
    port: u16,
    /// NTLM domain, may be empty.
    domain: String,
    /// User on the lab server.
    username: String,
    /// Whether a password is set, be it in the file or the environment. The built-in one does not count.
    password_set: bool,
    /// Share on the lab server.
    tree_name: String,
    /// Seconds allowed for connecting, and for an answer beyond its captured latency.
    #[schema(minimum = 0.1, maximum = 86400)]
    max_wait: f64,
    /// Case that is used when none is named.
    case_id: String,
    /// Folder of the cases.
    traces_folder: String,
    /// Folder that takes all output; empty: beside the traces.
    output_dir: String,
    /// The trace that was ingested last; empty when there is none in the traces folder.
    capture_path: String,
    /// The session that was used last, may be empty.
    session_id: String,
    /// The name of the trace that was ingested last, may be empty.
    trace_name: String,
    /// 0 warnings, 1 info, 2 debug, 3 trace.
    #[schema(maximum = 3)]
    verbosity_level: u8,
}

impl Settings {
    /// The settings of `config`.
    pub(crate) fn of(config: &Config) -> Self {
        let text = |key| shown(config, key);
        Self {
            server_ip: text(Key::ServerIp),
            port: config.port(),
            domain: text(Key::Domain),
            username: text(Key::Username),
            password_set: password_set(config),
            tree_name: text(Key::TreeName),
            max_wait: config.max_wait().as_secs_f64(),
            case_id: text(Key::CaseId),
            traces_folder: text(Key::TracesFolder),
            output_dir: text(Key::OutputDir),
            capture_path: text(Key::CapturePath),
            session_id: text(Key::SessionId),
            trace_name: text(Key::TraceName),
            verbosity_level: config.verbosity_level(),
        }
    }
}

/// The key, value and source of the setting of this name; `None` for the password, as for what is none.
pub(crate) fn value_of(config: &Config, name: &str) -> Option<(String, Value, String)> {
    let (key, name) = match name.parse::<Key>() {
        Ok(Key::Password) => return None,
        Ok(key) => (key, key.name()),
        Err(_) if name == PASSWORD_SET => (Key::Password, PASSWORD_SET),
        Err(_) => return None,
    };
    let value = match key {
        Key::Password => Value::from(password_set(config)),
        Key::Port => Value::from(config.port()),
        Key::VerbosityLevel => Value::from(config.verbosity_level()),
        Key::MaxWait => Value::from(config.max_wait().as_secs_f64()),
        _ => Value::from(shown(config, key)),
    };
    Some((name.to_owned(), value, config.source(key).to_string()))
}

fn password_set(config: &Config) -> bool {
    config.source(Key::Password) != Source::Default && !config.password().is_empty()
}

/// What clients may know: nothing of a trace outside the traces folder.
fn shown(config: &Config, key: Key) -> String {
    match key {
        Key::TracesFolder => config.traces_folder().display().to_string(),
        Key::OutputDir => config.output_dir().map(|folder| folder.display().to_string()).unwrap_or_default(),
        Key::CapturePath if last_is_inside(config) => {
            config.capture_path().map(|path| path.display().to_string()).unwrap_or_default()
        }
        Key::TraceName if last_is_inside(config) => config.shown(key),
        Key::CapturePath | Key::TraceName => String::new(),
        _ => config.shown(key),
    }
}

/// Whether the last trace, if there is one, is in the traces folder, by its path.
fn last_is_inside(config: &Config) -> bool {
    let folder = config.traces_folder();
    config.capture_path().is_none_or(|path| confined(&folder, &folder, &path.to_string_lossy()).is_ok())
}

/// Settings to change; what is left out, or null, stays.
#[derive(Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct ConfigChange {
    /// Lab server: host name or address. Needs `password`.
    #[schema(min_length = 1, max_length = 4096)]
    server_ip: Option<String>,
    /// Its SMB port. Needs `password`.
    #[schema(minimum = 1)]
    port: Option<u16>,
    /// NTLM domain, may be empty.
    #[schema(max_length = 4096)]
    domain: Option<String>,
    /// User on the lab server.
    #[schema(min_length = 1, max_length = 4096)]
    username: Option<String>,
    /// Password on the lab server. It is never shown.
    #[schema(max_length = 4096)]
    password: Option<String>,
    /// Share on the lab server, without \\ / : * ? " < > |
    #[schema(min_length = 1, max_length = 80)]
    tree_name: Option<String>,
    /// Seconds allowed for connecting, and for an answer beyond its captured latency.
    #[schema(minimum = 0.1, maximum = 86400)]
    max_wait: Option<f64>,
    /// Case that is used when none is named.
    #[schema(min_length = 1, max_length = 4096)]
    case_id: Option<String>,
    /// It cannot be changed over HTTP.
    traces_folder: Option<String>,
    /// It cannot be changed over HTTP.
    output_dir: Option<String>,
    /// A trace in the traces folder, or empty.
    #[schema(max_length = 4096)]
    capture_path: Option<String>,
    /// A session's id, file name or number, or empty.
    #[schema(max_length = 4096)]
    session_id: Option<String>,
    /// Name of a trace, or empty.
    #[schema(max_length = 4096)]
    trace_name: Option<String>,
    /// 0 warnings, 1 info, 2 debug, 3 trace.
    #[schema(maximum = 3)]
    verbosity_level: Option<u8>,
}

impl fmt::Debug for ConfigChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.values().iter().map(|(key, value)| (key.name(), key.shown(value)))).finish()
    }
}

impl ConfigChange {
    /// The keys and values that are given.
    fn values(&self) -> Vec<(Key, String)> {
        let text = |value: &Option<String>| value.clone();
        let values = [
            (Key::ServerIp, text(&self.server_ip)),
            (Key::Port, self.port.map(|port| port.to_string())),
            (Key::Domain, text(&self.domain)),
            (Key::Username, text(&self.username)),
            (Key::Password, text(&self.password)),
            (Key::TreeName, text(&self.tree_name)),
            (Key::MaxWait, self.max_wait.map(|seconds| seconds.to_string())),
            (Key::CaseId, text(&self.case_id)),
            (Key::TracesFolder, text(&self.traces_folder)),
            (Key::OutputDir, text(&self.output_dir)),
            (Key::CapturePath, text(&self.capture_path)),
            (Key::SessionId, text(&self.session_id)),
            (Key::TraceName, text(&self.trace_name)),
            (Key::VerbosityLevel, self.verbosity_level.map(|level| level.to_string())),
        ];
        values.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    }
}

/// Puts the wanted values into `file`, which is not saved yet; returns the keys that the environment overrides.
///
/// # Errors
/// [`ErrorCode::ReadOnly`], [`ErrorCode::PasswordRequired`], [`ErrorCode::InvalidValue`], and those of [`trace::find`] for the path
/// of a trace.
pub(crate) fn change(wanted: &ConfigChange, config: &Config, file: &mut ConfigFile) -> Result<Vec<String>, ApiError> {
    let values = wanted.values();
    if let Some((key, _)) = values.iter().find(|(key, _)| matches!(key, Key::TracesFolder | Key::OutputDir)) {
        let error = ApiError::new(ErrorCode::ReadOnly, format!("{key} cannot be changed over HTTP"));
        return Err(error.advise("set it on the server"));
    }
    for (key, value) in &values {
        if value.len() > MOST_BYTES {
            return Err(ApiError::new(ErrorCode::InvalidValue, format!("{key} is longer than {MOST_BYTES} bytes")));
        }
    }
    must_bring_password(wanted, &values, config, file)?;
    for (key, value) in &values {
        let value = match key {
            Key::CapturePath if !value.trim().is_empty() => path_of(config, value)?,
            _ => value.clone(),
        };
        file.set(*key, &value).map_err(|error| match error {
            ConfigError::BadValue { .. } => ApiError::new(ErrorCode::InvalidValue, error).advise("see /openapi.json"),
            other => unreadable(other),
        })?;
    }
    let overrides = |key: Key| matches!(config.source(key), Source::Environment(_));
    Ok(values.iter().filter(|(key, _)| overrides(*key)).map(|(key, _)| key.name().to_owned()).collect())
}

/// A password goes to the server that it was stored for, and to no other: who names another one has to bring one.
fn must_bring_password(
    wanted: &ConfigChange,
    values: &[(Key, String)],
    config: &Config,
    file: &ConfigFile,
) -> Result<(), ApiError> {
    for (key, value) in values.iter().filter(|(key, _)| matches!(key, Key::ServerIp | Key::Port)) {
        let stored = file.get(*key).map_err(unreadable)?;
        let is_same = config.shown(*key) == *value && stored.as_deref().unwrap_or(key.default_value()) == value;
        if is_same {
            continue;
        }
        if let Source::Environment(variable) = config.source(Key::Password) {
            let told = format!("the password comes from {variable}: {key} cannot be changed over HTTP");
            return Err(
                ApiError::new(ErrorCode::ReadOnly, told).advise("set it on the server, or send it with each request")
            );
        }
        if wanted.password.is_none() {
            let told = format!("{key} changes only together with password");
            let error = ApiError::new(ErrorCode::PasswordRequired, told);
            return Err(error.advise("the stored password is not sent to another server than it was stored for"));
        }
    }
    Ok(())
}

/// The path of a trace that is there, as it is stored.
fn path_of(config: &Config, text: &str) -> Result<String, ApiError> {
    let place = trace::find(config, Some(text), None)?;
    if !place.trace.is_file() && !place.output.is_ingested() {
        return Err(ApiError::new(ErrorCode::TraceNotFound, "there is no such capture").advise("see /api/traces"));
    }
    let path = place.trace.to_str().map(str::to_owned);
    path.ok_or_else(|| ApiError::new(ErrorCode::InvalidValue, "the path is not UTF-8"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::path::Path;

    fn refusal(
        body: &str,
        variables: &'static [(&'static str, &'static str)],
        stored: &[(Key, &str)],
    ) -> Option<ErrorCode> {
        let mut file = ConfigFile::empty(Path::new("/nowhere/config.toml"));
        for (key, value) in stored {
            file.set(*key, value).unwrap();
        }
        let environment =
            |name: &str| variables.iter().find(|(variable, _)| *variable == name).map(|(_, value)| (*value).to_owned());
        let config = Config::combine(&[], &environment, &file).unwrap();
        change(&serde_json::from_str(body).unwrap(), &config, &mut file).err().map(|error| error.code)
    }

    #[test]
    fn a_stored_password_stays_with_its_server() {
        let stored = [(Key::ServerIp, "10.0.0.1"), (Key::Password, "secret")];
        let of = |body: &str| refusal(body, &[], &stored);
        assert_eq!(of(r#"{"server_ip": "10.0.0.2"}"#), Some(ErrorCode::PasswordRequired));
        assert_eq!(of(r#"{"port": 4445}"#), Some(ErrorCode::PasswordRequired));
        assert_eq!(of(r#"{"server_ip": "10.0.0.2", "password": null}"#), Some(ErrorCode::PasswordRequired));
        assert_eq!(of(r#"{"server_ip": "10.0.0.2", "password": "other"}"#), None);
        assert_eq!(of(r#"{"server_ip": "10.0.0.1", "port": 445}"#), None);
        assert_eq!(of(r#"{"username": "other"}"#), None);
    }

    #[test]
    fn what_the_environment_hides_does_not_make_a_change_harmless() {
        let stored = [(Key::ServerIp, "10.0.0.1"), (Key::Password, "secret")];
        // Without the variable the stored password would go to 10.0.0.9.
        let hidden = refusal(r#"{"server_ip": "10.0.0.9"}"#, &[("SMBREPLAY_SERVER_IP", "10.0.0.9")], &stored);
        assert_eq!(hidden, Some(ErrorCode::PasswordRequired));
        // A new password does not take effect, so that the one of the environment would go there.
        let both = r#"{"server_ip": "10.0.0.9", "password": "mine"}"#;
        assert_eq!(refusal(both, &[("SMBREPLAY_PASSWORD", "secret")], &stored), Some(ErrorCode::ReadOnly));
    }
}
