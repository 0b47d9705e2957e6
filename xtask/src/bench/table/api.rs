//! The tables of a server with many clients.

use super::Table;
use crate::bench::api::{Api, JobsDone, Latency, Memory};
use crate::bench::figures::ratio;

/// Of a server with many clients: who asked it, what it did beside that, and its memory.
pub(in crate::bench) fn of_api(title: &str, measured: &Api) -> String {
    let Api { clients, kept, fresh, .. } = measured;
    let all = [clients, kept, fresh];
    let row = |of: &dyn Fn(&Latency) -> String| all.iter().map(|latency| of(latency)).collect::<Vec<_>>();
    let rows = vec![
        ("answers", row(&|latency| latency.count.to_string())),
        ("failures", row(&|latency| latency.failures.to_string())),
        ("p50, ms", row(&|latency| format!("{:.2}", latency.p50))),
        ("p99, ms", row(&|latency| format!("{:.2}", latency.p99))),
        ("longest, ms", row(&|latency| format!("{:.2}", latency.longest))),
        ("answers/s", vec![format!("{:.0}", ratio(clients.count as f64, measured.seconds))]),
        ("MB/s", vec![format!("{:.1}", ratio(measured.bytes as f64 / 1e6, measured.seconds))]),
        ("load average at the end", vec![format!("{:.1}", measured.load)]),
    ];
    let connections = format!("{} clients", measured.connections);
    let columns = [title, &connections, "/health, one connection", "/health, new connections"];
    let asked = Table { columns: columns.map(str::to_owned).into(), rows };

    let jobs = [measured.ingests, measured.replays];
    let row = |of: fn(JobsDone) -> u64| jobs.map(|jobs| of(jobs).to_string()).into();
    let rows = vec![
        ("ended in the time", row(|jobs| jobs.done)),
        ("packets read, requests sent", row(|jobs| jobs.amount)),
        ("answers that were not as captured", vec![String::new(), measured.replays.diverged.to_string()]),
    ];
    let beside = Table { columns: ["beside them", "ingests", "replays"].map(str::to_owned).into(), rows };

    let memory = [measured.idle, measured.loaded];
    let row = |of: fn(Memory) -> u64| memory.map(|memory| format!("{:.1}", of(memory) as f64 / f64::from(1 << 20)));
    let rows = vec![
        ("peak memory, MiB", row(|memory| memory.resident).into()),
        ("of it anonymous, MiB", row(|memory| memory.anonymous).into()),
    ];
    let server = Table { columns: ["the server", "idle", "asked"].map(str::to_owned).into(), rows };
    format!("{asked}\n\n{beside}\n\n{server}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_has_a_table_for_each_who_wants_something_of_it() {
        let latency = |count, p99| Latency { count, failures: 0, p50: 1.0, p99, longest: 90.5 };
        let measured = Api {
            requests: 9,
            connections: 200,
            seconds: 2.0,
            bytes: 5_000_000,
            clients: latency(1_000, 80.0),
            kept: latency(100, 7.25),
            fresh: latency(99, 8.0),
            idle: Memory { resident: 30 << 20, anonymous: 10 << 20 },
            loaded: Memory { resident: 300 << 20, anonymous: 100 << 20 },
            ingests: JobsDone { done: 3, amount: 600, diverged: 0 },
            replays: JobsDone { done: 2, amount: 500, diverged: 1 },
            load: 1.5,
        };
        let expected = "\
session                  200 clients  /health, one connection  /health, new connections
answers                         1000                      100                        99
failures                           0                        0                         0
p50, ms                         1.00                     1.00                      1.00
p99, ms                        80.00                     7.25                      8.00
longest, ms                    90.50                    90.50                     90.50
answers/s                        500
MB/s                             2.5
load average at the end          1.5

beside them                        ingests  replays
ended in the time                        3        2
packets read, requests sent            600      500
answers that were not as captured                 1

the server            idle  asked
peak memory, MiB      30.0  300.0
of it anonymous, MiB  10.0  100.0";
        assert_eq!(of_api("session", &measured), expected);
    }
}
