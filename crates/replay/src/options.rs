//! What the user may say about a replay.

use crate::compare;
use crate::map::Mapping;
use crate::plan::Selection;
use crate::provisioning::SetupReport;
use crate::shard::Shard;
use capture::Timestamp;
use client::kerberos::Tickets;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::Arc;
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

impl Pace {
    /// A captured distance in time at this pace; `asap` keeps none. What no clock can hold becomes the longest time.
    pub fn scaled(self, captured: Duration) -> Duration {
        match self {
            Self::Asap => Duration::ZERO,
            Self::Original => captured,
            Self::Times(factor) => {
                Duration::try_from_secs_f64(captured.as_secs_f64() / factor).unwrap_or(Duration::MAX)
            }
        }
    }
}

/// Which captured responses a request waits for on other connections.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Order {
    /// Every response that the capture shows before it.
    #[default]
    Trace,
    /// Those of the same client, which is a ClientGuid, or an address where none is known.
    Session,
    /// None; only ids are waited for.
    None,
}

/// What is encrypted beyond what the live session or share demands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Encrypt {
    /// Nothing.
    #[default]
    Demanded,
    /// What was encrypted in the capture.
    Captured,
    /// Everything that can be.
    All,
}

/// A text says nothing that an option can be. The message says what is expected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("expected {0}")]
pub struct NotAnOption(&'static str);

impl FromStr for Pace {
    type Err = NotAnOption;

    fn from_str(text: &str) -> Result<Self, NotAnOption> {
        match text {
            "asap" => Ok(Self::Asap),
            "original" => Ok(Self::Original),
            _ => text
                .strip_suffix(['x', 'X'])
                .and_then(|factor| factor.parse::<f64>().ok())
                .filter(|factor| factor.is_finite() && *factor > 0.0)
                .map(Self::Times)
                .ok_or(NotAnOption("asap, original, or a factor greater than 0 like 2x or 0.5x")),
        }
    }
}

impl FromStr for Order {
    type Err = NotAnOption;

    fn from_str(text: &str) -> Result<Self, NotAnOption> {
        match text {
            "trace" => Ok(Self::Trace),
            "session" => Ok(Self::Session),
            "none" => Ok(Self::None),
            _ => Err(NotAnOption("trace, session or none")),
        }
    }
}

impl FromStr for Encrypt {
    type Err = NotAnOption;

    fn from_str(text: &str) -> Result<Self, NotAnOption> {
        match text {
            "all" => Ok(Self::All),
            "captured" => Ok(Self::Captured),
            _ => Err(NotAnOption("all or captured")),
        }
    }
}

/// DialectRevision (MS-SMB2 2.2.4) from its name or its code.
///
/// # Errors
/// [`NotAnOption`].
pub fn dialect(text: &str) -> Result<u16, NotAnOption> {
    match text.to_ascii_lowercase().as_str() {
        "2.0.2" | "2.02" | "0x0202" | "0x202" => Ok(0x0202),
        "2.1" | "2.1.0" | "0x0210" | "0x210" => Ok(0x0210),
        "3.0" | "3.0.0" | "3" | "0x0300" | "0x300" => Ok(0x0300),
        "3.0.2" | "3.02" | "0x0302" | "0x302" => Ok(0x0302),
        "3.1.1" | "3.11" | "0x0311" | "0x311" => Ok(0x0311),
        _ => Err(NotAnOption("2.0.2, 2.1, 3.0, 3.0.2 or 3.1.1")),
    }
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
    /// Tickets of the server's service, to log on with Kerberos; `None`: with NTLM.
    pub kerberos: Option<Arc<Tickets>>,
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
            .field("kerberos", &self.kerberos)
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
    /// What is encrypted beyond what the live session or share demands.
    pub encrypt: Encrypt,
    /// Whether compression is offered, and requests with data are compressed where the live server agrees.
    pub compress: bool,
    /// Whether the target is tried first: reached, logged on to, its share connected to.
    pub ping: bool,
    /// Whether the target may be an address that occurs as a server in the trace.
    pub allow_captured_server: bool,
    /// Where captured shares, paths and users lie live.
    pub mapping: Mapping,
    /// How many copies of the sessions are replayed at once, each in a folder of its own.
    pub clones: NonZeroU32,
    /// Which operations of the chosen sessions are replayed.
    pub selection: Selection,
    /// What is compared, and what of it does not count.
    pub comparison: compare::Settings,
    /// What was set up for this replay, to be told in its report.
    pub setup: Option<SetupReport>,
    /// Which shard the chosen sessions are, if other machines replay the others.
    pub shard: Option<Shard>,
    /// When to begin, by the clock of this machine; until then everything is prepared. `None`, or a time that has passed: as
    /// soon as that is done.
    pub start_at: Option<Timestamp>,
}

impl Options {
    /// Everything at its default, to this target.
    pub fn to(target: Target) -> Self {
        Self {
            target,
            pace: Pace::default(),
            order: Order::default(),
            max_wait: Duration::from_secs(5),
            max_gap: None,
            dialect: None,
            encrypt: Encrypt::default(),
            compress: false,
            ping: true,
            allow_captured_server: false,
            mapping: Mapping::default(),
            clones: NonZeroU32::MIN,
            selection: Selection::default(),
            comparison: compare::Settings::default(),
            setup: None,
            shard: None,
            start_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_is_a_word_or_a_positive_factor() {
        assert_eq!("asap".parse(), Ok(Pace::Asap));
        assert_eq!("original".parse(), Ok(Pace::Original));
        assert_eq!("2.5x".parse(), Ok(Pace::Times(2.5)));
        for text in ["0x", "-1x", "infx", "NaNx", "2", "fast"] {
            assert!(text.parse::<Pace>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_dialect_is_named_as_in_the_specification() {
        assert_eq!(dialect("3.1.1"), Ok(0x0311));
        assert_eq!(dialect("0x0210"), Ok(0x0210));
        assert!(dialect("1.0").is_err());
    }

    #[test]
    fn no_factor_makes_a_time_that_cannot_be_held() {
        let second = Duration::from_secs(1);
        assert_eq!(Pace::Times(4.0).scaled(second), Duration::from_millis(250));
        for factor in [0.0, -1.0, f64::MIN_POSITIVE, f64::NAN] {
            assert_eq!(Pace::Times(factor).scaled(second), Duration::MAX, "{factor}");
        }
    }
}
