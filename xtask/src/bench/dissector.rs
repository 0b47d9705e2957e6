//! tshark on a recording: a copy on SMB2's own port, without the user's preferences.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use lab::Program;
use lab::packets::copy_with_port;
use lab::tshark::MICROSOFT_DS;

use super::cost::Cost;
use super::interrupt::Interrupt;
use super::metered;
use super::repeated::server_port;
use super::scratch::Scratch;
use crate::workspace::describe;

/// With all fields it may take long.
pub(super) const LIMIT: Duration = Duration::from_secs(3_600);
/// Otherwise it leaves out messages whose segments were recorded in another order than they were sent.
const IN_ORDER: &str = "tcp.reassemble_out_of_order:TRUE";
/// A folder in which the user's own preferences are not: they would change what is taken apart.
const NO_PREFERENCES: &str = "no-preferences";
const COPY: &str = "moved.pcap";
const ERRORS: &str = "tshark-errors.txt";

/// The copy, which goes with it.
pub(super) struct Dissector<'a> {
    scratch: &'a Scratch,
    bytes: u64,
}

impl<'a> Dissector<'a> {
    /// Copies a recording: tshark takes SMB2 apart on its own port only.
    pub(super) fn of(capture: &Path, scratch: &'a Scratch) -> anyhow::Result<Self> {
        let copy = scratch.join(COPY);
        copy_with_port(capture, &copy, server_port(capture)?, MICROSOFT_DS).context("cannot copy the recording")?;
        fs::create_dir_all(scratch.join(NO_PREFERENCES))?;
        Ok(Self { scratch, bytes: fs::metadata(&copy)?.len() })
    }

    /// Size of the recording, bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// tshark as it reads the copy; what it is to do with it comes behind.
    pub(super) fn command(&self) -> anyhow::Result<Command> {
        let mut command = Command::new(Program::Tshark.find()?);
        command.env("WIRESHARK_CONFIG_DIR", self.scratch.join(NO_PREFERENCES)).arg("-n").arg("-r");
        command.arg(self.scratch.join(COPY)).args(["-o", IN_ORDER]).stdin(Stdio::null());
        command.stderr(File::create(self.scratch.join(ERRORS))?);
        Ok(command)
    }

    /// Runs it to its end.
    pub(super) fn run(&self, mut command: Command, output: Stdio, interrupt: &Interrupt) -> anyhow::Result<Cost> {
        let line = shortened(&describe(&command));
        command.stdout(output);
        let (used, wall) = metered::run(vec![command], LIMIT, interrupt)?;
        self.ensure_done(&line, used.first().context("tshark was not run")?.status)?;
        Ok(Cost::of(&used, wall))
    }

    fn ensure_done(&self, line: &str, status: ExitStatus) -> anyhow::Result<()> {
        ensure!(status.success(), "`{line}` failed ({status}): {}", last_line(&self.scratch.join(ERRORS)));
        Ok(())
    }
}

impl Drop for Dissector<'_> {
    fn drop(&mut self) {
        // What is left goes with the scratch folder.
        let _ = self.scratch.remove(COPY);
    }
}

/// A command line as far as its first fields.
fn shortened(line: &str) -> String {
    match line.split_once(" -e ") {
        Some((start, _)) => format!("{start} …"),
        None => line.to_owned(),
    }
}

fn last_line(errors: &Path) -> String {
    let text = fs::read(errors).unwrap_or_default();
    String::from_utf8_lossy(&text).lines().last().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complaint_does_not_list_all_fields() {
        assert_eq!(shortened("tshark -T fields -e a -e b"), "tshark -T fields …");
        assert_eq!(shortened("tshark -Y smb2"), "tshark -Y smb2");
    }
}
