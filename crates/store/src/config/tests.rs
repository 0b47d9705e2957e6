#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use std::fs;

fn nothing(_: &str) -> Option<String> {
    None
}

fn file_with(text: &str) -> (tempfile::TempDir, ConfigFile) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("smbreplay/config.toml");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    let file = ConfigFile::open(&path).unwrap();
    (folder, file)
}

#[test]
fn defaults_are_those_of_the_contract() {
    let config = Config::combine(&[], &nothing, &ConfigFile::empty(Path::new("x"))).unwrap();
    let shown: Vec<String> =
        config.settings().iter().map(|setting| format!("{}={}", setting.key, setting.value)).collect();
    assert_eq!(
        shown,
        [
            "server_ip=127.0.0.1",
            "port=445",
            "domain=",
            "username=testuser",
            "password=***",
            "tree_name=testshare",
            "max_wait=5.0",
            "case_id=2010101010",
            "traces_folder=~/cases",
            "output_dir=",
            "capture_path=",
            "session_id=",
            "trace_name=",
            "verbosity_level=0",
        ]
    );
    assert_eq!(config.password(), "PASSWORD");
    assert_eq!(config.max_wait(), Duration::from_secs(5));
    assert_eq!(config.output_dir(), None);
}

#[test]
fn every_default_is_in_its_range() {
    for key in Key::ALL {
        assert_eq!(key.parse_value(key.default_value(), "default").unwrap(), key.default_value());
    }
}

#[test]
fn command_line_beats_environment_beats_file_beats_default() {
    let (_folder, file) = file_with("port = 1\nusername = \"file\"\ndomain = \"file\"\n");
    let environment = |name: &str| match name {
        "SMBREPLAY_PORT" => Some("2".to_owned()),
        "SMBREPLAY_USERNAME" => Some("environment".to_owned()),
        // The port of the API, not of the SMB server.
        "PORT" => Some("3004".to_owned()),
        _ => None,
    };
    let config = Config::combine(&[(Key::Port, "3".to_owned())], &environment, &file).unwrap();
    assert_eq!((config.port(), config.source(Key::Port)), (3, Source::CommandLine));
    assert_eq!(config.username(), "environment");
    assert_eq!(config.source(Key::Username), Source::Environment("SMBREPLAY_USERNAME".to_owned()));
    assert_eq!((config.domain(), config.source(Key::Domain)), ("file", Source::File));
    assert_eq!((config.tree_name(), config.source(Key::TreeName)), ("testshare", Source::Default));
}

#[test]
fn the_other_names_of_variables_count_after_their_own() {
    let set = |names: &'static [(&'static str, &'static str)]| {
        let environment =
            move |name: &str| names.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Config::combine(&[], &environment, &ConfigFile::empty(Path::new("x"))).unwrap()
    };
    let config = set(&[("TRACES_FOLDER", "/t"), ("SESSION_OUTPUT", "/o"), ("DEFAULT_CASE_ID", "7")]);
    assert_eq!(config.traces_folder(), Path::new("/t"));
    assert_eq!(config.output_dir().as_deref(), Some(Path::new("/o")));
    assert_eq!(config.case_id(), "7");
    let config = set(&[
        ("SESSION_OUTPUT_DIR", "/first"),
        ("SESSION_OUTPUT", "/second"),
        ("TRACES_FOLDER", "/t"),
        ("SMBREPLAY_TRACES_FOLDER", "/own"),
    ]);
    assert_eq!(config.output_dir().as_deref(), Some(Path::new("/first")));
    assert_eq!(config.traces_folder(), Path::new("/own"));
}

#[test]
fn a_tilde_stands_for_the_home_folder() {
    let environment = |name: &str| (name == "HOME").then(|| "/home/me".to_owned());
    let config = Config::combine(&[], &environment, &ConfigFile::empty(Path::new("x"))).unwrap();
    assert_eq!(config.traces_folder(), Path::new("/home/me/cases"));
    let given = [(Key::TracesFolder, "~other/cases".to_owned())];
    let config = Config::combine(&given, &environment, &ConfigFile::empty(Path::new("x"))).unwrap();
    assert_eq!(config.traces_folder(), Path::new("~other/cases"));
}

#[test]
fn a_value_outside_its_range_is_refused_with_the_range_and_its_source() {
    let refused = |key: Key, value: &str| key.parse_value(value, "given").map_err(|error| error.to_string());
    for (key, value) in [
        (Key::Port, "0"),
        (Key::Port, "65536"),
        (Key::Port, "smb"),
        (Key::MaxWait, "0"),
        (Key::MaxWait, "NaN"),
        (Key::MaxWait, "inf"),
        (Key::VerbosityLevel, "4"),
        (Key::ServerIp, "two words"),
        (Key::ServerIp, ""),
        (Key::TreeName, r"a\b"),
        (Key::CaseId, "../x"),
        (Key::CaseId, ".tracer"),
        (Key::Username, " "),
        (Key::Domain, "two\nlines"),
    ] {
        let message = refused(key, value).expect_err(value);
        assert!(message.contains(key.range()) && message.contains(key.name()) && !message.contains('\n'), "{message}");
    }
    let environment = |name: &str| (name == "SMBREPLAY_PORT").then(|| "x".to_owned());
    let error = Config::combine(&[], &environment, &ConfigFile::empty(Path::new("x"))).unwrap_err();
    assert!(error.to_string().contains("environment variable SMBREPLAY_PORT"), "{error}");
}

#[test]
fn an_unknown_key_is_answered_with_the_keys() {
    let message = "pasword".parse::<Key>().unwrap_err().to_string();
    assert!(message.contains("'pasword'") && message.contains(&Key::list()), "{message}");
}

#[test]
fn the_password_is_never_shown() {
    let given = [(Key::Password, "secret".to_owned())];
    let config = Config::combine(&given, &nothing, &ConfigFile::empty(Path::new("x"))).unwrap();
    assert_eq!(config.password(), "secret");
    let everything =
        format!("{config:?} {} {}", serde_json::to_string(&config.settings()).unwrap(), config.shown(Key::Password));
    assert!(!everything.contains("secret") && everything.contains(HIDDEN), "{everything}");
    let error = Key::Password.parse_value("sec\nret", "given").unwrap_err().to_string();
    assert!(!error.contains("sec"), "{error}");
}

#[test]
fn setting_and_unsetting_leaves_comments_and_order_alone() {
    let before = "# mine\nusername = \"me\" # the user\n\nunknown = [1, 2]\nport = 445\n";
    let (_folder, mut file) = file_with(before);
    file.set(Key::Username, "you").unwrap();
    file.set(Key::MaxWait, "7").unwrap();
    file.set(Key::Domain, "D").unwrap();
    assert!(file.unset(Key::Port));
    assert!(!file.unset(Key::TreeName));
    file.save().unwrap();
    let after = fs::read_to_string(file.path()).unwrap();
    assert_eq!(after, "# mine\nusername = \"you\" # the user\n\nunknown = [1, 2]\nmax_wait = 7.0\ndomain = \"D\"\n");
    assert_eq!(file.unknown_keys(), ["unknown"]);
}

#[test]
fn what_is_set_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deeper/smbreplay/config.toml");
    let mut file = ConfigFile::open(&path).unwrap();
    let values =
        [(Key::Port, "4450"), (Key::MaxWait, "0.5"), (Key::Password, " with \"quotes\" "), (Key::OutputDir, "")];
    values.iter().for_each(|(key, value)| file.set(*key, value).unwrap());
    file.save().unwrap();
    let file = ConfigFile::open(&path).unwrap();
    for (key, value) in values {
        assert_eq!(file.get(key).unwrap().as_deref(), Some(value));
    }
    let config = Config::combine(&[], &nothing, &file).unwrap();
    assert_eq!((config.port(), config.max_wait()), (4450, Duration::from_millis(500)));
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_folder, mut file) = file_with("port = 1\n");
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).unwrap();
    file.set(Key::Port, "2").unwrap();
    file.save().unwrap();
    assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
    let names: Vec<_> =
        fs::read_dir(file.path().parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["config.toml"]);
}

#[test]
fn a_refused_value_changes_nothing() {
    let (_folder, mut file) = file_with("port = 1\n");
    file.set(Key::Port, "x").unwrap_err();
    assert_eq!(file.get(Key::Port).unwrap().as_deref(), Some("1"));
}

#[test]
fn broken_toml_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, "port = 1\nusername = \"open\n").unwrap();
    let message = ConfigFile::open(&path).unwrap_err().to_string();
    assert!(message.contains("line 2") && message.contains("config.toml") && !message.contains('\n'), "{message}");
}

#[test]
fn text_that_is_wrong_in_two_places_is_an_error_too() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    fs::write(&path, "username = \"me\"\nport = = \"e\"\nport .;x=\n").unwrap();
    let message = ConfigFile::open(&path).unwrap_err().to_string();
    assert!(message.contains("line 2"), "{message}");
}

#[test]
fn a_table_where_a_value_belongs_is_refused() {
    let (_folder, file) = file_with("[port]\nx = 1\n");
    let error = Config::combine(&[], &nothing, &file).unwrap_err();
    assert!(error.to_string().contains("must be a TCP port"), "{error}");
}

#[cfg(not(windows))]
#[test]
fn the_file_lies_where_xdg_says() {
    let home = |name: &str| (name == "HOME").then(|| "/home/me".to_owned());
    assert_eq!(ConfigFile::locate(&home).unwrap(), Path::new("/home/me/.config/smbreplay/config.toml"));
    let xdg = |name: &str| match name {
        "HOME" => Some("/home/me".to_owned()),
        "XDG_CONFIG_HOME" => Some("/xdg".to_owned()),
        _ => None,
    };
    assert_eq!(ConfigFile::locate(&xdg).unwrap(), Path::new("/xdg/smbreplay/config.toml"));
    assert!(matches!(ConfigFile::locate(&nothing), Err(ConfigError::NoHome)));
}
