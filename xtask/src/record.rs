//! `cargo xtask record`: captures made on a private Samba with tcpdump.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use lab::{Recorder, Recording, Samba, SambaOptions, Smbtorture, Tree};

use crate::office;
use crate::workspace;

/// The port of every recording, so that making one again changes nothing that need not change.
const PORT: u16 = 20_445;
/// What tests/data carries must stay below this size, in bytes.
const CARRIED_LIMIT: u64 = 1_000_000;

/// A capture that can be made.
struct Scene {
    name: &'static str,
    /// Whether tests/data carries it; the others are for scratch folders.
    carried: bool,
    play: Play,
}

enum Play {
    /// The office session, and the tree of the share afterwards.
    Office,
    /// Suites or single tests of smbtorture.
    Torture(&'static [&'static str]),
}

const SCENES: [Scene; 5] = [
    Scene { name: "office", carried: true, play: Play::Office },
    Scene { name: "lock", carried: false, play: Play::Torture(&["smb2.lock"]) },
    Scene { name: "compound", carried: false, play: Play::Torture(&["smb2.compound"]) },
    Scene { name: "durable-open", carried: false, play: Play::Torture(&["smb2.durable-open"]) },
    Scene { name: "oplock-batch", carried: false, play: Play::Torture(&OPLOCK_BATCH) },
];

/// The batch oplock tests of smb2.oplock, in which two clients break each other's oplocks.
const OPLOCK_BATCH: [&str; 26] = [
    "smb2.oplock.batch1",
    "smb2.oplock.batch2",
    "smb2.oplock.batch3",
    "smb2.oplock.batch4",
    "smb2.oplock.batch5",
    "smb2.oplock.batch6",
    "smb2.oplock.batch7",
    "smb2.oplock.batch8",
    "smb2.oplock.batch9",
    "smb2.oplock.batch9a",
    "smb2.oplock.batch10",
    "smb2.oplock.batch11",
    "smb2.oplock.batch12",
    "smb2.oplock.batch13",
    "smb2.oplock.batch14",
    "smb2.oplock.batch15",
    "smb2.oplock.batch16",
    "smb2.oplock.batch19",
    "smb2.oplock.batch20",
    "smb2.oplock.batch21",
    "smb2.oplock.batch22a",
    "smb2.oplock.batch22b",
    "smb2.oplock.batch23",
    "smb2.oplock.batch24",
    "smb2.oplock.batch25",
    "smb2.oplock.batch26",
];

pub(crate) fn list() {
    for scene in &SCENES {
        println!("{}{}", scene.name, if scene.carried { " (tests/data)" } else { "" });
    }
}

pub(crate) fn run(name: &str, out: Option<PathBuf>) -> anyhow::Result<()> {
    let scenes: Vec<&Scene> =
        SCENES.iter().filter(|scene| scene.name == name || name == "all" && scene.carried).collect();
    if scenes.is_empty() {
        bail!("there is no recording {name:?}; `cargo xtask record --list` names them");
    }
    for scene in scenes {
        let folder = match &out {
            Some(folder) => folder.clone(),
            None if scene.carried => workspace::root().join("tests/data"),
            None => bail!("tests/data does not carry {}: name a folder with --out", scene.name),
        };
        fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        record(scene, &folder)?;
    }
    Ok(())
}

fn record(scene: &Scene, folder: &Path) -> anyhow::Result<()> {
    let samba = Samba::start(SambaOptions { port: Some(PORT), ..SambaOptions::default() })?;
    let out = folder.join(scene.name).with_extension("pcap");
    let recorder = Recorder::start(samba.port(), &out)?;
    let start = Instant::now();
    match scene.play {
        Play::Office => office::play(&samba)?,
        Play::Torture(suites) => torture(&samba, suites)?,
    }
    let elapsed = start.elapsed();
    let Recording { path, packets, dropped } = recorder.finish()?;
    ensure!(dropped == 0, "{} has holes: the kernel dropped {dropped} packets; record it again", path.display());
    let size = fs::metadata(&path)?.len();
    ensure!(!scene.carried || size < CARRIED_LIMIT, "{} is too large to carry: {size} bytes", path.display());
    if matches!(scene.play, Play::Office) {
        let tree = Tree::of(&samba.share_path())?;
        fs::write(folder.join(scene.name).with_extension("tree.txt"), tree.to_string())?;
    }
    println!("{}: {packets} packets, {size} bytes, {:.1} s, port {PORT}", path.display(), elapsed.as_secs_f64());
    Ok(())
}

fn torture(samba: &Samba, suites: &[&str]) -> anyhow::Result<()> {
    let suite = Smbtorture::new(samba).limit(Duration::from_secs(600)).run(suites)?;
    ensure!(suite.finished, "smbtorture did not end in time:\n{}", suite.output);
    println!("{} tests passed; failed: [{}]", suite.passed.len(), suite.failed.join(", "));
    Ok(())
}
