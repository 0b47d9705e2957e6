//! Making files: each with its data, streams and description, many side by side. What is small is one chain; of what is
//! large, one chain is under way at a time.

use super::contents::{Contents, Piece};
use super::description::{attributes_at_creation, describe};
use super::journal::ShareJournal;
use super::report::Outcomes;
use super::survey::{OPEN, SHARE_ALL};
use super::task::{State, Step, Task, UnderWay};
use super::wanted::{MOST_PATTERN, Thing};
use crate::map::SidRule;
use crate::namespace::Namespace;
use bytes::Bytes;
use client::crew::{Answer, Chain, Work};
use client::request::create::{Kind, Open, create};
use client::request::{Request, close, ioctl, set_info, write};
use smb2::message::write::WriteResponse;
use smb2::{Command, FileId, NtStatus};
use std::collections::VecDeque;
use store::ReadError;

/// Bytes that were read and wait to be written.
const MOST_HELD: usize = 16 << 20;
/// Bytes and WRITEs of one chain.
const CHAIN_BYTES: usize = 1 << 20;
const CHAIN_WRITES: usize = 16;
/// FILE_WRITE_DATA, FILE_APPEND_DATA, FILE_WRITE_EA, FILE_READ_ATTRIBUTES, FILE_WRITE_ATTRIBUTES, SYNCHRONIZE (MS-SMB2
/// 2.2.13.1.1).
const WRITE: u32 = 0x0010_0196;
const WRITE_DAC: u32 = 0x0004_0000;
const CREATE: u32 = 2;
const OPEN_IF: u32 = 3;
const NON_DIRECTORY_FILE: u32 = 0x40;

/// Makes the files.
pub(super) struct MakeFiles<'a, 'j> {
    namespace: &'a Namespace,
    things: &'a [&'a Thing],
    journal: &'a mut ShareJournal<'j>,
    pub(super) outcomes: &'a mut Outcomes,
    sids: &'a [SidRule],
    contents: Contents,
    tasks: Vec<Task>,
    /// Task and stream of each receiver of contents.
    receivers: Vec<(usize, usize)>,
    ready: VecDeque<usize>,
    held: usize,
    is_read: bool,
    told: &'a mut dyn FnMut(u64),
    /// Why the contents cannot be read any more.
    pub(super) failed: Option<ReadError>,
}

impl<'a, 'j> MakeFiles<'a, 'j> {
    pub(super) fn new(
        namespace: &'a Namespace,
        things: &'a [&'a Thing],
        journal: &'a mut ShareJournal<'j>,
        outcomes: &'a mut Outcomes,
        sids: &'a [SidRule],
        mut contents: Contents,
        told: &'a mut dyn FnMut(u64),
    ) -> Self {
        let (mut tasks, mut receivers, mut ready) = (Vec::with_capacity(things.len()), Vec::new(), VecDeque::new());
        for (index, thing) in things.iter().enumerate() {
            let (mut task, streams) = Task::new(thing, namespace);
            for (number, stream) in streams {
                let (pieces, hole) = contents.want_stream(receivers.len(), stream, MOST_PATTERN);
                receivers.push((index, number));
                task.expected = task.expected.saturating_add(pieces);
                outcomes.report.bytes_left_out = outcomes.report.bytes_left_out.saturating_add(hole);
                if number == 0 {
                    task.has_hole = hole > 0;
                    task.size = Some(stream.size_before()).filter(|size| *size > 0 && (hole > 0 || pieces == 0));
                }
            }
            if task.has_work() {
                task.is_ready = true;
                ready.push_back(index);
            }
            tasks.push(task);
        }
        let (held, is_read, failed) = (0, false, None);
        Self {
            namespace,
            things,
            journal,
            outcomes,
            sids,
            contents,
            tasks,
            receivers,
            ready,
            held,
            is_read,
            told,
            failed,
        }
    }

    /// Reads the next piece; false when there is none now.
    fn read_on(&mut self) -> bool {
        if self.is_read || self.failed.is_some() || self.held >= MOST_HELD {
            return false;
        }
        match self.contents.next_piece() {
            Ok(Some(Ok(Piece { receiver, offset, bytes }))) => self.arrived(receiver, Some((offset, bytes))),
            Ok(Some(Err(receiver))) => self.arrived(receiver, None),
            Ok(None) => self.is_read = true,
            Err(error) => self.failed = Some(error),
        }
        true
    }

    fn arrived(&mut self, receiver: usize, data: Option<(u64, Bytes)>) {
        let Some((index, stream)) = self.receivers.get(receiver).copied() else { return };
        let Some(task) = self.tasks.get_mut(index) else { return };
        task.expected = task.expected.saturating_sub(1);
        match data {
            Some((offset, bytes)) if task.state != State::Failed => {
                self.held = self.held.saturating_add(bytes.len());
                task.queue.push_back(Step::Write { stream, offset, bytes });
            }
            Some(_) => {}
            None => {
                if let Some(thing) = self.things.get(index) {
                    self.outcomes.refuse(thing, "data are not in the session file any more".to_owned());
                }
            }
        }
        self.wake(index);
    }

    fn wake(&mut self, index: usize) {
        if let Some(task) = self.tasks.get_mut(index).filter(|task| task.has_work() && !task.is_ready) {
            task.is_ready = true;
            self.ready.push_back(index);
        }
    }

    fn chain(&mut self, index: usize) -> Option<Vec<Request>> {
        let (thing, task) = (self.things.get(index)?, self.tasks.get_mut(index)?);
        task.is_ready = false;
        if !task.has_work() {
            return None;
        }
        if thing.folder().is_some_and(|folder| self.outcomes.has_failed(folder)) {
            self.fail(index, "its folder could not be made".to_owned());
            return None;
        }
        let makes = task.state == State::New;
        // The file itself comes before its streams.
        let steps = match task.queue.front() {
            Some(first) if makes && first.stream() != 0 => Vec::new(),
            _ => task.take(CHAIN_BYTES, CHAIN_WRITES),
        };
        let taken: usize = steps.iter().map(Step::bytes).sum();
        let stream = steps.first().map_or(0, Step::stream);
        let finishes = task.expected == 0 && task.queue.is_empty() && stream == 0;
        let described = match thing.node(self.namespace).filter(|_| finishes) {
            Some(node) => describe(node, self.sids, makes),
            None => Default::default(),
        };
        let (sparse, size) = if makes { (task.has_hole, task.size) } else { (false, None) };
        let size_at = size.map(|_| if sparse { 2 } else { 1 });
        let name = task.streams.get(stream).cloned().unwrap_or_default();
        task.state = State::Made;
        task.under_way = Some(UnderWay { makes, stream, finishes, sparse, size_at, bytes: taken as u64 });
        self.held = self.held.saturating_sub(taken);
        for why in &described.left_out {
            self.outcomes.warn(thing, why);
        }
        let path = match stream {
            0 => thing.path.clone(),
            _ => [thing.path.as_slice(), &[u16::from(b':')], &name].concat(),
        };
        let open = Open {
            access: if described.sets_security { WRITE | WRITE_DAC } else { WRITE },
            attributes: attributes_at_creation(thing.node(self.namespace)),
            share_access: SHARE_ALL,
            disposition: if makes {
                CREATE
            } else if stream != 0 {
                OPEN_IF
            } else {
                OPEN
            },
            options: NON_DIRECTORY_FILE,
            contexts: &[],
        };
        let mut chain = match create(&path, &open) {
            Ok(create) => vec![create],
            Err(error) => {
                self.fail(index, error.to_string());
                return None;
            }
        };
        if makes && !self.journal.making(&thing.path, Kind::File) {
            return None;
        }
        chain.extend(sparse.then(|| ioctl::set_sparse(FileId::RELATED)));
        chain.extend(size.map(|size| set_info::end_of_file(FileId::RELATED, size)));
        steps.iter().for_each(|step| add(&mut chain, step));
        chain.extend(described.requests);
        chain.push(close::close(FileId::RELATED));
        Some(chain)
    }

    /// It cannot be made; what was read for it is dropped.
    fn fail(&mut self, index: usize, what: String) {
        if let (Some(thing), Some(task)) = (self.things.get(index), self.tasks.get_mut(index)) {
            let held: usize = task.queue.iter().map(Step::bytes).sum();
            self.held = self.held.saturating_sub(held);
            task.queue.clear();
            task.state = State::Failed;
            self.outcomes.fail(thing, what);
            (self.told)(self.outcomes.done);
        }
    }

    fn answered(&mut self, index: usize, under_way: UnderWay, answers: &[Answer]) {
        let Some(thing) = self.things.get(index).copied() else { return };
        let created = answers.first().map_or(NtStatus::INTERNAL_ERROR, |answer| answer.status);
        if !created.is_success() {
            if under_way.makes {
                self.journal.not_made(&thing.path);
            }
            if under_way.stream == 0 {
                let what = if under_way.makes { "made" } else { "opened again" };
                return self.fail(index, format!("cannot be {what}: {created}"));
            }
            return self.outcomes.refuse(thing, format!("a stream cannot be made: {created}"));
        }
        for (place, answer) in answers.iter().enumerate().filter(|(_, answer)| !answer.status.is_success()) {
            // A server that knows no sparse files fills them.
            if under_way.sparse && answer.command == Command::IOCTL {
                continue;
            }
            let of_data = answer.command == Command::WRITE || under_way.size_at == Some(place);
            if of_data && under_way.stream == 0 {
                let what = if answer.command == Command::WRITE { "its data are" } else { "its size is" };
                return self.fail(index, format!("{what} refused: {}", answer.status));
            }
            let what = if of_data { "the data of a stream are" } else { "attributes, times or permissions are" };
            self.outcomes.refuse(thing, format!("{what} refused: {}", answer.status));
        }
        let lacks = lacking(under_way.bytes, answers);
        if lacks > 0 {
            return self.fail(index, format!("{lacks} of {} bytes were not written", under_way.bytes));
        }
        let written = &mut self.outcomes.report.bytes_written;
        *written = written.saturating_add(under_way.bytes);
        if under_way.finishes {
            if let Some(task) = self.tasks.get_mut(index) {
                task.state = State::Finished;
            }
            self.outcomes.made(thing);
            (self.told)(self.outcomes.done);
        }
    }
}

impl Work for MakeFiles<'_, '_> {
    fn next_chain(&mut self, _connection: usize) -> Option<Chain> {
        loop {
            if self.journal.failed.is_some() || self.failed.is_some() {
                return None;
            }
            while let Some(index) = self.ready.pop_front() {
                if let Some(requests) = self.chain(index) {
                    return Some(Chain { ticket: index as u64, requests });
                }
            }
            if !self.read_on() {
                return None;
            }
        }
    }

    fn handle_answers(&mut self, ticket: u64, answers: Vec<Answer>) {
        let index = usize::try_from(ticket).unwrap_or(usize::MAX);
        let under_way = self.tasks.get_mut(index).and_then(|task| task.under_way.take());
        if let Some(under_way) = under_way {
            self.answered(index, under_way, &answers);
            self.wake(index);
        }
    }
}

/// How many of the bytes that were to be written successful WRITEs have not written; none where one was refused, which is
/// told as such.
fn lacking(bytes: u64, answers: &[Answer]) -> u64 {
    let writes = || answers.iter().filter(|answer| answer.command == Command::WRITE);
    if writes().any(|answer| !answer.status.is_success()) {
        return 0;
    }
    let counts = writes().filter_map(|answer| Some(u64::from(WriteResponse::parse(&answer.message).ok()?.count())));
    counts.fold(bytes, u64::saturating_sub)
}

/// The requests of a step.
fn add(chain: &mut Vec<Request>, step: &Step) {
    match step {
        Step::Size { size, .. } => chain.push(set_info::end_of_file(FileId::RELATED, *size)),
        Step::Write { offset, bytes, .. } => {
            let mut written = 0_usize;
            while let Some(rest) = bytes.get(written..).filter(|rest| !rest.is_empty()) {
                let at = offset.saturating_add(written as u64);
                let (request, length) = write::write(FileId::RELATED, at, rest);
                chain.push(request);
                written = written.saturating_add(length.max(1));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer to a WRITE (MS-SMB2 2.2.22).
    fn answer(status: NtStatus, count: u8) -> Answer {
        let mut message = vec![0; 80];
        for (place, byte) in [(0, 0xfe), (1, b'S'), (2, b'M'), (3, b'B'), (4, 64), (12, 9), (64, 17), (68, count)] {
            message.get_mut(place).into_iter().for_each(|slot| *slot = byte);
        }
        Answer { command: Command::WRITE, status, message: message.into() }
    }

    #[test]
    fn a_write_that_succeeds_and_writes_less_is_noticed() {
        let whole = [answer(NtStatus::SUCCESS, 10), answer(NtStatus::SUCCESS, 5)];
        assert_eq!((lacking(15, &whole), lacking(16, &whole)), (0, 1));
        let refused = [answer(NtStatus::SUCCESS, 10), answer(NtStatus::DISK_FULL, 0)];
        assert_eq!(lacking(20, &refused), 0, "a refusal is told as what it is");
    }
}
