//! What to do about what a check found, as far as that depends on who asked: each face of the program has words of its own for it.

use crate::target::TargetError;
use client::probe::ProbeError;

/// What to do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Advice {
    /// Name another server: this one has no address.
    NameServer,
    /// Replay at a lab server, or insist on the captured one.
    KeepFromCaptured,
    /// See that the server runs, and that its address and port are the right ones.
    Reach,
    /// Correct the user, the domain or the password.
    CorrectAccount,
    /// Make the share, or name another.
    MakeShare,
    /// Name a share that is a disk.
    NameDisk,
    /// Let the user write to the top folder of the share, or replay below another folder.
    WriteElsewhere,
    /// Enable dialects on the server, or offer another one.
    OfferDialect {
        /// Those to enable, in words.
        enable: String,
        /// The one to offer.
        offer: String,
    },
    /// The same whoever asked.
    Same(String),
}

impl Advice {
    /// About a target that nothing is sent to.
    pub(super) fn on_target(error: &TargetError) -> Self {
        match error {
            TargetError::Resolve { .. } | TargetError::NoAddress { .. } => Self::NameServer,
            TargetError::CapturedServer { .. } => Self::KeepFromCaptured,
        }
    }

    /// About a step that failed after at most `patience` seconds.
    pub(super) fn on_probe(error: &ProbeError, patience: f64) -> Self {
        let same = |words: &str| Self::Same(words.to_owned());
        match error {
            ProbeError::Unreachable { .. } => Self::Reach,
            ProbeError::LogonRefused { .. } => Self::CorrectAccount,
            ProbeError::ShareRefused { .. } => Self::MakeShare,
            ProbeError::Timeout { .. } => Self::Same(format!(
                "check that an SMB server listens there and is not overloaded; `max_wait` is {patience} s"
            )),
            ProbeError::DialectRefused { .. } | ProbeError::DialectNotOffered { .. } => {
                same("enable SMB2 or SMB3 on the server")
            }
            ProbeError::Closed { .. } | ProbeError::BadAnswer { .. } | ProbeError::NotSmb { .. } => {
                same("check that an SMB2 server listens there")
            }
            ProbeError::TooLong(_) => same("use a shorter name"),
            ProbeError::LogonGarbled { .. } => same("let the server accept NTLM logons"),
            ProbeError::WrongSignature { .. } | ProbeError::NotSent { .. } => same("check the server's log"),
            ProbeError::NoRandomness(_) => same("try again"),
        }
    }
}

impl From<&str> for Advice {
    fn from(words: &str) -> Self {
        Self::Same(words.to_owned())
    }
}
