//! The release build is asked about the session of a recording.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, ensure};

use super::answers::{Answers, Statistics, calls_of_statistics, frames_of_operations};
use super::measured::Costs;
use crate::bench::cost::Cost;
use crate::bench::folder::Folder;
use crate::bench::ingests::OUTPUT;
use crate::bench::interrupt::Interrupt;
use crate::bench::piped;
use crate::bench::scratch::Scratch;
use crate::bench::smbreplay;

/// Whoever goes on without a reader has failed.
const LIMIT: Duration = Duration::from_secs(60);
/// The only one: what belongs to none stands last.
const SESSION: &str = "1";

/// An ingested recording.
#[derive(Clone, Copy)]
pub(super) struct Session<'a> {
    pub(super) name: &'a str,
    pub(super) folder: &'a Folder,
    pub(super) scratch: &'a Scratch,
    pub(super) interrupt: &'a Interrupt,
}

impl Session<'_> {
    /// Asks everything a few times, and takes the medians; each time the answers must be the same.
    pub(super) fn ask(self, expression: &str, runs: u32) -> anyhow::Result<(Answers, Costs)> {
        let (first, first_cost) = several("first lines", runs, || self.first())?;
        let (selected, filter) = several("filter", runs, || self.filter(expression))?;
        let (calls, statistics) = several("statistics", runs, || self.statistics())?;
        Ok((Answers { first, selected, calls }, Costs { first: first_cost, filter, statistics }))
    }

    fn first(self) -> anyhow::Result<(Vec<u64>, Cost)> {
        let lines = self.scratch.join("first.txt");
        let mut command = self.command(&["--brief"]);
        let errors = self.scratch.join("first-errors.txt");
        command.stderr(File::create(&errors)?);
        let cost = piped::head(command, 0, &lines, LIMIT, self.interrupt)?;
        let complaint = fs::read_to_string(&errors)?;
        ensure!(complaint.is_empty(), "smbreplay complains of a reader that ends: {}", complaint.trim());
        let lines = fs::read_to_string(&lines).with_context(|| format!("cannot read {}", lines.display()))?;
        Ok((frames_of_operations(&lines), cost))
    }

    fn filter(self, expression: &str) -> anyhow::Result<(Vec<u64>, Cost)> {
        let command = self.command(&["--brief", "--filter", expression]);
        let ran = smbreplay::run(command, &[0], self.folder, self.interrupt)?;
        Ok((frames_of_operations(&ran.text()), ran.cost))
    }

    fn statistics(self) -> anyhow::Result<(BTreeMap<u16, u64>, Cost)> {
        let command = self.command(&["--stats", "--format", "json"]);
        let ran = smbreplay::run(command, &[0], self.folder, self.interrupt)?;
        Ok((calls_of_statistics(&ran.report::<Statistics>()?), ran.cost))
    }

    fn command(self, arguments: &[&str]) -> Command {
        let mut command = self.folder.smbreplay(("", ""));
        command.env("SESSION_OUTPUT_DIR", self.scratch.join(OUTPUT)).args(["session", SESSION]).args(arguments);
        command.args(["--trace", &format!("{}.pcap", self.name)]);
        command
    }
}

/// Asks so many times; the answer and the median of the costs.
pub(super) fn several<T: PartialEq>(
    question: &str,
    runs: u32,
    ask: impl Fn() -> anyhow::Result<(T, Cost)>,
) -> anyhow::Result<(T, Cost)> {
    let (mut answer, mut costs) = (None, Vec::new());
    for _ in 0..runs {
        let (now, cost) = ask()?;
        ensure!(answer.as_ref().is_none_or(|answer| *answer == now), "{question}: two runs gave two answers");
        answer = Some(now);
        costs.push(cost);
    }
    let cost = Cost::median(costs.into_iter()).with_context(|| format!("{question}: never asked"))?;
    Ok((answer.with_context(|| format!("{question}: never asked"))?, cost))
}
