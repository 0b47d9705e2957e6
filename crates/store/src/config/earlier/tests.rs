#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects, reason = "tests")]

use super::*;

/// A pickle of a dictionary: names, and values as pickled.
fn pickled(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = b"}".to_vec();
    for (name, value) in entries {
        bytes.extend(text(name));
        bytes.extend(*value);
        bytes.push(b's');
    }
    bytes.push(b'.');
    bytes
}

fn text(text: &str) -> Vec<u8> {
    [&b"\x8c"[..], &[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat()
}

fn read(entries: &[(&str, &[u8])]) -> EarlierSettings {
    EarlierSettings::read(&pickled(entries)).unwrap()
}

fn reasons(settings: &EarlierSettings) -> Vec<(&str, &str)> {
    settings.left.iter().map(|left| (left.name.as_str(), left.reason.as_str())).collect()
}

#[test]
fn settings_of_the_same_name_are_taken_in_their_canonical_form() {
    let settings = read(&[
        ("server_ip", &text(" lab.example ")),
        ("port", b"M\xbd\x01"),
        ("max_wait", b"K\x07"),
        ("case_id", b"K\x2a"),
        ("domain", &text("")),
        ("username", b"C\x01u"),
        ("Tree_Name", &text("share")),
    ]);
    let taken: Vec<(&str, &str)> = settings.taken.iter().map(|(key, value)| (key.name(), value.as_str())).collect();
    let expected = [
        ("server_ip", "lab.example"),
        ("port", "445"),
        ("max_wait", "7.0"),
        ("case_id", "42"),
        ("domain", ""),
        ("username", "u"),
        ("tree_name", "share"),
    ];
    assert_eq!((taken.as_slice(), settings.left.as_slice()), (&expected[..], &[][..]));
}

#[test]
fn levels_of_pythons_logging_become_those_of_here() {
    for (value, level) in [
        (&b"K\x00"[..], "0"),
        (b"K\x03", "3"),
        (b"K\x05", "3"),
        (b"K\x0a", "2"),
        (b"K\x14", "1"),
        (b"K\x1e", "0"),
        (b"K\x32", "0"),
        (&text("DEBUG"), "2"),
        (&text("info"), "1"),
        (&text("1"), "1"),
    ] {
        assert_eq!(read(&[("verbosity_level", value)]).taken, [(Key::VerbosityLevel, level.to_owned())], "{value:?}");
    }
    let refused = read(&[("verbosity_level", b"K\x33")]);
    assert_eq!(reasons(&refused), [("verbosity_level", "is \"51\", and must be 0, 1, 2 or 3")]);
}

#[test]
fn what_cannot_be_taken_over_is_left_with_a_reason() {
    let settings = read(&[
        ("quiet_mode", b"\x88"),
        ("port", &text("many")),
        ("username", b"N"),
        ("domain", b"]"),
        ("tree_name", b"\x88"),
        ("max_wait", b"F1e9\n"),
        ("traces_folder", &text("captures")),
        ("server_ip", b"C\x01\xff"),
    ]);
    assert_eq!(settings.taken, []);
    assert_eq!(
        reasons(&settings),
        [
            ("quiet_mode", "smbreplay has no such setting"),
            ("port", "is \"many\", and must be a TCP port from 1 to 65535"),
            ("username", "is None: not set"),
            ("domain", "is a list, and must be a domain name, or empty"),
            (
                "tree_name",
                "is True or False, and must be a share name of 1 to 80 characters without \\ / : * ? \" < > |"
            ),
            ("max_wait", "is \"1000000000\", and must be seconds from 0.1 to 86400"),
            ("traces_folder", "is \"captures\", which is no absolute path on this machine"),
            ("server_ip", "is no text"),
        ]
    );
}

#[test]
fn a_dictionary_inside_gives_what_the_outer_one_has_not() {
    let inner: Vec<u8> = [&b"}"[..], &text("port"), b"K\x07s", &text("username"), &text("inner"), b"s"].concat();
    let twice = [&b"}q\x09"[..], &text("port"), b"K\x07s"].concat();
    let settings = read(&[("replay", &inner), ("username", &text("outer")), ("a", &twice), ("b", b"h\x09")]);
    let expected = [(Key::Username, "outer".to_owned()), (Key::Port, "7".to_owned())];
    assert_eq!(settings.taken, expected);
    assert_eq!(
        reasons(&settings),
        [
            ("b", "is a dictionary that is there already"),
            ("replay.username", "is there twice, and the first one counts"),
            ("a.port", "is there twice, and the first one counts"),
        ]
    );
}

#[test]
fn the_last_value_of_a_name_counts() {
    let settings = read(&[("port", b"K\x01"), ("port", b"K\x02")]);
    assert_eq!((settings.taken, settings.left), (vec![(Key::Port, "2".to_owned())], Vec::new()));
}

#[test]
fn what_is_no_dictionary_is_refused() {
    assert_eq!(EarlierSettings::read(b"N.").unwrap_err(), EarlierError::NoDictionary("None"));
    let told = EarlierSettings::read(b"server_ip = 1").unwrap_err().to_string();
    assert!(told.starts_with("no pickle of plain settings"), "{told}");
}

#[test]
fn the_password_is_told_nowhere() {
    let settings = read(&[("password", &text("secret")), ("port", &text("x"))]);
    let several = read(&[("password", &text("sec\nret"))]);
    assert_eq!(reasons(&several), [("password", "must be text on one line")]);
    for printed in [format!("{settings:?}"), format!("{several:?}")] {
        assert!(printed.contains("password") || printed.contains("Password"), "{printed}");
        assert!(!printed.contains("sec"), "{printed}");
    }
}
