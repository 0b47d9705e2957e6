//! Answers that are written while they are sent. A thread writes into a channel that holds some chunks, and waits while the client
//! does not read. What fails in the middle breaks the connection, so that nobody takes a part for the whole.

use crate::error::{ApiError, ErrorCode};
use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

/// Bytes of a chunk.
const CHUNK: usize = 64 << 10;
/// Chunks that wait to be sent.
const WAITING: usize = 4;

/// Where an answer is written.
#[derive(Debug)]
pub(crate) struct Out {
    parts: mpsc::Sender<Part>,
    chunk: Vec<u8>,
    gone: Arc<AtomicBool>,
}

#[derive(Debug)]
enum Part {
    Bytes(Bytes),
    /// All was written.
    End,
    /// It cannot be written on.
    Failed(ApiError),
}

/// What is left of the client.
#[derive(Debug)]
struct Client(Arc<AtomicBool>);

/// The body that `write` writes, as soon as it has begun. Errors before that are answered as errors. `permit` is the right to write a
/// stream.
///
/// # Errors
/// What `write` returns before it has written much.
pub(crate) async fn streamed(
    permit: OwnedSemaphorePermit,
    write: impl FnOnce(&mut Out) -> Result<(), ApiError> + Send + 'static,
) -> Result<Body, ApiError> {
    let (sender, mut parts) = mpsc::channel(WAITING);
    let gone = Arc::new(AtomicBool::new(false));
    let client = Client(Arc::clone(&gone));
    let mut out = Out { parts: sender, chunk: Vec::with_capacity(CHUNK), gone };
    tokio::task::spawn_blocking(move || {
        let _permit = permit;
        let written = catch_unwind(AssertUnwindSafe(|| write(&mut out)));
        out.end(written.unwrap_or_else(|_| Err(ApiError::internal("what writes an answer panicked"))));
    });
    match parts.recv().await {
        Some(Part::Bytes(first)) => Ok(body(first, parts, client)),
        Some(Part::End) => Ok(Body::empty()),
        Some(Part::Failed(error)) => Err(error),
        None => Err(ApiError::internal("what writes an answer ended without one")),
    }
}

fn body(first: Bytes, parts: mpsc::Receiver<Part>, client: Client) -> Body {
    let rest = stream::unfold((Some(Part::Bytes(first)), Some((parts, client))), async |(next, state)| {
        let (mut parts, client) = state?;
        let part = match next {
            Some(part) => Some(part),
            None => parts.recv().await,
        };
        match part {
            Some(Part::Bytes(bytes)) => Some((Ok(bytes), (None, Some((parts, client))))),
            Some(Part::End) => None,
            Some(Part::Failed(error)) => {
                tracing::warn!("an answer is broken off: {error}");
                Some((Err(io::Error::other("broken off")), (None, None)))
            }
            None => Some((Err(io::Error::other("broken off")), (None, None))),
        }
    });
    Body::from_stream(rest)
}

impl Out {
    /// Set when the client has gone: what is written is for nobody.
    pub(crate) fn gone(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.gone)
    }

    fn send(&mut self) -> io::Result<()> {
        let chunk = std::mem::replace(&mut self.chunk, Vec::with_capacity(CHUNK));
        self.parts.blocking_send(Part::Bytes(chunk.into())).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn end(mut self, written: Result<(), ApiError>) {
        let last = match written {
            Ok(()) if self.chunk.is_empty() => Part::End,
            Ok(()) => match self.send() {
                Ok(()) => Part::End,
                Err(_) => return,
            },
            Err(error) => Part::Failed(error),
        };
        // Nobody is there to be told.
        let _ = self.parts.blocking_send(last);
    }
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.chunk.extend_from_slice(bytes);
        if self.chunk.len() >= CHUNK {
            self.send()?;
        }
        Ok(bytes.len())
    }

    /// Chunks go when they are full.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// What could not be written: the client has gone, whom nothing reaches, or there is a fault of the server.
impl From<io::Error> for ApiError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::new(ErrorCode::Unavailable, "nobody reads it"),
            _ => Self::internal(error),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;
    use std::time::{Duration, Instant};
    use tokio::sync::Semaphore;

    /// The body that `write` writes, to its end.
    fn whole(write: impl FnOnce(&mut Out) -> Result<(), ApiError> + Send + 'static) -> Result<Vec<u8>, String> {
        run(async {
            let body = streamed(permit(&Arc::new(Semaphore::new(1))), write).await.map_err(|error| error.error)?;
            let bytes = axum::body::to_bytes(body, usize::MAX).await.map_err(|error| format!("broken: {error}"))?;
            Ok(bytes.to_vec())
        })
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(work)
    }

    fn permit(of: &Arc<Semaphore>) -> OwnedSemaphorePermit {
        Arc::clone(of).try_acquire_owned().unwrap()
    }

    fn much(out: &mut Out) -> Result<(), ApiError> {
        (0..100).try_for_each(|_| Ok(out.write_all(&[b'x'; 10_000])?))
    }

    #[test]
    fn what_is_written_arrives_whether_it_is_much_or_nothing() {
        assert_eq!(whole(|_| Ok(())).unwrap(), b"");
        assert_eq!(whole(|out| Ok(out.write_all(b"few")?)).unwrap(), b"few");
        assert_eq!(whole(much).unwrap(), vec![b'x'; 1_000_000]);
    }

    #[test]
    fn what_fails_before_it_has_begun_is_an_error_and_later_a_broken_body() {
        let failed = || ApiError::new(ErrorCode::Conflict, "damaged");
        assert_eq!(whole(move |_| Err(failed())).unwrap_err(), "damaged");
        let later = whole(move |out| much(out).and(Err(failed()))).unwrap_err();
        assert!(later.starts_with("broken"), "{later}");
        let panicked = whole(|out| much(out).map(|()| panic!("a defect"))).unwrap_err();
        assert!(panicked.starts_with("broken"), "{panicked}");
    }

    #[test]
    fn when_the_client_has_gone_the_thread_ends_and_the_right_is_free_again() {
        run(async {
            let rights = Arc::new(Semaphore::new(1));
            let body = streamed(permit(&rights), |out| {
                loop {
                    much(out)?;
                }
            });
            drop(body.await.unwrap());
            let deadline = Instant::now().checked_add(Duration::from_secs(10)).unwrap();
            while rights.available_permits() == 0 {
                assert!(Instant::now() < deadline, "the thread goes on");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
    }

    #[test]
    fn who_writes_nothing_yet_is_told_that_the_client_has_gone() {
        run(async {
            let rights = Arc::new(Semaphore::new(1));
            let waiting = streamed(permit(&rights), |out| {
                let gone = out.gone();
                while !gone.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Ok(())
            });
            assert!(tokio::time::timeout(Duration::from_millis(50), waiting).await.is_err());
            let free = tokio::time::timeout(Duration::from_secs(10), Arc::clone(&rights).acquire_owned()).await;
            assert!(free.is_ok());
        });
    }
}
