//! What all requests share.

use crate::claims::Claims;
use crate::error::{ApiError, ErrorCode};
use crate::jobs::Jobs;
use crate::metrics::Metrics;
use crate::readers::Readers;
use crate::settings::Settings;
use crate::upload::Uploads;
use std::sync::{Arc, Mutex};
use store::{Config, ConfigError, Layout};

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
    /// Held while the configuration file is changed.
    pub(crate) changing_config: Arc<Mutex<()>>,
    /// What is counted.
    pub(crate) metrics: Arc<Metrics>,
}

impl App {
    /// The shared part of a server.
    pub(crate) fn new(settings: Settings, jobs: Jobs, metrics: Arc<Metrics>) -> Self {
        let uploads = Uploads::new(settings.limits.uploads);
        Self(Arc::new(Shared {
            settings,
            jobs,
            readers: Readers::new(),
            claims: Claims::default(),
            uploads,
            changing_config: Arc::default(),
            metrics,
        }))
    }

    /// The effective settings, as the file and the environment are now.
    pub(crate) fn config(&self) -> Result<Config, ApiError> {
        Config::load(&[], &|name| self.0.settings.environment.find(name)).map_err(unreadable)
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
