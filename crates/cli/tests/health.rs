//! `health`: what it says of a server, of none, and of what is none.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use std::io::Write as _;
use std::net::{TcpListener, TcpStream};
use support::server::ApiServer;
use support::{Home, ended};

/// What `health` says of a listener on this machine that treats each connection so.
fn of_a_stranger(treat: fn(TcpStream)) -> support::Ended {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || listener.incoming().flatten().for_each(treat));
    Home::new().run(&["health", &url])
}

#[test]
fn a_server_is_well_when_it_is_and_says_what_it_lacks_when_it_is_not() {
    let home = Home::new();
    let server = ApiServer::start_with(&home, &[], &[("API_KEY", "health-needs-none")]);
    let told = home.run(&["health", &server.url]);
    assert_eq!(told.succeeded(), format!("ok: smbreplay {} at {}\n", env!("CARGO_PKG_VERSION"), server.url));
    let document = home.json(&["health", &format!("{}/", server.url)]);
    assert_eq!((&document["status"], &document["reason"]), (&"ok".into(), &serde_json::Value::Null));
    drop(server);
    let folder = home.file("cases-that-are-a-file", b"");
    let server = ApiServer::start_with(&home, &[], &[("TRACES_FOLDER", folder.to_str().unwrap())]);
    let told = home.run(&["health", &server.url]);
    assert!(told.succeeded().starts_with("degraded: ") && told.stdout.contains("traces folder"), "{}", told.stdout);
}

#[test]
fn without_an_address_the_port_of_the_environment_is_asked_and_no_proxy() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    let port = server.url.rsplit(':').next().unwrap();
    let ask = || {
        let mut command = home.command(&["health"]);
        ended(command.env("PORT", port).env("http_proxy", "http://127.0.0.1:9").env("ALL_PROXY", "http://127.0.0.1:9"))
    };
    let told = ask();
    assert!(told.succeeded().contains(&server.url), "{}", told.stdout);
    // A configuration that cannot be read does not keep `health` from asking, but the server from its work.
    home.file(".config/smbreplay/config.toml", b"port = \"none\"");
    let seen = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        let told = ask();
        told.code == 1 && told.stdout.starts_with("error: ") && told.stdout.contains("configuration")
    });
    assert!(seen);
}

#[test]
fn where_nobody_listens_nothing_is_well() {
    let home = Home::new();
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let told = home.run(&["health", &format!("http://{free}"), "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    assert_eq!((told.code, &document["status"]), (1, &"unreachable".into()));
    assert!(document["reason"].is_string());
}

#[test]
fn nonsense_and_silence_are_no_smbreplay() {
    let answers: [fn(TcpStream); 4] = [
        |mut stream| drop(stream.write_all(b"220 mail.example ESMTP\r\n")),
        |mut stream| drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")),
        |mut stream| drop(stream.write_all(b"HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n")),
        // Never an answer: the connection stays open for as long as the test.
        std::mem::forget,
    ];
    for treat in answers {
        let told = of_a_stranger(treat);
        assert_eq!(told.code, 1, "{}{}", told.stdout, told.stderr);
        assert!(told.stdout.starts_with("unreachable: http://127.0.0.1:"), "{}", told.stdout);
        assert_eq!(told.stdout.lines().count(), 1);
    }
}

#[test]
fn what_is_no_address_of_a_server_is_refused() {
    let home = Home::new();
    for address in ["https://lab.example", "lab.example:3004", "http://user:secret@lab.example", "http://a/?b"] {
        home.run(&["health", address]).refused(&["http://HOST:PORT", "--help"]);
    }
    ended(home.command(&["health"]).env("PORT", "none")).refused(&["none", "PORT"]);
}
