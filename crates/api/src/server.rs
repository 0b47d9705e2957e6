//! The server: where it listens, and how it ends.

use crate::app::App;
use crate::jobs::{Jobs, KeptError};
use crate::metrics::Metrics;
use crate::patience::Patient;
use crate::router::router;
use crate::settings::Settings;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::TcpListener;

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
    /// The listening socket failed.
    #[error("the server failed: {0}")]
    Serve(io::Error),
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
        Ok(Self { listener, address, app: App::new(settings, jobs, metrics) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers requests until `stop` is ready. Then no more are taken, running jobs are asked to end and are recorded as
    /// interrupted, and what is being answered is finished, all within [`Limits::farewell`](crate::Limits::farewell).
    ///
    /// # Errors
    /// [`ServerError::Serve`].
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ServerError> {
        let app = self.app;
        let (jobs, farewell) = (app.jobs.clone(), app.settings.limits.farewell);
        let (stopped, mut is_stopped) = tokio::sync::watch::channel(false);
        let ending = async move {
            stop.await;
            // Streams of events end with their jobs, and answers that wait for one with it.
            let _ = tokio::time::timeout(farewell, jobs.stop()).await;
            let _ = stopped.send(true);
        };
        let listener = Patient::new(self.listener, app.settings.limits.idle);
        let serving = axum::serve(listener, router(app)).with_graceful_shutdown(ending);
        let last_call = async move {
            // An error: the sender has gone, and so has the server.
            let _ = is_stopped.wait_for(|stopped| *stopped).await;
            tokio::time::sleep(farewell.min(std::time::Duration::from_secs(2))).await;
        };
        tokio::select! {
            served = serving.into_future() => served.map_err(ServerError::Serve),
            () = last_call => Ok(()),
        }
    }
}
