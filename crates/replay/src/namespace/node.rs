//! Files and folders as the capture shows them: what they were like before it, and what became of them.

use crate::namespace::name::Key;
use crate::namespace::spans::{Part, Spans};
use bytes::Bytes;
use client::request::create::Kind;
use smb2::fscc::FileTimes;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// A value, and the frame that shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen<T> {
    /// The value.
    pub value: T,
    /// Number of the frame; 0 when the capture has none for it.
    pub frame: u64,
}

/// Index of a node of a [`Namespace`](crate::namespace::Namespace).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(pub(super) usize);

/// A file or folder.
#[derive(Clone, Debug)]
pub struct Node {
    /// Whether it was there before the capture, and where.
    pub origin: Origin,
    /// What it is; `None` while the capture tells only that something has the name.
    pub kind: Option<Seen<Kind>>,
    /// The folder it is in and its name there, at the end of the capture; `None` once it was deleted.
    pub place: Option<(NodeId, Vec<u16>)>,
    /// Its other names, of a file with several.
    pub(super) further: Vec<(NodeId, Vec<u16>)>,
    /// The folder it was in and its name there when it was deleted, or something else took its name.
    pub gone: Option<(NodeId, Vec<u16>)>,
    /// What it was like before the capture.
    pub facts: Facts,
    /// Its data; of folders, only named streams. The unnamed stream has an empty key.
    pub streams: BTreeMap<Key, Stream>,
    /// What the sessions did to it.
    pub activity: Activity,
    /// What is known of the names in it.
    pub(super) children: HashMap<Key, Child>,
    /// Opens that the capture shows and that are not closed yet.
    pub(super) open: u32,
    /// It goes when the last open is closed.
    pub(super) delete_pending: bool,
}

/// How something comes to be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is a share's own folder.
    Root,
    /// It was there before the capture, in this folder under this name.
    Before {
        /// The folder, which was there as well.
        folder: NodeId,
        /// Its name.
        name: Vec<u16>,
        /// Frame that first shows it.
        frame: u64,
        /// What shows it.
        why: Why,
    },
    /// A captured request made it.
    Made {
        /// The folder in which it was made.
        folder: NodeId,
        /// The name under which it was made.
        name: Vec<u16>,
        /// Frame of the response.
        frame: u64,
    },
    /// Somebody made it whom the capture does not show, after it was known not to be there.
    Appeared {
        /// The folder in which it was seen first.
        folder: NodeId,
        /// The name under which it was seen first.
        name: Vec<u16>,
        /// Frame that shows it.
        frame: u64,
    },
}

/// What shows that something was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It was opened.
    Opened,
    /// It was in the way of something that was to be made.
    InTheWay,
    /// It could not be opened, but not because it was not there.
    Refused,
    /// Something in it was opened or found missing.
    FolderOf,
    /// A listing has it.
    Listed,
    /// A folder could not be deleted because something was in it.
    NotEmpty,
}

impl Why {
    /// As people say it.
    pub fn phrase(self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::InTheWay => "in the way of what was to be made",
            Self::Refused => "there, and could not be opened",
            Self::FolderOf => "folder of what was used",
            Self::Listed => "listed",
            Self::NotEmpty => "in a folder that was not empty",
        }
    }
}

/// What is known of a name in a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Child {
    /// This has it.
    Is(NodeId),
    /// Nothing has it: it was missing, or a captured request took it away.
    Absent,
}

/// A name that nothing had before the capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Absent {
    /// The folder, which was there.
    pub folder: NodeId,
    /// The name.
    pub name: Vec<u16>,
    /// Frame that shows it.
    pub frame: u64,
}

/// What something was like before the capture, as far as it is shown before it is changed.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// FileAttributes (MS-FSCC 2.6).
    pub attributes: Option<Seen<u32>>,
    /// Its times.
    pub times: Option<Seen<FileTimes>>,
    /// Its extended attributes: flags, name, value.
    pub extended_attributes: Option<Seen<Vec<ExtendedAttribute>>>,
    /// Parts of its security descriptor.
    pub descriptor: Option<Seen<Descriptor>>,
    /// A captured request has changed the attributes.
    pub(super) attributes_changed: bool,
    /// The times are not those from before any more.
    pub(super) times_changed: bool,
    pub(super) extended_attributes_changed: bool,
    pub(super) descriptor_changed: bool,
}

impl Facts {
    /// Whether the times from before are those of the end of the capture as well.
    pub fn times_are_kept(&self) -> bool {
        !self.times_changed
    }
}

/// FILE_FULL_EA_INFORMATION (MS-FSCC 2.4.16).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtendedAttribute {
    /// Flags.
    pub flags: u8,
    /// EaName.
    pub name: Vec<u8>,
    /// EaValue.
    pub value: Vec<u8>,
}

/// A self-relative security descriptor (MS-DTYP 2.4.6) with the parts that were asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// AdditionalInformation: which parts (MS-SMB2 2.2.37).
    pub parts: u32,
    /// The descriptor.
    pub bytes: Bytes,
}

/// One stream of data.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// Its name; empty for the unnamed one.
    pub name: Vec<u16>,
    /// Whether it was there before the capture.
    pub before: bool,
    /// Its size before the capture, bytes.
    pub size: Option<Seen<u64>>,
    /// It had so many bytes at least, before the capture.
    pub at_least: u64,
    /// Its data before the capture, as far as the capture shows them.
    pub shown: Spans<Source>,
    /// Data before the capture that were read, and of which nothing is stored but a hash.
    pub(super) hashed: Spans<()>,
    /// Its data at the end of the capture, as far as the capture shows them.
    pub now: Spans<Source>,
    /// Its size at the end of the capture, where that is known.
    pub size_now: Option<u64>,
    /// It was deleted or has another name at the end of the capture; its file may still be there.
    pub gone: bool,
    /// Bytes that are not those from before any more.
    pub(super) written: Spans<()>,
    /// It was cut at some time.
    pub(super) cut: bool,
}

impl Stream {
    /// Its size before the capture: what is shown, or as much as was read of it at least.
    pub fn size_before(&self) -> u64 {
        self.size.map_or(self.at_least, |seen| seen.value)
    }

    /// Where its data before the capture are not shown but were read: an answer to that can be told from others.
    pub fn hashed(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        let gaps = self.shown.gaps(0..self.size_before()).into_iter();
        gaps.flat_map(|gap| self.hashed.within(gap).map(|(range, ())| range))
    }

    /// Where nothing tells what its data before the capture were.
    pub fn unknown(&self) -> impl Iterator<Item = Range<u64>> + '_ {
        self.shown.gaps(0..self.size_before()).into_iter().flat_map(|gap| self.hashed.gaps(gap))
    }

    /// How many bytes that are.
    pub fn unknown_bytes(&self) -> u64 {
        self.unknown().map(|range| range.end.saturating_sub(range.start)).fold(0, u64::saturating_add)
    }
}

/// Where bytes of a file are in the capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Index of the session file.
    pub file: u32,
    /// Number of the operation in it.
    pub op: u32,
    /// In its response, not in its request.
    pub response: bool,
    /// Where in that message, bytes.
    pub at: u32,
}

impl Part for Source {
    fn after(self, by: u64) -> Self {
        // No message is as long as that; a wrong place is found when it is read.
        Self { at: self.at.saturating_add(u32::try_from(by).unwrap_or(u32::MAX)), ..self }
    }

    fn goes_on(self, length: u64, next: Self) -> bool {
        self.after(length) == next
    }
}

/// What the sessions did to something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Activity {
    /// How often it was opened.
    pub opens: u64,
    /// Bytes read.
    pub read: u64,
    /// Bytes written.
    pub written: u64,
    /// How often it was listed, when it is a folder.
    pub listings: u64,
    /// Its size was set, or it was overwritten.
    pub resized: bool,
    /// It was renamed or moved.
    pub renamed: bool,
    /// It was given a further name.
    pub linked: bool,
    /// Attributes, times, extended attributes or security were set.
    pub described: bool,
    /// It was deleted.
    pub deleted: bool,
}

impl Activity {
    /// Whether it is not what it was any more.
    pub fn changes(&self) -> bool {
        self.written > 0 || self.resized || self.renamed || self.linked || self.described || self.deleted
    }
}

impl Node {
    pub(super) fn new(origin: Origin, kind: Option<Seen<Kind>>, place: Option<(NodeId, Vec<u16>)>) -> Self {
        Self {
            origin,
            kind,
            place,
            further: Vec::new(),
            gone: None,
            facts: Facts::default(),
            streams: BTreeMap::new(),
            activity: Activity::default(),
            children: HashMap::new(),
            open: 0,
            delete_pending: false,
        }
    }

    /// The folder it was in and its name there when the capture first shows it; `None` for a share's own folder. The
    /// folder was shown before it, so that its id is the smaller one.
    pub fn first_place(&self) -> Option<(NodeId, &[u16])> {
        match &self.origin {
            Origin::Root => None,
            Origin::Before { folder, name, .. }
            | Origin::Made { folder, name, .. }
            | Origin::Appeared { folder, name, .. } => Some((*folder, name)),
        }
    }

    /// The folder it is in and its name there at the end of the capture, or when it was deleted.
    pub fn last_place(&self) -> Option<(NodeId, &[u16])> {
        self.place.as_ref().or(self.gone.as_ref()).map(|(folder, name)| (*folder, name.as_slice()))
    }

    /// Whether it was there before the capture.
    pub fn was_there(&self) -> bool {
        matches!(self.origin, Origin::Before { .. } | Origin::Root)
    }

    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.kind.is_some_and(|kind| kind.value == Kind::Folder)
    }

    /// The unnamed stream of a file.
    pub fn data(&self) -> Option<&Stream> {
        self.streams.get(&Key::of(&[]))
    }

    /// The stream of this name, new if there is none.
    pub(super) fn stream_mut(&mut self, name: &[u16]) -> &mut Stream {
        self.streams.entry(Key::of(name)).or_insert_with(|| Stream { name: name.to_vec(), ..Stream::default() })
    }
}
