//! `cargo xtask bench replay`: what a replay costs beside what the captured clients' work cost.
//!
//! Clients and replays work on fresh private Sambas of this machine, so only their ratio tells anything; even that needs
//! a machine with nothing else to do. Recordings are made once and kept in cargo's target folder.

mod clients;
mod disk;
mod figures;
mod folder;
mod history;
mod interrupt;
mod metered;
mod process_files;
mod recording;
mod replays;
mod table;
mod targets;

use std::fs;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};

use crate::workspace::{self, cargo, step};
use clients::Work;
use figures::{Figures, Replayed};
use folder::Folder;
use history::{Line, Part};
use interrupt::Interrupt;
use recording::Again;
use targets::Target;

/// The small recording that is replayed at its own pace, from tests/data.
const PACED: &str = "office";

/// Load averages that differ by more belong to a machine that had other things to do.
const COMPARABLE_LOAD: f64 = 3.0;

/// What can be measured.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// Records smbclients at work on a private Samba and replays that with the release build
    Replay(ReplayOptions),
}

#[derive(Args)]
pub(crate) struct ReplayOptions {
    /// About how many requests eight smbclients make of metadata work
    #[arg(long, value_name = "N", default_value = "600000", value_parser = clap::value_parser!(u64).range(1..))]
    requests: u64,
    /// About how many bytes a bulk copy moves
    #[arg(long, value_name = "N", default_value = "1000000000", value_parser = clap::value_parser!(u64).range(1..))]
    bulk_bytes: u64,
    /// Measures only this
    #[arg(long, value_name = "PART")]
    only: Option<Only>,
    /// Makes the recordings again
    #[arg(long)]
    again: bool,
    /// Measures the smbclients again, with what else the machine has to do now, and keeps the recordings
    #[arg(long)]
    clients: bool,
    /// Adds the figures to target/bench/history.jsonl
    #[arg(long)]
    json: bool,
    /// Shows what got slower since the last line of target/bench/history.jsonl
    #[arg(long)]
    compare: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    Metadata,
    Bulk,
    Pace,
}

pub(crate) fn run(bench: &Bench) -> anyhow::Result<()> {
    let Bench::Replay(options) = bench;
    step(cargo().args(["build", "--release", "--package", "smbreplay"]))?;
    let interrupt = Interrupt::listen()?;
    measure(options, &interrupt).or_else(|error| {
        // Programs that Ctrl-C ended fail in ways that say nothing of it.
        interrupt.check()?;
        Err(error)
    })
}

fn measure(options: &ReplayOptions, interrupt: &Interrupt) -> anyhow::Result<()> {
    let folder = Folder::lay_out()?;
    let last = if options.compare { history::last(&folder.history())? } else { None };
    let mut line = Line::begin();
    let measured = |part| options.only.is_none_or(|only| only == part);
    if measured(Only::Metadata) {
        line.parts.extend(metadata(options, &folder, interrupt)?);
    }
    if measured(Only::Bulk) {
        line.parts.push(bulk(options, &folder, interrupt)?);
    }
    if measured(Only::Pace) {
        line.parts.push(original_pace(&folder, interrupt)?);
    }
    if options.compare {
        compare(&line, last.as_ref());
    }
    if options.json {
        line.append_to(&folder.history())?;
    }
    Ok(())
}

/// Eight clients' metadata work, replayed in both orders.
fn metadata(options: &ReplayOptions, folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<Vec<Part>> {
    let work = Work::Metadata { requests: options.requests };
    let (name, clients) = recorded(work, "metadata", options, folder, interrupt)?;
    let session = replays::replay(&name, &["--order", "session"], folder, interrupt)?;
    let trace = replays::replay(&name, &["--order", "trace"], folder, interrupt)?;
    let replays = [("order session", &session), ("order trace", &trace)];
    println!("\n{}", table::of_work(&name, ("8 smbclients", &clients), &replays));
    Ok(vec![
        part(format!("{name}, order session"), Some(clients), session, targets::order_session(&clients, &session)),
        part(format!("{name}, order trace"), Some(clients), trace, targets::order_trace(&clients, &trace)),
    ])
}

/// One client's bulk copy.
fn bulk(options: &ReplayOptions, folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<Part> {
    let work = Work::Bulk { bytes: options.bulk_bytes };
    let (name, clients) = recorded(work, "bulk", options, folder, interrupt)?;
    let replay = replays::replay(&name, &["--order", "session"], folder, interrupt)?;
    println!("\n{}", table::of_work(&name, ("smbclient", &clients), &[("order session", &replay)]));
    Ok(part(format!("{name}, order session"), Some(clients), replay, targets::bulk(&clients, &replay)))
}

/// A recording of the repository at its own pace.
fn original_pace(folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<Part> {
    let carried = workspace::root().join("tests/data").join(PACED).with_extension("pcap");
    let capture = folder.capture(PACED);
    fs::copy(&carried, &capture).with_context(|| format!("cannot copy {}", carried.display()))?;
    replays::ingest(PACED, folder, interrupt)?;
    let replay = replays::replay(PACED, &["--pace", "original"], folder, interrupt)?;
    println!("\n{}", table::of_pace(PACED, &replay));
    Ok(part(format!("{PACED}, original pace"), None, replay, targets::original_pace(&replay)))
}

/// The recording of some work, ingested, and the figures of its clients.
fn recorded(
    work: Work,
    name: &str,
    options: &ReplayOptions,
    folder: &Folder,
    interrupt: &Interrupt,
) -> anyhow::Result<(String, Figures)> {
    let again = match options {
        ReplayOptions { again: true, .. } => Again::Everything,
        ReplayOptions { clients: true, .. } => Again::Clients,
        _ => Again::Nothing,
    };
    let recording = recording::of(work, name, folder, again, interrupt)?;
    let contents = replays::ingest(&recording.name, folder, interrupt)?;
    let used = recording.clients;
    let clients = Figures {
        requests: contents.requests,
        payload: contents.payload,
        wall: used.wall,
        cpu: used.cpu,
        peak_anonymous: used.peak_anonymous,
        load: used.load,
    };
    Ok((recording.name, clients))
}

fn part(name: String, clients: Option<Figures>, replay: Replayed, targets: Vec<Target>) -> Part {
    println!("\n{name}:");
    targets.iter().for_each(|target| println!("  {target}"));
    if let Some(clients) = clients.filter(|clients| (clients.load - replay.figures.load).abs() > COMPARABLE_LOAD) {
        println!(
            "  the load average was {:.1} for the smbclients and {:.1} for the replays: times compare badly; leave the \
             machine alone and measure both with --clients",
            clients.load, replay.figures.load
        );
    }
    Part { name, clients, replay, targets }
}

fn compare(line: &Line, last: Option<&Line>) {
    let Some(last) = last.filter(|last| line.has_part_of(last)) else {
        return println!("nothing to compare with: the last line of the history has none of these recordings");
    };
    println!("\ncompared with commit {}:", last.commit);
    match line.slower_than(last).as_slice() {
        [] => println!("  nothing got slower"),
        slower => slower.iter().for_each(|line| println!("  slower: {line}")),
    }
}
