//! Writing and reading `changes.jsonl`.

use super::{CHANGES_FILE, CHANGES_SCHEMA_VERSION, Change, ChangesHeader, NotedChange};
use crate::folder::{self, FolderError};
use crate::layout::OutputFolder;
use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};

/// Why changes could not be written down or read. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum ChangesError {
    /// The folder could not be made.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The file could not be read or written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// A line is not one of ours.
    #[error("{path}, line {line}: not a change that smbreplay {CHANGES_SCHEMA_VERSION} has written ({reason})")]
    Line {
        /// The file.
        path: PathBuf,
        /// 1-based.
        line: usize,
        /// Where the reader stumbled.
        reason: String,
    },
    /// A newer program wrote it.
    #[error("{path}: written by a newer smbreplay (layout {found}); update smbreplay")]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: String,
    },
}

/// Changes that are written down as they are made. Each line is handed to the system before its change is made.
#[derive(Debug)]
pub struct ChangeJournal {
    path: PathBuf,
    header: ChangesHeader,
    /// Made with the first change.
    file: Option<File>,
}

impl ChangeJournal {
    /// The journal of what is changed on this server; it lies in `folder`, and is not made before there is a change.
    pub fn new(folder: &Path, server: &str, port: u16) -> Self {
        let header = ChangesHeader {
            schema_version: CHANGES_SCHEMA_VERSION.to_owned(),
            server: server.to_owned(),
            port,
            started: jiff::Timestamp::now(),
        };
        Self { path: folder.join(CHANGES_FILE), header, file: None }
    }

    /// The journal of a setup, in a folder of its own that is named after the present time in UTC.
    pub fn of_setup(output: &OutputFolder, server: &str, port: u16) -> Self {
        let setups = output.setups();
        let base = jiff::Timestamp::now().strftime("setup-%Y%m%dT%H%M%SZ").to_string();
        let names = std::iter::once(base.clone()).chain((2_u32..).map(|number| format!("{base}-{number}")));
        let free = names.map(|name| setups.join(name)).find(|folder| !folder.exists());
        Self::new(&free.unwrap_or(setups), server, port)
    }

    /// Goes on with a journal that was read. What a crash has left of a last line goes.
    ///
    /// # Errors
    /// [`ChangesError::Io`].
    pub fn go_on(changes: &Changes) -> Result<Self, ChangesError> {
        let io = |source| ChangesError::Io { path: changes.path.clone(), source };
        let file = OpenOptions::new().append(true).open(&changes.path).map_err(io)?;
        if file.metadata().map_err(io)?.len() > changes.length {
            file.set_len(changes.length).map_err(io)?;
        }
        Ok(Self { path: changes.path.clone(), header: changes.header.clone(), file: Some(file) })
    }

    /// Name of the run or setup, once there is a change.
    pub fn name(&self) -> Option<String> {
        self.file.as_ref()?;
        Some(self.path.parent()?.file_name()?.to_string_lossy().into_owned())
    }

    /// Writes down a change that is about to be made.
    ///
    /// # Errors
    /// [`ChangesError`]: the change should not be made then.
    pub fn push(&mut self, change: Change) -> Result<(), ChangesError> {
        self.push_at(change, jiff::Timestamp::now())
    }

    /// Writes down a change that was made at that time.
    ///
    /// # Errors
    /// [`ChangesError`].
    pub fn push_at(&mut self, change: Change, at: jiff::Timestamp) -> Result<(), ChangesError> {
        let Self { path, header, file } = self;
        let io = |source| ChangesError::Io { path: path.clone(), source };
        let file = match file {
            Some(file) => file,
            None => {
                if let Some(folder) = path.parent() {
                    folder::make(folder)?;
                }
                let mut made = OpenOptions::new().append(true).create(true).open(&*path).map_err(io)?;
                if made.metadata().map_err(io)?.len() == 0 {
                    write_line(&mut made, header).map_err(io)?;
                }
                file.insert(made)
            }
        };
        write_line(file, &NotedChange { change, at: Some(at) }).map_err(io)
    }
}

fn write_line(file: &mut File, value: &impl serde::Serialize) -> std::io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    file.write_all(&line)
}

/// What a journal has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The file.
    pub path: PathBuf,
    /// Name of the run or setup: that of the folder.
    pub name: String,
    /// Where it was made.
    pub header: ChangesHeader,
    /// It is that of a setup; else of a replay.
    pub is_setup: bool,
    /// The changes in their order.
    pub changes: Vec<NotedChange>,
    /// Bytes of its whole lines.
    length: u64,
}

impl Changes {
    /// Reads the journal at `path`; `None` when it has no first line, because a crash came before it.
    ///
    /// # Errors
    /// [`ChangesError`]. A last line that was cut by a crash is passed over: what it was about was not begun.
    pub fn read(path: &Path) -> Result<Option<Self>, ChangesError> {
        let io = |source| ChangesError::Io { path: path.to_owned(), source };
        let mut lines = BufReader::new(File::open(path).map_err(io)?);
        let (mut text, mut length) = (Vec::new(), 0_u64);
        let mut next = |number: usize| -> Result<Option<(usize, Vec<u8>)>, ChangesError> {
            text.clear();
            let read = lines.read_until(b'\n', &mut text).map_err(io)?;
            let is_whole = read > 0 && text.ends_with(b"\n");
            length = length.saturating_add(if is_whole { text.len() as u64 } else { 0 });
            Ok(is_whole.then(|| (number, text.clone())))
        };
        let bad = |line, error: serde_json::Error| ChangesError::Line {
            path: path.to_owned(),
            line,
            reason: error.to_string(),
        };
        let Some((_, first)) = next(1)? else { return Ok(None) };
        let header: ChangesHeader = serde_json::from_slice(&first).map_err(|error| bad(1, error))?;
        if !header.schema_version.starts_with("1.") {
            return Err(ChangesError::Newer { path: path.to_owned(), found: header.schema_version });
        }
        let mut changes = Vec::new();
        let mut number = 2_usize;
        while let Some((line, text)) = next(number)? {
            changes.push(serde_json::from_slice(&text).map_err(|error| bad(line, error))?);
            number = number.saturating_add(1);
        }
        let folder = path.parent();
        let name = folder.and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let is_setup = folder.and_then(Path::parent).is_some_and(|above| above.ends_with(crate::layout::SETUPS));
        Ok(Some(Self { path: path.to_owned(), name, header, is_setup, changes, length }))
    }
}

/// The changes of all these journals in the order in which they were made, each with the index of its journal. Those of one
/// journal stay in the order of their lines; the lines of files before 1.1 all count as made when the journal began.
pub fn in_order(journals: &[Changes]) -> Vec<(usize, &Change)> {
    let mut all: Vec<(jiff::Timestamp, usize, &Change)> = Vec::new();
    for (index, journal) in journals.iter().enumerate() {
        let mut latest = journal.header.started;
        for NotedChange { change, at } in &journal.changes {
            latest = at.map_or(latest, |at| at.max(latest));
            all.push((latest, index, change));
        }
    }
    all.sort_by_key(|(at, index, _)| (*at, *index));
    all.into_iter().map(|(_, index, change)| (index, change)).collect()
}

/// The journals of a trace's setups and replays, in the order in which they began.
///
/// # Errors
/// [`ChangesError`].
pub fn list(output: &OutputFolder) -> Result<Vec<Changes>, ChangesError> {
    let mut found = Vec::new();
    for folder in [output.setups(), output.replays()] {
        let io = |source| ChangesError::Io { path: folder.clone(), source };
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(io(error)),
        };
        for entry in entries {
            let path = entry.map_err(io)?.path().join(CHANGES_FILE);
            if path.is_file() {
                found.extend(Changes::read(&path)?);
            }
        }
    }
    found.sort_by(|a, b| a.header.started.cmp(&b.header.started).then_with(|| a.path.cmp(&b.path)));
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::super::LivePath;
    use super::*;

    fn made(path: &str) -> Change {
        Change::Made { share: "lab".into(), path: LivePath::Text(path.into()), folder: false }
    }

    #[test]
    fn changes_are_found_again_in_order_and_a_cut_line_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let output = OutputFolder::at(folder.path());
        let mut journal = ChangeJournal::new(&output.setups().join("one"), "lab.example", 445);
        assert!(list(&output).unwrap().is_empty(), "nothing is there before there is a change");
        journal.push(made("a")).unwrap();
        journal.push(made("b")).unwrap();
        let path = output.setups().join("one").join(CHANGES_FILE);
        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() - 5]).unwrap();
        let found = list(&output).unwrap();
        let changes = |found: &Changes| found.changes.iter().map(|noted| noted.change.clone()).collect::<Vec<_>>();
        assert_eq!((changes(&found[0]), found[0].name.as_str()), (vec![made("a")], "one"));
        assert!(found[0].is_setup);
        ChangeJournal::go_on(&found[0]).unwrap().push(made("c")).unwrap();
        assert_eq!(changes(&list(&output).unwrap()[0]), [made("a"), made("c")], "the rest of a line is gone");
    }

    #[test]
    fn lines_of_others_are_told_by_their_number() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(CHANGES_FILE);
        let mut journal = ChangeJournal::new(folder.path(), "lab", 445);
        journal.push(made("a")).unwrap();
        let mut text = std::fs::read_to_string(&path).unwrap();
        text.push_str("{\"change\":\"exploded\"}\n");
        std::fs::write(&path, text).unwrap();
        assert!(matches!(Changes::read(&path), Err(ChangesError::Line { line: 3, .. })));
        std::fs::write(&path, "").unwrap();
        assert_eq!(Changes::read(&path).unwrap(), None);
    }
}
