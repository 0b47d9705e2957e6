//! Connections: how many there are, how long each may take, and how they end.

use super::lingering::lingering;
use crate::settings::Limits;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tower::ServiceExt as _;

/// Connections that are answered by a router.
#[derive(Debug)]
pub(super) struct Connections {
    router: Router,
    builder: http1::Builder,
    idle: Duration,
    places: Arc<Semaphore>,
    open: GracefulShutdown,
}

impl Connections {
    /// None yet.
    pub(super) fn new(router: Router, limits: &Limits) -> Self {
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(limits.head).max_header_size(limits.head_bytes);
        let places = Arc::new(Semaphore::new(limits.connections));
        Self { router, builder, idle: limits.idle, places, open: GracefulShutdown::new() }
    }

    /// Takes connections until `stop` is ready.
    pub(super) async fn accept(&self, listener: &TcpListener, stop: impl Future<Output = ()>) {
        let mut stop = std::pin::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => return,
                () = self.accept_one(listener) => {}
            }
        }
    }

    /// Answers what was asked already, and takes no further request.
    pub(super) async fn end(self) {
        self.open.shutdown().await;
    }

    async fn accept_one(&self, listener: &TcpListener) {
        // The semaphore is never closed.
        let Ok(place) = Arc::clone(&self.places).acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                if !is_of_the_client(&error) {
                    // No files left, say: the next moment may be better, and asking at once again makes it worse.
                    tracing::error!("cannot take a connection: {error}");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                return;
            }
        };
        let connection = self.answered(stream);
        tokio::spawn(async move {
            let _place = place;
            // What goes wrong here is the client's, or the end of the connection.
            if let Err(error) = connection.await {
                tracing::debug!("a connection ended: {error}");
            }
        });
    }

    fn answered(&self, stream: TcpStream) -> impl Future<Output = hyper::Result<()>> + use<> {
        // Not being able to is a matter of speed.
        let _ = stream.set_nodelay(true);
        let service = self.router.clone().map_request(|request: Request<Incoming>| lingering(request.map(Body::new)));
        // Who asks for much and reads nothing must not hold for ever what answers.
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(self.idle));
        let io = TokioIo::new(Box::pin(stream));
        self.open.watch(self.builder.serve_connection(io, TowerToHyperService::new(service)))
    }
}

/// Whether a connection was gone before it was taken.
fn is_of_the_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
