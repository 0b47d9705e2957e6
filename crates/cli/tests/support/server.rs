//! A server of the test's own, as a user starts it.

use super::Home;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// `smbreplay serve` on a free port of 127.0.0.1; it ends with this.
pub(crate) struct ApiServer {
    child: Child,
    pub(crate) url: String,
    /// The key that was made for it.
    pub(crate) made_key: Option<String>,
    /// The file that its key is in, where it says so.
    pub(crate) key_file: Option<String>,
    key: Option<String>,
    agent: ureq::Agent,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: ureq::http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl ApiServer {
    /// Starts it in this home, where cases are in the folder `cases`.
    pub(crate) fn start(home: &Home) -> Self {
        Self::start_with(home, &[], &[])
    }

    /// The same with further arguments and variables.
    pub(crate) fn start_with(home: &Home, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("smbreplay"));
        command.env_clear().env("HOME", home.path()).env("TRACES_FOLDER", home.path().join("cases"));
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command.envs(variables.iter().copied()).current_dir(home.path());
        command.args(["serve", "--port", "0", "--format", "json"]).args(arguments);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut told = String::new();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        while !told.ends_with("}\n") {
            assert_ne!(lines.read_line(&mut told).unwrap(), 0, "the server ended: {told}");
        }
        let told: Value = serde_json::from_str(&told).unwrap();
        let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
        let agent = config.timeout_global(Some(Duration::from_secs(120))).build().into();
        let key = variables.iter().find(|(name, _)| *name == "API_KEY").map(|(_, key)| (*key).to_owned());
        let made_key = told["api_key"].as_str().map(str::to_owned);
        let key = key.or_else(|| made_key.clone());
        let key_file = told["api_key_file"].as_str().map(str::to_owned);
        Self { child, url: told["url"].as_str().unwrap().to_owned(), made_key, key_file, key, agent }
    }

    /// The address of a path.
    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// A request with these headers, and the key if there is one.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(self.at(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(key) = &self.key {
            request = request.header("X-API-Key", key);
        }
        let mut answer = self.agent.run(request.body(body).unwrap()).unwrap();
        let body = answer.body_mut().with_config().limit(1 << 30).read_to_vec().unwrap();
        Answer { status: answer.status().as_u16(), headers: answer.headers().clone(), body }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], &[])
    }

    /// A stream of events, behind the one of this number.
    pub(crate) fn stream(&self, path: &str, seen: Option<String>) -> impl std::io::Read + use<> {
        let mut request = self.agent.get(self.at(path));
        if let Some(key) = &self.key {
            request = request.header("X-API-Key", key);
        }
        if let Some(seen) = seen {
            request = request.header("Last-Event-ID", seen);
        }
        let answer = request.call().unwrap();
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        answer.into_body().into_reader()
    }

    /// The JSON of a GET that succeeds.
    pub(crate) fn json(&self, path: &str) -> Value {
        self.get(path).ok()
    }

    /// A POST of JSON.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &[("content-type", "application/json")], body.to_string().as_bytes())
    }

    /// Process id of the server.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as a power cut does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end, and waits until it has; its exit status.
    #[cfg(unix)]
    pub(crate) fn terminate(mut self) -> Option<i32> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("the server does not end");
    }
}

impl Drop for ApiServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    /// Its JSON, whatever the status.
    pub(crate) fn value(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    /// Its JSON; the status must be one of success.
    pub(crate) fn ok(&self) -> Value {
        assert!((200..300).contains(&self.status), "{} {}", self.status, String::from_utf8_lossy(&self.body));
        self.value()
    }

    /// Its error code; the status must be this one.
    pub(crate) fn refused(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self.value()["code"].as_str().unwrap().to_owned()
    }
}
