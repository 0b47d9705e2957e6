//! Beginning at a time of the day, so that several machines begin together.

use capture::Timestamp;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long is slept at most before the clock is looked at again: it may be set meanwhile, and a user may interrupt.
const LONGEST_NAP: Duration = Duration::from_millis(100);

/// Returns at `time` by the clock of this machine, or soon after `cancelled` is set.
pub(super) fn wait_for(time: Timestamp, cancelled: &AtomicBool) {
    while let Some(left) = until(time)
        && !cancelled.load(Ordering::Relaxed)
    {
        std::thread::sleep(left.min(LONGEST_NAP));
    }
}

/// How far `time` is ahead; `None` when it is not.
pub(super) fn until(time: Timestamp) -> Option<Duration> {
    let left = i128::from(time.0).saturating_sub(jiff::Timestamp::now().as_nanosecond());
    u64::try_from(left).ok().filter(|left| *left > 0).map(Duration::from_nanos)
}
