//! `config import`: the settings of the earlier tool become those of this one.

use super::typed;
use crate::arguments::{Format, ImportArguments};
use crate::command::environment;
use crate::failure::{Conclusion, Failure};
use crate::output::{Column, Grid, Output, counted};
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use store::config::earlier::pickle::MOST_BYTES;
use store::config::earlier::{EarlierSettings, Meaning, NotTaken};
use store::{ConfigFile, Key};

/// A setting that is taken over; values as they may be shown.
struct Change {
    key: Key,
    before: Option<String>,
    after: String,
    how: How,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    New,
    Replaced,
    Same,
}

impl How {
    fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Replaced => "replaced",
            Self::Same => "same",
        }
    }
}

/// Takes them over, or shows what would be.
pub(super) fn run(arguments: &ImportArguments, output: &mut Output) -> Result<Conclusion, Failure> {
    let name = arguments.file.display();
    let bytes = read(&arguments.file).map_err(|error| {
        Failure::new(format!("cannot read {name}: {error}"), "name the config.pkl of the earlier tool")
    })?;
    let advice = "nothing was taken over";
    let earlier = EarlierSettings::read(&bytes).map_err(|error| Failure::new(format!("{name}: {error}"), advice))?;
    if earlier.taken.is_empty() && earlier.left.iter().all(|left| left.meaning == Meaning::Other) {
        return Err(Failure::new(format!("{name}: has none of the settings of smbreplay"), advice));
    }
    let mut file = ConfigFile::open(&ConfigFile::locate(&environment)?)?;
    let mut changes = Vec::new();
    for (key, value) in &earlier.taken {
        // A value that cannot be read is replaced like any other.
        let before = file.get(*key).unwrap_or_else(|_| Some("(no value)".to_owned()));
        let canonical = before.as_deref().and_then(|before| key.parse_value(before, "").ok());
        let how = match &before {
            None => How::New,
            Some(_) if canonical.as_ref() == Some(value) => How::Same,
            Some(_) => How::Replaced,
        };
        file.set(*key, value)?;
        changes.push(Change { key: *key, before: before.map(|text| key.shown(&text)), after: key.shown(value), how });
    }
    if !arguments.dry_run && !changes.is_empty() {
        file.save()?;
    }
    print(arguments, file.path(), &changes, &earlier.left, output)?;
    let is_whole = earlier.left.iter().all(|left| unusable(left).is_none());
    Ok(if is_whole { Conclusion::Done } else { Conclusion::Incomplete })
}

/// The setting that could not be taken over.
fn unusable(left: &NotTaken) -> Option<Key> {
    match left.meaning {
        Meaning::Unusable(key) => Some(key),
        Meaning::Unset(_) | Meaning::Other => None,
    }
}

/// The beginning of the file, one byte more than may be there.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn print(
    arguments: &ImportArguments,
    path: &Path,
    changes: &[Change],
    left: &[NotTaken],
    output: &mut Output,
) -> Result<(), Failure> {
    match output.format() {
        Format::Json => output.json(&document(arguments, path, changes, left)),
        Format::Csv => {
            let mut grid = Grid::new(["name", "before", "after", "change", "reason"].map(Column::text));
            for Change { key, before, after, how } in changes {
                let before = before.clone().unwrap_or_default();
                grid.push([key.to_string(), before, after.clone(), how.word().to_owned(), String::new()]);
            }
            for NotTaken { name, reason, .. } in left {
                grid.push([name.clone(), String::new(), String::new(), "not taken".to_owned(), reason.clone()]);
            }
            output.grid(&grid)
        }
        Format::Table => {
            if !changes.is_empty() {
                output.grid(&table(changes))?;
            }
            if !left.is_empty() {
                output.heading("not taken over")?;
                let mut grid = Grid::new([Column::text("name").wrapped_to(8), Column::text("reason").wrapped_to(12)]);
                left.iter().for_each(|left| grid.push([left.name.clone(), left.reason.clone()]));
                output.grid(&grid)?;
            }
            output.line("")?;
            output.paragraph("", &in_words(arguments, path, changes))
        }
    }
}

fn document(arguments: &ImportArguments, path: &Path, changes: &[Change], left: &[NotTaken]) -> Value {
    let settings: Vec<Value> = changes
        .iter()
        .map(|Change { key, before, after, how }| {
            let before = before.as_deref().map(|before| typed(*key, before));
            json!({ "key": key.name(), "before": before, "after": typed(*key, after), "change": how.word() })
        })
        .collect();
    let left: Vec<Value> = left
        .iter()
        .map(|left| json!({ "name": left.name, "key": unusable(left).map(Key::name), "reason": left.reason }))
        .collect();
    json!({
        "file": arguments.file,
        "path": path,
        "dry_run": arguments.dry_run,
        "settings": settings,
        "not_taken": left,
    })
}

fn table(changes: &[Change]) -> Grid {
    let mut grid = Grid::new([
        Column::text("key"),
        Column::text("before").wrapped_to(6),
        Column::text("after").wrapped_to(6),
        Column::text("change"),
    ]);
    for Change { key, before, after, how } in changes {
        let before = before.clone().unwrap_or_else(|| "-".to_owned());
        grid.push([key.to_string(), before, after.clone(), how.word().to_owned()]);
    }
    grid
}

fn in_words(arguments: &ImportArguments, path: &Path, changes: &[Change]) -> String {
    if changes.is_empty() {
        return format!("nothing to take over into {}", path.display());
    }
    let replaced = changes.iter().filter(|change| change.how == How::Replaced).count();
    let settings = counted(changes.len(), "setting");
    let done = if arguments.dry_run { "would be taken over into" } else { "taken over into" };
    let replacing = match replaced {
        0 => "none had another value there".to_owned(),
        replaced => format!("{replaced} had another value there"),
    };
    format!("{settings} {done} {}; {replacing}", path.display())
}
