//! Packets out of a capture file, one after the other.

use super::pcap::{self, Pcap};
use super::pcapng::{self, Pcapng};
use super::source::Source;
use super::{Damage, FileFacts, FileFormat, LinkType, OpenError, ReadError, Record, Step};
use crate::pdu::Timestamp;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A captured packet.
#[derive(Clone, Copy, Debug)]
pub struct Packet<'a> {
    /// 1-based number in the file, as Wireshark counts.
    pub frame: u64,
    /// Time of capture.
    pub time: Timestamp,
    /// What the first byte of `data` is the first byte of.
    pub link_type: LinkType,
    /// The captured bytes.
    pub data: &'a [u8],
    /// Length on the wire in bytes; less than `data.len()` only in broken captures.
    pub original_length: u32,
    /// Index into [`FileFacts::interfaces`].
    pub interface: u32,
}

/// Reads a capture file as a stream, in memory for one record.
///
/// A file that is cut or damaged ends there: [`PacketReader::facts`] says where and how many bytes were not read.
pub struct PacketReader {
    name: String,
    source: Source,
    total: Option<u64>,
    format: Format,
    facts: FileFacts,
    /// Length of the record handed out last, still in the window.
    handed_out: usize,
    previous_time: Timestamp,
    ended: bool,
}

#[derive(Debug)]
enum Format {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

impl PacketReader {
    /// Opens the capture file at `path`; `-` is the standard input.
    ///
    /// # Errors
    /// When the file cannot be read, is empty or is not a capture.
    pub fn open(path: &Path) -> Result<Self, OpenError> {
        if path == Path::new("-") {
            return Self::from_reader(Box::new(io::stdin()), "standard input");
        }
        let name = path.display().to_string();
        let io_error = |source| OpenError::Io { name: name.clone(), source };
        let file = File::open(path).map_err(io_error)?;
        let total = file.metadata().map_err(io_error)?.len();
        let mut reader = Self::from_reader(Box::new(file), &name)?;
        reader.total = Some(total);
        Ok(reader)
    }

    /// Reads a capture from `reader`, which messages call `name`.
    ///
    /// # Errors
    /// When `reader` fails, is empty or does not start like a capture.
    pub fn from_reader(reader: Box<dyn Read + Send>, name: &str) -> Result<Self, OpenError> {
        let io_error = |source| OpenError::Io { name: name.to_owned(), source };
        let mut source = Source::new(reader).map_err(io_error)?;
        let compression = source.compression();
        source.fill(pcap::FILE_HEADER).map_err(io_error)?;
        let header = source.window();
        let cut = || OpenError::HeaderCut { name: name.to_owned(), length: header.len() as u64 };
        let (format, facts) = if header.starts_with(&pcapng::SECTION_HEADER) {
            if header.len() < pcap::FILE_HEADER {
                return Err(cut());
            }
            (Format::Pcapng(Pcapng::new()), FileFacts::new(FileFormat::Pcapng, compression))
        } else if let Some((pcap, interface)) = Pcap::open(header) {
            let mut facts = FileFacts::new(FileFormat::Pcap, compression);
            facts.interfaces.push(interface.ok_or_else(cut)?);
            source.consume(pcap::FILE_HEADER);
            (Format::Pcap(pcap), facts)
        } else if header.is_empty() && source.broken().is_none() {
            return Err(OpenError::Empty { name: name.to_owned() });
        } else {
            let magic = header.iter().take(4).copied().collect();
            return Err(OpenError::NotACapture { name: name.to_owned(), offset: 0, magic });
        };
        Ok(Self {
            name: name.to_owned(),
            source,
            total: None,
            format,
            facts,
            handed_out: 0,
            previous_time: Timestamp::default(),
            ended: false,
        })
    }

    /// The next packet; `None` at the end of the file, or where it is cut or damaged.
    ///
    /// # Errors
    /// When the operating system cannot read on.
    pub fn next_packet(&mut self) -> Result<Option<Packet<'_>>, ReadError> {
        if self.ended {
            return Ok(None);
        }
        self.source.consume(self.handed_out);
        self.handed_out = 0;
        let found = match self.step() {
            Ok(found) => found,
            Err(source) => {
                self.ended = true;
                return Err(ReadError::Io { name: self.name.clone(), offset: self.source.position(), source });
            }
        };
        Ok(found.map(|record| self.hand_out(record)))
    }

    /// What is known of the file so far.
    pub fn facts(&self) -> &FileFacts {
        &self.facts
    }

    /// The file as messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes read from the file, before decompression, and its length where known.
    pub fn progress(&self) -> (u64, Option<u64>) {
        (self.source.taken(), self.total)
    }

    fn step(&mut self) -> io::Result<Option<Record>> {
        let step = match &mut self.format {
            Format::Pcap(pcap) => pcap.next(&mut self.source)?,
            Format::Pcapng(pcapng) => pcapng.next(&mut self.source, &mut self.facts)?,
        };
        let offset = self.source.position();
        let reason = match step {
            Step::Packet(record) => return Ok(Some(record)),
            Step::End => self.source.broken().map(str::to_owned),
            Step::Cut => {
                self.facts.truncated_bytes = self.source.drain()?;
                Some(self.source.broken().unwrap_or("the file ends inside a record").to_owned())
            }
            Step::Damaged(reason) => {
                self.facts.skipped_bytes = self.source.drain()?;
                Some(reason.to_owned())
            }
        };
        self.facts.damage = reason.map(|reason| Damage { offset, reason });
        self.ended = true;
        Ok(None)
    }

    fn hand_out(&mut self, record: Record) -> Packet<'_> {
        self.handed_out = record.length;
        let time = record.time.unwrap_or(self.previous_time);
        let facts = &mut self.facts;
        facts.packets = facts.packets.saturating_add(1);
        facts.captured_bytes = facts.captured_bytes.saturating_add(record.captured as u64);
        facts.original_bytes = facts.original_bytes.saturating_add(u64::from(record.original));
        facts.cut_packets = facts.cut_packets.saturating_add(u64::from(record.captured < record.original as usize));
        facts.packets_without_time = facts.packets_without_time.saturating_add(u64::from(record.time.is_none()));
        let backward = facts.packets > 1 && time < self.previous_time;
        facts.backward_times = facts.backward_times.saturating_add(u64::from(backward));
        if record.time.is_some() {
            facts.first_time = Some(facts.first_time.map_or(time, |first| first.min(time)));
            facts.last_time = Some(facts.last_time.map_or(time, |last| last.max(time)));
        }
        self.previous_time = time;
        let data = self.source.window().get(record.start..).and_then(|rest| rest.get(..record.captured));
        Packet {
            frame: facts.packets,
            time,
            link_type: record.link_type,
            data: data.unwrap_or_default(),
            original_length: record.original,
            interface: record.interface,
        }
    }
}
