//! Threads that read files: a bounded number of them, so that work that takes long keeps nobody else from being answered, and what
//! is held in memory is bounded.

use crate::error::{ApiError, ErrorCode};
use std::num::NonZero;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Streams that are written at once.
const STREAMS: usize = 32;

/// Threads that read files.
#[derive(Debug)]
pub(crate) struct Readers {
    questions: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

impl Readers {
    /// As many as there are processors, and at least two.
    pub(crate) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(2, NonZero::get).max(2);
        Self { questions: Arc::new(Semaphore::new(processors)), streams: Arc::new(Semaphore::new(STREAMS)) }
    }

    /// Answers a question by reading files, when it is its turn.
    ///
    /// # Errors
    /// What `work` returns; [`ErrorCode::Internal`] when it panics.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let permit = Arc::clone(&self.questions).acquire_owned().await.map_err(|_| stopped())?;
        let answered = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            work()
        });
        answered.await.map_err(ApiError::internal)?
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

fn stopped() -> ApiError {
    ApiError::new(ErrorCode::Unavailable, "the server is being stopped")
}
