//! The packets of a recording, one after the other, to be looked at or changed: pcap of this machine's byte order with
//! microseconds, Ethernet, IPv4, as [`Recorder`](crate::Recorder) writes it. Checksums are left as they are.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::Path;
use std::time::Duration;

const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
const ETHERNET_HEADER: usize = 14;
/// The magic number of a pcap file with microseconds.
const MAGIC: [u8; 4] = 0xa1b2_c3d4_u32.to_ne_bytes();
const TCP: u8 = 6;

/// Reads packet by packet: a recording may be larger than memory.
#[derive(Debug)]
pub struct Packets<R> {
    reader: R,
    header: [u8; FILE_HEADER],
    packet: Packet,
}

/// A packet with the time at which it was recorded.
#[derive(Debug, Default)]
pub struct Packet {
    header: [u8; RECORD_HEADER],
    data: Vec<u8>,
}

/// The TCP segment in a packet.
#[derive(Debug)]
pub struct Segment<'a> {
    header: &'a mut [u8; 14],
    /// What it carries.
    pub payload: &'a mut [u8],
}

impl Packets<BufReader<File>> {
    /// Opens the recording at `path`.
    ///
    /// # Errors
    /// As [`Packets::new`], or when there is no such file.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::new(BufReader::with_capacity(1 << 20, File::open(path)?))
    }
}

impl<R: Read> Packets<R> {
    /// Reads the header of a recording.
    ///
    /// # Errors
    /// What reading gives; [`ErrorKind::InvalidData`] when it is no recording of tcpdump.
    pub fn new(mut reader: R) -> io::Result<Self> {
        let mut header = [0; FILE_HEADER];
        reader.read_exact(&mut header)?;
        if !header.starts_with(&MAGIC) {
            return Err(io::Error::new(ErrorKind::InvalidData, "not a recording of tcpdump on this kind of machine"));
        }
        Ok(Self { reader, header, packet: Packet::default() })
    }

    /// What stands before the packets.
    pub fn header(&self) -> &[u8] {
        &self.header
    }

    /// The next packet; `None` behind the last one.
    ///
    /// # Errors
    /// What reading gives; [`ErrorKind::UnexpectedEof`] in the middle of a packet.
    pub fn next_packet(&mut self) -> io::Result<Option<&mut Packet>> {
        let Packet { header, data } = &mut self.packet;
        let mut first = [0];
        if self.reader.read(&mut first)? == 0 {
            return Ok(None);
        }
        let [start, rest @ ..] = header;
        [*start] = first;
        self.reader.read_exact(rest)?;
        let length = word(header, 8) as usize;
        data.clear();
        let read = self.reader.by_ref().take(length as u64).read_to_end(data)?;
        if read < length {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        Ok(Some(&mut self.packet))
    }
}

impl Packet {
    /// When it was recorded, since 1970.
    #[must_use]
    pub fn time(&self) -> Duration {
        let microseconds = Duration::from_micros(word(&self.header, 4).into());
        Duration::from_secs(word(&self.header, 0).into()).saturating_add(microseconds)
    }

    /// Gives it another time; what is less than a microsecond is dropped, and what is after 2106 is the end of that.
    pub fn set_time(&mut self, time: Duration) {
        let seconds = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        for (at, word) in [(0, seconds), (4, time.subsec_micros())] {
            if let Some(field) = self.header.get_mut(at..).and_then(|rest| rest.first_chunk_mut()) {
                *field = word.to_ne_bytes();
            }
        }
    }

    /// Its TCP segment, if it has one.
    #[must_use]
    pub fn segment(&mut self) -> Option<Segment<'_>> {
        let ip = self.data.get_mut(ETHERNET_HEADER..)?;
        let &[first, _, high, low, ..] = &*ip else { return None };
        if first >> 4 != 4 || ip.get(9) != Some(&TCP) {
            return None;
        }
        // Zero when the kernel left it to a network card.
        let length = Some(usize::from(u16::from_be_bytes([high, low]))).filter(|length| *length != 0);
        let length = length.unwrap_or(ip.len()).min(ip.len());
        let tcp = ip.get_mut(usize::from(first & 0x0f).saturating_mul(4)..length)?;
        let words = usize::from(tcp.get(12)? >> 4);
        let (header, payload) = tcp.split_at_mut_checked(words.saturating_mul(4))?;
        Some(Segment { header: header.first_chunk_mut()?, payload })
    }

    /// Writes it as a recording has it, behind the others.
    ///
    /// # Errors
    /// What writing gives.
    pub fn write_to(&self, recording: &mut impl Write) -> io::Result<()> {
        recording.write_all(&self.header)?;
        recording.write_all(&self.data)
    }
}

impl<'a> Segment<'a> {
    /// A segment that no packet has: the first bytes of a TCP header, and what it carries.
    #[must_use]
    pub fn from_parts(header: &'a mut [u8; 14], payload: &'a mut [u8]) -> Self {
        Self { header, payload }
    }

    /// Ports of its sender and its receiver.
    #[must_use]
    pub fn ports(&self) -> [u16; 2] {
        let [a, b, c, d, ..] = *self.header;
        [u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])]
    }

    /// Gives it other ports.
    pub fn set_ports(&mut self, [from, to]: [u16; 2]) {
        let [a, b, c, d, ..] = &mut *self.header;
        [*a, *b] = from.to_be_bytes();
        [*c, *d] = to.to_be_bytes();
    }

    /// The sequence number of its first byte.
    #[must_use]
    pub fn sequence(&self) -> u32 {
        let [_, _, _, _, a, b, c, d, ..] = *self.header;
        u32::from_be_bytes([a, b, c, d])
    }

    /// Whether it begins a direction of a connection.
    #[must_use]
    pub fn is_syn(&self) -> bool {
        let [.., flags] = *self.header;
        flags & 0x02 != 0
    }

    /// Whether it answers another segment.
    #[must_use]
    pub fn is_ack(&self) -> bool {
        let [.., flags] = *self.header;
        flags & 0x10 != 0
    }
}

/// Copies the recording at `from` to `to` with one TCP port in the place of another.
///
/// # Errors
/// What reading and writing give.
pub fn copy_with_port(from: &Path, to: &Path, port: u16, instead: u16) -> io::Result<()> {
    let mut packets = Packets::open(from)?;
    let mut copy = BufWriter::with_capacity(1 << 20, File::create(to)?);
    copy.write_all(packets.header())?;
    while let Some(packet) = packets.next_packet()? {
        if let Some(mut segment) = packet.segment() {
            let ports = segment.ports().map(|found| if found == port { instead } else { found });
            segment.set_ports(ports);
        }
        packet.write_to(&mut copy)?;
    }
    copy.flush()
}

/// The number of four bytes at `at`.
fn word(header: &[u8; RECORD_HEADER], at: usize) -> u32 {
    let bytes = header.get(at..).and_then(|rest| rest.first_chunk());
    bytes.map_or(0, |bytes| u32::from_ne_bytes(*bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn office() -> Vec<u8> {
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/office.pcap")).unwrap()
    }

    #[test]
    fn packets_that_are_not_changed_are_written_as_they_were() {
        let office = office();
        let mut packets = Packets::new(office.as_slice()).unwrap();
        let mut copy = packets.header().to_vec();
        while let Some(packet) = packets.next_packet().unwrap() {
            packet.write_to(&mut copy).unwrap();
        }
        assert!(copy == office);
    }

    #[test]
    fn ports_times_and_payloads_are_where_tcpdump_puts_them() {
        let office = office();
        let mut packets = Packets::new(office.as_slice()).unwrap();
        let (mut connects, mut negotiates) = (0, 0);
        while let Some(packet) = packets.next_packet().unwrap() {
            let time = packet.time() + Duration::from_secs(5);
            packet.set_time(time);
            assert_eq!(packet.time(), time);
            let mut segment = packet.segment().unwrap();
            assert!(segment.ports().contains(&20_445));
            connects += u32::from(segment.is_syn() && !segment.is_ack());
            // NEGOTIATE has command 0, and a request no flags.
            let payload = &*segment.payload;
            let is_smb2 = payload.get(4..8) == Some(b"\xfeSMB");
            negotiates += u32::from(is_smb2 && payload[16..18] == [0; 2] && payload[20..24] == [0; 4]);
            segment.set_ports([1, 2]);
            assert_eq!(segment.ports(), [1, 2]);
        }
        assert_eq!((connects, negotiates), (3, 3));
    }

    #[test]
    fn a_recording_that_ends_in_a_packet_or_is_none_is_an_error() {
        let office = office();
        let mut packets = Packets::new(&office[..office.len() - 1]).unwrap();
        let error = loop {
            match packets.next_packet() {
                Ok(packet) => assert!(packet.is_some()),
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), ErrorKind::UnexpectedEof);
        assert_eq!(Packets::new(&[7; 100][..]).unwrap_err().kind(), ErrorKind::InvalidData);
    }
}
