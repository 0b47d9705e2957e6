//! Ctrl-C: the first asks the work to stop cleanly, the second ends the process at once, but not while a pager has the terminal.
//! SIGTERM, with which containers and services are ended, asks the same.

use crate::failure::Failure;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set once the user has asked to stop.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on.
    pub(crate) fn listen() -> Self {
        let interrupt = Self::default();
        let flag = Arc::clone(&interrupt.0);
        let installed = ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::Relaxed) && !crate::output::is_paging() {
                std::process::exit(130);
            }
        });
        if let Err(error) = installed {
            tracing::warn!("Ctrl-C will end the program at once: {error}");
        }
        #[cfg(unix)]
        if let Err(error) = signal_hook::flag::register(signal_hook::consts::SIGTERM, Arc::clone(&interrupt.0)) {
            tracing::warn!("SIGTERM will end the program at once: {error}");
        }
        interrupt
    }

    /// Whether the user has asked to stop.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The flag itself, for work that looks at it.
    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.0
    }

    /// Fails once the user has asked to stop.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        if self.is_set() { Err(Failure::Interrupted("interrupted".to_owned())) } else { Ok(()) }
    }
}
