//! `serve`: where its key comes from, and that it is kept where it was made.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use support::server::ApiServer;
use support::{Home, ended};

/// The status that a request with this key has.
fn with(server: &ApiServer, key: &str) -> u16 {
    let request = ureq::get(server.at("/api/jobs")).header("X-API-Key", key).config().http_status_as_error(false);
    request.build().call().unwrap().status().as_u16()
}

#[test]
fn a_key_is_read_from_a_file() {
    let home = Home::new();
    let file = home.file("secrets/api_key", b"from-a-file\r\n");
    let server = ApiServer::start_with(&home, &[], &[("API_KEY_FILE", file.to_str().unwrap())]);
    assert_eq!(server.made_key, None);
    assert_eq!((with(&server, "from-a-file"), with(&server, "another-key")), (200, 401));
    drop(server);
    // What an image sets for all does not stand in the way of who sets a key.
    let variables = [("API_KEY_FILE", file.to_str().unwrap()), ("API_KEY", "of-this-one")];
    let server = ApiServer::start_with(&home, &[], &variables);
    assert_eq!((with(&server, "of-this-one"), with(&server, "from-a-file")), (200, 401));
}

#[test]
fn where_the_file_is_not_there_a_key_is_made_and_kept_for_the_next_start() {
    let home = Home::new();
    let file = home.path().join("state/smbreplay/api_key");
    let variables = [("API_KEY_FILE", file.to_str().unwrap())];
    let first = ApiServer::start_with(&home, &[], &variables);
    let key = first.made_key.clone().unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap().trim(), key);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(with(&first, &key), 200);
    drop(first);
    let again = ApiServer::start_with(&home, &[], &variables);
    assert_eq!(again.made_key, None, "it is shown once");
    drop(again);
    // The port is taken: this one ends, and has made a key before.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let other = home.path().join("state/other_key");
    ended(home.command(&["serve", "--port", &port]).env("API_KEY_FILE", &other)).refused(&[&port]);
    let variables = [("API_KEY_FILE", other.to_str().unwrap())];
    let after = ApiServer::start_with(&home, &[], &variables);
    let told = std::fs::read_to_string(&other).unwrap();
    assert_eq!((after.made_key.clone(), with(&after, told.trim())), (None, 200));
    assert_eq!(after.key_file.as_deref(), other.to_str(), "who never saw the key is told where it is");
    drop(after);
    let again = ApiServer::start_with(&home, &[], &[("API_KEY_FILE", file.to_str().unwrap())]);
    assert_eq!(with(&again, &key), 200);
}

#[test]
fn a_file_without_a_key_in_it_is_told_without_what_it_holds() {
    let home = Home::new();
    let refused = |contents: &[u8], arguments: &[&str], words: &[&str]| {
        let file = home.file("api_key", contents);
        let mut command = home.command(&[&["serve", "--port", "0"], arguments].concat());
        let told = ended(command.env("API_KEY_FILE", &file));
        told.refused(words);
        assert!(!told.stderr.contains("hush"), "{}", told.stderr);
    };
    refused(b"", &[], &["api_key", "8 characters"]);
    refused(b"hush hush hush\n", &[], &["api_key", "ASCII"]);
    refused(b"hush\xff hush\n", &[], &["api_key", "API_KEY_FILE"]);
    refused(b"hush-hush-hush\n", &["--insecure"], &["API_KEY_FILE", "--insecure"]);
    let below_a_file = home.file("file", b"").join("api_key");
    let mut command = home.command(&["serve", "--port", "0"]);
    ended(command.env("API_KEY_FILE", &below_a_file)).refused(&["api_key", "API_KEY_FILE"]);
}
