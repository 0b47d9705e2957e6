//! The sequence of requests that makes folders and files, without I/O: requests come out, responses go in.

use crate::request::close::close;
use crate::request::create::{Kind, open_or_make};
use crate::request::write::write;
use crate::request::{Request, TooLong};
use smb2::message::create::CreateResponse;
use smb2::{FileId, Malformed};
use std::collections::{HashSet, VecDeque};

/// Something that shall be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its path relative to the share, in UTF-16 code units.
    pub path: Vec<u16>,
    /// What it is.
    pub kind: Kind,
    /// What a file holds when it is new.
    pub contents: Vec<u8>,
}

impl Entry {
    /// A folder.
    pub fn folder(path: Vec<u16>) -> Self {
        Self { path, kind: Kind::Folder, contents: Vec::new() }
    }
}

/// Something that was not there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its path relative to the share, in UTF-16 code units.
    pub path: Vec<u16>,
    /// What it is.
    pub kind: Kind,
}

/// The sequence. Ask for a request, give its successful response, and so on until there is none.
#[derive(Debug)]
pub struct Steps {
    entries: VecDeque<Entry>,
    /// Folders that are known to be there.
    known: HashSet<Vec<u16>>,
    next: Next,
    made: Vec<Made>,
}

#[derive(Debug)]
enum Next {
    /// The first entry, or its first missing ancestor, is to be made.
    Create,
    /// The answer to that is awaited: what is made, and whether it is the entry itself.
    Created(Entry, bool),
    /// So many bytes are written to the file.
    Write(FileId, Entry, usize),
    /// The handle is to be closed.
    Close(FileId, Vec<u16>),
}

const SEPARATOR: u16 = b'\\' as u16;
/// CreateAction FILE_CREATED (MS-SMB2 2.2.14).
const FILE_CREATED: u32 = 2;

impl Steps {
    /// The sequence for these entries, in their order.
    pub fn new(entries: Vec<Entry>) -> Self {
        Self { entries: entries.into(), known: HashSet::new(), next: Next::Create, made: Vec::new() }
    }

    /// The next request and the path it is about; `None` when all is done.
    ///
    /// # Errors
    /// [`TooLong`] when a path does not fit.
    pub fn next_request(&mut self) -> Result<Option<(Request, Vec<u16>)>, TooLong> {
        match &mut self.next {
            Next::Create => {
                let Some((entry, is_itself)) = self.missing() else { return Ok(None) };
                let request = open_or_make(&entry.path, entry.kind)?;
                let path = entry.path.clone();
                self.next = Next::Created(entry, is_itself);
                Ok(Some((request, path)))
            }
            Next::Created(..) => Ok(None),
            Next::Write(file_id, entry, written) => {
                let rest = entry.contents.get(*written..).unwrap_or_default();
                let offset = u64::try_from(*written).unwrap_or(u64::MAX);
                let (request, length) = write(*file_id, offset, rest);
                *written = written.saturating_add(length);
                Ok(Some((request, entry.path.clone())))
            }
            Next::Close(file_id, path) => Ok(Some((close(*file_id), path.clone()))),
        }
    }

    /// Takes the successful response to the request before.
    ///
    /// # Errors
    /// [`Malformed`] when it is no response to a CREATE and should be.
    pub fn handle_response(&mut self, message: &[u8]) -> Result<(), Malformed> {
        self.next = match std::mem::replace(&mut self.next, Next::Create) {
            Next::Created(entry, is_itself) => {
                let view = CreateResponse::parse(message)?;
                let is_new = view.create_action() == FILE_CREATED;
                if is_new {
                    self.made.push(Made { path: entry.path.clone(), kind: entry.kind });
                }
                if is_itself {
                    self.entries.pop_front();
                }
                self.known.insert(entry.path.clone());
                match is_new && !entry.contents.is_empty() {
                    true => Next::Write(view.file_id(), entry, 0),
                    false => Next::Close(view.file_id(), entry.path),
                }
            }
            Next::Write(file_id, entry, written) if written < entry.contents.len() => {
                Next::Write(file_id, entry, written)
            }
            Next::Write(file_id, entry, _) => Next::Close(file_id, entry.path),
            Next::Close(..) | Next::Create => Next::Create,
        };
        Ok(())
    }

    /// What is new, in the order in which it was made.
    pub fn into_made(self) -> Vec<Made> {
        self.made
    }

    /// The first entry that is not known to be there, or the first of its ancestors; true for the entry itself.
    fn missing(&mut self) -> Option<(Entry, bool)> {
        while self.entries.front().is_some_and(|entry| entry.path.is_empty() || self.known.contains(&entry.path)) {
            self.entries.pop_front();
        }
        let entry = self.entries.front()?;
        let ends = entry.path.iter().enumerate().filter(|(_, unit)| **unit == SEPARATOR);
        let ancestors = ends.filter_map(|(end, _)| entry.path.get(..end));
        match ancestors.filter(|path| !path.is_empty()).find(|path| !self.known.contains(*path)) {
            Some(path) => Some((Entry::folder(path.to_vec()), false)),
            None => Some((entry.clone(), true)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::request::Place;
    use smb2::message::{CreateRequest, WriteRequest};
    use smb2::{Command, utf16};

    fn units(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    /// A CREATE response with this CreateAction.
    fn created(action: u8) -> Vec<u8> {
        let mut message = vec![0; 152];
        message[..4].copy_from_slice(b"\xfeSMB");
        message[4] = 64;
        message[12] = 5;
        message[64] = 89;
        message[68] = action;
        message
    }

    /// Runs the sequence against a share that has `there`; what was asked for, as `command path`.
    fn run(entries: Vec<Entry>, there: &[&str]) -> (Vec<String>, Vec<String>) {
        let mut steps = Steps::new(entries);
        let mut asked = Vec::new();
        while let Some((request, path)) = steps.next_request().unwrap() {
            let path = String::from_utf16(&path).unwrap();
            let message = request.message(&Place::default());
            let mut told = format!("{} {path}", request.command);
            match request.command {
                Command::CREATE => {
                    let view = CreateRequest::parse(&message).unwrap();
                    assert_eq!(utf16::to_string(view.name().unwrap()), path);
                }
                Command::WRITE => told.push_str(&format!(" {}", WriteRequest::parse(&message).unwrap().length())),
                _ => {}
            }
            asked.push(told);
            let action = if there.contains(&path.as_str()) { 1 } else { 2 };
            steps.handle_response(&created(action)).unwrap();
        }
        let made = steps.into_made().iter().map(|made| String::from_utf16(&made.path).unwrap()).collect();
        (asked, made)
    }

    #[test]
    fn folders_above_are_made_once_and_only_what_is_new_is_told() {
        let entries = ["a\\b", "a\\c", "a\\b"].map(|path| Entry::folder(units(path))).to_vec();
        let (asked, made) = run(entries, &["a"]);
        assert_eq!(asked, ["CREATE a", "CLOSE a", "CREATE a\\b", "CLOSE a\\b", "CREATE a\\c", "CLOSE a\\c"]);
        assert_eq!(made, ["a\\b", "a\\c"]);
    }

    #[test]
    fn a_new_file_is_filled_and_one_that_is_there_is_not() {
        let file = Entry { path: units("f"), kind: Kind::File, contents: vec![1; 70_000] };
        let (asked, made) = run(vec![file.clone()], &[]);
        assert_eq!(asked, ["CREATE f", "WRITE f 65536", "WRITE f 4464", "CLOSE f"]);
        assert_eq!(made, ["f"]);
        assert_eq!(run(vec![file], &["f"]), (vec!["CREATE f".to_owned(), "CLOSE f".to_owned()], vec![]));
    }

    #[test]
    fn the_share_itself_needs_nothing() {
        assert_eq!(run(vec![Entry::folder(Vec::new())], &[]), (vec![], vec![]));
    }
}
