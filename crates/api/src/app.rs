//! What all requests share.

use crate::error::{ApiError, ErrorCode};
use crate::jobs::Jobs;
use crate::metrics::Metrics;
use crate::readers::Readers;
use crate::reading::Selections;
use crate::settings::Settings;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Config, ConfigFile, Key, Layout};

/// What all requests share; a handle that is cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct App(Arc<Shared>);

#[derive(Debug)]
pub(crate) struct Shared {
    /// How the server is run.
    pub(crate) settings: Settings,
    /// Long work.
    pub(crate) jobs: Jobs,
    /// Threads that read files.
    pub(crate) readers: Readers,
    /// What filters selected.
    pub(crate) selections: Selections,
    /// What is counted.
    pub(crate) metrics: Arc<Metrics>,
    /// Held by who changes the configuration file.
    pub(crate) changing: Mutex<()>,
}

impl App {
    /// The shared part of a server.
    pub(crate) fn new(settings: Settings, jobs: Jobs, metrics: Arc<Metrics>) -> Self {
        Self(Arc::new(Shared {
            settings,
            jobs,
            readers: Readers::new(),
            selections: Selections::default(),
            metrics,
            changing: Mutex::new(()),
        }))
    }

    /// The effective settings, as the file and the environment are now.
    pub(crate) fn config(&self) -> Result<Config, ApiError> {
        Config::load(&[], &|name| self.0.settings.environment.find(name))
            .map_err(|error| ApiError::new(ErrorCode::Internal, error).advise("mend the configuration on the server"))
    }

    /// Keeps `values` in the configuration file as what was used last. Not being able to is worth a log line only.
    pub(crate) fn remember(&self, values: &[(Key, &str)]) {
        let _alone = self.0.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = ConfigFile::locate(&|name| self.0.settings.environment.find(name)).and_then(|path| {
            let mut file = ConfigFile::open(&path)?;
            for (key, value) in values {
                file.set(*key, value)?;
            }
            file.save()
        });
        if let Err(error) = kept {
            tracing::info!("what was used last is not remembered: {error}");
        }
    }

    /// Where traces lie.
    pub(crate) fn layout(&self) -> Result<Layout, ApiError> {
        Ok(Layout::new(&self.config()?))
    }
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
