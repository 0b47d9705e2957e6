//! Requests of the bench itself, to the server that it measures.

use std::time::Duration;

use anyhow::{Context, ensure};
use serde_json::Value;
use ureq::Agent;

/// Who waits longer for a byte is not answered.
const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody who asks a server.
pub(super) struct Client {
    agent: Agent,
    url: String,
}

/// What becomes of a connection when it has served a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Connections {
    /// It serves the next one.
    Kept,
    /// It is closed.
    Fresh,
}

impl Client {
    pub(super) fn new(url: &str, connections: Connections) -> Self {
        let idle = match connections {
            Connections::Kept => 1,
            Connections::Fresh => 0,
        };
        // A limit for the whole request would start a thread for each, which looks its address up.
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_per_read(Some(PATIENCE))
            .timeout_per_write(Some(PATIENCE))
            .max_idle_connections(idle);
        Self { agent: config.build().into(), url: url.to_owned() }
    }

    /// The JSON at an address; another status than 200 is an error.
    pub(super) fn get(&self, address: &str) -> anyhow::Result<Value> {
        let response = self.agent.get(self.at(address)).call();
        answer(response, address, 200)
    }

    /// The JSON that JSON is answered with; another status than the expected is an error.
    pub(super) fn post(&self, address: &str, body: &Value, status: u16) -> anyhow::Result<Value> {
        let response = self.agent.post(self.at(address)).send_json(body);
        answer(response, address, status)
    }

    /// Deletes what is at an address; the status.
    pub(super) fn delete(&self, address: &str) -> anyhow::Result<u16> {
        let response = self.agent.delete(self.at(address)).call();
        Ok(response.with_context(|| format!("{address} was not answered"))?.status().as_u16())
    }

    fn at(&self, address: &str) -> String {
        format!("{}{address}", self.url)
    }
}

fn answer(
    response: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    address: &str,
    expected: u16,
) -> anyhow::Result<Value> {
    /// Pages have some MB.
    const MOST: u64 = 1 << 28;
    let mut response = response.with_context(|| format!("{address} was not answered"))?;
    let status = response.status().as_u16();
    let body = response.body_mut().with_config().limit(MOST).read_to_vec();
    let body = body.with_context(|| format!("the answer to {address} breaks off"))?;
    let told = || String::from_utf8_lossy(body.get(..body.len().min(500)).unwrap_or_default()).into_owned();
    ensure!(status == expected, "{address} was answered {status}, not {expected}: {}", told());
    serde_json::from_slice(&body).with_context(|| format!("the answer to {address} is no JSON: {}", told()))
}
