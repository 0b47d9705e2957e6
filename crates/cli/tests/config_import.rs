//! `config import`: the settings of the earlier tool. Its files are made by `config_import/make.py`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use support::{Ended, Home};

/// What every protocol holds.
const PASSWORD: &str = "Paß€ 1🔑";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config_import")
}

/// The files whose names begin so.
fn files(beginning: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let is_one = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with(beginning);
    let mut files: Vec<PathBuf> = entries.filter(is_one).collect();
    files.sort();
    assert!(!files.is_empty(), "{beginning}");
    files
}

fn import(home: &Home, file: &Path, options: &[&str]) -> Ended {
    home.run(&[&["config", "import", file.to_str().unwrap()], options].concat())
}

/// Where the settings are, if they are anywhere.
fn kept(home: &Home) -> PathBuf {
    PathBuf::from(home.run(&["config", "path"]).succeeded().trim())
}

#[test]
fn every_protocol_gives_the_same_settings() {
    for file in files("protocol_") {
        let home = Home::new();
        let ended = import(&home, &file, &["--format", "json"]);
        assert_eq!(ended.code, 1, "the port makes no sense: {}", ended.stderr);
        let document: Value = serde_json::from_str(&ended.stdout).unwrap();
        let settings: Vec<(&str, &Value)> = document["settings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|setting| (setting["key"].as_str().unwrap(), &setting["after"]))
            .collect();
        let expected = json!({
            "server_ip": "192.0.2.10", "domain": "", "username": "erika", "password": "***", "tree_name": "team share",
            "max_wait": 7.0, "case_id": "2010101011", "trace_name": "office.pcap",
            "capture_path": "/captures/2010101011/office.pcap", "verbosity_level": 1, "traces_folder": "~/captures",
            "output_dir": "/captures/out",
        });
        let expected: Vec<(&str, &Value)> =
            expected.as_object().unwrap().iter().map(|(key, value)| (key.as_str(), value)).collect();
        let sorted = |mut settings: Vec<_>| {
            settings.sort_by_key(|(key, _): &(&str, &Value)| *key);
            format!("{settings:?}")
        };
        assert_eq!(sorted(settings), sorted(expected), "{}", file.display());
        let left: Vec<&str> =
            document["not_taken"].as_array().unwrap().iter().map(|left| left["name"].as_str().unwrap()).collect();
        assert_eq!(
            left,
            ["session_id", "quiet_mode", "port", "history", "big", "7", "replay.threads", "replay.server_ip"]
        );
        let toml = std::fs::read_to_string(kept(&home)).unwrap();
        assert!(toml.contains(&format!("password = \"{PASSWORD}\"")), "the password is kept as it was");
        assert!(!ended.stdout.contains(PASSWORD) && !ended.stderr.contains(PASSWORD));
    }
}

#[test]
fn text_of_python_2_is_text() {
    let home = Home::new();
    import(&home, &folder().join("python_2.pkl"), &[]).succeeded();
    assert_eq!(home.run(&["config", "get", "username"]).succeeded(), "erika é's\n");
}

#[test]
fn what_is_replaced_is_shown_and_the_rest_of_the_file_stays() {
    let home = Home::new();
    let path = home.file(
        ".config/smbreplay/config.toml",
        b"# mine\nserver_ip = \"lab.example\" # old\nusername = \"erika\"\npassword = \"hunter22\"\nport = 4450\n",
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    }
    let before = std::fs::read(&path).unwrap();
    let file = folder().join("protocol_4.pkl");
    let planned = import(&home, &file, &["--dry-run"]);
    assert_eq!(std::fs::read(&path).unwrap(), before, "--dry-run");
    assert!(planned.stdout.contains("would be taken over"), "{}", planned.stdout);
    let done = import(&home, &file, &[]);
    for ended in [&planned, &done] {
        let lines: Vec<Vec<&str>> = ended.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
        for line in [
            &["server_ip", "lab.example", "192.0.2.10", "replaced"][..],
            &["username", "erika", "erika", "same"],
            &["password", "***", "***", "replaced"],
            &["case_id", "-", "2010101011", "new"],
        ] {
            assert!(lines.iter().any(|found| found == line), "{line:?}: {}", ended.stdout);
        }
        assert!(!ended.stdout.contains("hunter22") && ended.stdout.contains("2 had another value"), "{}", ended.stdout);
    }
    let after = std::fs::read_to_string(&path).unwrap();
    assert!(
        after.starts_with("# mine\nserver_ip = \"192.0.2.10\" # old\n") && after.contains("port = 4450\n"),
        "{after}"
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let again = import(&home, &file, &["--format", "csv"]);
    assert!(again.stdout.contains("\nserver_ip,192.0.2.10,192.0.2.10,same,"), "{}", again.stdout);
    assert!(again.stdout.contains("\nport,,,not taken,\"is \"\"many\"\""), "{}", again.stdout);
}

#[test]
fn a_file_with_more_than_plain_data_is_refused_and_nothing_of_it_is_used() {
    for file in files("hostile_") {
        let home = Home::new();
        let ended = import(&home, &file, &[]);
        ended.refused(&[file.file_name().unwrap().to_str().unwrap(), "byte", "nothing was taken over"]);
        assert!(!kept(&home).exists() && !home.path().join("executed").exists(), "{}", file.display());
    }
    let called = import(&Home::new(), &folder().join("hostile_reduce_0.pkl"), &[]);
    called.refused(&["GLOBAL at byte", "(posix.system)"]);
    let called = import(&Home::new(), &folder().join("hostile_reduce_5.pkl"), &[]);
    called.refused(&["STACK_GLOBAL at byte", "(posix.system)"]);
}

#[test]
fn plain_data_that_is_no_setting_changes_nothing() {
    for (name, reason) in [("odd_nesting", "is a tuple"), ("odd_doubling", "is a list")] {
        let home = Home::new();
        let ended = import(&home, &folder().join(name).with_extension("pkl"), &[]);
        assert_eq!((ended.code, kept(&home).exists()), (1, false), "{name}: {}", ended.stderr);
        assert!(ended.stdout.contains(reason) && ended.stdout.contains("nothing to take over"), "{}", ended.stdout);
    }
    import(&Home::new(), &folder().join("odd_itself.pkl"), &[]).refused(&["none of the settings"]);
}

#[test]
fn a_file_that_is_cut_anywhere_is_refused() {
    let whole: Vec<Vec<u8>> = files("protocol_").iter().map(|file| std::fs::read(file).unwrap()).collect();
    for bytes in &whole {
        for length in 0..bytes.len() {
            let cut = store::config::earlier::EarlierSettings::read(&bytes[..length]);
            assert!(cut.is_err(), "{length} of {} bytes are read", bytes.len());
        }
    }
    let home = Home::new();
    let cut = home.file("config.pkl", &whole[0][..whole[0].len() / 2]);
    import(&home, &cut, &[]).refused(&["is cut"]);
}

#[test]
fn what_is_no_such_file_is_told() {
    let home = Home::new();
    import(&home, Path::new("missing.pkl"), &[]).refused(&["missing.pkl", "cannot read", "config.pkl"]);
    import(&home, &home.file("config.json", b"{\"port\": 445}"), &[]).refused(&["config.json", "no pickle"]);
    import(&home, &home.file("large", &vec![b'N'; 1 << 20]), &[]).refused(&["large", "64 KiB"]);
    home.file(".config/smbreplay/config.toml", b"port = = 1\n");
    import(&home, &folder().join("python_2.pkl"), &[]).refused(&["config.toml", "line 1"]);
}

#[test]
fn the_list_fits_a_narrow_terminal() {
    for columns in [40, 80] {
        let home = Home::new();
        let file = home.file("config.pkl", &std::fs::read(folder().join("python_2.pkl")).unwrap());
        let shown = support::at(&home, columns, &["config", "import", file.to_str().unwrap()]);
        assert!(shown.contains("username"), "{shown}");
    }
}

#[test]
fn settings_that_are_all_none_are_settings_and_leave_nothing_to_take_over() {
    let home = Home::new();
    let file = home.file("config.pkl", b"(dp0\nVusername\np1\nNsVserver_ip\np2\nNs.");
    let document: Value = serde_json::from_str(import(&home, &file, &["--format", "json"]).succeeded()).unwrap();
    assert_eq!(document["not_taken"].as_array().unwrap().len(), 2, "{document}");
}
