//! Runs a page from its first block to its last.

use super::block::Block;
use super::commands;
use super::page::Page;
use super::shell::{self, Ended, Step};
use super::shown::is_as_shown;
use super::stage::Stage;
use super::stand_in::assert_stays_here;
use std::path::PathBuf;

/// The interpreter of an environment with the packages of `queries/requirements.txt`; `cargo xtask test` makes one.
const PYTHON: &str = "SMBREPLAY_QUERIES_PYTHON";
/// Pages whose queries are run, and their answers looked at, by the test `queries`.
const OF_QUERIES: [&str; 2] = ["docs/sql.md", "docs/schema.md"];

/// What a step is of its page, and what it has to end with.
struct Part {
    place: String,
    status: i32,
    shown: Option<Vec<String>>,
}

/// A page that was run.
pub(super) struct Played {
    pub(super) stage: Stage,
    /// What each program in Python wrote, in order.
    pub(super) programs: Vec<String>,
    /// What did not go as the page says.
    pub(super) faults: Vec<String>,
    /// How many commands and programs were run.
    pub(super) steps: usize,
}

pub(super) fn python() -> Option<PathBuf> {
    std::env::var_os(PYTHON).map(PathBuf::from)
}

/// Runs what is to be run of the page; `None` if that is nothing.
pub(super) fn play(page: &Page) -> Option<Played> {
    let python = python();
    let blocks: Vec<Block> =
        page.blocks().into_iter().filter(|block| block.is_run() && is_program(page, block)).collect();
    if blocks.is_empty() {
        return None;
    }
    let text: String = blocks.iter().map(|block| block.text.as_str()).collect();
    let stage = Stage::set(&text, python.clone());
    let (mut parts, mut steps, mut programs) = (Vec::new(), Vec::new(), Vec::new());
    for block in &blocks {
        if ["python", "sql"].contains(&block.language.as_str()) {
            if python.is_none() {
                continue;
            }
            programs.push(steps.len());
            let path = stage.home.file(&format!(".results/{}.{}", steps.len(), block.language), block.text.as_bytes());
            let script = match block.language.as_str() {
                "python" => format!("\"$PYTHON\" -I '{}'", path.display()),
                _ => format!("duckdb -c \"$(cat '{}')\"", path.display()),
            };
            parts.push(Part { place: block.place.clone(), status: 0, shown: None });
            steps.push(Step { script, fresh: false });
            continue;
        }
        for command in commands::of(block) {
            if python.is_none() && command.text.contains("duckdb ") {
                continue;
            }
            let script = stage.stand_in(&command.text);
            assert_stays_here(&command.place, &script);
            let shown = command.shown.map(|lines| lines.iter().map(|line| stage.stand_in(line)).collect());
            parts.push(Part { place: command.place, status: command.status, shown });
            steps.push(Step { script, fresh: command.fresh });
        }
    }
    if steps.is_empty() {
        return None;
    }
    let ended = shell::run(&mut stage.shell(), &stage.home.path().join(".results"), &steps);
    let faults =
        parts.iter().zip(&steps).zip(&ended).filter_map(|((part, step), ended)| fault(part, step, ended)).collect();
    let programs = programs.into_iter().map(|number| ended[number].output.clone()).collect();
    Some(Played { stage, programs, faults, steps: steps.len() })
}

fn is_program(page: &Page, block: &Block) -> bool {
    match block.language.as_str() {
        "sh" | "console" => true,
        "python" | "sql" => !OF_QUERIES.contains(&page.name.as_str()),
        _ => false,
    }
}

fn fault(part: &Part, step: &Step, ended: &Ended) -> Option<String> {
    let Part { place, status, shown } = part;
    let (script, output) = (&step.script, &ended.output);
    if ended.status != Some(*status) {
        return Some(format!("{place}: ends with {:?}, not {status}:\n{script}\n{output}", ended.status));
    }
    let shown = shown.as_ref().filter(|shown| !is_as_shown(shown, output))?;
    Some(format!(
        "{place}: what it prints is not what is shown:\n{script}\n--- shown\n{}\n--- printed\n{output}",
        shown.join("\n")
    ))
}

#[test]
#[allow(clippy::print_stderr, reason = "tests")]
fn every_command_of_the_documentation_does_what_its_page_says() {
    if python().is_none() {
        eprintln!("NOT RUN: programs in Python and SQL: {PYTHON} names no interpreter; `cargo xtask test` does");
    }
    let only = std::env::var("SMBREPLAY_PAGE").ok();
    let pages = super::page::all();
    let pages = pages.iter().filter(|page| only.as_ref().is_none_or(|only| page.name.ends_with(only.as_str())));
    let waiting = std::sync::Mutex::new(pages);
    let played = || {
        let mut played = Vec::new();
        loop {
            let next = waiting.lock().unwrap().next();
            let Some(page) = next else { return played };
            played.extend(play(page));
        }
    };
    let at_once = std::thread::available_parallelism().map_or(2, |count| count.get().min(4));
    let played: Vec<Played> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..at_once).map(|_| scope.spawn(played)).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let faults: Vec<String> = played.iter().flat_map(|played| played.faults.iter().cloned()).collect();
    let steps: usize = played.iter().map(|played| played.steps).sum();
    assert!(faults.is_empty(), "{} of {steps} steps:\n\n{}", faults.len(), faults.join("\n\n"));
    assert!(steps > 0);
    eprintln!("{steps} commands and programs of {} pages", played.len());
}
