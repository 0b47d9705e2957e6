//! Ending a wait from outside.

use mio::{Registry, Token, Waker};
use std::io;

/// Ends a [`Sockets::wait`](super::Sockets::wait) from another thread, the present one or else the next;
/// one that is dropped before the wait has ended may not have been heard.
#[derive(Debug)]
pub struct Bell(Waker);

impl Bell {
    pub(super) fn new(registry: &Registry, token: Token) -> io::Result<Self> {
        Waker::new(registry, token).map(Self)
    }

    /// Rings.
    ///
    /// # Errors
    /// When the system does not let it.
    pub fn ring(&self) -> io::Result<()> {
        self.0.wake()
    }
}
