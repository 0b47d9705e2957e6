//! What is on a live share of what there shall be, and of what there shall not.

use super::stages::Errand;
use super::wanted::{Thing, Unwanted, WantedShare, depth, folder_of};
use crate::map::folded;
use crate::namespace::Namespace;
use client::crew::Answer;
use client::request::create::{Kind, Open, create};
use client::request::{Request, close, query_info};
use smb2::fscc::FileInformation;
use smb2::fscc::file_information::file_information;
use smb2::message::QueryInfoResponse;
use smb2::{FileId, NtStatus};
use std::collections::HashSet;

/// FILE_READ_ATTRIBUTES and SYNCHRONIZE (MS-SMB2 2.2.13.1.1).
const READ_ATTRIBUTES: u32 = 0x0010_0080;
pub(super) const SHARE_ALL: u32 = 7;
pub(super) const OPEN: u32 = 1;
/// FILE_OPEN_REPARSE_POINT: the thing itself, not what it stands for.
pub(super) const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
const INFO_FILE: u8 = 1;
/// FileNetworkOpenInformation (MS-FSCC 2.4.34): 56 bytes.
const NETWORK_OPEN: u8 = 34;
const NETWORK_OPEN_LENGTH: u32 = 56;
const ATTRIBUTE_DIRECTORY: u32 = 0x10;
/// Attributes that can be set, and are compared: read-only, hidden, system, archive (MS-FSCC 2.6).
pub(super) const SETTABLE: u32 = 0x0000_0027;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Found {
    /// Nobody has looked.
    #[default]
    Unknown,
    /// Nothing.
    Missing,
    /// What there shall be, as far as can be seen without reading it.
    Same,
    /// Something else.
    Different(Vec<Difference>),
    /// The server does not let it be looked at.
    Refused(NtStatus),
}

/// How what is there differs from what there shall be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// In what: `kind`, `size`, `attributes`, `stream`, `contents`.
    pub what: &'static str,
    /// What there shall be.
    pub wanted: String,
    /// What is there.
    pub live: String,
}

impl Difference {
    /// Whether it is put right without making the thing anew.
    pub fn is_of_attributes(&self) -> bool {
        self.what == "attributes"
    }
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}, not {}", self.what, self.live, self.wanted)
    }
}

/// One thing to look at.
enum Item {
    Thing(usize),
    Stream(usize, Vec<u16>, u64),
    Absent(usize),
}

/// Looks at everything of a share, folders before what is in them.
pub(super) struct Survey<'a> {
    namespace: &'a Namespace,
    share: &'a WantedShare,
    items: Vec<Item>,
    /// What was found of each thing, and of each that shall not be there.
    pub(super) things: Vec<Found>,
    pub(super) absent: Vec<Found>,
    /// Folders that are missing: nothing can be in them.
    missing: HashSet<Vec<u16>>,
    pub(super) looked_at: u64,
}

impl<'a> Survey<'a> {
    /// Of this share. With `root_only`, only the folders that names of the user's lead through.
    pub(super) fn new(namespace: &'a Namespace, share: &'a WantedShare) -> (Self, Vec<Vec<usize>>) {
        let mut items = Vec::new();
        let mut places = Vec::new();
        for (index, thing) in share.things.iter().enumerate() {
            items.push(Item::Thing(index));
            places.push(thing.depth());
            for stream in thing.named_streams(namespace) {
                items.push(Item::Stream(index, stream.name.clone(), stream.size_before()));
                places.push(thing.depth().saturating_add(1));
            }
        }
        for (index, absent) in share.absent.iter().enumerate() {
            items.push(Item::Absent(index));
            places.push(depth(&absent.path));
        }
        let stages = super::stages::by_stage(&places, |place| *place);
        let (things, absent) = (vec![Found::Unknown; share.things.len()], vec![Found::Unknown; share.absent.len()]);
        (Self { namespace, share, items, things, absent, missing: HashSet::new(), looked_at: 0 }, stages)
    }

    fn is_in_missing_folder(&self, path: &[u16]) -> bool {
        folder_of(path).is_some_and(|folder| self.missing.contains(&folded(folder)))
    }

    fn thing(&mut self, index: usize, found: Result<FileInformation, NtStatus>) {
        let Some(thing) = self.share.things.get(index) else { return };
        let found = match found {
            Err(status) if is_missing(status) => Found::Missing,
            Err(status) => Found::Refused(status),
            Ok(live) => match differences(self.namespace, thing, &live) {
                none if none.is_empty() => Found::Same,
                some => Found::Different(some),
            },
        };
        if found == Found::Missing && thing.kind == Kind::Folder {
            self.missing.insert(folded(&thing.path));
        }
        if let Some(slot) = self.things.get_mut(index) {
            *slot = found;
        }
    }

    fn stream(&mut self, index: usize, name: &[u16], size: u64, found: Result<FileInformation, NtStatus>) {
        let live = match found {
            Ok(live) if live.end_of_file == Some(size) => return,
            Ok(live) => format!("{} bytes", live.end_of_file.unwrap_or(0)),
            Err(_) => "missing".to_owned(),
        };
        let wanted = format!("{size} bytes in {}", String::from_utf16_lossy(name));
        let difference = Difference { what: "stream", wanted, live };
        match self.things.get_mut(index) {
            Some(slot @ (Found::Same | Found::Unknown)) => *slot = Found::Different(vec![difference]),
            Some(Found::Different(known)) => known.push(difference),
            _ => {}
        }
    }
}

impl Errand for Survey<'_> {
    fn chain(&mut self, index: usize) -> Option<Vec<Request>> {
        let path = match self.items.get(index)? {
            Item::Thing(thing) => {
                let (thing, at) = (self.share.things.get(*thing)?, *thing);
                if self.is_in_missing_folder(&thing.path) {
                    self.thing(at, Err(NtStatus::OBJECT_PATH_NOT_FOUND));
                    return None;
                }
                thing.path.clone()
            }
            Item::Stream(thing, stream, _) => {
                if !matches!(self.things.get(*thing)?, Found::Same | Found::Different(_)) {
                    return None;
                }
                let base = &self.share.things.get(*thing)?.path;
                [base, [u16::from(b':')].as_slice(), stream].concat()
            }
            Item::Absent(absent) => {
                let (path, at) = (&self.share.absent.get(*absent)?.path, *absent);
                if self.is_in_missing_folder(path) {
                    *self.absent.get_mut(at)? = Found::Missing;
                    return None;
                }
                path.clone()
            }
        };
        look(&path)
    }

    fn answers(&mut self, index: usize, answers: Vec<Answer>) -> bool {
        self.looked_at = self.looked_at.saturating_add(1);
        let found = looked(&answers);
        match self.items.get(index) {
            Some(Item::Thing(thing)) => self.thing(*thing, found),
            Some(Item::Stream(thing, name, size)) => {
                let (thing, name, size) = (*thing, name.clone(), *size);
                self.stream(thing, &name, size, found);
            }
            Some(Item::Absent(absent)) => {
                let (absent, found) = (*absent, absent_found(&found));
                if let Some(slot) = self.absent.get_mut(absent) {
                    *slot = found;
                }
            }
            None => {}
        }
        false
    }
}

fn absent_found(found: &Result<FileInformation, NtStatus>) -> Found {
    match found {
        Err(status) if is_missing(*status) => Found::Missing,
        Err(status) => Found::Refused(*status),
        Ok(live) => {
            let is_folder = live.attributes.is_some_and(|attributes| attributes & ATTRIBUTE_DIRECTORY != 0);
            let live = if is_folder { "a folder" } else { "a file" }.to_owned();
            Found::Different(vec![Difference { what: "kind", wanted: "nothing".to_owned(), live }])
        }
    }
}

/// Opens something to look at it.
fn look(path: &[u16]) -> Option<Vec<Request>> {
    let open = Open {
        access: READ_ATTRIBUTES,
        attributes: 0,
        share_access: SHARE_ALL,
        disposition: OPEN,
        options: OPEN_REPARSE_POINT,
        contexts: &[],
    };
    let query = query_info::query_info(FileId::RELATED, INFO_FILE, NETWORK_OPEN, 0, NETWORK_OPEN_LENGTH);
    Some(vec![create(path, &open).ok()?, query, close::close(FileId::RELATED)])
}

fn looked(answers: &[Answer]) -> Result<FileInformation, NtStatus> {
    let (create, query) = (answers.first(), answers.get(1));
    for answer in create.into_iter().chain(query) {
        if !answer.status.is_success() {
            return Err(answer.status);
        }
    }
    let found = query
        .and_then(|answer| QueryInfoResponse::parse(&answer.message).ok()?.buffer().ok())
        .and_then(|buffer| file_information(buffer, NETWORK_OPEN)?.ok());
    found.ok_or(NtStatus::INTERNAL_ERROR)
}

pub(super) fn is_missing(status: NtStatus) -> bool {
    let missing = [NtStatus::OBJECT_NAME_NOT_FOUND, NtStatus::OBJECT_PATH_NOT_FOUND, NtStatus::NO_SUCH_FILE];
    missing.contains(&status)
}

fn differences(namespace: &Namespace, thing: &Thing, live: &FileInformation) -> Vec<Difference> {
    let mut found = Vec::new();
    let attributes = live.attributes.unwrap_or(0);
    let is_folder = attributes & ATTRIBUTE_DIRECTORY != 0;
    let word = |is_folder: bool| if is_folder { "a folder" } else { "a file" }.to_owned();
    if is_folder != (thing.kind == Kind::Folder) {
        return vec![Difference { what: "kind", wanted: word(!is_folder), live: word(is_folder) }];
    }
    let Some(node) = thing.node(namespace) else { return found };
    if let Some(data) = node.data().filter(|_| !is_folder) {
        let (size, wanted) = (live.end_of_file.unwrap_or(0), data.size_before());
        // As long as only a part of it is known, more is no difference.
        if size != wanted && (data.size.is_some() || size < wanted) {
            let (wanted, live) = (format!("{wanted} bytes"), format!("{size} bytes"));
            found.push(Difference { what: "size", wanted, live });
        }
    }
    if let Some(wanted) = node.facts.attributes.map(|seen| seen.value & SETTABLE)
        && wanted != attributes & SETTABLE
    {
        let (wanted, live) = (named(wanted), named(attributes & SETTABLE));
        found.push(Difference { what: "attributes", wanted, live });
    }
    found
}

/// Attributes as `attrib` writes them.
fn named(attributes: u32) -> String {
    let letters = [(0x01, 'R'), (0x02, 'H'), (0x04, 'S'), (0x20, 'A')];
    let text: String = letters.iter().filter(|(bit, _)| attributes & bit != 0).map(|(_, letter)| *letter).collect();
    if text.is_empty() { "none".to_owned() } else { text }
}

impl Unwanted {
    /// Its path as text.
    pub fn text(&self) -> String {
        String::from_utf16_lossy(&self.path)
    }
}

impl Thing {
    /// Its path as text.
    pub fn text(&self) -> String {
        String::from_utf16_lossy(&self.path)
    }
}
