//! Threads that read files: a bounded number of them, so that work that takes long keeps nobody else from being answered, and what
//! is held in memory is bounded.

use crate::error::{ApiError, ErrorCode};
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use std::convert::Infallible;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Streams that are written at once.
const STREAMS: usize = 32;
/// Checks of lab servers at once, which mostly wait.
const CHECKS: usize = 8;
/// KiB of answers that were made and are not sent yet.
const HELD: usize = 256 << 10;
/// Bytes that are handed over at once.
const PART: usize = 64 << 10;

/// Threads that read files.
#[derive(Debug)]
pub(crate) struct Readers {
    questions: Arc<Semaphore>,
    streams: Arc<Semaphore>,
    checks: Arc<Semaphore>,
    held: Arc<Semaphore>,
}

impl Readers {
    /// As many as there are processors, and at least two.
    pub(crate) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, NonZero::get).max(2);
        let of = |permits| Arc::new(Semaphore::new(permits));
        Self { questions: of(processors), streams: of(STREAMS), checks: of(CHECKS), held: of(HELD) }
    }

    /// Answers a question by reading files, when it is its turn.
    ///
    /// # Errors
    /// What `work` returns; [`ErrorCode::Internal`] when it panics.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        on_a_thread(&self.questions, work).await
    }

    /// The same for what takes long. Once nobody waits for the answer any more, the flag is set.
    ///
    /// # Errors
    /// Those of [`Readers::read`].
    pub(crate) async fn read_watched<T: Send + 'static>(
        &self,
        work: impl FnOnce(&AtomicBool) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        watched(&self.questions, work).await
    }

    /// Checks a lab server, when it is its turn. Once nobody waits for the answer any more, the flag is set.
    ///
    /// # Errors
    /// What `work` returns; [`ErrorCode::Internal`] when it panics.
    pub(crate) async fn check<T: Send + 'static>(
        &self,
        work: impl FnOnce(&AtomicBool) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        watched(&self.checks, work).await
    }

    /// The right to keep a processor busy, held until that is done.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when the server is being stopped.
    pub(crate) async fn question(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        Arc::clone(&self.questions).acquire_owned().await.map_err(|_| stopped())
    }

    /// A body of these bytes, which are counted until all are sent.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when clients that do not read leave no room for it.
    pub(crate) fn hold(&self, bytes: Vec<u8>) -> Result<Body, ApiError> {
        if bytes.len() <= PART {
            return Ok(bytes.into());
        }
        let size = u32::try_from(bytes.len().div_ceil(1 << 10)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.held).try_acquire_many_owned(size).map_err(|_| {
            ApiError::new(ErrorCode::Unavailable, "too much waits to be read")
                .advise("try again later, or ask for less")
        })?;
        let parts = stream::unfold((Bytes::from(bytes), permit), async |(mut rest, permit)| {
            let part = rest.split_to(PART.min(rest.len()));
            (!part.is_empty()).then_some((Ok::<_, Infallible>(part), (rest, permit)))
        });
        Ok(Body::from_stream(parts))
    }

    /// The right to write a stream, held until it ends.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when too many are being written.
    pub(crate) fn stream(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        Arc::clone(&self.streams).try_acquire_owned().map_err(|_| {
            ApiError::new(ErrorCode::Unavailable, "too many streams are being read")
                .advise("try again later, or use limit")
        })
    }
}

/// Sets its flag when it goes.
#[derive(Default)]
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

async fn watched<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    work: impl FnOnce(&AtomicBool) -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let gone = Gone::default();
    let flag = Arc::clone(&gone.0);
    let worked = on_a_thread(turns, move || work(&flag)).await;
    drop(gone);
    worked
}

async fn on_a_thread<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let permit = Arc::clone(turns).acquire_owned().await.map_err(|_| stopped())?;
    let answered = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        work()
    });
    answered.await.map_err(ApiError::internal)?
}

fn stopped() -> ApiError {
    ApiError::new(ErrorCode::Unavailable, "the server is being stopped")
}
