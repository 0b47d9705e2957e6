//! Messages in the order of time: put down as they come, and read again as the transport PDUs that they were sent in.

use capture::Timestamp;
use smb2::{Header, header};
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Which way a message went. Of what happened at one time, answers come first: they are why requests are sent.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Direction {
    /// To the client.
    Response,
    /// To the server.
    Request,
    /// To the client, at the very time of its request.
    ResponseAtOnce,
}

/// When a message went over the wire, and where.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Moment {
    pub(super) time: Timestamp,
    /// Live connection.
    pub(super) connection: u32,
    pub(super) direction: Direction,
    /// Order among those of one time, connection and direction.
    pub(super) order: u64,
}

/// A transport PDU: a message, or a chain of them.
#[derive(Debug)]
pub(super) struct Pdu {
    pub(super) time: Timestamp,
    pub(super) connection: u32,
    pub(super) direction: Direction,
    /// What follows the transport header.
    pub(super) body: Vec<u8>,
    /// Number of messages.
    pub(super) messages: u64,
    /// What there is to say about them.
    pub(super) remarks: Vec<String>,
}

/// Messages that are put down.
#[derive(Debug)]
pub(super) struct Timeline {
    file: BufWriter<File>,
    end: u64,
    entries: Vec<Entry>,
}

/// Where a message lies in the file, its remark behind it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Entry {
    moment: Moment,
    offset: u64,
    length: u32,
    remark: u32,
}

impl Timeline {
    /// An empty one; its file has no name and is in `folder`.
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        Ok(Self { file: BufWriter::new(tempfile::tempfile_in(folder)?), end: 0, entries: Vec::new() })
    }

    /// Puts a message down.
    pub(super) fn push(&mut self, moment: Moment, message: &[u8], remark: Option<&str>) -> io::Result<()> {
        let remark = remark.unwrap_or_default().as_bytes();
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).map_err(io::Error::other);
        let entry = Entry { moment, offset: self.end, length: length(message)?, remark: length(remark)? };
        self.file.write_all(message)?;
        self.file.write_all(remark)?;
        self.end = self.end.saturating_add(u64::from(entry.length)).saturating_add(u64::from(entry.remark));
        self.entries.push(entry);
        Ok(())
    }

    /// The PDUs in their order.
    pub(super) fn sorted(mut self) -> io::Result<Pdus> {
        self.entries.sort_unstable();
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Pdus { file, entries: self.entries.into_iter().peekable() })
    }
}

/// PDUs in the order of time.
#[derive(Debug)]
pub(super) struct Pdus {
    file: File,
    entries: std::iter::Peekable<std::vec::IntoIter<Entry>>,
}

impl Pdus {
    /// The next PDU.
    pub(super) fn next(&mut self) -> io::Result<Option<Pdu>> {
        let Some(first) = self.entries.next() else { return Ok(None) };
        let Moment { time, connection, direction, .. } = first.moment;
        let mut pdu = Pdu { time, connection, direction, body: Vec::new(), messages: 0, remarks: Vec::new() };
        let (mut last, mut goes_on) = (0, self.read(first, &mut pdu)?);
        while goes_on {
            let of_chain = |entry: &Entry| {
                let Moment { time, connection, direction, .. } = entry.moment;
                (time, connection, direction) == (pdu.time, pdu.connection, pdu.direction)
            };
            let Some(next) = self.entries.next_if(of_chain) else { break };
            (last, goes_on) = (pdu.body.len(), self.read(next, &mut pdu)?);
        }
        // What followed is not in the record.
        let dangling = pdu.body.get_mut(last..).filter(|_| goes_on);
        let _is_a_header =
            dangling.is_some_and(|message| header::patch(message, header::offset::NEXT_COMMAND, &[0; 4]));
        Ok(Some(pdu))
    }

    /// Appends a message; whether its chain goes on.
    fn read(&mut self, entry: Entry, pdu: &mut Pdu) -> io::Result<bool> {
        let start = pdu.body.len();
        self.file.seek(SeekFrom::Start(entry.offset))?;
        (&self.file).take(entry.length.into()).read_to_end(&mut pdu.body)?;
        let mut remark = String::new();
        (&self.file).take(entry.remark.into()).read_to_string(&mut remark)?;
        pdu.remarks.extend(Some(remark).filter(|remark| !remark.is_empty()));
        pdu.messages = pdu.messages.saturating_add(1);
        let header = pdu.body.get(start..).and_then(|message| Header::parse(message).ok());
        // Elsewhere it is as broken as it was captured.
        Ok(header.is_some_and(|header| header.next_command == entry.length))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    const LENGTH: u32 = 72;

    /// A message with this MessageId, of a chain that goes on at this offset.
    fn message(id: u64, next: u32) -> Vec<u8> {
        let mut message = header::PROTOCOL_ID.to_vec();
        message.extend(64_u16.to_le_bytes());
        message.resize(LENGTH as usize, 0);
        assert!(header::patch(&mut message, header::offset::MESSAGE_ID, &id.to_le_bytes()));
        assert!(header::patch(&mut message, header::offset::NEXT_COMMAND, &next.to_le_bytes()));
        message
    }

    /// The MessageIds of each PDU, and the NextCommand of its last message.
    fn pdus(messages: &[(i64, Direction, u64, Vec<u8>)]) -> Vec<(Vec<u64>, u32)> {
        let folder = tempfile::tempdir().unwrap();
        let mut timeline = Timeline::new(folder.path()).unwrap();
        for (time, direction, order, message) in messages {
            let moment = Moment { time: Timestamp(*time), connection: 3, direction: *direction, order: *order };
            timeline.push(moment, message, None).unwrap();
        }
        let mut sorted = timeline.sorted().unwrap();
        let mut found = Vec::new();
        while let Some(pdu) = sorted.next().unwrap() {
            let headers = pdu.body.chunks(LENGTH as usize).map(|message| Header::parse(message).unwrap());
            let headers: Vec<Header> = headers.collect();
            assert_eq!(u64::try_from(headers.len()).unwrap(), pdu.messages);
            found
                .push((headers.iter().map(|header| header.message_id).collect(), headers.last().unwrap().next_command));
        }
        found
    }

    #[test]
    fn messages_come_in_the_order_of_time_and_answers_before_what_they_cause() {
        use Direction::{Request, Response, ResponseAtOnce};
        let found = pdus(&[
            (20, Request, 4, message(4, 0)),
            (20, Response, 0, message(1, 0)),
            (10, Request, 1, message(1, 0)),
            (20, Request, 3, message(3, 0)),
            (20, ResponseAtOnce, 9, message(3, 0)),
        ]);
        assert_eq!(found, [1, 1, 3, 4, 3].map(|id| (vec![id], 0)));
    }

    #[test]
    fn a_chain_is_one_pdu_and_ends_where_the_record_does() {
        let of = |messages: &[(i64, u64, u32)]| {
            let messages =
                messages.iter().map(|(time, id, next)| (*time, Direction::Request, *id, message(*id, *next)));
            pdus(&messages.collect::<Vec<_>>())
        };
        assert_eq!(of(&[(5, 1, LENGTH), (5, 2, LENGTH), (5, 3, 0), (5, 4, 0)]), [(vec![1, 2, 3], 0), (vec![4], 0)]);
        assert_eq!(of(&[(5, 1, LENGTH), (5, 2, LENGTH), (6, 3, 0)]), [(vec![1, 2], 0), (vec![3], 0)]);
        // Broken on purpose: it stays so.
        assert_eq!(of(&[(5, 1, 8), (5, 2, 0)]), [(vec![1], 8), (vec![2], 0)]);
    }
}
