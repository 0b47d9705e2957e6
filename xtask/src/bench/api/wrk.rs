//! Clients that ask one thing after the other, all at once: wrk.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Deserialize;

use super::addresses::Question;
use super::measured::Latency;
use super::site::Site;
use crate::bench::interrupt::Interrupt;
use crate::bench::metered;

/// Threads of wrk, which begin at other places of the list.
const THREADS: u32 = 2;
/// Seconds after which an answer counts as none.
const TIMEOUT: u32 = 60;
/// What wrk takes beside the time that it was given.
const MORE_TIME: Duration = Duration::from_secs(60);
/// What the line begins with that has the figures.
const MARK: &str = "figures: ";

/// Goes round in the list of addresses. Its table of figures is more exact than the text that wrk prints.
const SCRIPT: &str = r#"
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(arguments)
  requests = {}
  for address in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", address)
  end
  last = math.floor(#requests * number / tonumber(arguments[2]))
end

function request()
  last = last % #requests + 1
  return requests[last]
end

function done(summary, latency, rates)
  local errors = summary.errors
  io.write(string.format(
    'figures: {"requests": %d, "bytes": %d, "duration": %d, "p50": %d, "p99": %d, "max": %d, '
      .. '"connect": %d, "read": %d, "write": %d, "status": %d, "timeout": %d}\n',
    summary.requests, summary.bytes, summary.duration,
    latency:percentile(50), latency:percentile(99), latency.max,
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
"#;

/// What the script prints at the end: times in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
struct Figures {
    requests: u64,
    bytes: u64,
    duration: u64,
    p50: u64,
    p99: u64,
    max: u64,
    connect: u64,
    read: u64,
    write: u64,
    /// Answers with a status of 400 or more.
    status: u64,
    /// Answers that came late.
    timeout: u64,
}

/// What the clients saw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Clients {
    pub(super) latency: Latency,
    pub(super) seconds: f64,
    pub(super) bytes: u64,
}

/// Has so many clients ask for so many seconds.
pub(super) fn run(
    asked: &[Question],
    url: &str,
    (connections, seconds): (u32, u32),
    site: &Site<'_>,
    interrupt: &Interrupt,
) -> anyhow::Result<Clients> {
    let (script, addresses, printed) = (site.file("clients.lua"), site.file("addresses"), site.file("wrk.txt"));
    write(&script, SCRIPT)?;
    write(&addresses, &asked.iter().map(|question| question.address() + "\n").collect::<String>())?;
    let output = File::create(&printed).with_context(|| format!("cannot write {}", printed.display()))?;
    let mut wrk = Command::new("wrk");
    wrk.args(["--threads", &THREADS.to_string(), "--connections", &connections.to_string()]);
    wrk.args(["--duration", &format!("{seconds}s"), "--timeout", &format!("{TIMEOUT}s"), "--latency", "--script"]);
    wrk.arg(script).arg(url).arg("--").arg(addresses).arg(THREADS.to_string());
    wrk.stdin(Stdio::null()).stderr(output.try_clone()?).stdout(output);
    let limit = Duration::from_secs(seconds.into()).saturating_add(MORE_TIME);
    let (used, _) = metered::run(vec![wrk], limit, interrupt)?;
    let text = fs::read(&printed).with_context(|| format!("cannot read {}", printed.display()))?;
    let text = String::from_utf8_lossy(&text);
    ensure!(used.iter().all(|used| used.status.success()), "wrk failed: {text}");
    Figures::parse(&text).map(Figures::clients)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

impl Figures {
    fn parse(printed: &str) -> anyhow::Result<Self> {
        let line = printed.lines().find_map(|line| line.strip_prefix(MARK));
        let line = line.with_context(|| format!("wrk printed no figures: {printed}"))?;
        serde_json::from_str(line).with_context(|| format!("wrk printed figures that are none: {line}"))
    }

    fn clients(self) -> Clients {
        let milliseconds = |microseconds: u64| microseconds as f64 / 1e3;
        let failures = [self.connect, self.read, self.write, self.status, self.timeout];
        let latency = Latency {
            count: self.requests,
            failures: failures.iter().fold(0, |sum, count| sum.saturating_add(*count)),
            p50: milliseconds(self.p50),
            p99: milliseconds(self.p99),
            longest: milliseconds(self.max),
        };
        Clients { latency, seconds: self.duration as f64 / 1e6, bytes: self.bytes }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const PRINTED: &str = r#"Running 2s test @ http://127.0.0.1:41797
  2 threads and 200 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   251.30ms   90.10ms 700.01ms   71.00%
    Req/Sec   390.00     45.00   480.00     65.00%
  Latency Distribution
     50%  240.00ms
     75%  290.00ms
     90%  350.00ms
     99%  600.50ms
  1560 requests in 2.01s, 101.20MB read
  Socket errors: connect 1, read 2, write 4, timeout 16
  Non-2xx or 3xx responses: 8
Requests/sec:    776.12
Transfer/sec:     50.35MB
figures: {"requests": 1560, "bytes": 106115891, "duration": 2010000, "p50": 240000, "p99": 600500, "max": 700010, "connect": 1, "read": 2, "write": 4, "status": 8, "timeout": 16}
"#;

    #[test]
    fn failures_of_every_kind_are_summed() {
        let clients = Figures::parse(PRINTED).unwrap().clients();
        let latency = Latency { count: 1_560, failures: 31, p50: 240.0, p99: 600.5, longest: 700.01 };
        assert_eq!(clients, Clients { latency, seconds: 2.01, bytes: 106_115_891 });
    }

    #[test]
    fn output_without_figures_is_no_result() {
        let without: String = PRINTED.lines().filter(|line| !line.starts_with(MARK)).collect();
        assert!(Figures::parse(&without).is_err());
        assert!(Figures::parse("unable to connect to 127.0.0.1:1 Connection refused\n").is_err());
        assert!(Figures::parse(&PRINTED.replace("\"timeout\": 16", "\"timeout\": -nan")).is_err());
    }
}
