//! `cargo xtask bench`: what smbreplay costs beside what the same work cost smbclients, and what reading a capture and
//! questions about it cost beside tshark; whether the HTTP server stays itself with many clients; and how fast one core
//! decrypts, signs and expands messages.
//!
//! Clients and smbreplay work on fresh private Sambas of this machine, so only their ratio tells anything; even that needs
//! a machine with nothing else to do. Recordings are made once and kept in cargo's target folder.

mod analysis;
mod api;
mod clients;
mod cost;
mod crypto;
mod disk;
mod dissector;
pub(crate) mod figures;
mod folder;
mod history;
mod ingest;
mod ingested;
mod ingests;
mod interrupt;
mod metered;
mod piped;
mod process_files;
mod recording;
pub(crate) mod repeated;
mod replay;
mod replays;
mod scratch;
mod setup;
mod setups;
mod smbreplay;
mod table;
mod targets;
mod tree;
mod tshark;

use clap::{Args, Subcommand};

use crate::workspace::{cargo, step};
use clients::Work;
use folder::Folder;
use history::{Line, Part};
use interrupt::Interrupt;
use recording::Again;

/// Load averages that differ by more belong to a machine that had other things to do.
const COMPARABLE_LOAD: f64 = 3.0;

/// What can be measured.
#[derive(Subcommand)]
pub(crate) enum Bench {
    /// Records smbclients at work on a private Samba and replays that with the release build
    Replay(replay::ReplayOptions),
    /// Has smbclients make a tree on a private Samba and sets it up on others with the release build
    Setup(setup::SetupOptions),
    /// Ingests recordings of smbclients at work with the release build, and has tshark, cp and cat read them
    Ingest(ingest::IngestOptions),
    /// Asks the release build and tshark about a long session of an smbclient
    Analysis(analysis::AnalysisOptions),
    /// Has many clients ask the release build's HTTP server about a long session, while it ingests and replays
    Api(api::ApiOptions),
    /// Decrypts, signs and expands messages on one core
    Crypto(crypto::CryptoOptions),
}

/// How large the recordings are that replays and ingests share.
#[derive(Args)]
struct Sizes {
    /// About how many requests eight smbclients make of metadata work
    #[arg(long, value_name = "N", default_value = "600000", value_parser = clap::value_parser!(u64).range(1..))]
    requests: u64,
    /// About how many bytes a bulk copy moves
    #[arg(long, value_name = "N", default_value = "1000000000", value_parser = clap::value_parser!(u64).range(1..))]
    bulk_bytes: u64,
}

/// What smbreplay is held against where that is smbclients.
#[derive(Args)]
struct Reference {
    /// Measures the smbclients again, with what else the machine has to do now, and keeps the recordings
    #[arg(long)]
    clients: bool,
}

/// What is made again, kept and compared.
#[derive(Args)]
struct Keeping {
    /// Makes the recordings again
    #[arg(long)]
    again: bool,
    /// Adds the figures to target/bench/history.jsonl
    #[arg(long)]
    json: bool,
    /// Shows what got slower since the last line of target/bench/history.jsonl that measured the same
    #[arg(long)]
    compare: bool,
}

pub(crate) fn run(bench: &Bench) -> anyhow::Result<()> {
    if bench.runs_smbreplay() {
        step(cargo().args(["build", "--release", "--package", "smbreplay"]))?;
    }
    let interrupt = Interrupt::listen()?;
    measure(bench, &interrupt).or_else(|error| {
        // Programs that Ctrl-C ended fail in ways that say nothing of it.
        interrupt.check()?;
        Err(error)
    })
}

fn measure(bench: &Bench, interrupt: &Interrupt) -> anyhow::Result<()> {
    let folder = Folder::lay_out()?;
    if bench.runs_smbreplay() {
        folder.ensure_built()?;
    }
    let keeping = match bench {
        Bench::Replay(options) => &options.keeping,
        Bench::Setup(options) => &options.keeping,
        Bench::Ingest(options) => &options.keeping,
        Bench::Analysis(options) => &options.keeping,
        Bench::Api(options) => &options.keeping,
        Bench::Crypto(options) => &options.keeping,
    };
    let earlier = if keeping.compare { history::read(&folder.history())? } else { Vec::new() };
    let mut line = Line::begin();
    line.parts = match bench {
        Bench::Replay(options) => replay::measure(options, &folder, interrupt)?,
        Bench::Setup(options) => vec![setup::measure(options, &folder, interrupt)?],
        Bench::Ingest(options) => ingest::measure(options, &folder, interrupt)?,
        Bench::Analysis(options) => vec![analysis::measure(options, &folder, interrupt)?],
        Bench::Api(options) => vec![api::measure(options, &folder, interrupt)?],
        Bench::Crypto(_) => crypto::measure(interrupt)?,
    };
    if keeping.compare {
        compare(&line, &earlier);
    }
    if keeping.json {
        line.append_to(&folder.history())?;
    }
    Ok(())
}

impl Bench {
    /// Whether it measures the program as a whole.
    fn runs_smbreplay(&self) -> bool {
        !matches!(self, Self::Crypto(_))
    }
}

/// smbclients as what smbreplay is held against.
fn smbclients(load: f64) -> (&'static str, f64, &'static str) {
    ("the smbclients", load, "with --clients")
}

impl Sizes {
    fn metadata(&self) -> Work {
        Work::Metadata { requests: self.requests }
    }

    fn bulk(&self) -> Work {
        Work::Bulk { bytes: self.bulk_bytes }
    }
}

impl Keeping {
    fn again(&self, reference: &Reference) -> Again {
        match self {
            Self { again: true, .. } => Again::Everything,
            _ if reference.clients => Again::Clients,
            _ => Again::Nothing,
        }
    }
}

/// Tells which targets a part reached, and whether the load average of what it is held against was another: its name, that
/// load, and the option that measures it again.
fn conclude(part: &Part, reference: Option<(&str, f64, &str)>) {
    println!("\n{}:", part.name);
    part.targets.iter().for_each(|target| println!("  {target}"));
    let load = part.measured.load();
    let differs = |other: f64| (other - load).abs() > COMPARABLE_LOAD;
    if let Some((name, other, again)) = reference.filter(|(_, other, _)| differs(*other)) {
        println!(
            "  the load average was {other:.1} for {name} and {load:.1} for smbreplay: times compare badly; leave the \
             machine alone and measure both {again}"
        );
    }
}

fn compare(line: &Line, earlier: &[Line]) {
    let Some(last) = line.last_like_it(earlier) else {
        return println!("nothing to compare with: no line of the history has any of these recordings");
    };
    println!("\ncompared with commit {}:", last.commit);
    match line.slower_than(last).as_slice() {
        [] => println!("  nothing got slower"),
        slower => slower.iter().for_each(|line| println!("  slower: {line}")),
    }
}
