//! The processes that serve RPC over named pipes. smbd starts them on demand, in sessions of their own, and they outlive it.

use std::fs;
use std::path::Path;
use std::process::Command;

/// The process ids of those that were started with this configuration file, from `/proc`.
pub(super) fn running(configuration: &Path) -> Vec<u32> {
    let wanted = format!("--configfile={}", configuration.display());
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    let is_one = |process: &fs::DirEntry| {
        let arguments = fs::read(process.path().join("cmdline")).unwrap_or_default();
        arguments.split(|byte| *byte == 0).any(|argument| argument == wanted.as_bytes())
    };
    let of_instance = processes.flatten().filter(is_one);
    of_instance.filter_map(|process| process.file_name().to_str()?.parse().ok()).collect()
}

/// Ends them: this instance's own folder names them, so they are nobody else's.
pub(super) fn end(configuration: &Path) {
    let running = running(configuration);
    if !running.is_empty() {
        // The shell's own `kill`: there need not be a program of that name.
        let pids = running.iter().map(u32::to_string);
        let _ = Command::new("sh").args(["-c", "kill -TERM \"$@\"", "kill"]).args(pids).status();
    }
}
