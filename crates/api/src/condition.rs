//! Whether the server can do its work. It is looked at from time to time, so that telling it keeps nobody waiting.

use crate::app::App;
use serde::Serialize;
use std::io::ErrorKind;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use utoipa::ToSchema;

/// How often it is looked at.
const EVERY: Duration = Duration::from_secs(2);

/// Whether the server can do its work.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HealthStatus)]
pub(crate) enum Condition {
    /// It can.
    Ok,
    /// The traces folder cannot be read, or jobs cannot be remembered; the server's log says why.
    Degraded,
    /// Its configuration cannot be read: it can do nothing.
    Error,
}

/// What the server lacks for its work.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HealthLack)]
pub(crate) enum Lack {
    /// A configuration that can be read.
    Configuration,
    /// A traces folder that can be read.
    TracesFolder,
    /// A folder where jobs are remembered.
    Jobs,
}

impl From<Option<Lack>> for Condition {
    fn from(lack: Option<Lack>) -> Self {
        match lack {
            None => Self::Ok,
            Some(Lack::TracesFolder | Lack::Jobs) => Self::Degraded,
            Some(Lack::Configuration) => Self::Error,
        }
    }
}

/// What the server lacked when it was looked at last.
#[derive(Debug, Default)]
pub(crate) struct LastCondition(Mutex<Option<Lack>>);

impl LastCondition {
    /// As it was seen last.
    pub(crate) fn lack(&self) -> Option<Lack> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, lack: Option<Lack>) -> Option<Lack> {
        std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), lack)
    }
}

/// Looks again and again, for ever.
pub(crate) async fn watch(app: App) {
    loop {
        let of = app.clone();
        // A look that panics is none.
        let _ = tokio::task::spawn_blocking(move || look(&of)).await;
        tokio::time::sleep(EVERY).await;
    }
}

/// Looks now.
pub(crate) fn look(app: &App) {
    let (lack, why) = lack(app);
    if app.condition.set(lack) != lack {
        tracing::warn!("the server is {:?}: {why}", Condition::from(lack));
    }
}

fn lack(app: &App) -> (Option<Lack>, String) {
    let layout = match app.layout() {
        Ok(layout) => layout,
        Err(error) => return (Some(Lack::Configuration), error.to_string()),
    };
    match std::fs::read_dir(layout.traces_folder()) {
        // The first capture makes it.
        Err(error) if error.kind() != ErrorKind::NotFound => {
            (Some(Lack::TracesFolder), format!("{}: {error}", layout.traces_folder().display()))
        }
        _ if !app.jobs.are_kept() => (Some(Lack::Jobs), "jobs cannot be remembered".to_owned()),
        _ => (None, "everything is there".to_owned()),
    }
}
