//! Recording the loopback traffic of one port with tcpdump, which needs the right to capture: root, a tcpdump with the
//! capability CAP_NET_RAW, or a sudo that asks for no password.

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::account::Account;
use crate::program::{MissingProgram, Program};

/// How long tcpdump may take until it listens.
const START: Duration = Duration::from_secs(20);
/// How long after the last packet tcpdump needs before it has all of them from the kernel.
const SETTLE: Duration = Duration::from_millis(1_200);
/// How long tcpdump may take to end after SIGINT.
const STOP: Duration = Duration::from_secs(20);
/// The kernel's buffer, in KiB. Bulk traffic needs more: see [`Recorder::start_with_buffer`].
const BUFFER_KIB: u32 = 131_072;
/// Bytes kept of a packet: all of the largest that the loopback interface carries. In immediate mode each packet takes as
/// much of the kernel's buffer, however small it is: with tcpdump's default of 256 KiB it overflows on a busy machine.
const LONGEST_PACKET: &str = "65600";

/// A running recording. Dropping it without [`finish`](Recorder::finish) ends tcpdump and leaves what it has written.
#[derive(Debug)]
pub struct Recorder {
    /// tcpdump, or the sudo that runs it.
    process: Child,
    /// The id of tcpdump itself, which belongs to this user even below sudo, and so may be sent signals.
    tcpdump: u32,
    /// What tcpdump prints, line by line; closed when it ends.
    lines: Receiver<String>,
    path: PathBuf,
}

/// A finished recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The capture file (pcap, microseconds, Ethernet).
    pub path: PathBuf,
    /// Packets in it.
    pub packets: u64,
    /// Packets the kernel dropped. Not zero means that the recording has holes and proves nothing.
    pub dropped: u64,
}

/// Why a recording could not be made.
#[derive(Debug, thiserror::Error)]
pub enum RecorderError {
    /// tcpdump is not installed.
    #[error(transparent)]
    Missing(#[from] MissingProgram),
    /// tcpdump could not be run or waited for.
    #[error("cannot run tcpdump: {0}")]
    Run(#[from] io::Error),
    /// tcpdump ended or said nothing instead of listening; usually the right to capture is missing.
    #[error("tcpdump does not listen on lo: {output} (recording needs root, CAP_NET_RAW or sudo without a password)")]
    NotListening {
        /// What it said.
        output: String,
    },
    /// tcpdump ended without its counts.
    #[error("tcpdump did not report what it recorded: {output}")]
    NoCounts {
        /// What it said.
        output: String,
    },
}

impl Recorder {
    /// Starts recording the TCP traffic from and to `port` on the loopback interface into the file `out`, and waits
    /// until packets are recorded.
    ///
    /// # Errors
    /// [`RecorderError`].
    pub fn start(port: u16, out: &Path) -> Result<Self, RecorderError> {
        Self::start_with_buffer(port, out, BUFFER_KIB)
    }

    /// As [`start`](Self::start), with a kernel buffer of `kib` KiB (a million for bulk traffic).
    ///
    /// # Errors
    /// [`RecorderError`].
    pub fn start_with_buffer(port: u16, out: &Path, kib: u32) -> Result<Self, RecorderError> {
        let tcpdump = Program::Tcpdump.find()?;
        let me = Account::of_this_process();
        let run = |mut command: Command| {
            command
                .args(["-i", "lo", "-n", "-s", LONGEST_PACKET, "-U", "--immediate-mode"])
                .args(["-B", &kib.to_string()]);
            if let Some(me) = &me {
                // Started as root it becomes a user of its own, who may not write into the caller's folder.
                command.args(["-Z", me.name()]);
            }
            command.arg("-w").arg(out).args(["tcp", "port", &port.to_string()]);
            Self::spawn(command, out)
        };
        match run(Command::new(&tcpdump)) {
            Err(RecorderError::NotListening { output }) if me.as_ref().is_none_or(|me| !me.is_root()) => {
                let mut sudo = Command::new("sudo");
                sudo.arg("-n").arg(&tcpdump);
                run(sudo).map_err(|_| RecorderError::NotListening { output })
            }
            result => result,
        }
    }

    fn spawn(mut command: Command, out: &Path) -> Result<Self, RecorderError> {
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let (sender, lines) = mpsc::channel();
        if let Some(stderr) = process.stderr.take() {
            thread::spawn(move || {
                for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                    if sender.send(line).is_err() {
                        break;
                    }
                }
            });
        }
        let mut recorder = Self { tcpdump: process.id(), process, lines, path: out.into() };
        recorder.wait_until_it_listens()?;
        recorder.tcpdump = child_of(recorder.process.id()).unwrap_or(recorder.tcpdump);
        Ok(recorder)
    }

    /// Waits for the last packets, ends the recording and reads the counts.
    ///
    /// # Errors
    /// [`RecorderError::NoCounts`] when tcpdump does not say what it recorded, [`RecorderError::Run`].
    pub fn finish(mut self) -> Result<Recording, RecorderError> {
        thread::sleep(SETTLE);
        // Upon which it writes out what it has and prints its counts.
        signal("INT", self.tcpdump)?;
        let mut output = Vec::new();
        while let Ok(line) = self.lines.recv_timeout(STOP) {
            output.push(line);
        }
        let start = Instant::now();
        while matches!(self.process.try_wait(), Ok(None)) && start.elapsed() < STOP {
            thread::sleep(Duration::from_millis(5));
        }
        let count = |what: &str| output.iter().find_map(|line| count_before(line, what));
        match (count(" packets captured"), count(" packets dropped by kernel")) {
            (Some(packets), Some(dropped)) => Ok(Recording { path: self.path.clone(), packets, dropped }),
            _ => Err(RecorderError::NoCounts { output: output.join("; ") }),
        }
    }

    fn wait_until_it_listens(&self) -> Result<(), RecorderError> {
        let mut output = Vec::new();
        loop {
            match self.lines.recv_timeout(START) {
                Ok(line) if line.contains("listening on") => return Ok(()),
                Ok(line) => output.push(line),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    return Err(RecorderError::NotListening { output: output.join("; ") });
                }
            }
        }
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            let _ = signal("KILL", self.tcpdump);
            let _ = self.process.wait();
        }
    }
}

/// Sends a signal to a process that is known to run, since it was started here and has not been waited for.
fn signal(name: &str, pid: u32) -> io::Result<()> {
    Command::new("sh").args(["-c", "kill -\"$0\" \"$1\"", name, &pid.to_string()]).status().map(drop)
}

/// The first process whose parent is `parent`, from `/proc`.
fn child_of(parent: u32) -> Option<u32> {
    let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

/// The number at the start of a line such as `12 packets captured`.
fn count_before(line: &str, what: &str) -> Option<u64> {
    // Singular for one packet.
    let singular = what.replacen("packets", "packet", 1);
    line.strip_suffix(what).or_else(|| line.strip_suffix(&singular))?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn counts_are_read_in_singular_and_plural() {
        assert_eq!(count_before("12 packets captured", " packets captured"), Some(12));
        assert_eq!(count_before("1 packet captured", " packets captured"), Some(1));
        assert_eq!(count_before("0 packets dropped by kernel", " packets dropped by kernel"), Some(0));
        assert_eq!(count_before("12 packets received by filter", " packets captured"), None);
    }
}
