//! `cargo xtask bench ingest`: what it costs to read a capture beside what it costs tshark, cp and cat.

mod measured;
mod tenfold;

use clap::{Args, ValueEnum};

use super::clients::Work;
use super::folder::Folder;
use super::history::{Measured, Part};
use super::ingests::{self, Found, Input};
use super::interrupt::Interrupt;
use super::recording::{self, Again};
use super::scratch::Scratch;
use super::targets::{self, Target};
use super::tshark::{self, Dissected};
use super::{Keeping, Sizes, conclude, table};
pub(super) use measured::{Ingest, TenTimes};

use anyhow::ensure;

#[derive(Args)]
pub(crate) struct IngestOptions {
    #[command(flatten)]
    sizes: Sizes,
    /// Measures only this
    #[arg(long, value_name = "PART")]
    only: Option<Only>,
    /// How often smbreplay, cp and cat read each recording, of which the medians are told; tshark does once
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Takes tshark's figures from the last run that measured them, if there is one
    #[arg(long)]
    without_tshark: bool,
    /// Also ingests each recording ten times over, as one of ten times as many sessions; implies --without-tshark
    #[arg(long)]
    x10: bool,
    #[command(flatten)]
    pub(super) keeping: Keeping,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    Metadata,
    Bulk,
}

pub(super) fn measure(options: &IngestOptions, folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<Vec<Part>> {
    let all = [(Only::Metadata, "metadata", options.sizes.metadata()), (Only::Bulk, "bulk", options.sizes.bulk())];
    let mut parts = Vec::new();
    for (_, name, work) in all.into_iter().filter(|(part, ..)| options.only.is_none_or(|only| only == *part)) {
        let again = if options.keeping.again { Again::Everything } else { Again::Nothing };
        let recording = recording::of(work, name, folder, again, interrupt)?;
        let once = once(&recording, work, options, folder, interrupt)?;
        parts.push(part(
            format!("{}, ingest", recording.name),
            Measured::Ingest(once),
            match work {
                Work::Bulk { .. } => targets::ingest_bulk(&once),
                _ => targets::ingest_metadata(&once),
            },
        ));
        if options.x10 {
            let ten = tenfold::measure(&recording.name, &once, work, folder, interrupt)?;
            let name = format!("{} x10, ingest", recording.name);
            parts.push(part(name, Measured::TenTimes(ten), targets::ten_times(&ten)));
        }
    }
    Ok(parts)
}

/// A recording as it is.
fn once(
    recording: &recording::Recording,
    work: Work,
    options: &IngestOptions,
    folder: &Folder,
    interrupt: &Interrupt,
) -> anyhow::Result<Ingest> {
    let name = &recording.name;
    let capture = folder.capture(name);
    let bytes = ingests::warm(&capture)?;
    // What is ingested, or the recording with another port and what tshark prints.
    let scratch = Scratch::with_room(bytes.saturating_mul(4), folder.path(), work.option())?;
    println!("\n{name}: read from the disk's cache; what is written goes to {}", scratch.place());
    let (found, smbreplay) = ingests::ingest(Input::File(&capture), options.runs, folder, &scratch, interrupt)?;
    ensure!(found.packets == recording.packets, "smbreplay read {} packets of {}", found.packets, recording.packets);
    let output = super::scratch::size_of(&scratch.join(ingests::OUTPUT))?;
    scratch.remove(ingests::OUTPUT)?;
    let cp = ingests::cp(&capture, options.runs, &scratch, interrupt)?;
    let cat = ingests::cat(&capture, options.runs, interrupt)?;
    let (dissected, kept) = if options.without_tshark || options.x10 {
        (tshark::kept(name, folder), true)
    } else {
        (Some(tshark::measure(name, folder, &scratch, interrupt)?), false)
    };
    match dissected {
        Some(dissected) => agree(found, dissected)?,
        None => {
            println!("{name}: tshark has not counted the messages of this recording: whether all were found is open")
        }
    }
    let ingest = Ingest { bytes, output, found, smbreplay, cp, cat, dissected, kept };
    println!("\n{}", table::of_ingest(name, &ingest));
    Ok(ingest)
}

/// A fast wrong answer is no result.
fn agree(found: Found, dissected: Dissected) -> anyhow::Result<()> {
    ensure!(
        (found.messages, found.requests) == (dissected.messages, dissected.requests),
        "smbreplay found {} messages, {} of them requests, and tshark {} and {}: nothing was measured",
        found.messages,
        found.requests,
        dissected.messages,
        dissected.requests
    );
    println!(
        "smbreplay and tshark found the same {} messages, {} of them requests; {} operations, {} sessions",
        found.messages, found.requests, found.operations, found.sessions
    );
    Ok(())
}

fn part(name: String, measured: Measured, targets: Vec<Target>) -> Part {
    let part = Part { name, clients: None, measured, targets };
    let tshark = match measured {
        Measured::Ingest(Ingest { dissected, .. }) => dissected.map(|dissected| dissected.fields.load),
        _ => None,
    };
    conclude(&part, tshark.map(|load| ("tshark", load, "without --without-tshark and --x10")));
    part
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;
    use crate::bench::cost::Cost;

    #[test]
    fn a_message_or_a_request_too_few_is_no_result() {
        let cost = Cost::default();
        let dissected =
            Dissected { bytes: 1, messages: 20, requests: 10, fields: cost, all_count: 1, all_fields: cost };
        let found = |messages, requests| Found { messages, requests, ..Found::default() };
        agree(found(20, 10), dissected).unwrap();
        assert!(agree(found(19, 10), dissected).unwrap_err().to_string().contains("19 messages"));
        assert!(agree(found(20, 9), dissected).is_err());
    }
}
