//! `cargo xtask release`: what others install, made of the release build: a Debian package and an archive, with checksums.

mod archive;
mod checksums;
mod compressed;
mod contents;
mod debian;
mod licences;
mod moment;
mod page;
mod program;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

pub(crate) use compressed::Effort;
use contents::Contents;
use moment::Moment;
use program::Program;

use crate::workspace::root;

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Packs this program, which was built from this checkout, instead of building one
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// Where to: target/released unless named
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Makes packages in seconds, which are larger
    #[arg(long)]
    quick: bool,
}

/// Where the files are that were made.
pub(crate) struct Packed {
    pub(crate) archive: PathBuf,
    /// None where there is no dpkg-deb.
    pub(crate) debian: Option<PathBuf>,
    pub(crate) checksums: PathBuf,
}

pub(crate) fn run(options: Options) -> anyhow::Result<()> {
    let folder = options.out.unwrap_or_else(|| root().join("target").join("released"));
    let binary = options.binary.map_or_else(program::build, Ok)?;
    let packed = pack(&binary, &folder, if options.quick { Effort::Least } else { Effort::Most })?;
    println!("\nin {}", folder.display());
    for path in packed.debian.iter().chain([&packed.archive, &packed.checksums]) {
        let size = path.metadata().with_context(|| format!("{} was not made", path.display()))?.len();
        println!("{:>10} bytes  {}", size, path.file_name().unwrap_or_default().to_string_lossy());
    }
    if packed.debian.is_none() {
        println!("NOT RUN: the Debian package: dpkg-deb is not installed");
    }
    Ok(())
}

/// Packs the program in `binary` with all that belongs to it into `folder`. The same files, at the same moment, give the same bytes.
pub(crate) fn pack(binary: &Path, folder: &Path, effort: Effort) -> anyhow::Result<Packed> {
    let program = Program::at(binary)?;
    let moment = Moment::of_the_sources()?;
    let contents = Contents::of(&program)?;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let archive = archive::write(&contents, &program.version, moment, effort, folder)?;
    let debian = debian::write(&contents, &program, moment, effort, folder)?;
    let made: Vec<&Path> = debian.iter().chain([&archive]).map(PathBuf::as_path).collect();
    let checksums = checksums::write(&made, folder)?;
    Ok(Packed { archive, debian, checksums })
}
