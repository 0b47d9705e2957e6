//! `cargo xtask bench analysis`: how fast questions about a long session are answered, beside tshark.

mod answers;
mod asked;
mod dissected;
mod measured;

use anyhow::ensure;
use clap::Args;

use super::clients::{self, Work};
use super::folder::Folder;
use super::history::{Measured, Part};
use super::ingests::{self, Input};
use super::interrupt::Interrupt;
use super::recording::{self, Again};
use super::scratch::Scratch;
use super::{Keeping, conclude, table, targets};
use asked::Session;
pub(super) use measured::{Analysis, Costs};

#[derive(Args)]
pub(crate) struct AnalysisOptions {
    /// About how many requests of metadata work one smbclient makes in its session
    #[arg(long, value_name = "N", default_value = "1200000", value_parser = clap::value_parser!(u64).range(1..))]
    requests: u64,
    /// How often smbreplay is asked each question, of which the medians are told; tshark is asked those once that take it long
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Takes tshark's answers and figures from the last run that asked it, if there is one
    #[arg(long)]
    without_tshark: bool,
    #[command(flatten)]
    pub(super) keeping: Keeping,
}

pub(super) fn measure(options: &AnalysisOptions, folder: &Folder, interrupt: &Interrupt) -> anyhow::Result<Part> {
    let work = Work::Session { requests: options.requests };
    let again = if options.keeping.again { Again::Everything } else { Again::Nothing };
    let recording = recording::of(work, "session", folder, again, interrupt)?;
    let name = recording.name.as_str();
    let capture = folder.capture(name);
    let bytes = ingests::warm(&capture)?;
    // What is ingested, and the recording with another port.
    let scratch = Scratch::with_room(bytes.saturating_mul(4), folder.path(), work.option())?;
    let (found, _) = ingests::ingest(Input::File(&capture), 1, folder, &scratch, interrupt)?;
    ensure!(found.packets == recording.packets, "smbreplay read {} packets of {}", found.packets, recording.packets);
    ensure!(found.sessions == 1, "{name} has {} sessions, and questions are about one", found.sessions);

    let expression = expression(options.requests);
    println!("\n{name}: the session file is in {}; the filter is {expression}", scratch.place());
    let session = Session { name, folder, scratch: &scratch, interrupt };
    let (answers, smbreplay) = session.ask(&expression, options.runs)?;
    answers.ensure_selective()?;
    let (tshark, kept) = if options.without_tshark {
        (dissected::kept(name, &expression, folder), true)
    } else {
        (Some(dissected::ask(name, &expression, options.runs, folder, &scratch, interrupt)?), false)
    };
    match &tshark {
        Some(tshark) => {
            answers.ensure_agree(&tshark.answers)?;
            println!(
                "smbreplay and tshark gave the same answers: the first requests, {} requests that the filter selects, and \
                 {} answered ones by command",
                answers.selected.len(),
                answers.calls.values().fold(0_u64, |sum, calls| sum.saturating_add(*calls))
            );
        }
        None => println!("{name}: tshark was not asked: whether the answers are right is open"),
    }
    let selected = answers.selected.len() as u64;
    let tshark = tshark.map(|tshark| tshark.costs);
    let analysis = Analysis { requests: found.requests, selected, smbreplay, tshark, kept };
    println!("\n{}", table::of_analysis(name, &analysis));
    let part = Part {
        name: format!("{name}, analysis"),
        clients: None,
        measured: Measured::Analysis(analysis),
        targets: targets::analysis(&analysis),
    };
    conclude(&part, tshark.map(|costs| ("tshark", costs.load(), "without --without-tshark")));
    Ok(part)
}

/// Selects the CREATEs below one folder in the middle of the session.
fn expression(requests: u64) -> String {
    creates_below(clients::rounds_of_session(requests) / 2)
}

/// Selects the CREATEs below one folder of the session. Requests alone have what it asks for, so that it means the same of
/// operations and of frames.
pub(super) fn creates_below(folder: u64) -> String {
    format!(r#"smb2.cmd == 5 && smb2.flags.response == 0 && smb2.filename contains "\\day-{folder}\\""#)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_filter_means_a_folder_that_there_is_however_short_the_session() {
        assert!(expression(1).ends_with(r#"contains "\\day-0\\""#));
        assert!(expression(52_000).ends_with(r#"contains "\\day-500\\""#));
    }
}
