//! Captures that come in: under a hidden name until they are complete, and gone if they never are.

mod destination;
mod incoming;
mod left_over;
mod name;

pub(crate) use destination::Destination;
pub(crate) use incoming::Incoming;
pub(crate) use left_over::remove_left_over_in_all;

use crate::error::{ApiError, ErrorCode};
use std::io;
use std::sync::{Arc, Mutex};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The uploads of a server.
#[derive(Debug)]
pub(crate) struct Uploads {
    turns: Arc<Semaphore>,
    /// Held while a name is looked for and given.
    naming: Arc<Mutex<()>>,
}

impl Uploads {
    /// At most so many at once.
    pub(crate) fn new(most: usize) -> Self {
        Self { turns: Arc::new(Semaphore::new(most)), naming: Arc::default() }
    }

    /// The right to upload, held until its end.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when too many are going on.
    pub(crate) fn turn(&self) -> Result<OwnedSemaphorePermit, ApiError> {
        Arc::clone(&self.turns).try_acquire_owned().map_err(|_| {
            ApiError::new(ErrorCode::Unavailable, "too many captures are being uploaded").advise("try again later")
        })
    }

    /// What is held while a name is looked for and given.
    pub(crate) fn naming(&self) -> Arc<Mutex<()>> {
        Arc::clone(&self.naming)
    }
}

/// What a file system said.
fn refused(error: &io::Error) -> ApiError {
    use io::ErrorKind::{AlreadyExists, FileTooLarge, InvalidFilename, QuotaExceeded, StorageFull};
    match error.kind() {
        StorageFull | QuotaExceeded | FileTooLarge => {
            tracing::warn!("an upload has no room: {error}");
            ApiError::new(ErrorCode::NoRoom, "there is no room for the capture").advise("remove others")
        }
        InvalidFilename => ApiError::new(ErrorCode::BadPath, "the file system does not take the name"),
        AlreadyExists => exists(),
        _ => ApiError::of_traces_folder(error),
    }
}

fn exists() -> ApiError {
    ApiError::new(ErrorCode::Conflict, "something of this name is there").advise("choose another, or DELETE it first")
}
