//! Files of smbreplay's that somebody may have edited or cut.
//!
//! Each is read or refused with one line of words; what was read is written and read again as the same. An input is the kind of file and its bytes.

use super::scratch;
use analysis::statistics::{COLUMNS, FileOrder, Tally};
use std::path::Path;
use store::changes::{Change, ChangeJournal, Changes, LivePath};
use store::config::{ConfigFile, Key};
use store::runs::{self, RunFile};
use store::{Columns, Config, OutputFolder, SessionFile, metadata};

/// Rows of a file that are looked at.
const MOST_ROWS: usize = 4096;

/// The kinds of files, as the first byte of an input chooses them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum File {
    /// A session's Parquet file.
    Session,
    /// `session_metadata.json`.
    Metadata,
    /// `config.toml`.
    Config,
    /// `changes.jsonl`.
    Changes,
    /// `operations.parquet` of a run.
    Run,
    /// `report.json` of a run.
    Report,
}

impl File {
    pub(crate) const ALL: [Self; 6] =
        [Self::Session, Self::Metadata, Self::Config, Self::Changes, Self::Run, Self::Report];
}

pub(super) fn body(input: &[u8]) {
    let Some((kind, bytes)) = input.split_first() else { return };
    let Some(kind) = File::ALL.get(usize::from(*kind) % File::ALL.len()) else { return };
    let Some(folder) = scratch::folder() else { return };
    let path = folder.path().join("file");
    match kind {
        File::Run | File::Report => run(folder.path(), *kind, bytes),
        _ if std::fs::write(&path, bytes).is_err() => {}
        File::Session => session(&path),
        File::Metadata => described(&path),
        File::Config => configured(&path),
        File::Changes => changed(&path),
    }
}

/// An error says what is wrong in one line.
fn in_one_line(error: &dyn std::error::Error) {
    let text = error.to_string();
    assert_eq!(text.lines().count(), 1, "{text:?}");
}

fn session(path: &Path) {
    let file = match SessionFile::open(path) {
        Ok(file) => file,
        Err(error) => return in_one_line(&error),
    };
    for columns in [Columns::All, Columns::Meaning, Columns::Only(&["op", "path"])] {
        read_rows(file.operations(columns));
    }
    read_rows(file.operations(Columns::All).passing());
    numbered(&file);
    let mut tally = Tally::new(10);
    for batch in file.batches(COLUMNS).take(MOST_ROWS) {
        let counted = batch.map(|batch| tally.add(&batch).map_err(|error| in_one_line(&error)));
        if counted.map_err(|error| in_one_line(&error)).is_err() {
            break;
        }
    }
    let _ = tally.finish(FileOrder::Bytes);
}

/// Rows by their numbers are those that have them among all rows.
fn numbered(file: &SessionFile) {
    let all: Result<Vec<u32>, _> =
        file.operations(Columns::Only(&["op"])).take(MOST_ROWS).map(|row| row.map(|row| row.op)).collect();
    let Ok(all) = all else { return };
    let wanted = [all.first(), all.get(all.len() / 2), all.last()].map(|op| op.copied().unwrap_or_default());
    let rows = match file.operations_numbered(&wanted, Columns::Only(&["op"]), &[]) {
        Ok(rows) => rows,
        Err(error) => return in_one_line(&error),
    };
    let found: Result<Vec<u32>, _> = rows.take(MOST_ROWS).map(|row| row.map(|row| row.op)).collect();
    let among: Vec<u32> = all.iter().copied().filter(|op| wanted.contains(op)).collect();
    match found {
        Ok(found) if all.len() < MOST_ROWS => assert_eq!(found, among),
        Ok(_) => {}
        Err(error) => in_one_line(&error),
    }
    if let Ok(rows) = file.operations_numbered(&wanted, Columns::All, &["kind"]) {
        read_rows(rows);
    }
}

fn read_rows<T, E: std::error::Error>(rows: impl Iterator<Item = Result<T, E>>) {
    let mut ended = false;
    for row in rows.take(MOST_ROWS) {
        assert!(!ended, "a row after an error");
        if let Err(error) = row {
            in_one_line(&error);
            ended = true;
        }
    }
}

fn described(path: &Path) {
    match metadata::read(path) {
        Err(error) => in_one_line(&error),
        Ok(read) => {
            let again = metadata::write(path, &read).is_ok().then(|| metadata::read(path));
            assert!(again.is_some_and(|again| again.is_ok_and(|again| again == read)), "{read:?}");
        }
    }
}

fn configured(path: &Path) {
    let mut file = match ConfigFile::open(path) {
        Ok(file) => file,
        Err(error) => return in_one_line(&error),
    };
    match Config::combine(&[], &|_| None, &file) {
        Err(error) => in_one_line(&error),
        Ok(config) => {
            let _ = (config.settings(), config.port(), config.max_wait(), config.output_dir(), config.traces_folder());
            assert!(!config.password().is_empty() || config.shown(Key::Password).is_empty());
        }
    }
    let unknown = file.unknown_keys();
    for key in Key::ALL {
        let Ok(Some(value)) = file.get(key) else { continue };
        if file.set(key, &value).is_ok() {
            let canonical = file.get(key).ok().flatten();
            assert!(canonical.is_some_and(|canonical| file.clone().set(key, &canonical).is_ok()), "{key:?} {value}");
        }
    }
    if file.set(Key::Port, "4450").is_ok() && file.save().is_ok() {
        let Ok(again) = ConfigFile::open(path) else { unreachable!("a file that was just saved cannot be read") };
        assert_eq!(again.get(Key::Port).ok().flatten().as_deref(), Some("4450"));
        assert_eq!(again.unknown_keys(), unknown, "keys of others stay");
    }
}

fn changed(path: &Path) {
    let read = match Changes::read(path) {
        Ok(Some(read)) => read,
        Ok(None) => return,
        Err(error) => return in_one_line(&error),
    };
    let change = Change::Deleted { share: "share".to_owned(), path: LivePath::Text("path".to_owned()) };
    let written = ChangeJournal::go_on(&read).and_then(|mut journal| journal.push(change.clone()));
    assert!(written.is_ok(), "{written:?}");
    let Ok(Some(mut again)) = Changes::read(path) else { unreachable!("a journal that goes on cannot be read") };
    assert_eq!(again.changes.pop().map(|noted| noted.change), Some(change));
    assert_eq!((again.header, again.changes), (read.header, read.changes));
}

fn run(folder: &Path, kind: File, bytes: &[u8]) {
    let output = OutputFolder::at(folder);
    let place = output.replays().join("20250131T235959Z");
    let name = if kind == File::Run { "operations.parquet" } else { "report.json" };
    if std::fs::create_dir_all(&place).and_then(|()| std::fs::write(place.join(name), bytes)).is_err() {
        return;
    }
    let Ok(run) = runs::Run::find(&output, "20250131T235959Z") else { unreachable!("the run is not found") };
    assert_eq!(run.is_complete(), kind == File::Report);
    if kind == File::Report {
        let _ = run.read_report::<serde_json::Value>().map_err(|error| in_one_line(&error));
        return;
    }
    match RunFile::open(&run) {
        Ok(file) => read_rows(file.rows()),
        Err(error) => in_one_line(&error),
    }
}
