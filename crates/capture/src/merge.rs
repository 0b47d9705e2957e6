//! Several capture files read as one trace, in the order of time.

use crate::format::{EmbeddedKeys, FileFacts, OpenError, Packet, PacketReader, ReadError};
use crate::pdu::Timestamp;
use std::cmp::Reverse;
use std::path::{Path, PathBuf};

/// Blocks with keys of files read to their end that are remembered until they are taken.
const MAX_EMBEDDED: usize = 64;

/// A file of a set, after it was read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileRead {
    /// The file.
    pub path: PathBuf,
    /// What is known of it; `None` when it was left out.
    pub facts: Option<FileFacts>,
    /// Why it was left out, without its name: it is empty, or cut inside its header, as the last file of a ring buffer
    /// may be, or nothing of it can be decompressed.
    pub left_out: Option<String>,
}

/// The files of one trace. Those whose time has not come are closed: a ring buffer may have thousands.
pub(crate) struct Merge {
    /// Files whose first packet is still to come, the earliest last.
    waiting: Vec<Waiting>,
    open: Vec<Open>,
    /// Index in `open` of the file that gave the last packet.
    drawn: Option<usize>,
    read: Vec<FileRead>,
    /// Of the files read to their end.
    facts: Option<FileFacts>,
    /// Keys of files that were read to their end, until they are taken.
    embedded: Vec<EmbeddedKeys>,
    packets: u64,
    taken: u64,
    total: Option<u64>,
}

struct Waiting {
    path: PathBuf,
    /// Place in the set, which decides between packets of the same time.
    order: usize,
    first: Timestamp,
    /// Kept for what can be read only once.
    reader: Option<PacketReader>,
}

struct Open {
    path: PathBuf,
    order: usize,
    reader: PacketReader,
    /// Latest time up to its next packet: a clock that steps back does not change the order inside the file.
    time: Timestamp,
}

impl Merge {
    /// Looks at the start of each file of `paths`.
    pub(crate) fn open(paths: &[PathBuf]) -> Result<Self, OpenError> {
        let mut merge = Self {
            waiting: Vec::with_capacity(paths.len()),
            open: Vec::new(),
            drawn: None,
            read: Vec::new(),
            facts: None,
            embedded: Vec::new(),
            packets: 0,
            taken: 0,
            total: Some(0),
        };
        let mut refused = None;
        for (order, path) in paths.iter().enumerate() {
            match PacketReader::open(path) {
                Ok(reader) => merge.wait(path, order, reader)?,
                Err(error @ (OpenError::Empty { .. } | OpenError::HeaderCut { .. } | OpenError::Broken { .. })) => {
                    let left_out = Some(error.reason());
                    merge.read.push(FileRead { path: path.clone(), facts: None, left_out });
                    refused = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        merge.waiting.sort_by_key(|file| Reverse((file.first, file.order)));
        match refused {
            Some(error) if merge.waiting.is_empty() && merge.facts.is_none() => Err(error),
            _ => Ok(merge),
        }
    }

    /// The next packet of the trace, its frame counted through all files.
    pub(crate) fn next_packet(&mut self) -> Result<Option<Packet<'_>>, ReadError> {
        if let Some(drawn) = self.drawn.take() {
            self.look_ahead(drawn)?;
        }
        self.admit()?;
        let earliest = self.open.iter().enumerate().min_by_key(|(_, file)| (file.time, file.order));
        let Some((index, _)) = earliest else { return Ok(None) };
        self.drawn = Some(index);
        self.packets = self.packets.saturating_add(1);
        let frame = self.packets;
        let Some(file) = self.open.get_mut(index) else { return Ok(None) };
        Ok(file.reader.next_packet()?.map(|packet| Packet { frame, ..packet }))
    }

    /// What is known of the files read to their end, together.
    pub(crate) fn facts(&self) -> Option<&FileFacts> {
        self.facts.as_ref().or_else(|| self.open.first().map(|file| file.reader.facts()))
    }

    /// The keys that the files open now, and those read since they were last asked for, were found to hold.
    pub(crate) fn take_embedded_keys(&mut self) -> Vec<EmbeddedKeys> {
        let mut keys = std::mem::take(&mut self.embedded);
        keys.extend(self.open.iter_mut().flat_map(|file| file.reader.take_embedded_keys()));
        keys
    }

    /// The files read to their end or left out.
    pub(crate) fn files(&self) -> &[FileRead] {
        &self.read
    }

    /// Bytes read of all files and their length where known, before decompression.
    pub(crate) fn progress(&self) -> (u64, Option<u64>) {
        let open = self.open.iter().map(|file| file.reader.progress().0);
        (open.fold(self.taken, u64::saturating_add), self.total)
    }

    fn wait(&mut self, path: &Path, order: usize, mut reader: PacketReader) -> Result<(), OpenError> {
        self.total = self.total.zip(reader.progress().1).map(|(total, length)| total.saturating_add(length));
        let first = reader.next_time().map_err(|ReadError::Io { name, source, .. }| OpenError::Io { name, source })?;
        match first {
            Some(first) => {
                let reader = (path == Path::new("-")).then_some(reader);
                self.waiting.push(Waiting { path: path.to_owned(), order, first, reader });
            }
            None => self.retire(path.to_owned(), &mut reader),
        }
        Ok(())
    }

    /// Opens the files whose first packet comes before everything that is open.
    fn admit(&mut self) -> Result<(), ReadError> {
        loop {
            let now = self.open.iter().map(|file| file.time).min();
            let due = |waiting: &mut Waiting| now.is_none_or(|now| waiting.first <= now);
            let Some(Waiting { path, order, first, reader }) = self.waiting.pop_if(due) else { return Ok(()) };
            let reader = match reader.map_or_else(|| PacketReader::open(&path), Ok) {
                Ok(reader) => reader,
                Err(OpenError::Io { name, source }) => return Err(ReadError::Io { name, offset: 0, source }),
                Err(error) => {
                    self.read.push(FileRead { path, facts: None, left_out: Some(error.reason()) });
                    continue;
                }
            };
            self.open.push(Open { path, order, reader, time: first });
            self.look_ahead(self.open.len().saturating_sub(1))?;
        }
    }

    /// Learns the time of the next packet of an open file, or that there is none.
    fn look_ahead(&mut self, index: usize) -> Result<(), ReadError> {
        let Some(file) = self.open.get_mut(index) else { return Ok(()) };
        if let Some(time) = file.reader.next_time()? {
            file.time = file.time.max(time);
            return Ok(());
        }
        let mut file = self.open.swap_remove(index);
        self.retire(file.path, &mut file.reader);
        Ok(())
    }

    fn retire(&mut self, path: PathBuf, reader: &mut PacketReader) {
        let keys = reader.take_embedded_keys();
        let room = MAX_EMBEDDED.saturating_sub(self.embedded.len());
        self.embedded.extend(keys.into_iter().take(room));
        self.taken = self.taken.saturating_add(reader.progress().0);
        let facts = reader.facts().clone();
        match &mut self.facts {
            Some(together) => together.add(&facts),
            None => self.facts = Some(facts.clone()),
        }
        self.read.push(FileRead { path, facts: Some(facts), left_out: None });
    }
}
