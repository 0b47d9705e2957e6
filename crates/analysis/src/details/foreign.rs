//! Messages with another header than that of SMB2: SMB_COM_NEGOTIATE, with which a client may begin (MS-SMB2 1.7, MS-CIFS
//! 2.2.3.1, 2.2.4.52), and what could not be decrypted or expanded (MS-SMB2 2.2.41, 2.2.42).

use super::field::{Field, bytes, u8, u16, u32, x8, x16, x32, x64};
use super::lacking::Lacking;
use super::node::Node;
use super::structure::{MOST_ENTRIES, Structure, data, malformed};
use super::value;
use super::window::Window;
use smb2::{Malformed, header, names};

const SMB1: &[u8] = b"\xffSMB";
const TRANSFORM: &[u8] = b"\xfdSMB";
const COMPRESSION: &[u8] = b"\xfcSMB";
/// SMB_COM_NEGOTIATE.
const COM_NEGOTIATE: u64 = 0x72;

const SMB1_HEADER: &[Field] = &[
    bytes("Protocol", 4),
    x8("Command").codes(&[(COM_NEGOTIATE, "SMB_COM_NEGOTIATE")]),
    x32("Status"),
    x8("Flags"),
    x16("Flags2"),
    u16("PIDHigh"),
    bytes("SecurityFeatures", 8),
    u16("Reserved"),
    u16("TID"),
    u16("PIDLow"),
    u16("UID"),
    u16("MID"),
];
const TRANSFORM_HEADER: &[Field] = &[
    bytes("ProtocolId", 4),
    bytes("Signature", 16),
    bytes("Nonce", 16),
    u32("OriginalMessageSize"),
    u16("Reserved"),
    x16("Flags").flags(&[(1, "Encrypted")]),
    x64("SessionId"),
];
const COMPRESSION_HEADER: &[Field] = &[
    bytes("ProtocolId", 4),
    u32("OriginalCompressedSegmentSize"),
    x16("CompressionAlgorithm").named16(names::compression_algorithm),
    x16("Flags").flags(&[(1, "SMB2_COMPRESSION_FLAG_CHAINED")]),
    u32("Offset"),
];

/// What a message without an SMB2 header is, and its parts.
pub(super) fn message(window: Window<'_>, problem: &Malformed, holes: &Lacking) -> (&'static str, Vec<Node>) {
    let mut parts = Structure::new(window);
    if holes.count(&(0..header::LENGTH)) > 0 {
        parts.remainder("Message", data);
        return ("Message whose header was not captured", parts.finish());
    }
    let name = match window.bytes().get(..4) {
        Some(SMB1) => {
            parts.fields(SMB1_HEADER);
            if parts.get("Command") == COM_NEGOTIATE {
                negotiate(&mut parts);
            } else {
                parts.remainder("Body", data);
            }
            "SMB1 message"
        }
        Some(TRANSFORM) => {
            parts.fields(TRANSFORM_HEADER);
            parts.remainder("EncryptedData", data);
            "SMB2 TRANSFORM_HEADER"
        }
        Some(COMPRESSION) => {
            parts.fields(COMPRESSION_HEADER);
            parts.remainder("CompressedData", data);
            "SMB2 COMPRESSION_TRANSFORM_HEADER"
        }
        _ => {
            parts.push(malformed("SMB2 Packet Header", 0, problem));
            parts.remainder("Message", data);
            "Message without an SMB2 header"
        }
    };
    (name, parts.finish())
}

/// The dialects offered, or in a response the parameters as they stand.
fn negotiate(parts: &mut Structure<'_>) {
    parts.fields(&[u8("WordCount")]);
    parts.next("Words", parts.size("WordCount").saturating_mul(2), data);
    parts.fields(&[u16("ByteCount")]);
    for _ in 0..MOST_ENTRIES {
        let rest = parts.rest();
        let text = rest.from(1).bytes();
        let Some(length) = text.iter().position(|byte| *byte == 0).filter(|_| rest.u8(0) == Some(2)) else { break };
        // BufferFormat in front, zero behind.
        let whole = rest.first(length.saturating_add(2));
        let dialect = value::ascii(text.get(..length).unwrap_or_default());
        parts.push(Node::new("Dialect", whole.range()).valued(dialect));
        parts.skip(whole.len());
    }
    parts.remainder("Bytes", data);
}
