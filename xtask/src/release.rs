//! `cargo xtask release`: what others install, made of the release build: a Debian package and an archive, with checksums.

mod archive;
mod checksums;
mod compressed;
mod contents;
mod debian;
mod installing;
mod licences;
mod moment;
mod page;
mod program;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};

pub(crate) use compressed::Effort;
use contents::Contents;
use moment::Moment;
use program::Program;

use crate::debian_root;
use crate::workspace::{in_ci, root};

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
    /// Tries the Debian package on a fresh Debian
    #[arg(long)]
    install: bool,
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
    let Some(package) = packed.debian else {
        ensure!(!options.install, "cannot try the Debian package: dpkg-deb is not installed");
        println!("NOT RUN: the Debian package: dpkg-deb is not installed");
        return Ok(());
    };
    match options.install.then(debian_root::hindrance) {
        Some(Some(hindrance)) => bail!("cannot try the Debian package: {hindrance}"),
        Some(None) => installing::check(&package),
        None => Ok(()),
    }
}

/// Packs the program that was built for the tests, and tries the Debian package on a fresh Debian; why not, where this user or
/// system cannot. Where `CI=true` that is an error.
pub(crate) fn check() -> anyhow::Result<Option<&'static str>> {
    let scratch = tempfile::tempdir().context("cannot make a folder for packages")?;
    let program = env::current_exe().context("cannot find the folder of built programs")?.with_file_name("smbreplay");
    let package = pack(&program, scratch.path(), Effort::Least)?.debian;
    match (debian_root::hindrance().or(package.is_none().then_some("dpkg-deb is not installed")), package) {
        (None, Some(package)) => installing::check(&package).map(|()| None),
        (hindrance, _) if in_ci() => bail!("cannot try the Debian package: {}", hindrance.unwrap_or("there is none")),
        (hindrance, _) => Ok(hindrance),
    }
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
