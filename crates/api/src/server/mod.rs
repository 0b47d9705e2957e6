//! The server: where it listens, and how it ends.

mod connections;
mod lingering;

use crate::app::App;
use crate::condition;
use crate::jobs::{Jobs, KeptError};
use crate::metrics::Metrics;
use crate::router::router;
use crate::settings::Settings;
use crate::upload;
use connections::Connections;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

/// What is being answered when everything else has ended gets this long.
const LAST_CALL: Duration = Duration::from_secs(2);

/// Why there is no server. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address is taken, or not one of this machine.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// Jobs cannot be remembered.
    #[error("{0}")]
    Jobs(String),
}

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    app: App,
}

impl Server {
    /// Listens from now on; requests wait until [`Server::run`].
    ///
    /// # Errors
    /// [`ServerError::Listen`], [`ServerError::Jobs`].
    pub async fn bind(settings: Settings) -> Result<Self, ServerError> {
        let metrics = Arc::new(Metrics::new());
        let limits = (settings.limits.running, settings.limits.waiting);
        let listen = |source| ServerError::Listen { address: settings.address, source };
        let listener = TcpListener::bind(settings.address).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let jobs = Jobs::open(&settings.state_folder, limits, Arc::clone(&metrics));
        let jobs = jobs.map_err(|error: KeptError| ServerError::Jobs(error.to_string()))?;
        let app = App::new(settings, jobs, metrics);
        if let Ok(layout) = app.layout() {
            // What killed servers were making: before anybody asks for the same trace.
            let interrupted = app.jobs.interrupted_ingests();
            interrupted.iter().filter_map(|trace| layout.place(trace).ok()).for_each(|place| place.output.recover());
            // What they were sent. It takes a moment, and nobody has to wait for it.
            tokio::task::spawn_blocking(move || upload::remove_left_over_in_all(&layout));
        }
        condition::look(&app);
        Ok(Self { listener, address, app })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `stop` is ready. Then no more jobs are taken, running ones are asked to end and are recorded as
    /// interrupted, and what is being answered is finished, all within [`Limits::farewell`](crate::Limits::farewell).
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let (jobs, farewell) = (self.app.jobs.clone(), self.app.settings.limits.farewell);
        let connections = Connections::new(router(self.app.clone()), &self.app.settings.limits);
        let watching = tokio::spawn(condition::watch(self.app.clone()));
        let ending = async move {
            stop.await;
            // Streams of events end with their jobs, and answers that wait for one with it.
            let _ = tokio::time::timeout(farewell, jobs.stop()).await;
        };
        connections.accept(&self.listener, ending).await;
        watching.abort();
        drop(self.listener);
        let _ = tokio::time::timeout(farewell.min(LAST_CALL), connections.end()).await;
    }
}
