//! `serve`: the HTTP API, until Ctrl-C or SIGTERM.

mod key;

use super::{Context, environment};
use crate::arguments::{Format, Global, ServeArguments};
use crate::failure::{Conclusion, Failure};
use crate::interrupt::Interrupt;
use crate::output::Output;
use api::{Environment, Limits, Server, ServerError, Settings};
use key::Key;
use serde_json::json;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Time for threads that still work when the server has ended.
const LAST_THREADS: Duration = Duration::from_secs(2);

/// Serves until it is stopped.
pub(crate) fn run(arguments: &ServeArguments, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let mut context = Context::new(&[], global, output)?;
    let key = Key::find(arguments)?;
    let settings = Settings {
        address: SocketAddr::new(arguments.host, arguments.port),
        key: key.api_key().cloned(),
        origins: origins(),
        state_folder: state_folder(arguments.port)?,
        limits: Limits {
            upload: arguments.max_upload.saturating_mul(1 << 30),
            running: arguments.jobs.into(),
            ..Limits::default()
        },
        environment: Environment::new(environment),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| {
        Failure::new(format!("the system refuses what a server needs: {error}"), "allow more threads and open files")
    })?;
    runtime.block_on(async {
        let server = Server::bind(settings).await.map_err(advise)?;
        tell(&server, &key, arguments, &mut context)?;
        server.run(stop(context.interrupt.clone())).await;
        Ok::<(), Failure>(())
    })?;
    // Threads that do not hear that it is over, because a lab server does not answer, say, end with the process.
    runtime.shutdown_timeout(LAST_THREADS);
    Ok(Conclusion::Done)
}

fn origins() -> Vec<String> {
    let named = environment("CORS_ORIGINS").unwrap_or_default();
    named.split(',').map(|origin| origin.trim().trim_end_matches('/').to_owned()).filter(|it| !it.is_empty()).collect()
}

/// Where jobs are remembered: a folder for each port, since each has a server of its own.
fn state_folder(port: u16) -> Result<PathBuf, Failure> {
    let state = lab::instance::default_state_file().and_then(|file| Some(file.parent()?.to_owned()));
    let state = state.ok_or_else(|| Failure::new("no place to remember jobs in", "set HOME or XDG_STATE_HOME"))?;
    Ok(state.join("jobs").join(port.to_string()))
}

fn tell(server: &Server, key: &Key, arguments: &ServeArguments, context: &mut Context<'_>) -> Result<(), Failure> {
    if matches!(key, Key::None) && !arguments.host.is_loopback() {
        context.warn("--insecure: everybody who reaches this address may read, replay and delete, without a key");
    }
    let address = server.address();
    let (made, file) = match key {
        Key::Made { key, kept } => (Some(key.reveal()), kept.as_ref()),
        Key::Kept { file, .. } => (None, Some(file)),
        Key::Given(_) | Key::None => (None, None),
    };
    let file = file.map(|path| path.display().to_string());
    match context.output.format() {
        Format::Json => {
            context
                .output
                .json(&json!({ "url": format!("http://{address}"), "api_key": made, "api_key_file": file }))?;
        }
        Format::Table | Format::Csv => {
            context.output.line(&format!("serving http://{address}, described at http://{address}/docs"))?;
            if let Some(key) = made {
                context.output.line(&format!("API key, shown this once: {key}"))?;
            }
            match (made, file) {
                (Some(_), Some(file)) => context.output.line(&format!("it is kept in {file}"))?,
                (None, Some(file)) => context.output.line(&format!("the API key is in {file}"))?,
                (_, None) => {}
            }
            context.output.line("Ctrl-C stops it")?;
        }
    }
    context.output.flush()
}

/// Ready when the server is to end: by Ctrl-C or SIGTERM.
async fn stop(interrupt: Interrupt) {
    while !interrupt.is_set() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn advise(error: ServerError) -> Failure {
    let advice = match &error {
        ServerError::Listen { .. } => "choose another --port or --host, or end what listens there",
        ServerError::Jobs(_) => "end the other server or choose another --port; the folder must be writable",
    };
    Failure::new(error, advice)
}
