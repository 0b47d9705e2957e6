//! Programs run to their end, with what they used: time, processor time and memory.

use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::interrupt::Interrupt;
use super::process_files::{anonymous_memory, stat};
use crate::workspace::describe;

/// How often it is looked whether a program has ended, and how much memory it has. Looking costs the time that is
/// measured: where several run, each is looked at less often.
const POLL: Duration = Duration::from_millis(2);
/// Memory is looked at once in so many polls: it changes slowly.
const POLLS_PER_MEMORY: u32 = 2;

/// What a program used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Used {
    /// How it ended.
    pub(super) status: ExitStatus,
    /// From its start to its end.
    pub(super) wall: Duration,
    /// Processor time of all its threads, user and system.
    pub(super) cpu: Duration,
    /// The most anonymous memory that it was seen to have in RAM, bytes.
    pub(super) peak_anonymous: u64,
}

/// Runs programs side by side until all have ended, or kills them: at `limit`, or when the user asks to stop.
///
/// The second value is the time from the first start to the last end.
pub(super) fn run(
    commands: Vec<Command>,
    limit: Duration,
    interrupt: &Interrupt,
) -> anyhow::Result<(Vec<Used>, Duration)> {
    let start = Instant::now();
    let mut running: Vec<Metered> = commands.into_iter().map(Metered::start).collect::<anyhow::Result<_>>()?;
    let poll_interval = POLL.saturating_mul(u32::try_from(running.len()).unwrap_or(u32::MAX));
    for poll in 0_u32.. {
        let look_at_memory = poll.is_multiple_of(POLLS_PER_MEMORY);
        for program in &mut running {
            program.look(look_at_memory)?;
        }
        if running.iter().all(|program| program.used.is_some()) {
            break;
        }
        interrupt.check()?;
        if let Some(late) = running.iter().find(|program| program.used.is_none() && start.elapsed() > limit) {
            bail!("`{}` did not end within {} s", late.line, limit.as_secs());
        }
        thread::sleep(poll_interval);
    }
    let wall = start.elapsed();
    // Ctrl-C reaches the programs too: what they did then is not their work.
    interrupt.check()?;
    Ok((running.iter().filter_map(|program| program.used).collect(), wall))
}

/// A program under way. Dropping it kills it.
struct Metered {
    line: String,
    child: Child,
    start: Instant,
    peak_anonymous: u64,
    used: Option<Used>,
}

impl Metered {
    fn start(mut command: Command) -> anyhow::Result<Self> {
        let line = describe(&command);
        let start = Instant::now();
        let child = command.spawn().with_context(|| format!("cannot run `{line}`"))?;
        Ok(Self { line, child, start, peak_anonymous: 0, used: None })
    }

    fn look(&mut self, at_memory: bool) -> anyhow::Result<()> {
        if self.used.is_some() {
            return Ok(());
        }
        let pid = self.child.id();
        if at_memory {
            self.peak_anonymous = self.peak_anonymous.max(anonymous_memory(pid).unwrap_or(0));
        }
        // A process keeps its counts until it is waited for: so nothing is missed between the last look and its end.
        let stat = stat(pid).with_context(|| format!("/proc has nothing on `{}`", self.line))?;
        if stat.ended {
            let wall = self.start.elapsed();
            let status = self.child.wait().with_context(|| format!("cannot wait for `{}`", self.line))?;
            self.used = Some(Used { status, wall, cpu: stat.cpu, peak_anonymous: self.peak_anonymous });
        }
        Ok(())
    }
}

impl Drop for Metered {
    fn drop(&mut self) {
        if self.used.is_none() {
            // It may have ended by itself in between.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn every_program_has_its_own_exit_status_and_use() {
        let busy = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
        let commands = vec![shell("exit 3"), shell(busy)];
        let (used, _) = run(commands, LONG, &Interrupt::default()).unwrap();
        assert_eq!(used.iter().map(|used| used.status.code()).collect::<Vec<_>>(), [Some(3), Some(0)]);
        assert!(used.last().unwrap().cpu > Duration::ZERO);
        assert!(used.last().unwrap().peak_anonymous > 0);
    }

    #[test]
    fn a_program_that_does_not_end_is_killed_at_the_limit() {
        let error = run(vec![shell("exec sleep 600")], Duration::from_millis(50), &Interrupt::default()).unwrap_err();
        assert!(error.to_string().contains("exec sleep 600"), "{error}");
    }
}
