//! Captures of files that one client makes, or finds and reads.

use super::{FromClient, framed, pcap};

const CREATE: u16 = 5;
const CLOSE: u16 = 6;
const READ: u16 = 8;
const WRITE: u16 = 9;
/// CreateAction: opened, created.
const OPENED: u8 = 1;
const CREATED: u8 = 2;

/// A file that a captured client opens, reads or writes, and closes.
pub(crate) struct CapturedFile {
    pub(crate) name: Vec<u16>,
    /// EndOfFile of the response to its CREATE.
    pub(crate) size: u64,
    pub(crate) offset: u64,
    pub(crate) data: &'static [u8],
    /// FileAttributes of that response.
    pub(crate) attributes: u32,
    /// It was there and is read; else it is made and written.
    pub(crate) found: bool,
}

impl CapturedFile {
    /// One that is made, and gets these data.
    pub(crate) fn made(name: &str, data: &'static [u8]) -> Self {
        let name = name.encode_utf16().collect();
        Self { name, size: 0, offset: 0, data, attributes: 0x80, found: false }
    }

    /// One that is there, and has these data.
    pub(crate) fn found(name: &str, data: &'static [u8]) -> Self {
        Self { size: data.len() as u64, found: true, ..Self::made(name, data) }
    }
}

/// A capture in which this is done with one after the other.
pub(crate) fn capture(files: &[CapturedFile]) -> Vec<u8> {
    let mut messages: Vec<(FromClient, Vec<u8>)> = Vec::new();
    let mut exchange = |command: u16, request: Vec<u8>, response: Vec<u8>| {
        let id = u64::try_from(messages.len() / 2 + 1).unwrap();
        messages.push((FromClient(true), framed(&message(command, id, 0, &request))));
        messages.push((FromClient(false), framed(&message(command, id, 1, &response))));
    };
    for (number, file) in (1_u64..).zip(files) {
        let file_id = [number.to_le_bytes(), number.to_le_bytes()].concat();
        exchange(CREATE, create(file), created(file, &file_id));
        let length = u32::try_from(file.data.len()).unwrap().to_le_bytes();
        let offset = file.offset.to_le_bytes();
        if file.found {
            let read = [&[49, 0, 0x50, 0], &length[..], &offset, &file_id, &[0; 17]].concat();
            exchange(READ, read, [&[17, 0, 80, 0], &length[..], &[0; 8], file.data].concat());
        } else {
            let write = [&[49, 0, 112, 0], &length[..], &offset, &file_id, &[0; 16], file.data].concat();
            exchange(WRITE, write, [&[17, 0, 0, 0], &length[..], &[0; 8]].concat());
        }
        let close = [&[24, 0, 0, 0, 0, 0, 0, 0], file_id.as_slice()].concat();
        exchange(CLOSE, close, [&[60, 0][..], &[0; 58]].concat());
    }
    let payloads: Vec<(FromClient, &[u8])> = messages.iter().map(|(from, bytes)| (*from, bytes.as_slice())).collect();
    pcap(445, &payloads)
}

fn create(file: &CapturedFile) -> Vec<u8> {
    let name: Vec<u8> = file.name.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let length = u16::try_from(name.len()).unwrap().to_le_bytes();
    let disposition = if file.found { 1 } else { 2 };
    let mut create = vec![57, 0, 0, 0, 2, 0, 0, 0];
    create.extend([0; 16]);
    create.extend([0xff, 1, 0x1f, 0, 0x80, 0, 0, 0, 7, 0, 0, 0, disposition, 0, 0, 0, 0x40, 0, 0, 0, 120, 0]);
    create.extend(length);
    create.extend([0; 8]);
    create.extend(name);
    create
}

fn created(file: &CapturedFile, file_id: &[u8]) -> Vec<u8> {
    let action = if file.found { OPENED } else { CREATED };
    let mut created = vec![89, 0, 0, 0, action, 0, 0, 0];
    created.extend([0; 40]);
    created.extend(file.size.to_le_bytes());
    created.extend(file.attributes.to_le_bytes());
    created.extend([0; 4]);
    created.extend(file_id);
    created.extend([0; 8]);
    created
}

fn message(command: u16, id: u64, flags: u32, body: &[u8]) -> Vec<u8> {
    let mut message = vec![0xfe, b'S', b'M', b'B', 64, 0, 1, 0, 0, 0, 0, 0];
    message.extend(command.to_le_bytes());
    message.extend([1, 0]);
    message.extend(flags.to_le_bytes());
    message.extend([0; 4]);
    message.extend(id.to_le_bytes());
    message.extend([0; 4]);
    message.extend(1_u32.to_le_bytes());
    message.extend(0x1122_u64.to_le_bytes());
    message.extend([0; 16]);
    message.extend(body);
    message
}
