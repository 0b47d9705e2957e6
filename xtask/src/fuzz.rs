//! `cargo xtask fuzz`: runs the fuzz targets, and says what became of each.

mod build;
mod corpus;
mod run;
mod table;

use std::path::PathBuf;
use std::sync::Mutex;
use std::thread;

use anyhow::{Context, bail};
use clap::Args;

use crate::packages;
use crate::workspace::root;
use build::Programs;
use corpus::Sources;
use run::Outcome;

/// How to fuzz.
#[derive(Args)]
pub(crate) struct Options {
    /// Seconds for each target
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u32,
    /// Starts from the project's own captures alone, and keeps what is found: minimised, in fuzz/corpus
    #[arg(long)]
    keep: bool,
    /// Where random numbers begin: one of libFuzzer's own choice unless given
    #[arg(long, value_name = "N")]
    seed: Option<u32>,
    /// Which targets: all unless named
    targets: Vec<String>,
}

/// Runs targets as asked.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    packages::ensure_cpp_compiler()?;
    let known = build::targets()?;
    if let Some(unknown) = options.targets.iter().find(|name| !known.contains(name)) {
        bail!("unknown target '{unknown}'; there are {}", known.join(", "));
    }
    let wanted = if options.targets.is_empty() { known } else { options.targets.clone() };
    fuzz(&wanted, options)
}

/// A short run of every target, as a part of `cargo xtask test`.
pub(crate) fn smoke() -> anyhow::Result<()> {
    fuzz(&build::targets()?, &Options { seconds: 20, keep: false, seed: Some(20_240_621), targets: Vec::new() })
}

fn fuzz(targets: &[String], options: &Options) -> anyhow::Result<()> {
    let programs = Programs::build()?;
    let scratch = tempfile::tempdir().context("no temporary folder")?;
    let sources = if options.keep { Sources::Own } else { Sources::All };
    corpus::gather(scratch.path(), sources)?;
    println!("\n==> {} targets, {} s each", targets.len(), options.seconds);
    let outcomes = in_parallel(targets, |target| {
        run::run(&programs, target, scratch.path(), options).with_context(|| format!("cannot run {target}"))
    })?;
    print!("{}", table::of(&outcomes));
    let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.failure.is_some()).collect();
    for outcome in &failed {
        let name = &outcome.target;
        println!(
            "\n{name}: {}\n    what it said: {}",
            outcome.failure.as_deref().unwrap_or("failed"),
            outcome.log.display()
        );
        for artifact in &outcome.artifacts {
            println!("    again: {} {}", programs.of(name).display(), artifact.display());
        }
    }
    if !failed.is_empty() {
        bail!("{} of {} targets failed", failed.len(), targets.len());
    }
    if options.keep {
        for target in targets {
            corpus::keep(&programs, target, scratch.path())?;
        }
    }
    Ok(())
}

/// Does the same for each target, as many at a time as there are processors; results in the order of the targets.
fn in_parallel(
    targets: &[String],
    work: impl Fn(&str) -> anyhow::Result<Outcome> + Sync,
) -> anyhow::Result<Vec<Outcome>> {
    let waiting = Mutex::new(targets.iter().enumerate());
    let done = Mutex::new(Vec::new());
    let take = || waiting.lock().ok().and_then(|mut waiting| waiting.next());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some((index, target)) = take() {
                    let outcome = work(target);
                    if let Ok(mut done) = done.lock() {
                        done.push((index, outcome));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, outcome)| outcome).collect()
}

/// Where programs, logs and failures of fuzzing are.
fn folder() -> PathBuf {
    root().join("target").join("fuzz")
}
