//! What the files below `/proc/PID` tell of a process (proc(5)).

use std::fs;
use std::time::Duration;

/// Clock ticks in a second as programs see them: sysconf(_SC_CLK_TCK), which Linux fixes on every machine built today.
const TICKS_PER_SECOND: u64 = 100;

/// `/proc/PID/stat`, as far as it is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    /// Whether the process has ended and was not waited for: what it used will not change any more.
    pub(super) ended: bool,
    /// Processor time of all its threads, in user and system mode.
    pub(super) cpu: Duration,
}

/// Reads the state and the processor time of a process; `None` when there is no such process.
pub(super) fn stat(pid: u32) -> Option<Stat> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The anonymous memory that a process has in RAM now (RssAnon), bytes; `None` when it has ended.
pub(super) fn anonymous_memory(pid: u32) -> Option<u64> {
    parse_kib(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?, "RssAnon:")
}

/// All memory that a process has in RAM now, pages of files included (VmRSS), bytes; `None` when it has ended.
pub(super) fn resident_memory(pid: u32) -> Option<u64> {
    parse_kib(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?, "VmRSS:")
}

/// How many processes of the machine wanted a processor during the last minute (`/proc/loadavg`); 0 when it is not told.
pub(super) fn load_average() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or_default()
}

/// Memory that programs could have without swapping, bytes (`/proc/meminfo`); 0 when it is not told.
pub(super) fn available_memory() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    parse_kib(&text, "MemAvailable:").unwrap_or_default()
}

fn parse_stat(text: &str) -> Option<Stat> {
    // The name in parentheses may hold spaces and parentheses: the fields begin behind the last one.
    let (_, fields) = text.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?;
    // utime and stime are fields 14 and 15; the state is field 3.
    let user: u64 = fields.nth(10)?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    let milliseconds = user.saturating_add(system).saturating_mul(1_000).checked_div(TICKS_PER_SECOND)?;
    Some(Stat { ended: matches!(state, "Z" | "X"), cpu: Duration::from_millis(milliseconds) })
}

/// The bytes of a line such as `RssAnon:  5020 kB`.
fn parse_kib(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn a_name_with_spaces_and_parentheses_does_not_move_the_fields() {
        let line = "4711 (a ) b (c) R 1 4711 4711 0 -1 4194560 105 0 0 0 250 75 9 9 20 0 8 0 5000 1 2 3\n";
        assert_eq!(parse_stat(line), Some(Stat { ended: false, cpu: Duration::from_millis(3_250) }));
    }

    #[test]
    fn a_process_that_was_not_waited_for_has_ended() {
        let line = "4711 (smbclient) Z 1 4711 4711 0 -1 4194560 105 0 0 0 3 4 0 0 20 0 1 0 5000 0 0 0\n";
        assert_eq!(parse_stat(line), Some(Stat { ended: true, cpu: Duration::from_millis(70) }));
    }

    #[test]
    fn what_is_no_stat_file_is_nothing() {
        for text in ["", "4711 (smbclient)", "4711 (smbclient) R 1 2 3", "4711 (x) R 1 1 1 0 -1 1 1 0 0 0 many 1 0"] {
            assert_eq!(parse_stat(text), None, "{text:?}");
        }
    }

    #[test]
    fn memory_is_told_in_kib() {
        let status = "VmHWM:\t    9000 kB\nRssAnon:\t    5020 kB\nRssFile:\t    3980 kB\n";
        assert_eq!(parse_kib(status, "RssAnon:"), Some(5020 * 1024));
        assert_eq!(parse_kib("State:\tZ (zombie)\n", "RssAnon:"), None);
    }

    #[test]
    fn this_process_runs_and_has_memory() {
        let me = std::process::id();
        assert!(!stat(me).unwrap().ended);
        assert!(anonymous_memory(me).unwrap() > 0);
        assert!(resident_memory(me).unwrap() > 0);
        assert!(available_memory() > 0);
    }
}
