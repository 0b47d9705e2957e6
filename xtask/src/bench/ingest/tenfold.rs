//! A recording ten times over: whether time grows with it, and memory does not.

use std::fs::File;
use std::io::{BufWriter, Write as _};

use anyhow::{Context, ensure};

use super::measured::{Ingest, TenTimes};
use crate::bench::clients::Work;
use crate::bench::folder::Folder;
use crate::bench::ingests::{self, Found, Input};
use crate::bench::interrupt::Interrupt;
use crate::bench::repeated;
use crate::bench::scratch::{Scratch, fits_in_memory};
use crate::bench::table;

const COPIES: u8 = 10;
/// Through a pipe the one copy is read so often.
const RUNS: u32 = 3;

/// Ingests ten copies, once.
pub(super) fn measure(
    name: &str,
    once: &Ingest,
    work: Work,
    folder: &Folder,
    interrupt: &Interrupt,
) -> anyhow::Result<TenTimes> {
    let of_ten = |bytes: u64| bytes.saturating_mul(COPIES.into());
    // smbreplay may need room for more than what stays in the end.
    let output = of_ten(once.output).saturating_add(once.output);
    let both = of_ten(once.bytes).saturating_add(output);
    let through_pipe = !fits_in_memory(both);
    let scratch = Scratch::with_room(if through_pipe { output } else { both }, folder.path(), work.option())?;
    let capture = folder.capture(name);
    let ten_times = if through_pipe {
        println!(
            "\n{name} x{COPIES}: {} MB do not fit in memory beside what is made of them. A process of the bench makes \
             them and smbreplay reads them from a pipe; so is the single one that they are compared with. What is \
             written goes to {}",
            of_ten(once.bytes).div_ceil(1_000_000),
            scratch.place()
        );
        let pipe = |copies| Input::Pipe { capture: &capture, copies };
        let (_, single) = ingests::ingest(pipe(1), RUNS, folder, &scratch, interrupt)?;
        let (found, ten) = ingests::ingest(pipe(COPIES), 1, folder, &scratch, interrupt)?;
        TenTimes { bytes: once.bytes, found, once: single, ten, through_pipe }
    } else {
        println!("\n{name} x{COPIES}: a file of its own; it and what is written are in {}", scratch.place());
        let repeated = scratch.join(&format!("{name}-x{COPIES}.pcap"));
        let mut file = File::create(&repeated).map(|file| BufWriter::with_capacity(1 << 20, file))?;
        repeated::write(&capture, COPIES, &mut file)?;
        file.flush().with_context(|| format!("cannot write {}", repeated.display()))?;
        let (found, ten) = ingests::ingest(Input::File(&repeated), 1, folder, &scratch, interrupt)?;
        TenTimes { bytes: once.bytes, found, once: once.smbreplay, ten, through_pipe }
    };
    agree(once.found, ten_times.found)?;
    println!("\n{}", table::of_ten_times(name, &ten_times));
    Ok(ten_times)
}

/// Ten times everything.
fn agree(once: Found, ten: Found) -> anyhow::Result<()> {
    let times = |count: u64| count.saturating_mul(COPIES.into());
    let expected = Found {
        packets: times(once.packets),
        messages: times(once.messages),
        operations: times(once.operations),
        requests: times(once.requests),
        sessions: times(once.sessions),
    };
    ensure!(ten == expected, "of {COPIES} copies smbreplay found {ten:?}, which should be {expected:?}");
    Ok(())
}
