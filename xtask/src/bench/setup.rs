//! `cargo xtask bench setup`: what it costs to set a tree up beside what it cost the clients that made it.

use clap::Args;

use super::clients::Work;
use super::folder::Folder;
use super::history::{Measured, Part};
use super::interrupt::Interrupt;
use super::tree::Tree;
use super::{Keeping, Reference, conclude, ingested, recording, setups, smbclients, table, targets};

#[derive(Args)]
pub(crate) struct SetupOptions {
    /// How many files eight smbclients make
    #[arg(long, value_name = "N", default_value = "100000", value_parser = clap::value_parser!(u64).range(1..))]
    files: u64,
    /// How often the tree is set up, of which the medians are told
    #[arg(long, value_name = "N", default_value = "3", value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    #[command(flatten)]
    reference: Reference,
    #[command(flatten)]
    pub(super) keeping: Keeping,
}

pub(super) fn measure(options: &SetupOptions, folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<Part> {
    let tree = Tree { files: options.files };
    let recording =
        recording::of(Work::Tree(tree), "tree", folder, options.keeping.again(&options.reference), interrupt)?;
    let clients = recording.clients()?;
    ingested::ingest(&recording.name, folder, interrupt)?;
    let set_up = setups::measure(&recording.name, tree, clients, options.runs, folder, interrupt)?;
    println!("\n{}", table::of_set_up(&recording.name, &set_up));
    let name = format!("{}, setup", recording.name);
    let part = Part { name, clients: None, measured: Measured::Setup(set_up), targets: targets::set_up(&set_up) };
    conclude(&part, Some(smbclients(clients.load)));
    Ok(part)
}
