//! Requests to the server, from outside of its container.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::Value;
use ureq::Agent;
use ureq::http::Response;

/// Replays take seconds.
const PATIENCE: Duration = Duration::from_secs(300);

/// Somebody who has the key.
pub(super) struct Client {
    agent: Agent,
    port: u16,
    key: String,
}

impl Client {
    pub(super) fn new(port: u16, key: &str) -> Self {
        let config = Agent::config_builder().http_status_as_error(false).proxy(None).timeout_global(Some(PATIENCE));
        Self { agent: config.build().into(), port, key: key.to_owned() }
    }

    /// The JSON at an address.
    pub(super) fn get(&self, address: &str) -> anyhow::Result<Value> {
        let text = self.text(address)?;
        serde_json::from_str(&text).with_context(|| format!("{address} is no JSON"))
    }

    /// The text at an address.
    pub(super) fn text(&self, address: &str) -> anyhow::Result<String> {
        read(address, self.agent.get(self.at(address)).header("X-API-Key", &self.key).call())
    }

    /// The JSON that JSON is answered with.
    pub(super) fn post(&self, address: &str, body: &Value) -> anyhow::Result<Value> {
        let sent = self.agent.post(self.at(address)).header("X-API-Key", &self.key).send_json(body);
        serde_json::from_str(&read(address, sent)?).with_context(|| format!("{address} is no JSON"))
    }

    /// What an upload is answered, whatever that is.
    pub(super) fn upload(&self, name: &str, capture: &[u8]) -> anyhow::Result<Value> {
        let request = self.agent.post(self.at(&format!("/api/traces?name={name}"))).header("X-API-Key", &self.key);
        let mut answer = request.content_type("application/vnd.tcpdump.pcap").send(capture).context("no answer")?;
        answer.body_mut().read_json().context("an upload is answered by JSON")
    }

    /// What a deletion is answered that is refused.
    pub(super) fn delete(&self, address: &str) -> anyhow::Result<Value> {
        let request = self.agent.delete(self.at(address)).header("X-API-Key", &self.key);
        let mut answer = request.call().context("no answer")?;
        answer.body_mut().read_json().with_context(|| format!("{address} was answered {}", answer.status()))
    }

    /// The status for somebody who has no key.
    pub(super) fn without_key(&self, address: &str) -> anyhow::Result<u16> {
        let answer = self.agent.get(self.at(address)).call();
        Ok(answer.with_context(|| format!("{address} was not answered"))?.status().as_u16())
    }

    fn at(&self, address: &str) -> String {
        format!("http://127.0.0.1:{}{address}", self.port)
    }
}

fn read(address: &str, answer: Result<Response<ureq::Body>, ureq::Error>) -> anyhow::Result<String> {
    let mut answer = answer.with_context(|| format!("{address} was not answered"))?;
    let text = answer.body_mut().read_to_string().with_context(|| format!("the answer to {address} breaks off"))?;
    let status = answer.status();
    ensure!(status.is_success(), "{address} was answered {status}: {text}");
    Ok(text)
}
