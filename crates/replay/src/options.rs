//! What the user may say about a replay.

use std::time::Duration;

/// How fast requests are sent.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub enum Pace {
    /// As soon as their order allows.
    #[default]
    Asap,
    /// At their captured times.
    Original,
    /// At captured times divided by this factor (greater than zero).
    Times(f64),
}

/// Which captured responses a request waits for on other connections.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// Every response that the capture shows before it.
    #[default]
    Trace,
    /// Those of the same client.
    Session,
    /// None; only ids are waited for.
    None,
}

/// The lab server and the account to use there.
#[derive(Clone)]
pub struct Target {
    /// Host name or address.
    pub server: String,
    /// TCP port.
    pub port: u16,
    /// NTLM domain, may be empty.
    pub domain: String,
    /// User name.
    pub username: String,
    /// Password. Never logged, stored or shown.
    pub password: String,
    /// Disk share that captured disk shares are sent to.
    pub share: String,
}

impl std::fmt::Debug for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Target")
            .field("server", &self.server)
            .field("port", &self.port)
            .field("domain", &self.domain)
            .field("username", &self.username)
            .field("password", &"***")
            .field("share", &self.share)
            .finish()
    }
}

/// How to replay.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where to.
    pub target: Target,
    /// How fast.
    pub pace: Pace,
    /// Order across connections.
    pub order: Order,
    /// Time allowed for connecting, and for an answer beyond its captured latency.
    pub max_wait: Duration,
    /// Longest idle gap kept with a pace other than `asap`; longer ones are shortened to it.
    pub max_gap: Option<Duration>,
    /// Dialect to offer instead of the captured one (0x0311).
    pub dialect: Option<u16>,
    /// Whether the target is tried first: reached, logged on to, its share connected to.
    pub ping: bool,
    /// Whether the target may be an address that occurs as a server in the trace.
    pub allow_captured_server: bool,
}
