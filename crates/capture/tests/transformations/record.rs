//! Packets of the capture that the project recorded itself.

/// The port that the recorded server listened on.
pub(crate) const SERVER_PORT: u16 = 20445;

/// What an address translation adds to a client's port.
pub(crate) const TRANSLATED_PORTS: u16 = 7000;

/// Length of the recorded packets' Ethernet and IPv4 headers.
const IP: usize = 14;
const TCP: usize = 34;

/// One packet: Ethernet, IPv4 without options, TCP.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Record {
    pub(crate) microseconds: u64,
    pub(crate) data: Vec<u8>,
    /// Length on the wire.
    pub(crate) original: u32,
    /// Whether it was captured with a VLAN tag.
    pub(crate) tagged: bool,
}

/// The packets of the recorded office work, all of them whole and in order.
pub(crate) fn office() -> Vec<Record> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/office.pcap");
    let file = std::fs::read(path).unwrap();
    let word = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap());
    assert_eq!((word(0), word(20)), (0xa1b2_c3d4, 1), "Ethernet, microseconds");
    let (mut records, mut at) = (Vec::new(), 24);
    while at < file.len() {
        let [seconds, fraction, captured, original] = [0, 4, 8, 12].map(|field| word(at + field));
        assert_eq!(captured, original);
        let data = file[at + 16..at + 16 + captured as usize].to_vec();
        let microseconds = u64::from(seconds) * 1_000_000 + u64::from(fraction);
        records.push(Record { microseconds, data, original, tagged: false });
        at += 16 + captured as usize;
    }
    records
}

impl Record {
    fn be16(&self, at: usize) -> u16 {
        u16::from_be_bytes([self.data[at], self.data[at + 1]])
    }

    pub(crate) fn be32(&self, at: usize) -> u32 {
        u32::from_be_bytes(self.data[at..at + 4].try_into().unwrap())
    }

    pub(crate) fn set16(&mut self, at: usize, value: u16) {
        self.data[at..at + 2].copy_from_slice(&value.to_be_bytes());
    }

    /// Whether the server sent it.
    pub(crate) fn is_response(&self) -> bool {
        self.be16(TCP) == SERVER_PORT
    }

    pub(crate) fn client_port(&self) -> u16 {
        self.be16(if self.is_response() { TCP + 2 } else { TCP })
    }

    pub(crate) fn sequence(&self) -> u32 {
        self.be32(TCP + 4)
    }

    pub(crate) fn acknowledgement(&self) -> u32 {
        self.be32(TCP + 8)
    }

    pub(crate) fn is_syn(&self) -> bool {
        self.data[TCP + 13] & 0x02 != 0
    }

    pub(crate) fn is_fin(&self) -> bool {
        self.data[TCP + 13] & 0x01 != 0
    }

    /// Where the TCP payload starts.
    pub(crate) fn payload(&self) -> usize {
        TCP + usize::from(self.data[TCP + 12] >> 4) * 4
    }

    /// The packet with another payload, `at` bytes later in its stream, and another identification.
    pub(crate) fn with_payload(&self, at: usize, length: usize, identification: u16) -> Self {
        let start = self.payload();
        let data = [&self.data[..start], &self.data[start + at..start + at + length]].concat();
        let mut part = Self { original: u32::try_from(data.len()).unwrap(), data, ..self.clone() };
        part.set16(IP + 2, u16::try_from(part.data.len() - IP).unwrap());
        part.set16(IP + 4, identification);
        let sequence = self.sequence().wrapping_add(u32::try_from(at).unwrap());
        part.data[TCP + 4..TCP + 8].copy_from_slice(&sequence.to_be_bytes());
        part
    }

    /// The packet as it is on the other side of a router that translates the client's address and port.
    pub(crate) fn translated(&self) -> Self {
        let mut translated = self.clone();
        let (address, port) = if self.is_response() { (IP + 16, TCP + 2) } else { (IP + 12, TCP) };
        translated.data[address..address + 4].copy_from_slice(&[192, 168, 7, 7]);
        translated.set16(port, self.client_port() + TRANSLATED_PORTS);
        translated.data[IP + 8] -= 1;
        translated
    }
}
