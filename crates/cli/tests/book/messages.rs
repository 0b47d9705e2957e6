//! Messages that pages explain are those of the program: a text that is changed there is looked up here in vain.

use super::page::{self, root};
use std::fs;
use std::path::Path;

/// Headings of the columns that have messages.
const HEADINGS: [&str; 3] = ["what you see", "told", "the summary says"];

/// First cells of the tables with such a heading.
fn cells(text: &str) -> Vec<&str> {
    let (mut cells, mut within) = (Vec::new(), false);
    for line in text.lines() {
        match line.strip_prefix("| ").and_then(|line| line.split(" | ").next()) {
            Some(cell) if HEADINGS.contains(&cell) => within = true,
            Some(cell) if within && !cell.starts_with("---") => cells.push(cell),
            Some(_) => {}
            None => within = false,
        }
    }
    cells
}

/// The parts of a cell between what varies: of its code, if it has some.
fn parts(cell: &str) -> Vec<&str> {
    let code: Vec<&str> = cell.split('`').skip(1).step_by(2).collect();
    let texts = if code.is_empty() { vec![cell] } else { code };
    texts.into_iter().flat_map(|text| text.split('…')).map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// The program's sources, where a string that goes on in a further line is in one.
fn sources() -> String {
    let (mut sources, mut folders) = (String::new(), vec![root().join("crates")]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("tests") {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && is_source(&path) {
                sources.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let lines: Vec<&str> = sources.split("\\\n").collect();
    lines.into_iter().map(|part| part.trim_start().to_owned()).collect::<Vec<_>>().concat()
}

fn is_source(path: &Path) -> bool {
    path.components().any(|component| component.as_os_str() == "src")
}

#[test]
fn messages_that_are_explained_are_those_of_the_program() {
    let sources = sources();
    let mut found = 0;
    for page in page::all() {
        for cell in cells(&page.text) {
            for part in parts(cell) {
                assert!(sources.contains(part), "{}: the program does not say '{part}'", page.name);
                found += 1;
            }
        }
    }
    assert!(found > 40, "{found}");
}

#[test]
fn messages_are_cut_where_they_vary() {
    assert_eq!(parts("`cannot connect to …`, `a … b`"), ["cannot connect to", "a", "b"]);
    assert_eq!(parts("the realm has no principal …"), ["the realm has no principal"]);
    assert_eq!(cells("| told | do |\n| --- | --- |\n| a | b |\n\n| else |\n| c | d |"), ["a"]);
}
