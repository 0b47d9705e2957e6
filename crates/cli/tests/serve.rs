//! `serve`: how the server starts and ends.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use support::Home;
use support::server::ApiServer;

#[test]
fn a_server_is_there_until_it_is_asked_to_end() {
    let home = Home::new();
    // tshark is not needed, and told where it is there.
    let tshark = home.file(&format!("programs/tshark{}", std::env::consts::EXE_SUFFIX), b"");
    for (folder, is_there) in [(tshark.parent().unwrap(), true), (home.path(), false)] {
        let server = ApiServer::start_with(&home, &[], &[("PATH", folder.to_str().unwrap())]);
        let health = server.json("/health");
        assert_eq!((&health["status"], &health["tshark_available"]), (&"ok".into(), &is_there.into()));
        assert!(health["lacks"].is_null());
        assert_eq!(server.json("/info")["tshark_available"], is_there);
    }
    let server = ApiServer::start(&home);
    assert_eq!(server.json("/info")["capture_valid"], false);
    assert_eq!(server.json("/api/jobs")["total"], 0);
    assert_eq!(server.get("/api/nothing").refused(404), "not_found");
    #[cfg(unix)]
    assert_eq!(server.terminate(), Some(0));
}

#[test]
fn on_another_address_a_key_is_made_and_only_who_has_it_is_answered() {
    let home = Home::new();
    let server = ApiServer::start_with(&home, &["--host", "0.0.0.0"], &[]);
    assert!(server.made_key.as_ref().is_some_and(|key| key.len() == 32), "{:?}", server.made_key);
    assert_eq!(server.json("/api/jobs")["total"], 0);
    let port = server.url.rsplit(':').next().unwrap();
    let without = ureq::get(format!("http://127.0.0.1:{port}/api/jobs")).config().http_status_as_error(false).build();
    assert_eq!(without.call().unwrap().status().as_u16(), 401);
    let health = ureq::get(format!("http://127.0.0.1:{port}/health")).call().unwrap();
    assert_eq!(health.status().as_u16(), 200);
}

#[test]
fn a_port_that_is_taken_and_a_key_that_is_none_are_refused() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    let port = server.url.rsplit(':').next().unwrap().to_owned();
    home.run(&["serve", "--port", &port]).refused(&["cannot listen", &port, "--port"]);
    let mut command = home.command(&["serve", "--port", "0"]);
    support::ended(command.env("API_KEY", "short")).refused(&["API key", "8 characters"]);
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        let no_text = std::ffi::OsStr::from_bytes(b"long-enough-\xff");
        let mut command = home.command(&["serve", "--port", "0"]);
        support::ended(command.env("API_KEY", no_text)).refused(&["API key", "ASCII"]);
    }
    let mut command = home.command(&["serve", "--port", "0", "--insecure"]);
    support::ended(command.env("API_KEY", "long-enough")).refused(&["API_KEY", "--insecure"]);
}

#[test]
fn health_tells_whether_the_server_can_do_its_work() {
    let home = Home::new();
    let folder = home.file("cases-that-are-a-file", b"");
    let server = ApiServer::start_with(&home, &[], &[("TRACES_FOLDER", folder.to_str().unwrap())]);
    let health = server.json("/health");
    assert_eq!((&health["status"], &health["lacks"]), (&"degraded".into(), &"traces_folder".into()));
    home.file(".config/smbreplay/config.toml", b"port = \"none\"");
    let seen = |status: &str| {
        (0..200).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            server.json("/health")["status"] == status
        })
    };
    assert!(seen("error"), "a configuration that cannot be read");
    std::fs::remove_file(home.path().join(".config/smbreplay/config.toml")).unwrap();
    std::fs::remove_file(folder).unwrap();
    assert!(seen("ok"), "a traces folder that is not there yet is none that cannot be read");
}
