//! Packets out of a capture file, one after the other.

use super::pcap::{self, Pcap};
use super::pcapng::{self, Pcapng};
use super::source::Source;
use super::{
    Damage, DamageKind, EmbeddedKeys, FileFacts, FileFormat, Interface, LinkType, OpenError, REACH, ReadError, Record,
    Step, starts_other_file,
};
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
/// Where a file is damaged, reading goes on at the next place that looks like records following each other:
/// [`PacketReader::facts`] says where and how many bytes were not read.
pub struct PacketReader {
    name: String,
    source: Source,
    total: Option<u64>,
    format: Format,
    facts: FileFacts,
    /// Keys found in captures before the one that is being read of those joined in the file.
    embedded: Vec<EmbeddedKeys>,
    /// Length of the record handed out last, still in the window.
    handed_out: usize,
    /// The next record, when it was looked at before its time.
    ahead: Option<Record>,
    previous_time: Timestamp,
    /// The last two packets are near each other in time: one alone may have a damaged time.
    steady_time: bool,
    ended: bool,
}

/// Nanoseconds between packets that are near each other in time: a day.
const NEAR: u64 = 86_400_000_000_000;

#[derive(Debug)]
enum Format {
    Pcap(Pcap),
    Pcapng(Pcapng),
}

impl Format {
    /// The format whose file header or first block `bytes` begin with; of pcap, its interface, which gets number `index`, if
    /// the header is whole.
    fn at(bytes: &[u8], index: usize) -> Option<(Self, Option<Interface>)> {
        if bytes.starts_with(&pcapng::SECTION_HEADER) {
            return Some((Self::Pcapng(Pcapng::new()), None));
        }
        Pcap::open(bytes, index).map(|(pcap, interface)| (Self::Pcap(pcap), interface))
    }

    /// Whether reading can go on with `rest`, which lies behind damage.
    fn resumes(&self, rest: &[u8], previous: Option<i64>) -> bool {
        if starts_other_file(rest) {
            return true;
        }
        match self {
            Self::Pcap(pcap) => pcap.resumes(rest, previous),
            Self::Pcapng(pcapng) => pcapng.resumes(rest),
        }
    }
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
        if header.is_empty() && source.broken().is_none() {
            return Err(OpenError::Empty { name: name.to_owned() });
        }
        let Some((format, first)) = Format::at(header, 0) else {
            if let Some(reason) = source.broken().filter(|_| header.is_empty()) {
                return Err(OpenError::Broken { name: name.to_owned(), reason: reason.to_owned() });
            }
            let magic = header.iter().take(4).copied().collect();
            return Err(OpenError::NotACapture { name: name.to_owned(), offset: 0, magic });
        };
        if header.len() < pcap::FILE_HEADER {
            return Err(cut());
        }
        let kind = match format {
            Format::Pcap(_) => FileFormat::Pcap,
            Format::Pcapng(_) => FileFormat::Pcapng,
        };
        let mut facts = FileFacts::new(kind, compression);
        if matches!(format, Format::Pcap(_)) {
            source.consume(pcap::FILE_HEADER);
        }
        facts.interfaces.extend(first);
        Ok(Self {
            name: name.to_owned(),
            source,
            total: None,
            format,
            facts,
            embedded: Vec::new(),
            handed_out: 0,
            ahead: None,
            previous_time: Timestamp::default(),
            steady_time: false,
            ended: false,
        })
    }

    /// The next packet; `None` at the end of the file.
    ///
    /// # Errors
    /// When the operating system cannot read on.
    pub fn next_packet(&mut self) -> Result<Option<Packet<'_>>, ReadError> {
        self.look_ahead()?;
        Ok(self.ahead.take().map(|record| self.hand_out(record)))
    }

    /// The time that the next packet will have; `None` at the end of the file.
    ///
    /// # Errors
    /// When the operating system cannot read on.
    pub fn next_time(&mut self) -> Result<Option<Timestamp>, ReadError> {
        self.look_ahead()?;
        Ok(self.ahead.as_ref().map(|record| record.time.unwrap_or(self.previous_time)))
    }

    /// What is known of the file so far.
    pub fn facts(&self) -> &FileFacts {
        &self.facts
    }

    /// The keys of SMB sessions that the file was found to hold since they were last asked for.
    pub fn take_embedded_keys(&mut self) -> Vec<EmbeddedKeys> {
        let mut keys = std::mem::take(&mut self.embedded);
        if let Format::Pcapng(pcapng) = &mut self.format {
            keys.extend(pcapng.take_embedded_keys());
        }
        keys
    }

    /// The file as messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes read from the file, before decompression, and its length where known.
    pub fn progress(&self) -> (u64, Option<u64>) {
        (self.source.taken(), self.total)
    }

    fn look_ahead(&mut self) -> Result<(), ReadError> {
        if self.ended || self.ahead.is_some() {
            return Ok(());
        }
        self.source.consume(self.handed_out);
        self.handed_out = 0;
        match self.step() {
            Ok(found) => self.ahead = found,
            Err(source) => {
                self.ended = true;
                return Err(ReadError::Io { name: self.name.clone(), offset: self.source.position(), source });
            }
        }
        Ok(())
    }

    fn step(&mut self) -> io::Result<Option<Record>> {
        loop {
            let previous = self.steady_time.then(|| self.previous_time.0.div_euclid(1_000_000_000));
            let step = match &mut self.format {
                Format::Pcap(pcap) => pcap.next(&mut self.source, previous)?,
                Format::Pcapng(pcapng) => pcapng.next(&mut self.source, &mut self.facts)?,
            };
            let (reason, cut) = match step {
                Step::Packet(record) => return Ok(Some(record)),
                Step::OtherFile if self.other_file() => continue,
                Step::End => {
                    if let Some(reason) = self.source.broken() {
                        let kind = DamageKind::Compression;
                        let damage =
                            Damage { kind, offset: self.source.position(), reason: reason.to_owned(), skipped: 0 };
                        self.facts.damaged(damage);
                    }
                    self.ended = true;
                    return Ok(None);
                }
                Step::OtherFile | Step::Cut => ("the file ends inside a record", true),
                Step::Damaged(reason) => (reason, false),
            };
            if !self.salvage(reason, cut, previous)? {
                self.ended = true;
                return Ok(None);
            }
        }
    }

    /// Goes on with the capture file whose header is at the read position; says whether the header is whole.
    fn other_file(&mut self) -> bool {
        let header = self.source.window();
        let Some((format, first)) = Format::at(header, self.facts.interfaces.len()) else { return false };
        if header.len() < pcap::FILE_HEADER {
            return false;
        }
        if matches!(format, Format::Pcap(_)) {
            self.source.consume(pcap::FILE_HEADER);
        }
        self.embedded = self.take_embedded_keys();
        self.embedded.truncate(pcapng::MAX_EMBEDDED);
        self.format = format;
        self.facts.interfaces.extend(first);
        self.facts.joined_files = self.facts.joined_files.saturating_add(1);
        true
    }

    /// Moves on from a cut or damaged place to the next one where records begin, and notes what was skipped; says whether
    /// there is one.
    fn salvage(&mut self, reason: &'static str, cut: bool, previous: Option<i64>) -> io::Result<bool> {
        let offset = self.source.position();
        let mut from = 1usize;
        let found = loop {
            let wanted = REACH.saturating_mul(2);
            let window = self.source.fill(wanted)?;
            // A whole chain lies behind each place that is looked at, unless the file ends.
            let ended = window.len() < wanted;
            let until = if ended { window.len() } else { REACH };
            let begins = |at: &usize| window.get(*at..).is_some_and(|rest| self.format.resumes(rest, previous));
            let place = (from..until).find(begins);
            self.source.consume(place.unwrap_or(until));
            if place.is_some() || ended {
                break place.is_some();
            }
            from = 0;
        };
        let skipped = self.source.position().saturating_sub(offset);
        let (kind, reason) = match self.source.broken() {
            Some(broken) if !found => (DamageKind::Compression, broken),
            _ if cut && found => (DamageKind::Nonsense, "a record that reaches over others"),
            _ if cut => (DamageKind::Cut, reason),
            _ => (DamageKind::Nonsense, reason),
        };
        self.facts.damaged(Damage { kind, offset, reason: reason.to_owned(), skipped });
        let counter = if cut && !found { &mut self.facts.truncated_bytes } else { &mut self.facts.skipped_bytes };
        *counter = counter.saturating_add(skipped);
        Ok(found)
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
        self.steady_time = facts.packets > 1 && time.0.abs_diff(self.previous_time.0) < NEAR;
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
