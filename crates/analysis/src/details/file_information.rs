//! File information classes (MS-FSCC 2.4).

use super::create::boolean;
use super::field::{Field, bytes, guid, time, u8, u16, u32, u64, x32, x64};
use super::node::Node;
use super::reparse_point::{reparse_point, reparse_tag};
use super::structure::{Structure, chained, data, text};
use super::window::Window;
use smb2::names::flags;

pub(super) const FILE_ATTRIBUTES: Field = x32("FileAttributes").bits(flags::file_attributes);

const MODE: &[(u64, &str)] = &[
    (0x02, "FILE_WRITE_THROUGH"),
    (0x04, "FILE_SEQUENTIAL_ONLY"),
    (0x08, "FILE_NO_INTERMEDIATE_BUFFERING"),
    (0x10, "FILE_SYNCHRONOUS_IO_ALERT"),
    (0x20, "FILE_SYNCHRONOUS_IO_NONALERT"),
    (0x1000, "FILE_DELETE_ON_CLOSE"),
];
const DISPOSITION: &[(u64, &str)] = &[
    (0x01, "FILE_DISPOSITION_DELETE"),
    (0x02, "FILE_DISPOSITION_POSIX_SEMANTICS"),
    (0x04, "FILE_DISPOSITION_FORCE_IMAGE_SECTION_CHECK"),
    (0x08, "FILE_DISPOSITION_ON_CLOSE"),
    (0x10, "FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE"),
];
const RENAME: &[(u64, &str)] = &[
    (0x01, "FILE_RENAME_REPLACE_IF_EXISTS"),
    (0x02, "FILE_RENAME_POSIX_SEMANTICS"),
    (0x04, "FILE_RENAME_SUPPRESS_PIN_STATE_INHERITANCE"),
    (0x08, "FILE_RENAME_SUPPRESS_STORAGE_RESERVE_INHERITANCE"),
    (0x10, "FILE_RENAME_NO_INCREASE_AVAILABLE_SPACE"),
    (0x20, "FILE_RENAME_NO_DECREASE_AVAILABLE_SPACE"),
    (0x40, "FILE_RENAME_IGNORE_READONLY_ATTRIBUTE"),
    (0x80, "FILE_RENAME_FORCE_RESIZE_TARGET_SR"),
];

const BASIC: &[Field] = &[
    time("CreationTime"),
    time("LastAccessTime"),
    time("LastWriteTime"),
    time("ChangeTime"),
    FILE_ATTRIBUTES,
    u32("Reserved"),
];
const STANDARD: &[Field] = &[
    u64("AllocationSize"),
    u64("EndOfFile"),
    u32("NumberOfLinks"),
    boolean("DeletePending"),
    boolean("Directory"),
    u16("Reserved"),
];
const INTERNAL: &[Field] = &[x64("IndexNumber")];
const EA: &[Field] = &[u32("EaSize")];
const ACCESS: &[Field] = &[x32("AccessFlags").bits(flags::access_mask)];
const POSITION: &[Field] = &[u64("CurrentByteOffset")];
const MODES: &[Field] = &[x32("Mode").flags(MODE)];
const ALIGNMENT: &[Field] = &[x32("AlignmentRequirement")];
const NAME: &[Field] = &[u32("FileNameLength")];
const PIPE: &[Field] = &[
    u32("ReadMode").codes(&[(0, "FILE_PIPE_BYTE_STREAM_MODE"), (1, "FILE_PIPE_MESSAGE_MODE")]),
    u32("CompletionMode").codes(&[(0, "FILE_PIPE_QUEUE_OPERATION"), (1, "FILE_PIPE_COMPLETE_OPERATION")]),
];
const PIPE_LOCAL: &[Field] = &[
    u32("NamedPipeType").codes(&[(0, "FILE_PIPE_BYTE_STREAM_TYPE"), (1, "FILE_PIPE_MESSAGE_TYPE")]),
    u32("NamedPipeConfiguration").codes(&[
        (0, "FILE_PIPE_INBOUND"),
        (1, "FILE_PIPE_OUTBOUND"),
        (2, "FILE_PIPE_FULL_DUPLEX"),
    ]),
    u32("MaximumInstances"),
    u32("CurrentInstances"),
    u32("InboundQuota"),
    u32("ReadDataAvailable"),
    u32("OutboundQuota"),
    u32("WriteQuotaAvailable"),
    u32("NamedPipeState").codes(PIPE_STATES),
    u32("NamedPipeEnd").codes(&[(0, "FILE_PIPE_CLIENT_END"), (1, "FILE_PIPE_SERVER_END")]),
];
/// NamedPipeState (MS-FSCC 2.4.37).
pub(super) const PIPE_STATES: &[(u64, &str)] = &[
    (1, "FILE_PIPE_DISCONNECTED_STATE"),
    (2, "FILE_PIPE_LISTENING_STATE"),
    (3, "FILE_PIPE_CONNECTED_STATE"),
    (4, "FILE_PIPE_CLOSING_STATE"),
];
/// CompressionFormat (MS-FSCC 2.4.9).
pub(super) const COMPRESSION_FORMAT: Field = u16("CompressionFormat").codes(&[
    (0, "COMPRESSION_FORMAT_NONE"),
    (1, "COMPRESSION_FORMAT_DEFAULT"),
    (2, "COMPRESSION_FORMAT_LZNT1"),
]);
const COMPRESSION: &[Field] = &[
    u64("CompressedFileSize"),
    COMPRESSION_FORMAT,
    u8("CompressionUnitShift"),
    u8("ChunkShift"),
    u8("ClusterShift"),
    bytes("Reserved", 3),
];
const OBJECT_ID: &[Field] =
    &[x64("FileReferenceNumber"), guid("ObjectId"), guid("BirthVolumeId"), guid("BirthObjectId"), guid("DomainId")];
const NETWORK_OPEN: &[Field] = &[
    time("CreationTime"),
    time("LastAccessTime"),
    time("LastWriteTime"),
    time("ChangeTime"),
    u64("AllocationSize"),
    u64("EndOfFile"),
    FILE_ATTRIBUTES,
    u32("Reserved"),
];
const ATTRIBUTE_TAG: &[Field] = &[FILE_ATTRIBUTES, x32("ReparseTag").told(tag)];
const STANDARD_LINK: &[Field] = &[
    u32("NumberOfAccessibleLinks"),
    u32("TotalNumberOfLinks"),
    boolean("DeletePending"),
    boolean("Directory"),
    u16("Reserved"),
];
const NAMED: &[Field] =
    &[boolean("ReplaceIfExists"), bytes("Reserved", 7), x64("RootDirectory"), u32("FileNameLength")];
const NAMED_EX: &[Field] =
    &[x32("Flags").flags(RENAME), bytes("Reserved", 4), x64("RootDirectory"), u32("FileNameLength")];
const STREAM: &[Field] =
    &[u32("NextEntryOffset"), u32("StreamNameLength"), u64("StreamSize"), u64("StreamAllocationSize")];

/// The fields of classes that have nothing else, by class.
const PLAIN: &[(u8, &[Field])] = &[
    (4, BASIC),
    (5, STANDARD),
    (6, INTERNAL),
    (7, EA),
    (8, ACCESS),
    (13, &[boolean("DeletePending")]),
    (14, POSITION),
    (16, MODES),
    (17, ALIGNMENT),
    (19, &[u64("AllocationSize")]),
    (20, &[u64("EndOfFile")]),
    (23, PIPE),
    (24, PIPE_LOCAL),
    (25, &[time("CollectDataTime"), u32("MaximumCollectionCount")]),
    (28, COMPRESSION),
    (29, OBJECT_ID),
    (34, NETWORK_OPEN),
    (35, ATTRIBUTE_TAG),
    (39, &[u64("ValidDataLength")]),
    (54, STANDARD_LINK),
    (59, &[x64("VolumeSerialNumber"), bytes("FileId", 16)]),
    (64, &[x32("Flags").flags(DISPOSITION)]),
];

/// The information of a file in this class; bytes alone in one that is not known.
pub(super) fn read<'a>(class: u8, window: Window<'a>) -> Vec<Node> {
    let mut parts = Structure::new(window);
    if let Some((_, fields)) = PLAIN.iter().find(|(plain, _)| *plain == class) {
        return parts.read(fields);
    }
    match class {
        9 | 21 | 40 | 48 => name(&mut parts),
        10 | 11 => {
            parts.fields(NAMED);
            parts.next("FileName", parts.size("FileNameLength"), text);
        }
        65 | 72 => {
            parts.fields(NAMED_EX);
            parts.next("FileName", parts.size("FileNameLength"), text);
        }
        15 => return super::information::extended_attributes(window),
        18 => all(&mut parts),
        22 => {
            return chained("FileStreamInformation", window, |entry| {
                entry.fields(STREAM);
                entry.next("StreamName", entry.size("StreamNameLength"), text);
            });
        }
        33 => return vec![reparse_point("REPARSE_DATA_BUFFER", window)],
        46 => hard_links(&mut parts),
        _ => parts.remainder("Data", data),
    }
    parts.finish()
}

fn name(parts: &mut Structure<'_>) {
    parts.fields(NAME);
    // A buffer that is too small has as much of the name as fits.
    let length = parts.size("FileNameLength").min(parts.rest().len());
    parts.next("FileName", length, text);
}

/// FileAllInformation: nine classes in a row (MS-FSCC 2.4.2).
fn all(parts: &mut Structure<'_>) {
    const PARTS: &[(&str, &[Field])] = &[
        ("BasicInformation", BASIC),
        ("StandardInformation", STANDARD),
        ("InternalInformation", INTERNAL),
        ("EaInformation", EA),
        ("AccessInformation", ACCESS),
        ("PositionInformation", POSITION),
        ("ModeInformation", MODES),
        ("AlignmentInformation", ALIGNMENT),
    ];
    for (name, fields) in PARTS {
        let length = fields.iter().map(Field::length).fold(0, usize::saturating_add);
        let window = parts.rest().first(length);
        parts.push(Node::new(*name, window.range()).with(Structure::new(window).read(fields)));
        parts.skip(length);
    }
    let mut last = Structure::new(parts.rest());
    name(&mut last);
    parts.push(last.node("NameInformation"));
}

/// FileHardLinkInformation (MS-FSCC 2.4.21).
fn hard_links(parts: &mut Structure<'_>) {
    parts.fields(&[u32("BytesNeeded"), u32("EntriesReturned")]);
    let links = chained("FILE_LINK_ENTRY_INFORMATION", parts.rest(), |entry| {
        entry.fields(&[u32("NextEntryOffset"), x64("ParentFileId"), u32("FileNameLength")]);
        // FileNameLength counts characters (MS-FSCC 2.4.21.1).
        entry.next("FileName", entry.size("FileNameLength").saturating_mul(2), text);
    });
    links.into_iter().for_each(|link| parts.push(link));
}

fn tag(tag: u64) -> Option<String> {
    (tag != 0).then(|| reparse_tag(tag)).flatten()
}
