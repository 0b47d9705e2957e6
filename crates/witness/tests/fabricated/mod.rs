//! A replay that never took place: live traffic and rows made from captured requests, written as tcpdump and the store
//! would write them, so that the witness can be shown truths and lies.

#![allow(dead_code, reason = "each test program uses its part")]

use arrow::array::{
    ArrayRef, LargeBinaryArray, ListArray, RecordBatch, StringArray, StringDictionaryBuilder, StructArray, UInt32Array,
};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Int32Type};
use parquet::arrow::ArrowWriter;
use smbreplay_witness::{Message, Patch, Recording, Row, RunRows, Verdict};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

/// The server's port in fabricated captures.
pub(crate) const PORT: u16 = 4450;
/// Largest payload of a fabricated segment.
const SEGMENT: usize = 700;

/// The PDUs of a connection, without transport headers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Traffic {
    pub(crate) requests: Vec<Vec<u8>>,
    pub(crate) responses: Vec<Vec<u8>>,
}

/// A run: its traffic by connection and its rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Run {
    pub(crate) traffic: Vec<Traffic>,
    pub(crate) rows: Vec<Row>,
}

impl Run {
    /// What a faithful replay of `captured` could look like: ids and signatures moved, security blobs replaced by longer
    /// ones, and all that declared.
    pub(crate) fn of(captured: &Recording) -> Self {
        let mut run = Self::default();
        for (rank, connection) in captured.smb_connections().enumerate() {
            let mut traffic = Traffic::default();
            for (index, request) in connection.requests.iter().enumerate() {
                let (bytes, patches) = replayed(request);
                append(&mut traffic.requests, request, &bytes);
                run.rows.push(Row {
                    session_file: Some("smb2_session_0x0000000000000001.parquet".to_owned()),
                    op: Some((index * 10 + rank) as u32),
                    connection: Some(rank as u32 + 3),
                    live_connection: Some(rank as u32 + 7),
                    verdict: Some("match".to_owned()),
                    live_status: Some(0),
                    live_request: Some(bytes),
                    patches,
                    ..Row::default()
                });
            }
            for response in &connection.responses {
                let (bytes, _) = moved(response);
                append(&mut traffic.responses, response, &bytes);
            }
            run.traffic.push(traffic);
        }
        run
    }

    /// Index of the row of request `request` on connection `connection`.
    pub(crate) fn row(&self, connection: usize, request: usize) -> usize {
        let is_of = |row: &&Row| row.connection == Some(connection as u32 + 3);
        let row = self.rows.iter().filter(is_of).nth(request).unwrap();
        self.rows.iter().position(|other| std::ptr::eq(other, row)).unwrap()
    }

    /// Lets the witness look at `captured` and this run, through files.
    pub(crate) fn judged_against(&self, captured: &Recording) -> Verdict {
        let folder = tempfile::tempdir().unwrap();
        let (capture, operations) = (folder.path().join("live.pcap"), folder.path().join("operations.parquet"));
        write_pcap(&capture, &self.traffic);
        write_rows(&operations, &self.rows);
        let live = Recording::read(&capture, PORT).unwrap();
        let rows = RunRows::read(&operations).unwrap();
        assert_eq!(rows.rows, self.rows);
        smbreplay_witness::compare(captured, &live, &rows)
    }
}

/// Puts a message into its PDU.
fn append(pdus: &mut Vec<Vec<u8>>, message: &Message, bytes: &[u8]) {
    match message.index {
        0 => pdus.push(bytes.to_vec()),
        _ => pdus.last_mut().unwrap().extend_from_slice(bytes),
    }
}

/// A message with other ids and another signature, and the patches that say so.
fn moved(message: &Message) -> (Vec<u8>, Vec<Patch>) {
    let mut bytes = message.bytes.clone();
    let Some(id) = message.message_id() else {
        return (bytes, Vec::new());
    };
    if id != u64::MAX {
        bytes[24..32].copy_from_slice(&(id + 5).to_le_bytes());
    }
    bytes[40..48].copy_from_slice(&0x1122_3344_5566_7788_u64.to_le_bytes());
    bytes[48..64].fill(0x5a);
    let patch = |offset, length, what: &str| Patch { offset, length, captured_length: None, what: what.to_owned() };
    (bytes, vec![patch(24, 8, "message_id"), patch(40, 8, "session_id"), patch(48, 16, "signature")])
}

/// As [`moved`], with a longer security blob in a SESSION_SETUP request (MS-SMB2 2.2.5).
fn replayed(request: &Message) -> (Vec<u8>, Vec<Patch>) {
    let (mut bytes, mut patches) = moved(request);
    if request.command() == Some(1) {
        let captured = u16::from_le_bytes([bytes[78], bytes[79]]);
        let live = captured + 7;
        bytes[78..80].copy_from_slice(&live.to_le_bytes());
        bytes.splice(88..88 + usize::from(captured), std::iter::repeat_n(0xab, usize::from(live)));
        patches.push(Patch {
            offset: 78,
            length: 2,
            captured_length: Some(2),
            what: "security_buffer_length".to_owned(),
        });
        patches.push(Patch {
            offset: 88,
            length: live.into(),
            captured_length: Some(captured.into()),
            what: "security_blob".to_owned(),
        });
    }
    (bytes, patches)
}

/// Writes connections one after the other as a pcap, in small segments of which some come late and some twice.
pub(crate) fn write_pcap(path: &Path, connections: &[Traffic]) {
    let mut file = Vec::new();
    for value in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 262_144, 1] {
        file.extend_from_slice(&value.to_le_bytes());
    }
    for (index, traffic) in connections.iter().enumerate() {
        let mut client = End { port: 50_000 + index as u16, to: PORT, sequence: u32::MAX - 100, sent: 0 };
        let mut server = End { port: PORT, to: 50_000 + index as u16, sequence: 77, sent: 0 };
        client.segment(&mut file, 0x02, 0, &[]);
        server.segment(&mut file, 0x12, 0, &[]);
        (client.sent, server.sent) = (1, 1);
        for turn in 0..traffic.requests.len().max(traffic.responses.len()) {
            client.send(&mut file, traffic.requests.get(turn));
            server.send(&mut file, traffic.responses.get(turn));
        }
        client.segment(&mut file, 0x11, client.sent, &[]);
        server.segment(&mut file, 0x11, server.sent, &[]);
    }
    std::fs::write(path, file).unwrap();
}

/// One end of a connection.
struct End {
    port: u16,
    to: u16,
    sequence: u32,
    sent: u32,
}

impl End {
    fn send(&mut self, file: &mut Vec<u8>, pdu: Option<&Vec<u8>>) {
        let Some(pdu) = pdu else { return };
        let framed = [&(pdu.len() as u32).to_be_bytes(), pdu.as_slice()].concat();
        let mut segments = Vec::new();
        for segment in framed.chunks(SEGMENT) {
            segments.push((self.sent, segment));
            self.sent += segment.len() as u32;
        }
        if segments.len() > 1 {
            segments.swap(0, 1);
            segments.push(segments[0]);
        }
        for (position, segment) in segments {
            self.segment(file, 0x18, position, segment);
        }
    }

    fn segment(&self, file: &mut Vec<u8>, flags: u8, position: u32, payload: &[u8]) {
        let mut frame = vec![0; 12];
        frame.extend_from_slice(&[0x08, 0x00, 0x45, 0]);
        frame.extend_from_slice(&(40 + payload.len() as u16).to_be_bytes());
        frame.extend_from_slice(&[0, 0, 0x40, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]);
        frame.extend_from_slice(&self.port.to_be_bytes());
        frame.extend_from_slice(&self.to.to_be_bytes());
        frame.extend_from_slice(&self.sequence.wrapping_add(position).to_be_bytes());
        frame.extend_from_slice(&[0, 0, 0, 0, 0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        frame.extend_from_slice(payload);
        for value in [1, 0, frame.len() as u32, frame.len() as u32] {
            file.extend_from_slice(&value.to_le_bytes());
        }
        file.extend_from_slice(&frame);
    }
}

fn dictionary<'a>(words: impl Iterator<Item = Option<&'a str>>) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<Int32Type>::new();
    words.for_each(|word| builder.append_option(word));
    Arc::new(builder.finish())
}

fn list(items: ArrayRef, lengths: impl Iterator<Item = usize>) -> ArrayRef {
    let field = Arc::new(Field::new("item", items.data_type().clone(), true));
    Arc::new(ListArray::new(field, OffsetBuffer::from_lengths(lengths), items, None))
}

/// Writes the columns of `operations.parquet` that the witness reads.
pub(crate) fn write_rows(path: &Path, rows: &[Row]) {
    let numbers = |of: fn(&Row) -> Option<u32>| -> ArrayRef { Arc::new(rows.iter().map(of).collect::<UInt32Array>()) };
    let patches: Vec<_> = rows.iter().flat_map(|row| &row.patches).collect();
    let number_field = |name| Arc::new(Field::new(name, DataType::UInt32, true));
    let patch_items = StructArray::from(vec![
        (number_field("offset"), Arc::new(patches.iter().map(|p| Some(p.offset)).collect::<UInt32Array>()) as ArrayRef),
        (number_field("length"), Arc::new(patches.iter().map(|p| Some(p.length)).collect::<UInt32Array>())),
        (number_field("captured_length"), Arc::new(patches.iter().map(|p| p.captured_length).collect::<UInt32Array>())),
        (
            Arc::new(Field::new("what", DataType::Utf8, true)),
            Arc::new(patches.iter().map(|p| Some(p.what.as_str())).collect::<StringArray>()),
        ),
    ]);
    let marks = dictionary(rows.iter().flat_map(|row| &row.marks).map(|mark| Some(mark.as_str())));
    let session_file: StringArray = rows.iter().map(|row| row.session_file.as_deref()).collect();
    let live_request: LargeBinaryArray = rows.iter().map(|row| row.live_request.as_deref()).collect();
    let batch = RecordBatch::try_from_iter_with_nullable([
        ("session_file", Arc::new(session_file) as ArrayRef, true),
        ("op", numbers(|row| row.op), true),
        ("connection", numbers(|row| row.connection), true),
        ("live_connection", numbers(|row| row.live_connection), true),
        ("verdict", dictionary(rows.iter().map(|row| row.verdict.as_deref())), true),
        ("marks", list(marks, rows.iter().map(|row| row.marks.len())), true),
        ("live_status", numbers(|row| row.live_status), true),
        ("live_request", Arc::new(live_request), true),
        ("live_request_left", numbers(|row| row.live_request_left), true),
        ("patches", list(Arc::new(patch_items), rows.iter().map(|row| row.patches.len())), true),
    ])
    .unwrap();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}
