//! `serve`: the web page, as a browser gets it. What it shows is tested in `web/tests`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod support;

use support::Home;
use support::server::ApiServer;

/// An answer to somebody who has no key: its status, some headers, and its body.
struct Answer {
    status: u16,
    tag: Option<String>,
    caching: Option<String>,
    policy: Option<String>,
    body: String,
}

fn get(server: &ApiServer, path: &str, known: Option<&str>) -> Answer {
    let mut request = ureq::get(server.at(path)).config().http_status_as_error(false).build();
    if let Some(known) = known {
        request = request.header("If-None-Match", known);
    }
    let mut answer = request.call().unwrap();
    let header = |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (tag, caching, policy) = (header("etag"), header("cache-control"), header("content-security-policy"));
    Answer { status: answer.status().as_u16(), tag, caching, policy, body: answer.body_mut().read_to_string().unwrap() }
}

#[test]
fn the_page_is_there_without_a_key_and_its_files_are_loaded_once() {
    let home = Home::new();
    let server = ApiServer::start_with(&home, &[], &[("API_KEY", "of-this-server")]);
    assert_eq!(get(&server, "/api/jobs", None).status, 401);
    let page = get(&server, "/", None);
    assert_eq!(page.status, 200);
    let policy = page.policy.unwrap();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("connect-src 'self'"), "{policy}");
    let files: Vec<&str> = page.body.split(['"', '\'']).filter(|part| part.starts_with("/assets/")).collect();
    if files.is_empty() {
        // Built without Node.js.
        assert!(page.body.contains("npm run build") && page.body.contains("/docs"), "{}", page.body);
    } else {
        assert_eq!(get(&server, "/", page.tag.as_deref()).status, 304);
    }
    for file in files {
        let found = get(&server, file, None);
        assert!(found.status == 200 && !found.body.is_empty(), "{file}");
        assert!(found.caching.unwrap().contains("immutable"), "{file}");
        let again = get(&server, file, found.tag.as_deref());
        assert_eq!((again.status, again.body.as_str()), (304, ""), "{file}");
    }
    let none = get(&server, "/assets/none.js", None);
    assert!(none.status == 404 && none.body.contains("\"not_found\""), "{}", none.body);
}
