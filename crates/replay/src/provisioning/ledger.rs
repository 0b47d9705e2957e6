//! What a replay makes, renames and deletes on the live shares, by the live answers.

use crate::engine::{Engine, Record};
use crate::map::ShareKind;
use crate::message::dfs::DfsName;
use crate::namespace::Name;
use smb2::context::create::tag;
use smb2::message::close::CloseRequest;
use smb2::message::create::{CreateRequest, CreateResponse};
use smb2::message::set_info::{NameInformation, SetInfoRequest};
use smb2::{Command, FileId, Header, HeaderFlags, NtStatus};
use std::collections::HashMap;
use store::changes::{Change, ChangeJournal, ChangesError, LivePath};

const CREATED: u32 = 2;
const DELETE_ON_CLOSE: u32 = 0x0000_1000;
const OPEN_BY_FILE_ID: u32 = 0x0000_2000;
const ATTRIBUTE_DIRECTORY: u32 = 0x10;
const INFO_FILE: u8 = 1;
/// Information classes (MS-FSCC 2.4).
const RENAMES: [u8; 2] = [10, 65];
const LINKS: [u8; 2] = [11, 72];
const DISPOSITIONS: [u8; 2] = [13, 64];

/// Writes down what a replay changes.
#[derive(Debug)]
pub(crate) struct Ledger {
    journal: ChangeJournal,
    /// Live opens of files and folders.
    opens: HashMap<(usize, FileId), Opened>,
    /// The handle that related requests use, by clone and lane.
    related: HashMap<(usize, usize), FileId>,
}

#[derive(Clone, Debug)]
struct Opened {
    share: String,
    path: Vec<u16>,
    goes: bool,
}

impl Ledger {
    pub(crate) fn new(journal: ChangeJournal) -> Self {
        Self { journal, opens: HashMap::new(), related: HashMap::new() }
    }

    /// Takes what became of a request of a clone.
    pub(crate) fn handle(&mut self, clone: usize, engine: &Engine, record: &Record) -> Result<(), ChangesError> {
        let (of, lane, status, request, response) = match record {
            Record::Request(record) => {
                (Some(record.request), record.lane, record.live_status, &record.live_request, &record.live_response)
            }
            Record::Extra(extra) => {
                let request = Some(extra.live_request.clone());
                return self.exchange(clone, engine, (extra.of, Some(extra.lane)), extra.live_status, &request, &extra.live_response);
            }
        };
        self.exchange(clone, engine, (of, lane), status, request, response)
    }

    fn exchange(
        &mut self,
        clone: usize,
        engine: &Engine,
        (of, lane): (Option<usize>, Option<usize>),
        status: Option<NtStatus>,
        request: &Option<bytes::Bytes>,
        response: &Option<bytes::Bytes>,
    ) -> Result<(), ChangesError> {
        let (Some(request), Some(lane)) = (request, lane) else { return Ok(()) };
        let Ok(header) = Header::parse(request) else { return Ok(()) };
        let succeeded = status.is_some_and(NtStatus::is_success);
        let place = (clone, lane);
        match header.command {
            Command::CREATE if succeeded => {
                let Some(view) = response.as_ref().and_then(|response| CreateResponse::parse(response).ok()) else {
                    return Ok(());
                };
                self.related.insert(place, view.file_id());
                let share = self.share(engine, of);
                self.created(clone, share, request, &header, &view)
            }
            Command::SET_INFO if succeeded => {
                let Ok(view) = SetInfoRequest::parse(request) else { return Ok(()) };
                let Some(file_id) = self.handle_of(place, view.file_id()) else { return Ok(()) };
                self.set((clone, file_id), &view)
            }
            Command::CLOSE if succeeded => {
                let asked = CloseRequest::parse(request).ok().map(|view| view.file_id());
                let Some(file_id) = asked.and_then(|asked| self.handle_of(place, asked)) else { return Ok(()) };
                match self.opens.remove(&(clone, file_id)) {
                    Some(Opened { share, path, goes: true }) => {
                        self.journal.push(&Change::Deleted { share, path: LivePath::new(&path) })
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    fn handle_of(&self, place: (usize, usize), asked: FileId) -> Option<FileId> {
        if asked == FileId::RELATED { self.related.get(&place).copied() } else { Some(asked) }
    }

    /// The live share that a request is about, if it is one of files.
    fn share(&self, engine: &Engine, of: Option<usize>) -> Option<String> {
        let plan = engine.plan();
        let share = of.and_then(|index| plan.requests.get(index)).and_then(|request| request.share());
        let is_disk = share.and_then(|index| plan.shares.get(index)).is_none_or(|share| share.kind == ShareKind::Disk);
        is_disk.then(|| engine.names().share(share).name.clone())
    }

    fn created(
        &mut self,
        clone: usize,
        share: Option<String>,
        request: &[u8],
        header: &Header,
        answer: &CreateResponse<'_>,
    ) -> Result<(), ChangesError> {
        let Ok(view) = CreateRequest::parse(request) else { return Ok(()) };
        let is_old = view.contexts().filter_map(Result::ok).any(|context| context.name == tag::TIMEWARP_TOKEN);
        let (Some(share), Ok(name)) = (share, view.name()) else { return Ok(()) };
        if is_old || view.create_options() & OPEN_BY_FILE_ID != 0 {
            return Ok(());
        }
        let mut units = units(name);
        if header.flags.0 & HeaderFlags::DFS_OPERATIONS != 0
            && let Some(dfs) = DfsName::of(&units)
        {
            units = dfs.path.to_vec();
        }
        let Some(path) = path(&units) else { return Ok(()) };
        let goes = view.create_options() & DELETE_ON_CLOSE != 0;
        let opened = Opened { share: share.clone(), path: path.clone(), goes };
        self.opens.insert((clone, answer.file_id()), opened);
        if answer.create_action() != CREATED {
            return Ok(());
        }
        let folder = answer.file_attributes() & ATTRIBUTE_DIRECTORY != 0;
        self.journal.push(&Change::Made { share, path: LivePath::new(&path), folder })
    }

    fn set(&mut self, key: (usize, FileId), view: &SetInfoRequest<'_>) -> Result<(), ChangesError> {
        let (Some(open), Ok(buffer)) = (self.opens.get_mut(&key), view.buffer()) else { return Ok(()) };
        let class = view.file_info_class();
        if view.info_type() != INFO_FILE {
            return Ok(());
        }
        if DISPOSITIONS.contains(&class) {
            open.goes = buffer.first().is_some_and(|byte| byte & 1 != 0);
            return Ok(());
        }
        let is_rename = RENAMES.contains(&class);
        if !is_rename && !LINKS.contains(&class) {
            return Ok(());
        }
        let name = NameInformation::parse(buffer).ok().and_then(|view| view.file_name().ok().map(units));
        let Some(to) = name.filter(|name| name.first() != Some(&u16::from(b':'))).and_then(|name| path(&name)) else {
            return Ok(());
        };
        let (share, old, to_path) = (open.share.clone(), LivePath::new(&open.path), LivePath::new(&to));
        if is_rename {
            open.path = to;
            self.journal.push(&Change::Renamed { share, path: old, to: to_path })
        } else {
            self.journal.push(&Change::Linked { share, path: old, to: to_path })
        }
    }
}

fn units(name: &[u8]) -> Vec<u16> {
    name.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit)).collect()
}

/// A name as it is noted; `None` for the share itself, and for what leads out of it.
fn path(name: &[u16]) -> Option<Vec<u16>> {
    let Name { components, stream } = Name::parse(name).ok()?;
    let mut path = components.join(&u16::from(b'\\'));
    if let Some(stream) = stream {
        path.push(u16::from(b':'));
        path.extend(stream);
    }
    (!path.is_empty()).then_some(path)
}
