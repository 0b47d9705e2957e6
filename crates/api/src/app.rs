//! What all requests share.

use crate::claims::Claims;
use crate::condition::LastCondition;
use crate::error::{ApiError, ErrorCode};
use crate::jobs::Jobs;
use crate::metrics::Metrics;
use crate::readers::Readers;
use crate::reading::Selections;
use crate::settings::Settings;
use crate::upload::Uploads;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Config, ConfigError, ConfigFile, Key, Layout};

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
    /// Who works on which trace.
    pub(crate) claims: Claims,
    /// Captures that come in.
    pub(crate) uploads: Uploads,
    /// What filters selected.
    pub(crate) selections: Selections,
    /// What is counted.
    pub(crate) metrics: Arc<Metrics>,
    /// Whether tshark was on the search path when the server started.
    pub(crate) tshark_available: bool,
    /// Whether the server can do its work.
    pub(crate) condition: LastCondition,
    /// Held by who changes the configuration file.
    pub(crate) changing: Mutex<()>,
}

impl App {
    /// The shared part of a server.
    pub(crate) fn new(settings: Settings, jobs: Jobs, metrics: Arc<Metrics>) -> Self {
        let uploads = Uploads::new(settings.limits.uploads);
        let tshark_available = settings.environment.has_program("tshark");
        Self(Arc::new(Shared {
            settings,
            jobs,
            readers: Readers::new(),
            claims: Claims::default(),
            uploads,
            selections: Selections::default(),
            metrics,
            tshark_available,
            condition: LastCondition::default(),
            changing: Mutex::new(()),
        }))
    }

    /// The effective settings, as the file and the environment are now.
    pub(crate) fn config(&self) -> Result<Config, ApiError> {
        Config::load(&[], &|name| self.0.settings.environment.find(name)).map_err(unreadable)
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

/// A configuration that cannot be read: what is in it is for the log alone.
pub(crate) fn unreadable(error: ConfigError) -> ApiError {
    tracing::error!("{error}");
    ApiError::new(ErrorCode::Internal, "the configuration cannot be read or written")
        .advise("mend it on the server, whose log says more")
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
