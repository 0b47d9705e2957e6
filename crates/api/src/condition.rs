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
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HealthStatus)]
pub(crate) enum Condition {
    /// It can.
    #[default]
    Ok,
    /// The traces folder cannot be read, or jobs cannot be remembered; the server's log says which.
    Degraded,
    /// Its configuration cannot be read: it can do nothing.
    Error,
}

/// The condition as it was seen last.
#[derive(Debug, Default)]
pub(crate) struct LastCondition(Mutex<Condition>);

impl LastCondition {
    /// As it was seen last.
    pub(crate) fn get(&self) -> Condition {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, condition: Condition) -> Condition {
        std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), condition)
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
    let (condition, why) = condition(app);
    if app.condition.set(condition) != condition {
        tracing::warn!("the server is {condition:?}: {why}");
    }
}

fn condition(app: &App) -> (Condition, String) {
    let layout = match app.layout() {
        Ok(layout) => layout,
        Err(error) => return (Condition::Error, error.to_string()),
    };
    match std::fs::read_dir(layout.traces_folder()) {
        // The first capture makes it.
        Err(error) if error.kind() != ErrorKind::NotFound => {
            (Condition::Degraded, format!("{}: {error}", layout.traces_folder().display()))
        }
        _ if !app.jobs.are_kept() => (Condition::Degraded, "jobs cannot be remembered".to_owned()),
        _ => (Condition::Ok, "everything is there".to_owned()),
    }
}
