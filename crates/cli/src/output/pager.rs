//! Results that are longer than the terminal go through a pager, as with git.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};

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
        Some((Self { child }, Box::new(input)))
    }

    /// Waits until the user has seen enough; its input must have been dropped.
    pub(super) fn wait(mut self) -> io::Result<()> {
        self.child.wait().map(drop)
    }
}

fn in_shell(command: &str) -> Command {
    let (shell, option) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut shell = Command::new(shell);
    shell.arg(option).arg(command);
    shell
}
