//! Results that are longer than the terminal go through a pager, as with git.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether a pager has the terminal.
static RUNNING: AtomicBool = AtomicBool::new(false);

/// Whether a pager has the terminal: whoever ends then leaves it and the shell with one keyboard.
pub(crate) fn is_running() -> bool {
    RUNNING.load(Ordering::Relaxed)
}

/// A pager that shows what is written to it.
pub(super) struct Pager {
    child: Child,
}

impl Pager {
    /// Starts `PAGER`, or `less` with the options that leave short results alone; what is written to it is shown. `None`
    /// without a pager: there is none, or the user wants none (`PAGER` is empty or `cat`).
    pub(super) fn start(variable: impl Fn(&str) -> Option<String>) -> Option<(Self, Box<dyn Write>)> {
        let chosen = variable("PAGER").map(|command| command.trim().to_owned());
        if chosen.as_deref().is_some_and(|command| command.is_empty() || command == "cat") {
            return None;
        }
        let mut command = chosen.map_or_else(|| Command::new("less"), |command| in_shell(&command));
        if variable("LESS").is_none() {
            // Quit when it fits, keep colours, leave the result on the screen, and do not break lines.
            command.env("LESS", "FRXS");
        }
        let mut child = command.stdin(Stdio::piped()).spawn().ok()?;
        let input = child.stdin.take()?;
        RUNNING.store(true, Ordering::Relaxed);
        Some((Self { child }, Box::new(input)))
    }

    /// Waits until the user has seen enough; its input must have been dropped.
    pub(super) fn wait(mut self) -> io::Result<()> {
        let ended = self.child.wait();
        RUNNING.store(false, Ordering::Relaxed);
        match ended?.code() {
            // The shell's own words for what it cannot run (POSIX, 2.8.2).
            Some(126 | 127) => Err(io::Error::other("PAGER names no program; --no-pager shows results without one")),
            _ => Ok(()),
        }
    }
}

fn in_shell(command: &str) -> Command {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut shell = Command::new(shell);
    shell.arg(option).arg(command);
    shell
}
