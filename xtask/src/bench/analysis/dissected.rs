//! tshark is asked the same about a recording, and what it answered and cost is kept beside that.

use std::fs::{self, File};

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::answers::{Answers, calls_of_table, frames_of_requests};
use super::asked::several;
use super::measured::Costs;
use crate::bench::cost::Cost;
use crate::bench::dissector::{self, Dissector};
use crate::bench::folder::Folder;
use crate::bench::interrupt::Interrupt;
use crate::bench::piped;
use crate::bench::scratch::Scratch;

/// tshark's exit status when what it prints cannot be written.
const CANNOT_WRITE: i32 = 2;

/// What tshark answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Dissected {
    /// Size of the recording, bytes.
    bytes: u64,
    /// The filter.
    expression: String,
    pub(super) answers: Answers,
    pub(super) costs: Costs,
}

/// What it answered in an earlier run to the same questions about this recording.
pub(super) fn kept(name: &str, expression: &str, folder: &Folder) -> Option<Dissected> {
    let dissected: Dissected = serde_json::from_slice(&fs::read(folder.tshark(name)).ok()?).ok()?;
    let size = fs::metadata(folder.capture(name)).ok()?.len();
    (dissected.bytes == size && dissected.expression == expression).then_some(dissected)
}

/// Asks for the first lines a few times and, since it takes long, for the others once.
pub(super) fn ask(
    name: &str,
    expression: &str,
    runs: u32,
    folder: &Folder,
    scratch: &Scratch,
    interrupt: &Interrupt,
) -> anyhow::Result<Dissected> {
    let dissector = Dissector::of(&folder.capture(name), scratch)?;
    let output = scratch.join("tshark.txt");
    let printed = || fs::read(&output).with_context(|| format!("cannot read {}", output.display()));
    let text = || printed().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());

    let (first, first_cost) = several("first lines", runs, || {
        let mut command = dissector.command()?;
        command.args(["-Y", "smb2"]);
        let cost = piped::head(command, CANNOT_WRITE, &output, dissector::LIMIT, interrupt)?;
        Ok((frames_of_requests(&text()?), cost))
    })?;
    let once = |arguments: &[&str]| -> anyhow::Result<(String, Cost)> {
        let mut command = dissector.command()?;
        command.args(arguments);
        let cost = dissector.run(command, File::create(&output)?.into(), interrupt)?;
        println!("tshark on {name}, {}: {:.1} s", arguments.join(" "), cost.wall);
        Ok((text()?, cost))
    };
    let (packets, filter) = once(&["-Y", expression])?;
    let (table, statistics) = once(&["-q", "-z", "smb2,srt"])?;

    let answers = Answers { first, selected: frames_of_requests(&packets), calls: calls_of_table(&table)? };
    let costs = Costs { first: first_cost, filter, statistics };
    let dissected = Dissected { bytes: dissector.bytes(), expression: expression.into(), answers, costs };
    let kept = folder.tshark(name);
    let text = serde_json::to_string_pretty(&dissected)? + "\n";
    fs::write(&kept, text).with_context(|| format!("cannot write {}", kept.display()))?;
    Ok(dissected)
}
