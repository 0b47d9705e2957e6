//! Developer commands: `cargo xtask test`, `cargo xtask demo`, `cargo xtask record`, `cargo xtask bench`, `cargo xtask fuzz`,
//! `cargo xtask instructions`, `cargo xtask web`, `cargo xtask book`, `cargo xtask samba`, `cargo xtask container`,
//! `cargo xtask fresh-machine`, `cargo xtask deny`, `cargo xtask advisories`, `cargo xtask package`, `cargo xtask release`.

#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, reason = "a program for a terminal")]

mod bench;
mod book;
mod container;
mod crates;
mod debian_root;
mod demo;
mod deny;
#[cfg(test)]
mod documented;
mod fresh_machine;
mod fuzz;
mod instructions;
mod isolated;
mod large_session;
mod node;
mod office;
mod packages;
mod record;
mod release;
mod samba;
mod test;
mod tool;
mod virtual_environment;
mod web;
mod workspace;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer commands of smbreplay")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Installs what tests need, then checks format, lints, tests and documentation
    Test {
        /// Runs the long suites too
        #[arg(long)]
        full: bool,
    },
    /// Builds smbreplay and takes the project's own capture from ingest to a verdict on a lab server
    Demo {
        /// Replays on a private Samba instead of the embedded lab server
        #[arg(long)]
        samba: bool,
    },
    /// Makes captures on a private Samba
    Record {
        /// Which: `all` (what tests/data carries), or one of the names that `--list` prints
        #[arg(required_unless_present = "list")]
        name: Option<String>,
        /// Where to: tests/data unless named
        #[arg(long, value_name = "FOLDER")]
        out: Option<PathBuf>,
        /// Lists the captures that can be made
        #[arg(long)]
        list: bool,
    },
    /// Measures what replays and setups cost beside the work of smbclients, ingests and questions beside tshark, and the HTTP server
    Bench {
        #[command(subcommand)]
        bench: bench::Bench,
    },
    /// Counts the instructions that it takes to ingest a small capture, and compares them with xtask/instructions.json
    Instructions {
        /// Keeps the new figures instead
        #[arg(long)]
        update: bool,
    },
    /// Builds the TypeScript SDK and the web page; a program that is built then has the page
    Web {
        /// Builds smbreplay with them, and tests them against it
        #[arg(long)]
        test: bool,
    },
    /// Builds the documentation as a book, in target/book
    Book,
    /// Runs a private Samba until standard input ends, and prints where it is as JSON
    Samba,
    /// Makes the container images without Docker, and runs what they would run
    Container,
    /// Carries out on a fresh Debian what the README begins with
    FreshMachine,
    /// Looks for inputs that break what must hold of everything that reads bytes of others
    Fuzz(fuzz::Options),
    /// Holds the dependencies to deny.toml: licences, second versions, sources
    Deny,
    /// Looks up whether holes are known in the dependencies
    Advisories,
    /// Packs the crates that others can depend on, as a registry gets them
    Package {
        /// Builds each from its package alone
        #[arg(long)]
        verify: bool,
    },
    /// Makes what others install: a Debian package, an archive and checksums
    Release(release::Options),
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Test { full } => test::run(full),
        Command::Demo { samba } => demo::run(samba),
        Command::Record { name: Some(name), out, list: false } => record::run(&name, out),
        Command::Record { .. } => {
            record::list();
            Ok(())
        }
        Command::Bench { bench } => bench::run(&bench),
        Command::Instructions { update: true } => instructions::update(),
        Command::Instructions { update: false } => instructions::check(),
        Command::Web { test } => web::run(test),
        Command::Book => book::run(),
        Command::Samba => samba::run(),
        Command::Container => container::run(),
        Command::FreshMachine => fresh_machine::run(),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Deny => deny::check()?.demand("licences, versions and sources"),
        Command::Advisories => deny::check_advisories()?.demand("advisories"),
        Command::Package { verify } => crates::package(verify),
        Command::Release(options) => release::run(options),
    }
}
