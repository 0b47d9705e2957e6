//! The tables that are printed: the figures of smbclients or tshark beside those of smbreplay.

mod api;
mod crypto;

use std::fmt;

use super::analysis::{Analysis, Costs};
use super::cost::Cost;
use super::figures::{Figures, Replayed, ratio};
use super::ingest::{Ingest, TenTimes};
use super::setups::SetUp;
use super::tshark;
pub(super) use api::of_api;
pub(super) use crypto::of_crypto;

/// Columns of figures with their names, and rows with theirs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    columns: Vec<String>,
    rows: Vec<(&'static str, Vec<String>)>,
}

/// Of the clients' work and its replays, which have a name each.
pub(super) fn of_work(title: &str, clients: (&str, &Figures), replays: &[(&str, &Replayed)]) -> Table {
    let all: Vec<&Figures> = std::iter::once(clients.1).chain(replays.iter().map(|(_, it)| &it.figures)).collect();
    let row = |of: &dyn Fn(&Figures) -> String| all.iter().map(|figures| of(figures)).collect();
    let of_replays = |of: &dyn Fn(&Replayed) -> String| {
        std::iter::once(String::new()).chain(replays.iter().map(|(_, replay)| of(replay))).collect()
    };
    let moves_data = all.iter().any(|figures| figures.megabytes_per_second() >= 1.0);
    let data = moves_data.then(|| ("payload MB/s", row(&|figures| format!("{:.1}", figures.megabytes_per_second()))));
    let rows = [
        Some(("requests", row(&|figures| figures.requests.to_string()))),
        Some(("wall time, s", row(&|figures| format!("{:.2}", figures.wall)))),
        Some(("of it first connect to last answer, s", of_replays(&|replay| format!("{:.2}", replay.elapsed)))),
        Some(("requests/s", row(&|figures| format!("{:.0}", figures.requests_per_second())))),
        data,
        Some(("CPU, s", row(&|figures| format!("{:.2}", figures.cpu)))),
        Some(("CPU a request, µs", row(&|figures| format!("{:.1}", figures.cpu_microseconds_per_request())))),
        Some(("peak anonymous memory, MiB", row(&|figures| format!("{:.1}", figures.peak_mebibytes())))),
        Some(("load average at the end", row(&|figures| format!("{:.1}", figures.load)))),
        Some(("answers that were not as captured", of_replays(&|replay| replay.diverged.to_string()))),
        Some(("requests not sent", of_replays(&|replay| replay.skipped.to_string()))),
    ];
    let rows = rows.into_iter().flatten().collect();
    let names = [title, clients.0].into_iter().chain(replays.iter().map(|(name, _)| *name));
    Table { columns: names.map(str::to_owned).collect(), rows }
}

/// Of a replay at the captured pace.
pub(super) fn of_pace(title: &str, replay: &Replayed) -> Table {
    let rows = vec![
        ("requests", vec![replay.figures.requests.to_string()]),
        ("lag p50, ms", vec![format!("{:.3}", replay.lag_p50)]),
        ("lag p99, ms", vec![format!("{:.3}", replay.lag_p99)]),
        ("of it the replay's own p50, ms", vec![format!("{:.3}", replay.own_lag_p50)]),
        ("of it the replay's own p99, ms", vec![format!("{:.3}", replay.own_lag_p99)]),
        ("span, s", vec![format!("{:.3}", replay.elapsed)]),
        ("captured span, s", vec![format!("{:.3}", replay.captured_span)]),
    ];
    Table { columns: vec![title.to_owned(), "replay".to_owned()], rows }
}

/// Of a tree that clients made, and smbreplay after them.
pub(super) fn of_set_up(title: &str, measured: &SetUp) -> Table {
    let SetUp { files, clients, setup, check, cleanup } = measured;
    let all = [clients, setup, check, cleanup];
    let row = |of: &dyn Fn(&Cost) -> String| all.iter().map(|cost| of(cost)).collect();
    // The other two do no work of the clients'.
    let times = |of: &dyn Fn(&Cost) -> f64| vec![String::new(), format!("{:.2}", ratio(of(setup), of(clients)))];
    let files_per_second = |cost: &Cost| format!("{:.0}", ratio(*files as f64, cost.wall));
    let rows = vec![
        ("wall time, s", row(&|cost| format!("{:.2}", cost.wall))),
        ("  times the smbclients'", times(&|cost| cost.wall)),
        ("files/s", row(&files_per_second)),
        ("CPU, s", row(&|cost| format!("{:.2}", cost.cpu))),
        ("  times the smbclients'", times(&|cost| cost.cpu)),
        ("peak anonymous memory, MiB", row(&|cost| format!("{:.1}", cost.peak_mebibytes()))),
        ("  times the smbclients'", times(&Cost::peak_mebibytes)),
        ("load average at the end", row(&|cost| format!("{:.1}", cost.load))),
    ];
    let smbclients = format!("{} smbclients", clients.programs);
    let columns = [title, &smbclients, "setup", "validate --check-fs", "cleanup"].map(str::to_owned).into();
    Table { columns, rows }
}

/// Of a recording that smbreplay ingests and others read.
pub(super) fn of_ingest(title: &str, measured: &Ingest) -> Table {
    let Ingest { found, smbreplay, cp, cat, dissected, kept, .. } = measured;
    let earlier = if *kept { " (earlier)" } else { "" };
    let tshark = dissected.iter().flat_map(|dissected| {
        let (some, all) = (tshark::FIELDS.len(), dissected.all_count);
        [
            (format!("tshark, {some} fields{earlier}"), &dissected.fields),
            (format!("all {all} fields{earlier}"), &dissected.all_fields),
        ]
    });
    let others = [("cp".to_owned(), cp), ("cat".to_owned(), cat)];
    let all: Vec<_> = [("smbreplay".to_owned(), smbreplay)].into_iter().chain(tshark).chain(others).collect();
    let row = |of: &dyn Fn(&Cost) -> String| all.iter().map(|(_, cost)| of(cost)).collect();
    let times = |of: &dyn Fn(&Cost) -> f64| {
        let others = all.iter().skip(1).map(|(_, cost)| format!("{:.2}", ratio(of(cost), of(smbreplay))));
        std::iter::once(String::new()).chain(others).collect()
    };
    // To cp and cat it is no messages.
    let dissecting = all.len().saturating_sub(2);
    let messages_per_second = |(_, cost): &(String, &Cost)| format!("{:.0}", ratio(found.messages as f64, cost.wall));
    let rows = vec![
        ("messages", vec![found.messages.to_string()]),
        ("wall time, s", row(&|cost| format!("{:.2}", cost.wall))),
        ("  times smbreplay's", times(&|cost| cost.wall)),
        ("MB/s of the capture", row(&|cost| format!("{:.1}", measured.megabytes_per_second(cost)))),
        ("messages/s", all.iter().take(dissecting).map(messages_per_second).collect()),
        ("CPU, s", row(&|cost| format!("{:.2}", cost.cpu))),
        ("  times smbreplay's", times(&|cost| cost.cpu)),
        ("peak anonymous memory, MiB", row(&|cost| format!("{:.1}", cost.peak_mebibytes()))),
        ("  times smbreplay's", times(&Cost::peak_mebibytes)),
        ("load average at the end", row(&|cost| format!("{:.1}", cost.load))),
    ];
    let columns = std::iter::once(title.to_owned()).chain(all.iter().map(|(name, _)| name.clone()));
    Table { columns: columns.collect(), rows }
}

/// Of a recording ten times over beside the recording itself.
pub(super) fn of_ten_times(title: &str, measured: &TenTimes) -> Table {
    let TenTimes { bytes, once, ten, found, through_pipe } = measured;
    let row = |of: &dyn Fn(&Cost) -> String| vec![of(once), of(ten)];
    let rate = |amount: f64| vec![ratio(amount / 10.0, once.wall), ratio(amount, ten.wall)];
    let megabytes = rate(*bytes as f64 / 1e5);
    let messages = rate(found.messages as f64);
    let rows = vec![
        ("messages", vec![format!("{:.0}", found.messages as f64 / 10.0), found.messages.to_string()]),
        ("wall time, s", row(&|cost| format!("{:.2}", cost.wall))),
        ("  times the one's", vec![String::new(), format!("{:.2}", measured.wall_ratio())]),
        ("MB/s of the capture", megabytes.iter().map(|rate| format!("{rate:.1}")).collect()),
        ("messages/s", messages.iter().map(|rate| format!("{rate:.0}")).collect()),
        ("CPU, s", row(&|cost| format!("{:.2}", cost.cpu))),
        ("peak anonymous memory, MiB", row(&|cost| format!("{:.1}", cost.peak_mebibytes()))),
        ("  times the one's", vec![String::new(), format!("{:.2}", measured.memory_ratio())]),
        ("load average at the end", row(&|cost| format!("{:.1}", cost.load))),
    ];
    let how = if *through_pipe { ", through a pipe" } else { "" };
    let columns = vec![title.to_owned(), format!("once{how}"), format!("ten times{how}")];
    Table { columns, rows }
}

/// Of questions about a session: tshark's figures as multiples of smbreplay's below each.
pub(super) fn of_analysis(title: &str, measured: &Analysis) -> Table {
    let Analysis { requests, selected, smbreplay, tshark, kept } = measured;
    let all: Vec<_> = [smbreplay].into_iter().chain(tshark).map(Costs::of_questions).collect();
    let mut rows =
        vec![("requests", vec![requests.to_string()]), ("selected by the filter", vec![selected.to_string()])];
    let wall_times = ["first lines, wall time, s", "filter, wall time, s", "statistics, wall time, s"];
    for (number, (wall_time, ours)) in wall_times.into_iter().zip(smbreplay.of_questions()).enumerate() {
        let costs = || all.iter().filter_map(|costs| costs.get(number)).copied();
        let row = |of: &dyn Fn(&Cost) -> String| costs().map(|cost| of(&cost)).collect();
        let times = |of: &dyn Fn(&Cost) -> f64| {
            let others = costs().skip(1).map(|cost| format!("{:.2}", ratio(of(&cost), of(&ours))));
            std::iter::once(String::new()).chain(others).collect()
        };
        rows.extend([
            (wall_time, row(&|cost| format!("{:.3}", cost.wall))),
            ("  times smbreplay's", times(&|cost| cost.wall)),
            ("  CPU, s", row(&|cost| format!("{:.2}", cost.cpu))),
            ("  peak anonymous memory, MiB", row(&|cost| format!("{:.1}", cost.peak_mebibytes()))),
            ("  load average at the end", row(&|cost| format!("{:.1}", cost.load))),
        ]);
    }
    let tshark = tshark.map(|_| if *kept { "tshark (earlier)" } else { "tshark" });
    let columns = [title, "smbreplay"].into_iter().chain(tshark).map(str::to_owned).collect();
    Table { columns, rows }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |text: &str| text.chars().count();
        let names = self.rows.iter().map(|(name, _)| width(name));
        let title = self.columns.first().map(String::as_str).unwrap_or_default();
        let first = names.chain([width(title)]).max().unwrap_or(0);
        write!(f, "{title:first$}")?;
        let columns: Vec<(&str, usize)> = self
            .columns
            .iter()
            .skip(1)
            .enumerate()
            .map(|(number, column)| {
                let cells = self.rows.iter().filter_map(|(_, cells)| cells.get(number));
                (column.as_str(), cells.map(|cell| width(cell)).chain([width(column)]).max().unwrap_or(0))
            })
            .collect();
        for (column, width) in &columns {
            write!(f, "  {column:>width$}")?;
        }
        for (name, cells) in &self.rows {
            write!(f, "\n{name:first$}")?;
            for (cell, (_, width)) in cells.iter().zip(&columns) {
                write!(f, "  {cell:>width$}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;
    use crate::bench::ingests::Found;
    use crate::bench::tshark::Dissected;

    #[test]
    fn columns_are_as_wide_as_what_they_hold() {
        let table = Table {
            columns: vec!["µ".into(), "clients".into(), "r".into()],
            rows: vec![("requests", vec!["7".into(), "1000".into()]), ("s", vec![String::new(), "2".into()])],
        };
        let expected = "µ         clients     r\nrequests        7  1000\ns                     2";
        assert_eq!(table.to_string(), expected);
    }

    #[test]
    fn each_question_has_its_figures_below_it() {
        let cost = |wall: f64| Cost { wall, cpu: wall, peak_anonymous: 1 << 20, ..Cost::default() };
        let costs = |wall| Costs { first: cost(wall), filter: cost(wall), statistics: cost(wall) };
        let measured =
            Analysis { requests: 9, selected: 2, smbreplay: costs(0.02), tshark: Some(costs(1.0)), kept: true };
        let printed = of_analysis("session", &measured).to_string();
        let expected = "\
session                       smbreplay  tshark (earlier)
requests                              9
selected by the filter                2
first lines, wall time, s         0.020             1.000
  times smbreplay's                                 50.00
  CPU, s                           0.02              1.00
  peak anonymous memory, MiB        1.0               1.0
  load average at the end           0.0               0.0
filter, wall time, s              0.020             1.000
";
        assert!(printed.starts_with(expected), "{printed}");
        let alone = of_analysis("session", &Analysis { tshark: None, ..measured }).to_string();
        assert!(!alone.contains("tshark"), "{alone}");
    }

    #[test]
    fn others_are_multiples_of_smbreplay_and_only_dissectors_count_messages() {
        let cost = |wall: f64, mebibytes: u64| Cost {
            programs: 1,
            wall,
            cpu: wall / 2.0,
            peak_anonymous: mebibytes << 20,
            load: 1.5,
        };
        let dissected = Dissected {
            bytes: 3_000_000,
            messages: 1_000,
            requests: 500,
            fields: cost(50.0, 300),
            all_count: 533,
            all_fields: cost(90.0, 400),
        };
        let measured = Ingest {
            bytes: 3_000_000,
            output: 1,
            found: Found { messages: 1_000, ..Found::default() },
            smbreplay: cost(0.5, 100),
            cp: cost(0.1, 1),
            cat: cost(0.05, 0),
            dissected: Some(dissected),
            kept: true,
        };
        let expected = "\
metadata                    smbreplay  tshark, 34 fields (earlier)  all 533 fields (earlier)    cp   cat
messages                         1000
wall time, s                     0.50                        50.00                     90.00  0.10  0.05
  times smbreplay's                                         100.00                    180.00  0.20  0.10
MB/s of the capture               6.0                          0.1                       0.0  30.0  60.0
messages/s                       2000                           20                        11
CPU, s                           0.25                        25.00                     45.00  0.05  0.03
  times smbreplay's                                         100.00                    180.00  0.20  0.10
peak anonymous memory, MiB      100.0                        300.0                     400.0   1.0   0.0
  times smbreplay's                                           3.00                      4.00  0.01  0.00
load average at the end           1.5                          1.5                       1.5   1.5   1.5";
        assert_eq!(of_ingest("metadata", &measured).to_string(), expected);
    }
}
