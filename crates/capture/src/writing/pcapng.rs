//! Writing a pcapng file (draft-ietf-opsawg-pcapng): a section, its interfaces, secrets, and packets with comments.

use crate::format::{LinkType, Packet};
use crate::pdu::Timestamp;
use std::io::{self, Write};

/// Block types (section 11.1).
const SECTION_HEADER: u32 = 0x0a0d_0d0a;
const INTERFACE_DESCRIPTION: u32 = 1;
const ENHANCED_PACKET: u32 = 6;
const DECRYPTION_SECRETS: u32 = 10;
/// Of the byte order of a section (section 4.1).
const MAGIC: u32 = 0x1a2b_3c4d;
/// Of all blocks (section 3.5).
const COMMENT: u16 = 1;
const END_OF_OPTIONS: u16 = 0;
/// Of a section header (section 4.1).
const HARDWARE: u16 = 2;
const OPERATING_SYSTEM: u16 = 3;
const APPLICATION: u16 = 4;
/// Of an interface description (section 4.2).
const NAME: u16 = 2;
const TIMESTAMP_RESOLUTION: u16 = 9;
/// 10⁻⁹ seconds.
const NANOSECONDS: u8 = 9;
/// Bytes of a block beside its body: type, and length twice.
const FRAME: usize = 12;

/// A file that is being written: interfaces come before their packets, secrets before the packets that they open.
pub struct PcapngWriter<'a> {
    out: &'a mut dyn Write,
    packets: u64,
    interfaces: u32,
}

/// An interface of the section. Its packets have times in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct InterfaceDescription<'a> {
    /// What packets begin with.
    pub link_type: LinkType,
    /// Bytes of a packet that are captured at most; 0 means no limit.
    pub snaplen: u32,
    /// Its name.
    pub name: &'a str,
    /// What there is to say about it.
    pub comment: &'a str,
}

impl<'a> PcapngWriter<'a> {
    /// Writes the section header: the program that writes, and a comment.
    ///
    /// # Errors
    /// When `out` fails; so do all others.
    pub fn begin(out: &'a mut dyn Write, application: &str, comment: &str) -> io::Result<Self> {
        let mut writer = Self { out, packets: 0, interfaces: 0 };
        let mut body = MAGIC.to_le_bytes().to_vec();
        body.extend([1_u16, 0].map(u16::to_le_bytes).concat());
        // The length of the section is not known.
        body.extend((-1_i64).to_le_bytes());
        let system = [(HARDWARE, std::env::consts::ARCH), (OPERATING_SYSTEM, std::env::consts::OS)];
        let texts = [(COMMENT, comment)].into_iter().chain(system).chain([(APPLICATION, application)]);
        options(&mut body, texts.map(|(code, text)| (code, text.as_bytes())));
        writer.block(SECTION_HEADER, &[&body])?;
        Ok(writer)
    }

    /// Describes the next interface; its number.
    ///
    /// # Errors
    /// When the output fails.
    pub fn interface(&mut self, described: InterfaceDescription<'_>) -> io::Result<u32> {
        let InterfaceDescription { link_type, snaplen, name, comment } = described;
        let mut body = [link_type.0, 0].map(u16::to_le_bytes).concat();
        body.extend(snaplen.to_le_bytes());
        let texts = [(COMMENT, comment), (NAME, name)].into_iter().filter(|(_, text)| !text.is_empty());
        let texts = texts.map(|(code, text)| (code, text.as_bytes()));
        options(&mut body, texts.chain([(TIMESTAMP_RESOLUTION, &[NANOSECONDS][..])]));
        self.block(INTERFACE_DESCRIPTION, &[&body])?;
        let number = self.interfaces;
        self.interfaces = number.saturating_add(1);
        Ok(number)
    }

    /// Writes secrets of a kind (Decryption Secrets Block).
    ///
    /// # Errors
    /// When the output fails.
    pub fn secrets(&mut self, kind: u32, secrets: &[u8]) -> io::Result<()> {
        let length = u32::try_from(secrets.len()).map_err(io::Error::other)?;
        let head = [kind, length].map(u32::to_le_bytes).concat();
        self.block(DECRYPTION_SECRETS, &[&head, secrets, &vec![0; padding(secrets.len())]])
    }

    /// Writes a whole packet of the first interface.
    ///
    /// # Errors
    /// When the output fails.
    pub fn packet(&mut self, time: Timestamp, packet: &[u8], comments: &[String]) -> io::Result<()> {
        let length = u32::try_from(packet.len()).map_err(io::Error::other)?;
        self.enhanced(0, time, packet, length, comments)
    }

    /// Writes a packet as it was captured.
    ///
    /// # Errors
    /// When the output fails.
    pub fn captured(&mut self, interface: u32, packet: &Packet<'_>) -> io::Result<()> {
        self.enhanced(interface, packet.time, packet.data, packet.original_length, &[])
    }

    /// Completes the file; the number of its packets.
    ///
    /// # Errors
    /// When the output fails.
    pub fn finish(self) -> io::Result<u64> {
        self.out.flush()?;
        Ok(self.packets)
    }

    fn enhanced(
        &mut self,
        interface: u32,
        time: Timestamp,
        packet: &[u8],
        original: u32,
        comments: &[String],
    ) -> io::Result<()> {
        self.packets = self.packets.saturating_add(1);
        let time = u64::try_from(time.0).unwrap_or(0);
        let length = u32::try_from(packet.len()).map_err(io::Error::other)?;
        let (high, low) = ((time >> 32) as u32, (time & u64::from(u32::MAX)) as u32);
        let head = [interface, high, low, length, original].map(u32::to_le_bytes).concat();
        let mut tail = vec![0; padding(packet.len())];
        options(&mut tail, comments.iter().map(|comment| (COMMENT, comment.as_bytes())));
        self.block(ENHANCED_PACKET, &[&head, packet, &tail])
    }

    fn block(&mut self, kind: u32, body: &[&[u8]]) -> io::Result<()> {
        let length = body.iter().map(|part| part.len()).fold(FRAME, usize::saturating_add);
        let length = u32::try_from(length).map_err(io::Error::other)?.to_le_bytes();
        self.out.write_all(&kind.to_le_bytes())?;
        self.out.write_all(&length)?;
        body.iter().try_for_each(|part| self.out.write_all(part))?;
        self.out.write_all(&length)
    }
}

/// Appends options (section 3.5), each cut to the length it may have; without any, nothing.
fn options<'v>(body: &mut Vec<u8>, options: impl Iterator<Item = (u16, &'v [u8])>) {
    let mut options = options.peekable();
    if options.peek().is_none() {
        return;
    }
    for (code, value) in options {
        let length = u16::try_from(value.len()).unwrap_or(u16::MAX);
        let value = value.get(..usize::from(length)).unwrap_or(value);
        body.extend([code, length].map(u16::to_le_bytes).concat());
        body.extend(value);
        body.extend(vec![0; padding(value.len())]);
    }
    body.extend([END_OF_OPTIONS, 0].map(u16::to_le_bytes).concat());
}

/// Bytes to the next multiple of 4.
fn padding(length: usize) -> usize {
    length.next_multiple_of(4).saturating_sub(length)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::format::{EmbeddedKeys, PacketReader, SECRETS_TYPE};
    use std::io::Cursor;

    #[test]
    fn what_is_written_is_read_again_and_keys_before_the_packets_behind_them() {
        let [keys] = &EmbeddedKeys::of("0700000000000000,28f2847263c83dc00621f742dd3f2e7b,,")[..] else {
            unreachable!()
        };
        let mut file = Vec::new();
        let mut writer = PcapngWriter::begin(&mut file, "a program", "a comment").unwrap();
        let described = |link_type, name| InterfaceDescription { link_type, snaplen: 0, name, comment: "" };
        assert_eq!(writer.interface(described(LinkType::RAW, "made")).unwrap(), 0);
        assert_eq!(writer.interface(described(LinkType::ETHERNET, "")).unwrap(), 1);
        writer.packet(Timestamp(1_700_000_000_123_456_789), &[0x45; 21], &["a remark".to_owned()]).unwrap();
        writer.secrets(SECRETS_TYPE, keys.expose().as_bytes()).unwrap();
        writer.secrets(0x544c_534b, b"CLIENT_RANDOM 52 f0").unwrap();
        let cut = Packet {
            frame: 9,
            time: Timestamp(5),
            link_type: LinkType::ETHERNET,
            data: &[1, 2, 3],
            original_length: 60,
            interface: 7,
        };
        writer.captured(1, &cut).unwrap();
        assert_eq!(writer.finish().unwrap(), 2);
        let mut reader = PacketReader::from_reader(Box::new(Cursor::new(file)), "file").unwrap();
        let packet = reader.next_packet().unwrap().unwrap();
        assert_eq!((packet.time, packet.link_type), (Timestamp(1_700_000_000_123_456_789), LinkType::RAW));
        assert_eq!((packet.data, packet.original_length), (&[0x45; 21][..], 21));
        assert_eq!(reader.take_embedded_keys(), []);
        let packet = reader.next_packet().unwrap().unwrap();
        assert_eq!((packet.time, packet.link_type), (cut.time, cut.link_type));
        assert_eq!((packet.data, packet.original_length), (cut.data, cut.original_length));
        assert_eq!(reader.take_embedded_keys(), std::slice::from_ref(keys));
        assert_eq!(reader.take_embedded_keys(), []);
        assert!(reader.next_packet().unwrap().is_none());
        let facts = reader.facts();
        assert_eq!((facts.embedded_keys, facts.decryption_secrets, facts.damaged_places), (1, 1, 0));
    }
}
