//! `serve`: requests that try to reach what is none of theirs, each with what it must be answered. They are sent as they stand, since a
//! client library would tidy them up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;
use support::Home;
use support::server::ApiServer;

/// Head and body of a request, the status it must get, and the code, if the answer has one.
///
/// In the head `~HOST` is host and port of the server, `~HOME` and `~CASES` are folders, and `~n*x~` is x n times. Lines end as HTTP wants it; a
/// missing `Content-Length` and `Connection: close` are added. In the body `~n*x~` holds as well, and `~PCAP` is a capture.
type Row = (&'static str, &'static str, u16, &'static str);

const PASSWORD: &str = "T0p-s3cret-of-the-l4b";
const KEY: &str = "a-key-that-nobody-guesses";

/// Paths that lead elsewhere. If one were followed, something would be deleted.
#[rustfmt::skip]
const PATHS: &[Row] = &[
    ("DELETE /api/traces?capture_path=../../outside/secret.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=..%2f..%2foutside%2fsecret.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=%2e%2e/%2e%2e/outside/secret.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=a/../../../outside/secret.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=/etc/passwd HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=%2fetc%2fpasswd HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=//etc/passwd HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=~HOME/outside/secret.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=~CASES/../outside/secret.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=~CASES HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=link.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=folder-link/secret.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=folder-link/none.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=~CASES/linked-case/secret.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?case_id=linked-case&capture_path=secret.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=.tracer/office.pcap/sessions/session_metadata.json HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=./.tracer/office.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=.hidden/x.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=to-hidden/x.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?case_id=..&capture_path=outside/secret.pcap HTTP/1.1\nHost: ~HOST", "", 400, "bad_path"),
    ("DELETE /api/traces?case_id=../outside&capture_path=secret.pcap HTTP/1.1\nHost: ~HOST", "", 400, "bad_path"),
    ("DELETE /api/traces?case_id=%2fetc&capture_path=passwd HTTP/1.1\nHost: ~HOST", "", 400, "bad_path"),
    ("DELETE /api/traces?case_id=.tracer&capture_path=x HTTP/1.1\nHost: ~HOST", "", 400, "bad_path"),
    ("DELETE /api/traces?case_id=a%00b&capture_path=x HTTP/1.1\nHost: ~HOST", "", 400, "bad_path"),
    ("DELETE /api/traces?capture_path=office.pcap%00.txt HTTP/1.1\nHost: ~HOST", "", 400, "bad_path"),
    ("DELETE /api/traces?capture_path=%00 HTTP/1.1\nHost: ~HOST", "", 400, "bad_path"),
    ("DELETE /api/traces?capture_path=office.pcap%0a HTTP/1.1\nHost: ~HOST", "", 400, "bad_path"),
    ("DELETE /api/traces?capture_path=~5000*a~ HTTP/1.1\nHost: ~HOST", "", 400, "bad_path"),
    ("DELETE /api/traces?capture_path= HTTP/1.1\nHost: ~HOST", "", 400, "bad_path"),
    ("DELETE /api/traces HTTP/1.1\nHost: ~HOST", "", 400, "bad_request"),
    ("DELETE /api/traces?capture_path=a&capture_path=office.pcap HTTP/1.1\nHost: ~HOST", "", 400, "bad_request"),
    ("DELETE /api/traces?capture_path=office.pcap&output=perhaps HTTP/1.1\nHost: ~HOST", "", 400, "bad_request"),
    ("DELETE /api/traces?capture_path=~300*a~ HTTP/1.1\nHost: ~HOST", "", 404, "trace_not_found"),
    ("DELETE /api/traces?capture_path=OFFICE.PCAP HTTP/1.1\nHost: ~HOST", "", 404, "trace_not_found"),
    ("DELETE /api/traces?capture_path=..%5c..%5coutside%5csecret.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=%252e%252e%252fsecret.pcap HTTP/1.1\nHost: ~HOST", "", 404, "trace_not_found"),
    ("DELETE /api/traces?capture_path=%c0%ae%c0%ae%c0%afsecret.pcap HTTP/1.1\nHost: ~HOST", "", 404, "trace_not_found"),
    ("DELETE /api/traces?capture_path=file:///etc/passwd HTTP/1.1\nHost: ~HOST", "", 404, "trace_not_found"),
    ("DELETE /api/traces?capture_path=notes.txt HTTP/1.1\nHost: ~HOST", "", 404, "trace_not_found"),
    ("DELETE /api/traces?capture_path=. HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("DELETE /api/traces?capture_path=* HTTP/1.1\nHost: ~HOST", "", 404, "trace_not_found"),
    ("DELETE /api/replays/..%2f..%2f..?capture_path=office.pcap HTTP/1.1\nHost: ~HOST", "", 404, "run_not_found"),
    ("DELETE /api/replays/%2e%2e?capture_path=office.pcap HTTP/1.1\nHost: ~HOST", "", 404, "run_not_found"),
    ("DELETE /api/replays/.?capture_path=office.pcap HTTP/1.1\nHost: ~HOST", "", 404, "run_not_found"),
    ("DELETE /api/replays/x%00?capture_path=office.pcap HTTP/1.1\nHost: ~HOST", "", 404, "run_not_found"),
    ("DELETE /api/replays/%ff?capture_path=office.pcap HTTP/1.1\nHost: ~HOST", "", 400, "bad_request"),
    ("DELETE /api/replays/last?capture_path=../../outside/secret.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("GET /api/jobs/..%2f..%2fetc%2fpasswd HTTP/1.1\nHost: ~HOST", "", 404, "job_not_found"),
    ("GET /api/config/..%2fconfig.toml HTTP/1.1\nHost: ~HOST", "", 404, "unknown_key"),
    ("GET /../../../etc/passwd HTTP/1.1\nHost: ~HOST", "", 404, "not_found"),
    ("GET //etc/passwd HTTP/1.1\nHost: ~HOST", "", 404, "not_found"),
    ("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\nHost: ~HOST", "", 404, "not_found"),
];

/// Uploads under names that are none, to places that are none, of what is no capture.
#[rustfmt::skip]
const UPLOADS: &[Row] = &[
    ("POST /api/traces?name=../x.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=..%2fx.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=%2ftmp%2fx.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=a%5cb.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=.x.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=.tracer HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=x%00.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=x%0d%0aSet-Cookie:a HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=x%e2%80%aepacp.exe HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=nul.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=COM1 HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=x.pcap:stream HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=x.pcap. HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=~201*a~ HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name= HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_request"),
    ("POST /api/traces?name=x.pcap&case_id=../outside HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=x.pcap&case_id=/tmp HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=x.pcap&case_id=.tracer HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=x.pcap&case_id=aux HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 400, "bad_path"),
    ("POST /api/traces?name=x.pcap&case_id=linked-case HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 403, "outside_traces_folder"),
    ("POST /api/traces?name=x.pcap&case_id=self HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 403, "outside_traces_folder"),
    ("POST /api/traces?name=x.pcap&case_id=dangling HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 403, "outside_traces_folder"),
    ("POST /api/traces?name=x.pcap&case_id=a-file HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 409, "conflict"),
    ("POST /api/traces?name=x.pcap&case_id=A-CASE HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 409, "conflict"),
    ("POST /api/traces?name=office.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 409, "conflict"),
    ("POST /api/traces?name=OFFICE.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 409, "conflict"),
    ("POST /api/traces?name=folder-link HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 409, "conflict"),
    ("POST /api/traces?name=x.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: multipart/form-data; boundary=b", "--b\r\n\r\n~PCAP\r\n--b--", 415, "unsupported_media_type"),
    ("POST /api/traces?name=x.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/x-www-form-urlencoded", "~PCAP", 415, "unsupported_media_type"),
    ("POST /api/traces?name=x.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: text/plain", "~PCAP", 415, "unsupported_media_type"),
    ("POST /api/traces?name=x.pcap HTTP/1.1\nHost: ~HOST", "~PCAP", 415, "unsupported_media_type"),
    ("POST /api/traces?name=x.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream\nContent-Type: text/plain", "~PCAP", 415, "unsupported_media_type"),
    ("POST /api/traces?name=x.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream\nContent-Length: 999999999999999", "", 413, "too_large"),
    ("POST /api/traces?name=x.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "", 422, "not_a_capture"),
    ("POST /api/traces?name=x.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "MZ, no capture at all, though it has its name", 422, "not_a_capture"),
    ("POST /api/traces?name=x.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "\n\r\r\n", 422, "not_a_capture"),
    ("POST /api/traces?name=x.pcap.zst HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "\x50\x2a\x4d\x18", 422, "not_a_capture"),
    ("POST /api/traces?name=x.pcap&case_id=new HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "no capture", 422, "not_a_capture"),
    ("POST /api/traces?name=x.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream\nTransfer-Encoding: chunked", "fffffffffffffffff\r\n", 400, "bad_request"),
];

/// Settings that are not to be seen or changed.
#[rustfmt::skip]
const SETTINGS: &[Row] = &[
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"traces_folder": "/"}"#, 403, "read_only"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"output_dir": "/tmp"}"#, 403, "read_only"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"output_dir": "", "password": "x"}"#, 403, "read_only"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"server_ip": "evil.example"}"#, 403, "password_required"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"port": 4445}"#, 403, "password_required"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"server_ip": "evil.example", "password": null}"#, 403, "password_required"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"server_ip": "evil example", "password": "mine-to-try"}"#, 422, "invalid_value"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"tree_name": "fine", "port": 0, "password": "mine-to-try"}"#, 422, "invalid_value"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"port": 70000, "password": "mine-to-try"}"#, 422, "invalid_value"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"port": "445"}"#, 422, "invalid_value"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"max_wait": 1e308}"#, 422, "invalid_value"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"max_wait": -1}"#, 422, "invalid_value"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"username": "a\nb"}"#, 422, "invalid_value"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"username": "~5000*a~"}"#, 422, "invalid_value"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"case_id": "../outside"}"#, 422, "invalid_value"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"password": 8675309}"#, 422, "invalid_value"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"__proto__": {"port": 1}}"#, 422, "invalid_value"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"capture_path": "/etc/passwd"}"#, 403, "outside_traces_folder"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"capture_path": "../../outside/secret.pcap"}"#, 403, "outside_traces_folder"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"capture_path": "link.pcap"}"#, 403, "outside_traces_folder"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"capture_path": "~\/none.pcap"}"#, 404, "trace_not_found"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"capture_path": "office.pcap\u0000"}"#, 400, "bad_path"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", "{\"port\": ", 400, "bad_request"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", "[]", 422, "invalid_value"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"["evil.example"]"#, 422, "invalid_value"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", "null", 422, "invalid_value"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", "{\"domain\": ~5000*[~", 422, "invalid_value"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: text/plain", r#"{"tree_name": "x"}"#, 415, "unsupported_media_type"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/x-www-form-urlencoded", "tree_name=x", 415, "unsupported_media_type"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", "~1048577* ~", 413, "too_large"),
    ("GET /api/config/password HTTP/1.1\nHost: ~HOST", "", 404, "unknown_key"),
    ("GET /api/config/PASSWORD HTTP/1.1\nHost: ~HOST", "", 404, "unknown_key"),
    ("GET /api/config/%70assword HTTP/1.1\nHost: ~HOST", "", 404, "unknown_key"),
];

/// Pages and host names that may not use the server, and requests that are none.
#[rustfmt::skip]
const PAGES_AND_FORMS: &[Row] = &[
    ("GET /api/config HTTP/1.1\nHost: evil.example", "", 403, "forbidden_origin"),
    ("GET /health HTTP/1.1\nHost: evil.example:3004", "", 403, "forbidden_origin"),
    ("GET /api/config HTTP/1.1\nHost: localhost.evil.example", "", 403, "forbidden_origin"),
    ("GET /api/config HTTP/1.1\nHost: 127.0.0.1.nip.example", "", 403, "forbidden_origin"),
    ("GET /api/config HTTP/1.1\nHost: evil.example@127.0.0.1", "", 403, "forbidden_origin"),
    ("GET /api/config HTTP/1.1\nHost: 127.0.0.1@evil.example", "", 403, "forbidden_origin"),
    ("GET /api/config HTTP/1.1", "", 403, "forbidden_origin"),
    ("GET /api/config HTTP/1.0", "", 403, "forbidden_origin"),
    ("GET /api/config HTTP/1.1\nHost: ~HOST\nHost: evil.example", "", 400, "bad_request"),
    ("GET http://evil.example/api/config HTTP/1.1\nHost: ~HOST", "", 400, "bad_request"),
    ("GET http://evil.example/api/config HTTP/1.1\nHost: evil.example", "", 403, "forbidden_origin"),
    ("GET /api/config HTTP/1.1\nHost: ~HOST\nOrigin: http://evil.example", "", 403, "forbidden_origin"),
    ("GET /api/config HTTP/1.1\nHost: ~HOST\nOrigin: null", "", 403, "forbidden_origin"),
    ("GET /api/config HTTP/1.1\nHost: ~HOST\nOrigin: http://localhost:1", "", 403, "forbidden_origin"),
    ("GET /api/config HTTP/1.1\nHost: ~HOST\nOrigin: http://~HOST\nOrigin: http://evil.example", "", 403, "forbidden_origin"),
    ("GET /api/config HTTP/1.1\nHost: ~HOST\nOrigin: http://évil.example", "", 403, "forbidden_origin"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nOrigin: https://evil.example\nContent-Type: application/json", "{}", 403, "forbidden_origin"),
    ("POST /api/traces?name=x.pcap HTTP/1.1\nHost: ~HOST\nOrigin: https://evil.example\nContent-Type: application/octet-stream", "~PCAP", 403, "forbidden_origin"),
    ("OPTIONS /api/config HTTP/1.1\nHost: ~HOST\nOrigin: https://evil.example\nAccess-Control-Request-Method: PUT", "", 403, "forbidden_origin"),
    ("OPTIONS /api/config HTTP/1.1\nHost: evil.example\nOrigin: http://evil.example\nAccess-Control-Request-Method: PUT", "", 403, "forbidden_origin"),
    ("TRACE /api/config HTTP/1.1\nHost: ~HOST\nX-Secret: 1", "", 405, "method_not_allowed"),
    ("PATCH /api/config HTTP/1.1\nHost: ~HOST", "", 405, "method_not_allowed"),
    ("DELETE /api/config HTTP/1.1\nHost: ~HOST", "", 405, "method_not_allowed"),
    ("~100*M~ /api/config HTTP/1.1\nHost: ~HOST", "", 405, "method_not_allowed"),
    ("CONNECT ~HOST HTTP/1.1\nHost: ~HOST", "", 404, "not_found"),
    ("POST /health HTTP/1.1\nHost: ~HOST\nX-HTTP-Method-Override: GET", "", 405, "method_not_allowed"),
    ("GET /api/jobs/x/events HTTP/1.1\nHost: ~HOST\nLast-Event-ID: -1", "", 404, "job_not_found"),
    ("GET /api/jobs?state=%00 HTTP/1.1\nHost: ~HOST", "", 400, "bad_request"),
    ("GET /api/jobs?~20000*a~ HTTP/1.1\nHost: ~HOST\nX-Long: ~20000*a~", "", 431, ""),
    ("GET /~70000*a~ HTTP/1.1\nHost: ~HOST", "", 431, ""),
    ("GET /health HTTP/1.1\nHost: ~HOST~200*\nX-A: b~", "", 431, ""),
    ("GET /health HTTP/1.1\nHost: ~HOST\nContent-Length: -1", "", 400, ""),
    ("GET /health HTTP/1.1\nHost: ~HOST\nContent-Length: 1\nContent-Length: 2", "", 400, ""),
    ("GET /health HTTP/1.1\nHost: ~HOST\nTransfer-Encoding: gzip", "", 400, ""),
    ("GET /health HTTP/1.1\nHost : ~HOST", "", 400, ""),
    ("GET /health HTTP/1.1\nHost: ~HOST\n X-Folded: 1", "", 400, ""),
    ("GET /he alth HTTP/1.1\nHost: ~HOST", "", 400, ""),
    ("GET /health HTTP/9.9\nHost: ~HOST", "", 400, ""),
    ("PRI * HTTP/2.0\n", "SM\r\n\r\n", 400, ""),
    ("\x16\x03\x01\x02", "", 400, ""),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json\nTransfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n", 400, "bad_request"),
];

/// With a key nothing but `/health` is for everybody.
#[rustfmt::skip]
const WITHOUT_KEY: &[Row] = &[
    ("GET /api/config HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("GET /info HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("GET /metrics HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("GET /docsx HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("GET /docs/../api/config HTTP/1.1\nHost: ~HOST", "", 404, ""),
    ("GET /redoc/..%2fapi/config HTTP/1.1\nHost: ~HOST", "", 404, "not_found"),
    ("GET /openapi.json/../api/config HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("GET /api/jobs HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("GET /api/jobs/0/events HTTP/1.1\nHost: ~HOST\nAccept: text/event-stream", "", 401, "unauthorized"),
    ("GET /api/jobs/0/events?api_key=a-key-that-nobody-guesses HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("GET /nothing HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("HEAD /api/config HTTP/1.1\nHost: ~HOST", "", 401, ""),
    ("TRACE /api/config HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("GET /api/config?X-API-Key=a-key-that-nobody-guesses HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("GET /api/config HTTP/1.1\nHost: ~HOST\nX-API-Key: wrong-wrong-wrong", "", 401, "unauthorized"),
    ("GET /api/config HTTP/1.1\nHost: ~HOST\nX-API-Key: a-key-that-nobody-guesse", "", 401, "unauthorized"),
    ("GET /api/config HTTP/1.1\nHost: ~HOST\nX-API-Key: A-KEY-THAT-NOBODY-GUESSES", "", 401, "unauthorized"),
    ("GET /api/config HTTP/1.1\nHost: ~HOST\nX-API-Key:", "", 401, "unauthorized"),
    ("GET /api/config HTTP/1.1\nHost: ~HOST\nX-API-Key: \"a-key-that-nobody-guesses\"", "", 401, "unauthorized"),
    ("GET /api/config HTTP/1.1\nHost: ~HOST\nX-API-Key: wrong-wrong-wrong\nX-API-Key: a-key-that-nobody-guesses", "", 401, "unauthorized"),
    ("GET /api/config HTTP/1.1\nHost: ~HOST\nAuthorization: Bearer a-key-that-nobody-guesses", "", 401, "unauthorized"),
    ("GET /api/config HTTP/1.1\nHost: ~HOST\nCookie: X-API-Key=a-key-that-nobody-guesses", "", 401, "unauthorized"),
    ("GET /health/ HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("GET /HEALTH HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("GET //health HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("GET /health/../api/config HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("GET /health%2f..%2fapi/config HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("GET /api/config;/health HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("POST /api/traces?name=x.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream", "~PCAP", 401, "unauthorized"),
    ("POST /api/traces?name=x.pcap HTTP/1.1\nHost: ~HOST\nContent-Type: application/octet-stream\nContent-Length: 999999999999999", "", 401, "unauthorized"),
    ("DELETE /api/traces?capture_path=office.pcap HTTP/1.1\nHost: ~HOST", "", 401, "unauthorized"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"tree_name": "x"}"#, 401, "unauthorized"),
    ("PUT /api/config HTTP/1.1\nHost: ~HOST\nOrigin: http://evil.example\nContent-Type: application/json", "{}", 403, "forbidden_origin"),
    ("OPTIONS /api/config HTTP/1.1\nHost: ~HOST\nOrigin: http://evil.example\nAccess-Control-Request-Method: PUT", "", 403, "forbidden_origin"),
];

/// Jobs on what is none of theirs, or for servers that the stored password is none of.
#[rustfmt::skip]
const JOBS: &[Row] = &[
    ("POST /api/traces/ingest HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"path": "/etc/passwd"}"#, 403, "outside_traces_folder"),
    ("POST /api/traces/ingest HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"path": "link.pcap"}"#, 403, "outside_traces_folder"),
    ("POST /api/traces/ingest HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"path": "x\u0000"}"#, 400, "bad_path"),
    ("POST /api/traces/ingest HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"path": "notes.txt"}"#, 422, "not_a_capture"),
    ("POST /api/traces/ingest HTTP/1.1\nHost: ~HOST\nContent-Type: text/plain", r#"{"path": "office.pcap"}"#, 415, "unsupported_media_type"),
    ("POST /api/replay/execute HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"session_id": "1", "capture_path": "office.pcap", "server_ip": "evil.example"}"#, 403, "password_required"),
    ("POST /api/replay/setup HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"session_id": "1", "capture_path": "office.pcap", "server_ip": "evil.example"}"#, 403, "password_required"),
    ("POST /api/replay/execute HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"session_id": "1", "capture_path": "office.pcap", "port": 1445}"#, 403, "password_required"),
    ("POST /api/replay/validate HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"session_id": "1", "capture_path": "../../outside/secret.pcap"}"#, 403, "outside_traces_folder"),
    ("POST /api/target/check HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"server_ip": "evil.example"}"#, 403, "password_required"),
    ("POST /api/target/check HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"capture_path": "../../outside/secret.pcap"}"#, 403, "outside_traces_folder"),
    ("POST /api/traces/ingest HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"path": "folder-link"}"#, 403, "outside_traces_folder"),
    ("POST /api/traces/ingest HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"path": "folder-link/*"}"#, 403, "outside_traces_folder"),
    ("POST /api/traces/ingest HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"path": "*/secret.pcap"}"#, 403, "outside_traces_folder"),
    ("POST /api/traces/ingest HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"path": "to-hidden"}"#, 403, "outside_traces_folder"),
    ("POST /api/traces/ingest HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"path": "office.pcap", "nt_passwords": ["mine-to-try"]}"#, 422, "invalid_value"),
    ("POST /api/traces/ingest HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"["/etc/passwd"]"#, 422, "invalid_value"),
    ("POST /api/replay/execute HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"session_id": "../../x", "capture_path": "office.pcap"}"#, 404, "session_not_found"),
    ("POST /api/replay/execute?async=true HTTP/1.1\nHost: ~HOST\nContent-Type: application/json\nPrefer: respond-async", r#"{"session_id": "1", "capture_path": "office.pcap", "server_ip": "127.0.0.2"}"#, 403, "password_required"),
];

/// What reads sessions and replays.
#[rustfmt::skip]
const SESSIONS_AND_REPLAYS: &[Row] = &[
    ("GET /api/traces?case_id=../outside HTTP/1.1\nHost: ~HOST", "", 400, "bad_path"),
    ("GET /api/traces?case_id=.tracer HTTP/1.1\nHost: ~HOST", "", 400, "bad_path"),
    ("GET /api/traces?case_id=none HTTP/1.1\nHost: ~HOST", "", 404, "case_not_found"),
    ("GET /api/sessions?capture_path=../../outside/secret.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("GET /api/sessions?capture_path=/etc/passwd HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("GET /api/sessions?capture_path=link.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("GET /api/sessions?capture_path=office.pcap%00 HTTP/1.1\nHost: ~HOST", "", 400, "bad_path"),
    ("GET /api/sessions/..%2f..%2fetc?capture_path=office.pcap HTTP/1.1\nHost: ~HOST", "", 404, "session_not_found"),
    ("GET /api/sessions/1?capture_path=office.pcap&limit=0 HTTP/1.1\nHost: ~HOST", "", 422, "invalid_value"),
    ("GET /api/sessions/1?capture_path=office.pcap&limit=1000000 HTTP/1.1\nHost: ~HOST", "", 422, "invalid_value"),
    ("GET /api/sessions/1?capture_path=office.pcap&limit=1&cursor=forged HTTP/1.1\nHost: ~HOST", "", 422, "invalid_value"),
    ("GET /api/sessions/1?capture_path=office.pcap&filter=(((( HTTP/1.1\nHost: ~HOST", "", 422, "invalid_filter"),
    ("GET /api/sessions/1?capture_path=office.pcap HTTP/1.1\nHost: ~HOST\nAccept: image/png", "", 406, "not_acceptable"),
    ("POST /api/sessions/1/operations HTTP/1.1\nHost: ~HOST\nContent-Type: application/json", r#"{"capture_path": "../../outside/secret.pcap"}"#, 403, "outside_traces_folder"),
    ("GET /api/sessions/1/operations/99999999?capture_path=office.pcap HTTP/1.1\nHost: ~HOST", "", 404, "operation_not_found"),
    ("GET /api/sessions/1/stats?capture_path=folder-link/secret.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("GET /api/sessions/1/tree?capture_path=.hidden/x.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("GET /api/replays?capture_path=../../outside/secret.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("GET /api/replays/..%2f..%2f..%2f..?capture_path=office.pcap HTTP/1.1\nHost: ~HOST", "", 404, "run_not_found"),
    ("GET /api/replays/%2e%2e/report.html?capture_path=office.pcap HTTP/1.1\nHost: ~HOST", "", 404, "run_not_found"),
    ("GET /api/replays/last/compare/%2e%2e?capture_path=../../outside/secret.pcap HTTP/1.1\nHost: ~HOST", "", 403, "outside_traces_folder"),
    ("GET /api/replays/..%2f..%2f../causes?capture_path=office.pcap HTTP/1.1\nHost: ~HOST", "", 404, "run_not_found"),
    ("GET /api/replays/%2e%2e/timing?capture_path=office.pcap HTTP/1.1\nHost: ~HOST", "", 404, "run_not_found"),
    ("GET /api/replays/%2e%2e/operations/0?capture_path=office.pcap HTTP/1.1\nHost: ~HOST", "", 404, "run_not_found"),
];

#[test]
fn hostile_requests_get_what_they_must_and_nothing_else() {
    let rows = [PATHS, UPLOADS, SETTINGS, PAGES_AND_FORMS, JOBS].concat();
    assert!(rows.len() >= 60, "{}", rows.len());
    attack(&rows, &[]);
}

#[test]
fn with_a_key_only_health_is_for_everybody() {
    attack(WITHOUT_KEY, &[("API_KEY", KEY)]);
}

#[test]
fn hostile_requests_for_sessions_and_replays_get_what_they_must() {
    attack(SESSIONS_AND_REPLAYS, &[]);
}

#[test]
fn a_page_that_is_allowed_is_answered_and_no_other_is_named() {
    let home = Home::new();
    let allowed = "https://lab.example";
    let server = ApiServer::start_with(&home, &[], &[("CORS_ORIGINS", allowed), ("API_KEY", KEY)]);
    let asked = "OPTIONS /api/config HTTP/1.1\nHost: ~HOST\nOrigin: https://lab.example\nAccess-Control-Request-Method: PUT\n\
                 Access-Control-Request-Headers: x-api-key,content-type";
    let answer = raw(&server, &home, asked, "");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("access-control-allow-origin: https://lab.example\r\n"), "{answer}");
    assert!(answer.contains("access-control-allow-headers: x-api-key,"), "{answer}");
    // The page may read what went wrong.
    let refused = raw(&server, &home, "GET /api/config HTTP/1.1\nHost: ~HOST\nOrigin: https://lab.example", "");
    assert!(
        refused.starts_with("HTTP/1.1 401") && refused.contains("access-control-allow-origin: https://lab"),
        "{refused}"
    );
    let other = raw(&server, &home, "GET /health HTTP/1.1\nHost: ~HOST\nOrigin: https://lab.example.evil.example", "");
    assert!(other.starts_with("HTTP/1.1 403") && !other.contains("access-control-allow-origin"), "{other}");
}

#[test]
fn an_id_of_a_client_is_kept_if_it_is_plain_and_cannot_write_into_the_log() {
    let home = Home::new();
    let server = ApiServer::start(&home);
    let with = |id: &str| raw(&server, &home, &format!("GET /health HTTP/1.1\nHost: ~HOST\nX-Request-Id: {id}"), "");
    assert!(with("abc-1.2_3").contains("x-request-id: abc-1.2_3\r\n"));
    for forged in ["a b", "x\" status=200", "\u{9b}31m", &"a".repeat(65), "a\nX-Request-Id: b"] {
        let answer = with(forged);
        let id = answer.split("x-request-id: ").nth(1).and_then(|rest| rest.split("\r\n").next()).unwrap();
        assert!(id.len() == 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'), "{forged}: {id}");
    }
}

#[test]
fn no_secret_is_in_the_log_however_much_is_logged() {
    let home = Home::new();
    let log = home.path().join("log");
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("smbreplay"));
    command.env_clear().env("HOME", home.path()).env("API_KEY", KEY).env("SMBREPLAY_PASSWORD", PASSWORD);
    command.args(["serve", "--port", "0", "-vvv"]).stdout(std::process::Stdio::piped());
    let mut server = command.stderr(std::fs::File::create(&log).unwrap()).spawn().unwrap();
    let mut told = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut told).unwrap();
    let address = told.split("http://").nth(1).unwrap().split(',').next().unwrap().to_owned();
    for (request, body) in [
        ("GET /api/config".to_owned(), ""),
        (format!("GET /api/config?key={KEY}"), ""),
        ("PUT /api/config".to_owned(), r#"{"password": "T0p-s3cret-of-the-l4b"}"#),
        ("PUT /api/config".to_owned(), r#"{"password": ["T0p-s3cret-of-the-l4b"]}"#),
        ("PUT /api/config".to_owned(), r#"{"password": T0p-s3cret-of-the-l4b}"#),
        ("PUT /api/config".to_owned(), r#"{"T0p-s3cret-of-the-l4b": 1}"#),
    ] {
        let length = body.len();
        let request = format!(
            "{request} HTTP/1.1\r\nHost: {address}\r\nX-API-Key: {KEY}\r\nContent-Type: application/json\r\n\
             Connection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        );
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 ") && !answer.contains(PASSWORD), "{answer}");
    }
    server.kill().unwrap();
    server.wait().unwrap();
    let logged = std::fs::read_to_string(&log).unwrap();
    assert_eq!(logged.matches("answered").count(), 6, "{logged}");
    assert!(!logged.contains(PASSWORD) && !logged.contains(KEY), "{logged}");
}

/// Sends the rows to a server in a home with something to find, and looks at the home afterwards.
fn attack(rows: &[Row], variables: &[(&str, &str)]) {
    let home = prepared();
    let server = ApiServer::start_with(&home, &[], variables);
    let before = listing(home.path());
    let mut wrong = Vec::new();
    for (head, body, status, code) in rows {
        let answer = raw(&server, &home, head, body);
        let got = answer.get(9..12).unwrap_or("none");
        let code_got = answer.split("\"code\":\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        if got != status.to_string() || code_got != *code {
            let head: String = head.chars().take(150).collect();
            let body: String = body.chars().take(80).collect();
            wrong.push(format!("{head:?} {body:?}\n   must: {status} {code}, got: {got} {code_got}"));
        }
        for secret in [PASSWORD, KEY, "mine-to-try", "8675309", "root:x:0"] {
            assert!(!answer.contains(secret), "{head}: {answer}");
        }
    }
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(server.get("/health").status, 200);
    let after = listing(home.path());
    let differing =
        |(path, told): &(&String, &String)| before.get(*path) != Some(told) || after.get(*path) != Some(told);
    let changed: Vec<&String> = before.iter().chain(&after).filter(differing).map(|(path, _)| path).collect();
    assert!(changed.is_empty(), "{changed:?}");
}

/// A home with an ingested capture, something outside and something hidden, and links to them.
fn prepared() -> Home {
    let home = Home::new();
    let capture = home.office("cases/2010101010/office.pcap");
    let ingested =
        home.command(&["ingest", capture.to_str().unwrap()]).env("TRACES_FOLDER", home.path().join("cases")).output();
    assert!(ingested.unwrap().status.success());
    home.office("outside/secret.pcap");
    home.office("cases/2010101010/.hidden/x.pcap");
    home.file("cases/2010101010/notes.txt", b"no capture");
    home.file("cases/a-file", b"no case");
    home.office("cases/a-case/x.pcap");
    let at = |name: &str| home.path().join("cases").join(name);
    symlink(home.path().join("outside/secret.pcap"), at("2010101010/link.pcap")).unwrap();
    symlink(home.path().join("outside"), at("2010101010/folder-link")).unwrap();
    symlink(".hidden", at("2010101010/to-hidden")).unwrap();
    symlink(home.path().join("outside"), at("linked-case")).unwrap();
    symlink(".", at("self")).unwrap();
    symlink("../none", at("dangling")).unwrap();
    home.run(&["config", "set", "password", PASSWORD]).succeeded();
    home
}

/// The answer to a request that is sent as it stands, with its head.
fn raw(server: &ApiServer, home: &Home, head: &str, body: &str) -> String {
    let address = server.url.trim_start_matches("http://");
    let capture = std::fs::read(home.path().join("cases/2010101010/office.pcap")).unwrap_or_default();
    let home = std::fs::canonicalize(home.path()).unwrap();
    let cases = home.join("cases");
    let filled = |text: &str| {
        let text = text.replace("~HOME", home.to_str().unwrap()).replace("~CASES", cases.to_str().unwrap());
        repeated(&text)
    };
    let mut bytes = Vec::new();
    for (number, part) in body.split("~PCAP").enumerate() {
        if number > 0 {
            bytes.extend(&capture);
        }
        bytes.extend(repeated(part).bytes());
    }
    let mut head = filled(&head.replace("~HOST", address)).replace('\n', "\r\n");
    if !bytes.is_empty()
        && !head.contains("Content-Length")
        && !head.contains("Transfer-Encoding")
        && !head.starts_with("PRI")
    {
        head.push_str(&format!("\r\nContent-Length: {}", bytes.len()));
    }
    if !head.starts_with("PRI") {
        head.push_str("\r\nConnection: close");
    }
    head.push_str("\r\n\r\n");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    // Who is refused early may find the connection closed while it still sends.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&bytes));
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The text with `~n*x~` spelled out.
fn repeated(text: &str) -> String {
    let mut parts = text.split('~');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    while let Some(part) = parts.next() {
        match part.split_once('*').map(|(count, what)| (count.parse::<usize>(), what)) {
            Some((Ok(count), what)) => {
                whole.push_str(&what.repeat(count));
                whole.push_str(parts.next().unwrap_or_default());
            }
            _ => {
                whole.push('~');
                whole.push_str(part);
            }
        }
    }
    whole
}

/// Everything in the home but what the server keeps for itself: what it is, and its content.
fn listing(home: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.ends_with(".local") {
                continue;
            }
            let metadata = std::fs::symlink_metadata(&path).unwrap();
            // What is refused while it comes in was there, hidden, for a moment, which the time of its folder tells.
            let told = match metadata.is_file() {
                true => format!("{:?} {:?}", metadata.modified().unwrap(), std::fs::read(&path).unwrap()),
                false => format!("{:?} {:?}", metadata.file_type(), std::fs::read_link(&path).ok()),
            };
            found.insert(path.display().to_string(), told);
            if metadata.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}
