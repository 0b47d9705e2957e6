//! Times by which something must have happened on a socket; at most one for each.

use mio::Token;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use std::time::Instant;

#[derive(Default)]
pub(super) struct Deadlines {
    in_order: BTreeSet<(Instant, Token)>,
    of_socket: FxHashMap<Token, Instant>,
}

impl Deadlines {
    /// In place of the one the socket had; `None`: it has none any more.
    pub(super) fn set(&mut self, token: Token, at: Option<Instant>) {
        if let Some(before) = self.of_socket.remove(&token) {
            self.in_order.remove(&(before, token));
        }
        if let Some(at) = at {
            self.of_socket.insert(token, at);
            self.in_order.insert((at, token));
        }
    }

    pub(super) fn has(&self, token: Token) -> bool {
        self.of_socket.contains_key(&token)
    }

    pub(super) fn first(&self) -> Option<Instant> {
        self.in_order.first().map(|(at, _)| *at)
    }

    /// A socket whose time has passed by `now`.
    pub(super) fn take_passed(&mut self, now: Instant) -> Option<Token> {
        let (_, token) = self.in_order.first().copied().filter(|(at, _)| *at <= now)?;
        self.set(token, None);
        Some(token)
    }
}
