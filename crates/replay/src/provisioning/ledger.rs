//! What a replay makes, changes, renames and deletes on the live shares, by the live answers.

use crate::engine::{Engine, Record};
use crate::map::{ShareKind, fold, folded};
use crate::message::dfs::DfsName;
use crate::namespace::Name;
use bytes::Bytes;
use capture::Timestamp;
use smb2::context::create::tag;
use smb2::message::close::CloseRequest;
use smb2::message::create::{CreateRequest, CreateResponse};
use smb2::message::set_info::{NameInformation, SetInfoRequest};
use smb2::message::write::WriteRequest;
use smb2::utf16::units;
use smb2::{Command, FileId, Header, HeaderFlags, NtStatus};
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use store::changes::{Change, ChangeJournal, ChangesError, LivePath};

/// CreateAction (MS-SMB2 2.2.14).
const OPENED: u32 = 1;
const CREATED: u32 = 2;
/// CreateDisposition: those that make nothing.
const OPEN: u32 = 1;
const OVERWRITE: u32 = 4;
const DELETE_ON_CLOSE: u32 = 0x0000_1000;
const OPEN_BY_FILE_ID: u32 = 0x0000_2000;
const ATTRIBUTE_DIRECTORY: u32 = 0x10;
const INFO_FILE: u8 = 1;
/// Information classes (MS-FSCC 2.4).
const RENAMES: [u8; 2] = [10, 65];
const LINKS: [u8; 2] = [11, 72];
const DISPOSITIONS: [u8; 2] = [13, 64];
/// FilePositionInformation and FileModeInformation, which are the handle's.
const OF_HANDLE: [u8; 2] = [14, 16];
const SEPARATOR: u16 = b'\\' as u16;
const COLON: u16 = b':' as u16;

/// A chain on a lane of a clone, and the handle that its related requests use.
type Chain = (Option<(u32, u64)>, FileId);

/// Writes down what a replay changes.
#[derive(Debug)]
pub(crate) struct Ledger {
    journal: ChangeJournal,
    /// When the run began.
    start: jiff::Timestamp,
    /// When the server answered what is looked at, from the beginning on; `None` where it did not.
    answered: Option<Duration>,
    /// Live opens of files and folders, by clone.
    opens: HashMap<(usize, FileId), Opened>,
    /// By clone and lane.
    chains: HashMap<(usize, usize), Chain>,
    /// Files that were opened or made, in upper case: a stream of theirs does not make them.
    known: HashSet<Vec<u16>>,
}

#[derive(Clone, Debug)]
struct Opened {
    share: String,
    path: Vec<u16>,
    session: u64,
    tree: Option<u32>,
    goes: bool,
    is_noted: bool,
}

/// What became of a request.
struct Exchange<'a> {
    clone: usize,
    engine: &'a Engine,
    of: Option<usize>,
    lane: usize,
    status: Option<NtStatus>,
    request: &'a Bytes,
    response: Option<&'a Bytes>,
}

impl Ledger {
    pub(crate) fn new(journal: ChangeJournal, start: Timestamp) -> Self {
        let start = jiff::Timestamp::from_nanosecond(start.0.into()).unwrap_or_else(|_| jiff::Timestamp::now());
        Self { journal, start, answered: None, opens: HashMap::new(), chains: HashMap::new(), known: HashSet::new() }
    }

    /// Takes what became of a request of a clone.
    pub(crate) fn handle(&mut self, clone: usize, engine: &Engine, record: &Record) -> Result<(), ChangesError> {
        let found = match record {
            Record::Request(record) => record.live_request.as_ref().zip(record.lane).map(|(request, lane)| Exchange {
                clone,
                engine,
                of: Some(record.request),
                lane,
                status: record.live_status,
                request,
                response: record.live_response.as_ref(),
            }),
            Record::Extra(extra) => Some(Exchange {
                clone,
                engine,
                of: extra.of,
                lane: extra.lane,
                status: extra.live_status,
                request: &extra.live_request,
                response: extra.live_response.as_ref(),
            }),
        };
        let Some(exchange) = found else { return Ok(()) };
        self.answered = match record {
            Record::Request(record) => record.answered,
            Record::Extra(extra) => extra.answered,
        };
        let Ok(header) = Header::parse(exchange.request) else { return Ok(()) };
        self.exchange(&exchange, &header)
    }

    fn exchange(&mut self, exchange: &Exchange<'_>, header: &Header) -> Result<(), ChangesError> {
        let succeeded = exchange.status.is_some_and(NtStatus::is_success);
        match header.command {
            Command::CREATE => self.create(exchange, header),
            Command::SET_INFO => {
                let Ok(view) = SetInfoRequest::parse(exchange.request) else { return Ok(()) };
                let key = self.handle_of(exchange, view.file_id());
                key.filter(|_| succeeded).map_or(Ok(()), |key| self.set(key, &view))
            }
            Command::WRITE => {
                let Ok(view) = WriteRequest::parse(exchange.request) else { return Ok(()) };
                let key = self.handle_of(exchange, view.file_id());
                key.filter(|_| succeeded).map_or(Ok(()), |key| self.changed(key))
            }
            Command::CLOSE => {
                let Ok(view) = CloseRequest::parse(exchange.request) else { return Ok(()) };
                let key = self.handle_of(exchange, view.file_id());
                let closed = key.filter(|_| succeeded).and_then(|key| self.opens.remove(&key));
                closed.map_or(Ok(()), |open| self.closed(open))
            }
            Command::TREE_DISCONNECT if succeeded => self
                .close_all(exchange.clone, |open| (open.session, open.tree) == (header.session_id, header.tree_id())),
            Command::LOGOFF if succeeded => self.close_all(exchange.clone, |open| open.session == header.session_id),
            _ => Ok(()),
        }
    }

    /// The open that a request is about. In a chain, what is related goes on with the handle of the member before.
    fn handle_of(&mut self, exchange: &Exchange<'_>, asked: FileId) -> Option<(usize, FileId)> {
        let place = (exchange.clone, exchange.lane);
        let chain = exchange.chain();
        let file_id = match asked {
            FileId::RELATED => {
                self.chains.get(&place).filter(|(known, _)| chain.is_some() && *known == chain).map(|(_, id)| *id)?
            }
            asked => asked,
        };
        self.chains.insert(place, (chain, file_id));
        Some((exchange.clone, file_id))
    }

    fn create(&mut self, exchange: &Exchange<'_>, header: &Header) -> Result<(), ChangesError> {
        let Ok(view) = CreateRequest::parse(exchange.request) else { return Ok(()) };
        let is_old = view.contexts().filter_map(Result::ok).any(|context| context.name == tag::TIMEWARP_TOKEN);
        let (Some(share), Some(path)) = (exchange.share(), path_of(&view, header)) else { return Ok(()) };
        if is_old || view.create_options() & OPEN_BY_FILE_ID != 0 {
            return Ok(());
        }
        let live_path = || LivePath::new(&path);
        if exchange.status.is_none() {
            let may_make = !matches!(view.create_disposition(), OPEN | OVERWRITE);
            let perhaps = Change::Perhaps { share, path: live_path() };
            return if may_make { self.note(perhaps) } else { Ok(()) };
        }
        let answer = exchange.response.and_then(|response| CreateResponse::parse(response).ok());
        let Some(answer) = answer.filter(|_| exchange.status.is_some_and(NtStatus::is_success)) else { return Ok(()) };
        self.chains.insert((exchange.clone, exchange.lane), (exchange.chain(), answer.file_id()));
        let action = answer.create_action();
        let file: Vec<u16> = path.iter().copied().take_while(|unit| *unit != COLON).collect();
        let is_known = !self.known.insert(folded(&file));
        let opened = Opened {
            share: share.clone(),
            path: path.clone(),
            session: header.session_id,
            tree: header.tree_id(),
            goes: view.create_options() & DELETE_ON_CLOSE != 0,
            is_noted: action != OPENED,
        };
        self.opens.insert((exchange.clone, answer.file_id()), opened);
        match action {
            OPENED => Ok(()),
            CREATED => {
                if file.len() < path.len() && !is_known {
                    let perhaps = Change::Perhaps { share: share.clone(), path: LivePath::new(&file) };
                    self.note(perhaps)?;
                }
                let folder = answer.file_attributes() & ATTRIBUTE_DIRECTORY != 0 && file.len() == path.len();
                self.note(Change::Made { share, path: live_path(), folder })
            }
            _ => self.note(Change::Changed { share, path: live_path() }),
        }
    }

    fn set(&mut self, key: (usize, FileId), view: &SetInfoRequest<'_>) -> Result<(), ChangesError> {
        let Ok(buffer) = view.buffer() else { return Ok(()) };
        let class = view.file_info_class();
        if view.info_type() != INFO_FILE {
            return self.changed(key);
        }
        let Some(open) = self.opens.get_mut(&key) else { return Ok(()) };
        if DISPOSITIONS.contains(&class) {
            open.goes = buffer.first().is_some_and(|byte| byte & 1 != 0);
            return Ok(());
        }
        let is_rename = RENAMES.contains(&class);
        if !is_rename && !LINKS.contains(&class) {
            return if OF_HANDLE.contains(&class) { Ok(()) } else { self.changed(key) };
        }
        let name = NameInformation::parse(buffer).ok().and_then(|view| view.file_name().ok().map(units));
        let Some(to) = name.filter(|name| name.first() != Some(&COLON)).and_then(|name| path(&name)) else {
            return Ok(());
        };
        let (share, old) = (open.share.clone(), open.path.clone());
        let (from, to_path) = (LivePath::new(&old), LivePath::new(&to));
        if !is_rename {
            return self.note(Change::Linked { share, path: from, to: to_path });
        }
        // Other handles of it, and of what is in it, follow.
        for other in self.opens.values_mut().filter(|other| other.share == share) {
            if let Some(rest) = below(&other.path, &old) {
                other.path = [to.as_slice(), rest].concat();
            }
        }
        self.note(Change::Renamed { share, path: from, to: to_path })
    }

    /// Data or a description change; once for each handle is enough.
    fn changed(&mut self, key: (usize, FileId)) -> Result<(), ChangesError> {
        let Some(open) = self.opens.get_mut(&key).filter(|open| !open.is_noted) else { return Ok(()) };
        open.is_noted = true;
        let changed = Change::Changed { share: open.share.clone(), path: LivePath::new(&open.path) };
        self.note(changed)
    }

    fn note(&mut self, change: Change) -> Result<(), ChangesError> {
        let answered = self.answered.and_then(|after| self.start.checked_add(after).ok());
        self.journal.push_at(change, answered.unwrap_or_else(jiff::Timestamp::now))
    }

    fn closed(&mut self, open: Opened) -> Result<(), ChangesError> {
        if !open.goes {
            return Ok(());
        }
        self.note(Change::Deleted { share: open.share, path: LivePath::new(&open.path) })
    }

    fn close_all(&mut self, clone: usize, which: impl Fn(&Opened) -> bool) -> Result<(), ChangesError> {
        let ended = self.opens.extract_if(|(of, _), open| *of == clone && which(open)).map(|(_, open)| open);
        let ended: Vec<Opened> = ended.collect();
        ended.into_iter().try_for_each(|open| self.closed(open))
    }
}

impl Exchange<'_> {
    /// The chain that the request is a member of.
    fn chain(&self) -> Option<(u32, u64)> {
        self.engine.plan().requests.get(self.of?)?.chain_key()
    }

    /// The live share that it is about, if that is one of files.
    fn share(&self) -> Option<String> {
        let plan = self.engine.plan();
        let share = self.of.and_then(|index| plan.requests.get(index)).and_then(|request| request.share());
        let is_disk = share.and_then(|index| plan.shares.get(index)).is_none_or(|share| share.kind == ShareKind::Disk);
        is_disk.then(|| self.engine.names().share(share).name.clone())
    }
}

fn path_of(view: &CreateRequest<'_>, header: &Header) -> Option<Vec<u16>> {
    let units = units(view.name().ok()?);
    match DfsName::of(&units).filter(|_| header.flags.0 & HeaderFlags::DFS_OPERATIONS != 0) {
        Some(dfs) => path(dfs.path),
        None => path(&units),
    }
}

/// A name as it is noted; `None` for the share itself, and for what leads out of it.
fn path(name: &[u16]) -> Option<Vec<u16>> {
    let Name { components, stream } = Name::parse(name).ok()?;
    let mut path = components.join(&SEPARATOR);
    if let Some(stream) = stream {
        path.push(COLON);
        path.extend(stream);
    }
    (!path.is_empty()).then_some(path)
}

/// What of `path` follows `old`, if it is that or lies in it, or is a stream of it.
fn below<'a>(path: &'a [u16], old: &[u16]) -> Option<&'a [u16]> {
    let (start, rest) = path.split_at_checked(old.len())?;
    let is_same = start.iter().zip(old).all(|(a, b)| fold(*a) == fold(*b));
    (is_same && matches!(rest.first(), None | Some(&SEPARATOR | &COLON))).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_in_a_renamed_folder_and_its_streams_follow_it() {
        let units = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
        let rest = |path: &str| below(&units(path), &units("A\\b")).map(<[u16]>::to_vec);
        assert_eq!(rest("a\\B"), Some(vec![]));
        assert_eq!(rest("a\\b\\c"), Some(units("\\c")));
        assert_eq!(rest("a\\b:s"), Some(units(":s")));
        assert_eq!((rest("a\\bc"), rest("a")), (None, None));
    }
}
