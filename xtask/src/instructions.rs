//! `cargo xtask instructions`: how many instructions it takes to ingest a capture, held against the figures that the
//! repository keeps. Unlike times they hardly depend on what else the machine does, so that a check can watch them.

mod counted;
mod kept;

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::bench::repeated;
use crate::workspace::{cargo, root, step};
use kept::{Figures, Verdict};

/// What is ingested, and how many copies of it as one capture: fixed costs count less in several.
const CASES: [(&str, u8); 2] = [("office", 1), ("office-x10", 10)];
/// How the crates are compiled that an ingest runs through.
const SETTINGS: &str = "xtask/instructions.toml";
/// The capture in tests/data.
const CAPTURE: &str = "office.pcap";

/// Counts, and writes the kept figures anew.
pub(crate) fn update() -> anyhow::Result<()> {
    let counted = count()?;
    counted.write()?;
    counted.cases.iter().for_each(|(name, count)| println!("{name}: {count} instructions"));
    println!("written to {}: look at the difference before you commit it", Figures::path().display());
    Ok(())
}

/// Counts, and fails when it takes notably more than the kept figures.
pub(crate) fn check() -> anyhow::Result<()> {
    let kept = Figures::read()?;
    let counted = count()?;
    let verdicts = kept.compare(&counted);
    verdicts.iter().for_each(|verdict| println!("{verdict}"));
    if verdicts.iter().any(Verdict::is_too_many) {
        bail!(
            "ingesting takes more instructions than {} allows. `callgrind_annotate {}/…` shows where they go; when \
             they have to be, `cargo xtask instructions --update` keeps the new figures",
            Figures::path().display(),
            folder()?.display()
        );
    }
    Ok(())
}

/// Builds the example of the store and counts what it takes.
fn count() -> anyhow::Result<Figures> {
    let mut build = cargo();
    build.args(["build", "--workspace", "--example", "ingest", "--config", SETTINGS]);
    // What an incremental build makes depends on the builds before it.
    step(build.env("CARGO_INCREMENTAL", "0"))?;
    let folder = folder()?;
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let program = target()?.join("debug/examples/ingest");
    let mut figures = Figures::of_this_machine()?;
    for (name, copies) in CASES {
        let capture = repeat(name, copies, &folder)?;
        let count = counted::instructions(&program, &capture, &folder.join(name).with_extension("callgrind"))?;
        figures.cases.insert(name.to_owned(), count);
    }
    Ok(figures)
}

/// The capture of a case, made anew: another version of this program may make it otherwise.
fn repeat(name: &str, copies: u8, folder: &Path) -> anyhow::Result<PathBuf> {
    let path = folder.join(name).with_extension("pcap");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut file = BufWriter::new(file);
    repeated::write(&root().join("tests/data").join(CAPTURE), copies, &mut file)?;
    file.flush().with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

/// Where the captures and callgrind's profiles lie.
fn folder() -> anyhow::Result<PathBuf> {
    Ok(target()?.join("instructions"))
}

/// cargo's target folder, in which this program lies.
fn target() -> anyhow::Result<PathBuf> {
    let xtask = std::env::current_exe().context("cannot find the folder of built programs")?;
    Ok(xtask.parent().and_then(Path::parent).context("this program lies in no target folder")?.to_owned())
}
