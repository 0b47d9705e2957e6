//! `cargo xtask bench replay`: what a replay costs beside what the captured clients' work cost.

use std::fs;

use anyhow::Context;
use clap::{Args, ValueEnum};

use super::clients::Work;
use super::figures::{Figures, Replayed};
use super::folder::Folder;
use super::history::{Measured, Part};
use super::interrupt::Interrupt;
use super::targets::{self, Target};
use super::{Keeping, Reference, Sizes, conclude, ingested, recording, replays, smbclients, table};
use crate::workspace;

/// The small recording that is replayed at its own pace, from tests/data.
const PACED: &str = "office";

#[derive(Args)]
pub(crate) struct ReplayOptions {
    #[command(flatten)]
    sizes: Sizes,
    /// Measures only this
    #[arg(long, value_name = "PART")]
    only: Option<Only>,
    #[command(flatten)]
    reference: Reference,
    #[command(flatten)]
    pub(super) keeping: Keeping,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    Metadata,
    Bulk,
    Pace,
}

pub(super) fn measure(options: &ReplayOptions, folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<Vec<Part>> {
    let mut parts = Vec::new();
    let measured = |part| options.only.is_none_or(|only| only == part);
    if measured(Only::Metadata) {
        parts.extend(metadata(options, folder, interrupt)?);
    }
    if measured(Only::Bulk) {
        parts.push(bulk(options, folder, interrupt)?);
    }
    if measured(Only::Pace) {
        parts.push(original_pace(folder, interrupt)?);
    }
    Ok(parts)
}

/// Eight clients' metadata work, replayed in both orders.
fn metadata(options: &ReplayOptions, folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<Vec<Part>> {
    let work = options.sizes.metadata();
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
    let work = options.sizes.bulk();
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
    ingested::ingest(PACED, folder, interrupt)?;
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
    let recording = recording::of(work, name, folder, options.keeping.again(&options.reference), interrupt)?;
    let contents = ingested::ingest(&recording.name, folder, interrupt)?;
    let used = recording.clients()?;
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
    let part = Part { name, clients, measured: Measured::Replay(replay), targets };
    conclude(&part, clients.map(|clients| smbclients(clients.load)));
    part
}
