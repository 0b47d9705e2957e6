//! The time that everything packed has: when the sources were changed last, so that the same sources give the same bytes.

use std::time::{SystemTime, UNIX_EPOCH};

use std::process::Command;

use anyhow::Context;
use jiff::Timestamp;

use crate::workspace::{output, root};

/// Seconds since 1970.
#[derive(Clone, Copy)]
pub(super) struct Moment(u32);

impl Moment {
    /// `SOURCE_DATE_EPOCH` if it is set, else the time of the last commit; now, where there is no history.
    pub(super) fn of_the_sources() -> anyhow::Result<Self> {
        if let Ok(set) = std::env::var("SOURCE_DATE_EPOCH") {
            let seconds = set.parse().with_context(|| format!("SOURCE_DATE_EPOCH={set} is no number of seconds"))?;
            return Ok(Self(seconds));
        }
        let commit = output(Command::new("git").args(["log", "-1", "--format=%ct"]).current_dir(root()));
        if let Some(seconds) = commit.ok().and_then(|seconds| seconds.trim().parse().ok()) {
            return Ok(Self(seconds));
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
        Ok(Self(u32::try_from(now.as_secs()).context("the clock is after 2105")?))
    }

    pub(super) fn seconds(self) -> u32 {
        self.0
    }

    /// As mails and Debian's changelogs have it.
    pub(super) fn rfc2822(self) -> anyhow::Result<String> {
        let time = Timestamp::from_second(i64::from(self.0)).context("no such time")?;
        jiff::fmt::rfc2822::to_string(&time.to_zoned(jiff::tz::TimeZone::UTC)).context("no such time")
    }
}
