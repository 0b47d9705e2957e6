//! The server's memory, looked at while it works.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::measured::Memory;
use super::served::Served;
use crate::bench::interrupt::Interrupt;
use crate::bench::process_files::{anonymous_memory, resident_memory};

/// How often it is looked at.
const POLL: Duration = Duration::from_millis(20);
/// How long a server is left alone.
const ALONE: Duration = Duration::from_secs(1);

/// The most it has when nobody asks it anything.
pub(super) fn idle(server: &Served<'_>, interrupt: &Interrupt) -> anyhow::Result<Memory> {
    let start = Instant::now();
    let mut most = Memory::default();
    while start.elapsed() < ALONE {
        most = most.max(now(server.id()));
        interrupt.check()?;
        thread::sleep(POLL);
    }
    seen(most)
}

/// The most a process has until it is over.
pub(super) fn peak(process: u32, over: &AtomicBool) -> anyhow::Result<Memory> {
    let mut most = Memory::default();
    while !over.load(Ordering::Relaxed) {
        most = most.max(now(process));
        thread::sleep(POLL);
    }
    seen(most)
}

/// Nothing when it has ended.
fn now(process: u32) -> Memory {
    let [resident, anonymous] = [resident_memory(process), anonymous_memory(process)].map(Option::unwrap_or_default);
    Memory { resident, anonymous }
}

fn seen(most: Memory) -> anyhow::Result<Memory> {
    ensure!(most.resident > 0, "/proc tells nothing of the server's memory");
    Ok(most)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn this_process_has_memory_and_one_that_has_ended_has_none() {
        let memory = now(std::process::id());
        assert!(memory.anonymous > 0 && memory.resident >= memory.anonymous, "{memory:?}");
        assert!(seen(now(u32::MAX)).is_err());
    }
}
