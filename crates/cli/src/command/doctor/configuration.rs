//! The configuration file, and the password.

use crate::command::{Context, environment};
use replay::Target;
use replay::readiness::Check;
use std::path::Path;
use store::config::Source;
use store::{Config, ConfigError, ConfigFile, Key};

/// Name of the check of the password.
pub(super) const PASSWORD: &str = "password";
const NAME: &str = "configuration";
const MODE: &str = "configuration_mode";

/// The settings, if they can be read, and what there is to say of their file.
pub(super) fn examine(overrides: &[(Key, String)]) -> (Vec<Check>, Option<Config>) {
    let path = match ConfigFile::locate(&environment) {
        Ok(path) => path,
        Err(error) => {
            let file = ConfigFile::empty(Path::new(""));
            let none = Check::warning(NAME, "no place for a configuration file", advise(&error));
            let mode = Check::not_tried(MODE, advise(&error));
            return match Config::combine(overrides, &environment, &file) {
                Ok(config) => (vec![none, mode], Some(config)),
                Err(error) => (vec![refused(&error), mode], None),
            };
        }
    };
    let read = ConfigFile::open(&path).and_then(|file| Ok((Config::combine(overrides, &environment, &file)?, file)));
    match read {
        Ok((config, file)) => (vec![contents(&file), mode(&path)], Some(config)),
        Err(error) => (vec![refused(&error), mode(&path)], None),
    }
}

/// Where the password comes from; never what it is.
pub(super) fn password(target: &Target, context: &Context<'_>, from_standard_input: bool) -> Check {
    let advice = "set SMBREPLAY_PASSWORD, or `smbreplay config set password PASSWORD`, or use --password-stdin";
    if target.kerberos.is_some() && target.password.is_empty() {
        return Check::ok(PASSWORD, "none is needed: credential cache or keytab");
    }
    if target.password.is_empty() {
        return Check::warning(PASSWORD, "empty", advice);
    }
    let is_default = target.password == Key::Password.default_value();
    if is_default && is_this_machine(&target.server) {
        return Check::ok(PASSWORD, "the default, which `smbreplay lab start` takes as well");
    }
    if is_default {
        return Check::warning(PASSWORD, "still the default", advice);
    }
    let source = match context.config.source(Key::Password) {
        _ if from_standard_input => "from standard input".to_owned(),
        Source::CommandLine => "from the command line".to_owned(),
        Source::Environment(variable) => format!("from the environment ({variable})"),
        Source::File => "from the configuration file".to_owned(),
        Source::Default => "set".to_owned(),
    };
    Check::ok(PASSWORD, source)
}

fn is_this_machine(server: &str) -> bool {
    let is_loopback = |ip: std::net::IpAddr| ip.to_canonical().is_loopback();
    server.eq_ignore_ascii_case("localhost") || server.parse().is_ok_and(is_loopback)
}

fn contents(file: &ConfigFile) -> Check {
    let path = file.path().display();
    let unknown = file.unknown_keys();
    if !unknown.is_empty() {
        let found = format!("{path}: has keys that mean nothing: {}", unknown.join(", "));
        return Check::warning(NAME, found, "mend or remove them; `smbreplay config show` has the names of all keys");
    }
    match file.path().exists() {
        true => Check::ok(NAME, path),
        false => Check::ok(NAME, format!("{path}: not there yet, so the defaults count")),
    }
}

fn refused(error: &ConfigError) -> Check {
    let found = match error {
        ConfigError::Syntax { path, line, reason } => {
            format!("{}: not valid TOML at line {line}: {reason}", path.display())
        }
        told => told.to_string(),
    };
    Check::failed(NAME, found, advise(error))
}

fn advise(error: &ConfigError) -> String {
    match error {
        ConfigError::BadValue { key, source_of, .. } => match source_of.strip_prefix("environment variable ") {
            Some(variable) => format!("change or unset {variable}"),
            None => format!("`smbreplay config set {key} VALUE`, or `smbreplay config unset {key}`"),
        },
        ConfigError::Syntax { .. } => "mend or remove the file".to_owned(),
        ConfigError::Io { .. } => "check that it is a file, and that you may read it".to_owned(),
        ConfigError::UnknownKey { .. } => "remove it".to_owned(),
        ConfigError::NoHome => "set HOME, or XDG_CONFIG_HOME (LOCALAPPDATA on Windows)".to_owned(),
    }
}

#[cfg(unix)]
fn mode(path: &Path) -> Check {
    use crate::command::trace::shell_word;
    use std::os::unix::fs::PermissionsExt as _;
    let Some(metadata) = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file) else {
        return Check::not_tried(MODE, "nothing to do: `smbreplay config set` makes the file with mode 0600");
    };
    match metadata.permissions().mode() & 0o777 {
        mode if mode & 0o077 == 0 => Check::ok(MODE, format!("{mode:04o}: for its owner alone")),
        mode => Check::warning(
            MODE,
            format!("{mode:04o}: other users may get at the password"),
            format!("chmod 600 {}", shell_word(&path.display().to_string())),
        ),
    }
}

#[cfg(not(unix))]
fn mode(_: &Path) -> Check {
    Check::ok(MODE, "as the folder's: this system has no modes")
}
