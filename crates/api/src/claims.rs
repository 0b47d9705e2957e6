//! Who works on what: a trace that a job reads, or a run that is being removed, is not touched by others meanwhile.

use crate::error::{ApiError, ErrorCode};
use rustc_hash::FxHashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Paths that somebody works on: of a trace, the folder of its output, else a file or folder by its own path.
#[derive(Clone, Debug, Default)]
pub(crate) struct Claims(Arc<Mutex<FxHashMap<PathBuf, Holders>>>);

#[derive(Debug)]
enum Holders {
    /// So many that only need it to stay.
    Shared(usize),
    /// One that changes it.
    Alone,
}

/// The right to work on a path. It ends with this.
#[derive(Debug)]
pub(crate) struct Claim {
    claims: Claims,
    path: PathBuf,
}

impl Claims {
    /// Keeps the path from being removed. Every job takes this for the output of its trace before it is queued, and drops it with
    /// its work.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] while another changes it.
    pub(crate) fn shared(&self, path: &Path) -> Result<Claim, ApiError> {
        let mut all = self.lock();
        match all.entry(path.to_owned()).or_insert(Holders::Shared(0)) {
            Holders::Shared(holders) => *holders = holders.saturating_add(1),
            Holders::Alone => return Err(in_use("it is being changed or removed")),
        }
        Ok(Claim { claims: self.clone(), path: path.to_owned() })
    }

    /// The right to change or remove the path.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] while anybody else works on it.
    pub(crate) fn alone(&self, path: &Path) -> Result<Claim, ApiError> {
        let mut all = self.lock();
        if all.contains_key(path) {
            return Err(in_use("somebody works on it"));
        }
        all.insert(path.to_owned(), Holders::Alone);
        Ok(Claim { claims: self.clone(), path: path.to_owned() })
    }

    fn lock(&self) -> MutexGuard<'_, FxHashMap<PathBuf, Holders>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut all = self.claims.lock();
        match all.get_mut(&self.path) {
            Some(Holders::Shared(holders)) if *holders > 1 => *holders = holders.saturating_sub(1),
            _ => {
                all.remove(&self.path);
            }
        }
    }
}

/// Something that others work on.
pub(crate) fn in_use(why: &str) -> ApiError {
    ApiError::new(ErrorCode::Conflict, why).advise("wait until that has ended: see /api/jobs")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_is_worked_on_cannot_be_removed_and_what_is_removed_cannot_be_worked_on() {
        let (claims, trace) = (Claims::default(), Path::new("/cases/1/.tracer/x.pcap"));
        let (one, other) = (claims.shared(trace).unwrap(), claims.shared(trace).unwrap());
        assert_eq!(claims.alone(trace).unwrap_err().code, ErrorCode::Conflict);
        drop(one);
        assert!(claims.alone(trace).is_err());
        drop(other);
        let removing = claims.alone(trace).unwrap();
        assert!(claims.shared(trace).is_err() && claims.alone(trace).is_err());
        assert!(claims.alone(Path::new("/cases/1/.tracer/y.pcap")).is_ok());
        drop(removing);
        assert!(claims.shared(trace).is_ok());
        assert!(claims.lock().is_empty());
    }
}
