//! `health`: whether a server that `serve` runs can do its work. What watches a container runs it, so it needs no settings.

use crate::arguments::{Format, HealthArguments, ServerUrl};
use crate::failure::{Conclusion, Failure};
use crate::output::{Column, Grid, Output, printable};
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

/// Time for the whole answer.
const PATIENCE: Duration = Duration::from_secs(3);
/// Bytes of an answer; those of a server are some hundred.
const MOST: u64 = 64 << 10;

/// What a server says of itself.
#[derive(Debug, Deserialize)]
struct Health {
    status: Status,
    lacks: Option<Lack>,
    version: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Ok,
    Degraded,
    Error,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Degraded => "degraded",
            Self::Error => "error",
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Lack {
    Configuration,
    TracesFolder,
    Jobs,
}

impl Lack {
    fn meaning(self) -> &'static str {
        match self {
            Self::Configuration => "its configuration cannot be read; its log says why",
            Self::TracesFolder => "its traces folder cannot be read; its log says why",
            Self::Jobs => "jobs cannot be remembered; its log says why",
        }
    }
}

/// Asks, and says what the server said.
pub(crate) fn run(arguments: &HealthArguments, output: &mut Output) -> Result<Conclusion, Failure> {
    let server = arguments.server.clone().unwrap_or_else(|| ServerUrl::on_this_machine(arguments.port));
    let (status, version, reason) = match ask(&server) {
        Ok(health) => (health.status.word(), Some(health.version), health.lacks.map(|lack| lack.meaning().to_owned())),
        Err(reason) => ("unreachable", None, Some(reason)),
    };
    tell(&server, status, version.as_deref(), reason.as_deref(), output)?;
    let works = [Status::Ok, Status::Degraded].map(Status::word).contains(&status);
    Ok(if works { Conclusion::Done } else { Conclusion::Incomplete })
}

/// The answer of a server, or why there is none.
fn ask(server: &ServerUrl) -> Result<Health, String> {
    let config = ureq::Agent::config_builder().proxy(None).max_redirects(0).http_status_as_error(false);
    let agent: ureq::Agent = config.timeout_global(Some(PATIENCE)).build().into();
    let mut answer = agent.get(format!("{}/health", server.as_str())).call().map_err(|error| error.to_string())?;
    if answer.status() != ureq::http::StatusCode::OK {
        return Err(format!("it answered {}", answer.status().as_u16()));
    }
    let body = answer.body_mut().with_config().limit(MOST).read_to_vec().map_err(|error| error.to_string())?;
    serde_json::from_slice(&body).map_err(|_| "what answered is no smbreplay".to_owned())
}

fn tell(
    server: &ServerUrl,
    status: &str,
    version: Option<&str>,
    reason: Option<&str>,
    output: &mut Output,
) -> Result<(), Failure> {
    let url = server.as_str();
    match output.format() {
        Format::Json => output.json(&json!({ "url": url, "status": status, "version": version, "reason": reason })),
        Format::Csv => {
            let mut grid = Grid::new(["url", "status", "version", "reason"].map(Column::text));
            let cell = |text: Option<&str>| text.unwrap_or_default().to_owned();
            grid.push([url.to_owned(), status.to_owned(), cell(version), cell(reason)]);
            output.grid(&grid)
        }
        Format::Table => {
            let server = version.map_or_else(|| url.to_owned(), |version| format!("smbreplay {version} at {url}"));
            let reason = reason.map_or_else(String::new, |reason| format!(": {reason}"));
            output.line(&printable(&format!("{status}: {server}{reason}")))
        }
    }
}
