//! Inputs and outputs of IOCTLs, by control code (MS-FSCC 2.3, MS-SMB2 2.2.31.1 and following, 2.2.32.1 and following).

use super::create::boolean;
use super::field::{Field, bytes, file_id, guid, u8, u16, u32, u64, x16, x32};
use super::file_information::{COMPRESSION_FORMAT, PIPE_STATES};
use super::negotiate::{CAPABILITIES, DIALECT, SECURITY_MODE};
use super::node::Node;
use super::reparse_point::reparse_point;
use super::structure::{Structure, data, text, text_to_zero};
use super::window::Window;
use super::{dfs, network_interface, rpc};
use smb2::names;

/// Which buffer it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Input,
    Output,
}
use Direction::{Input, Output};

const RANGE: &[Field] = &[u64("FileOffset"), u64("Length")];
const REGION: &[Field] = &[u64("FileOffset"), u64("Length"), x32("Usage"), u32("Reserved")];
const CHUNK: &[Field] = &[u64("SourceOffset"), u64("TargetOffset"), u32("Length"), u32("Reserved")];
const OBJECT_ID: &[Field] = &[guid("ObjectId"), guid("BirthVolumeId"), guid("BirthObjectId"), guid("DomainId")];
const CHECKSUM: Field = x16("ChecksumAlgorithm").codes(&[
    (0, "CHECKSUM_TYPE_NONE"),
    (1, "CHECKSUM_TYPE_CRC32"),
    (2, "CHECKSUM_TYPE_CRC64"),
    (0xffff, "CHECKSUM_TYPE_UNCHANGED"),
]);
const INTEGRITY_FLAGS: Field = x32("Flags").flags(&[(1, "FSCTL_INTEGRITY_FLAG_CHECKSUM_ENFORCEMENT_OFF")]);
/// Length of a STORAGE_OFFLOAD_TOKEN.
const TOKEN: usize = 512;

/// Buffers that have these fields and nothing else.
const PLAIN: &[(u32, Direction, &[Field])] = &[
    (0x0014_0204, Output, &[CAPABILITIES, guid("Guid"), SECURITY_MODE, x16("Dialect").named16(names::dialect)]),
    (0x0014_80f2, Output, COPIED),
    (0x0014_40f2, Output, COPIED),
    (0x0014_01d4, Input, &[u32("Timeout"), u32("Reserved")]),
    (0x0009_40cf, Input, RANGE),
    (0x0009_80c8, Input, &[u64("FileOffset"), u64("BeyondFinalZero")]),
    (0x0009_00c4, Input, &[boolean("SetSparse")]),
    (0x0009_003c, Output, &[COMPRESSION_FORMAT]),
    (0x0009_c040, Input, &[COMPRESSION_FORMAT]),
    (
        0x0009_027c,
        Output,
        &[CHECKSUM, u16("Reserved"), INTEGRITY_FLAGS, u32("ChecksumChunkSizeInBytes"), u32("ClusterSizeInBytes")],
    ),
    (0x0009_c280, Input, &[CHECKSUM, u16("Reserved"), INTEGRITY_FLAGS]),
    (0x0009_009c, Output, OBJECT_ID),
    (0x0009_00c0, Output, OBJECT_ID),
    (0x0009_8098, Input, OBJECT_ID),
    (
        0x0009_8344,
        Input,
        &[file_id("SourceFileID"), u64("SourceFileOffset"), u64("TargetFileOffset"), u64("ByteCount")],
    ),
    (
        0x0009_83e8,
        Input,
        &[
            u64("StructureSize"),
            file_id("SourceFileID"),
            u64("SourceFileOffset"),
            u64("TargetFileOffset"),
            u64("ByteCount"),
            x32("Flags").flags(&[(1, "DUPLICATE_EXTENTS_DATA_EX_SOURCE_ATOMIC")]),
            u32("Reserved"),
        ],
    ),
    (
        0x0009_4264,
        Input,
        &[u32("Size"), x32("Flags"), u32("TokenTimeToLive"), u32("Reserved"), u64("FileOffset"), u64("CopyLength")],
    ),
    (
        0x0009_4264,
        Output,
        &[
            u32("Size"),
            x32("Flags").flags(&[(1, "OFFLOAD_READ_FLAG_ALL_ZERO_BEYOND_CURRENT_RANGE")]),
            u64("TransferLength"),
            bytes("Token", TOKEN),
        ],
    ),
    (
        0x0009_8268,
        Input,
        &[
            u32("Size"),
            x32("Flags"),
            u64("FileOffset"),
            u64("CopyLength"),
            u64("TransferOffset"),
            bytes("Token", TOKEN),
        ],
    ),
    (0x0009_8268, Output, &[u32("Size"), x32("Flags"), u64("LengthWritten")]),
    (0x0009_8208, Output, &[u32("NumRangesProcessed")]),
    (0x0009_0284, Input, &[u64("FileOffset"), u64("Length"), x32("DesiredUsage"), u32("Reserved")]),
    (0x0009_0300, Output, &[x32("SharedVirtualDiskSupport"), x32("SharedVirtualDiskHandleState")]),
    (
        0x0014_41bb,
        Input,
        &[
            u32("HashType").codes(&[(1, "SRV_HASH_TYPE_PEER_DIST")]),
            u32("HashVersion"),
            u32("HashRetrievalType").codes(&[(1, "SRV_HASH_RETRIEVE_HASH_BASED"), (2, "SRV_HASH_RETRIEVE_FILE_BASED")]),
            u32("Length"),
            u64("Offset"),
        ],
    ),
];
const COPIED: &[Field] = &[u32("ChunksWritten"), u32("ChunkBytesWritten"), u32("TotalBytesWritten")];

/// A buffer of the control code; bytes alone where nothing is known of it.
pub(super) fn buffer<'a>(code: u32, direction: Direction, name: &'static str, window: Window<'a>) -> Node {
    let mut parts = Structure::new(window);
    if let Some((.., fields)) = PLAIN.iter().find(|(known, way, _)| *known == code && *way == direction) {
        parts.fields(fields);
        return parts.node(name);
    }
    match (code, direction) {
        // FSCTL_VALIDATE_NEGOTIATE_INFO.
        (0x0014_0204, Input) => {
            parts.fields(&[CAPABILITIES, guid("Guid"), SECURITY_MODE, u16("DialectCount")]);
            parts.elements("Dialect", parts.size("DialectCount"), DIALECT);
        }
        // FSCTL_SRV_COPYCHUNK, FSCTL_SRV_COPYCHUNK_WRITE.
        (0x0014_80f2 | 0x0014_40f2, Input) => {
            parts.fields(&[bytes("SourceKey", 24), u32("ChunkCount"), u32("Reserved")]);
            parts.elements("Chunk", parts.size("ChunkCount"), CHUNK);
        }
        // FSCTL_SRV_REQUEST_RESUME_KEY.
        (0x0014_0078, Output) => {
            parts.fields(&[bytes("ResumeKey", 24), u32("ContextLength")]);
            parts.next("Context", parts.size("ContextLength"), data);
        }
        // FSCTL_SRV_ENUMERATE_SNAPSHOTS.
        (0x0014_4064, Output) => {
            parts.fields(&[u32("NumberOfSnapShots"), u32("NumberOfSnapShotsReturned"), u32("SnapShotArraySize")]);
            let returned = parts.size("NumberOfSnapShotsReturned").min(super::structure::MOST_ENTRIES);
            for _ in 0..returned {
                if parts.rest().len() < 2 {
                    break;
                }
                let snapshot = text_to_zero("SnapShot", parts.rest());
                parts.skip(snapshot.length);
                parts.push(snapshot);
            }
        }
        // FSCTL_DFS_GET_REFERRALS, FSCTL_DFS_GET_REFERRALS_EX.
        (0x0006_0194, Input) => dfs::request(&mut parts),
        (0x0006_01b0, Input) => dfs::request_ex(&mut parts),
        (0x0006_0194 | 0x0006_01b0, Output) => dfs::response(&mut parts),
        // FSCTL_QUERY_NETWORK_INTERFACE_INFO.
        (0x0014_01fc, Output) => {
            return Node::new(name, window.range()).with(network_interface::interfaces(window));
        }
        // FSCTL_PIPE_TRANSCEIVE.
        (0x0011_c017, _) => return rpc::data(name, window),
        // FSCTL_PIPE_WAIT.
        (0x0011_0018, Input) => {
            parts.fields(&[u64("Timeout"), u32("NameLength"), boolean("TimeoutSpecified"), u8("Padding")]);
            parts.next("Name", parts.size("NameLength"), text);
        }
        // FSCTL_PIPE_PEEK.
        (0x0011_400c, Output) => {
            parts.fields(&[
                u32("NamedPipeState").codes(PIPE_STATES),
                u32("ReadDataAvailable"),
                u32("NumberOfMessages"),
                u32("MessageLength"),
            ]);
            parts.remainder("Data", data);
        }
        // FSCTL_GET_REPARSE_POINT, FSCTL_SET_REPARSE_POINT, FSCTL_DELETE_REPARSE_POINT.
        (0x0009_00a8, Output) | (0x0009_00a4 | 0x0009_00ac, Input) => return reparse_point(name, window),
        // FSCTL_QUERY_ALLOCATED_RANGES.
        (0x0009_40cf, Output) => parts.elements("Range", window.len() / 16, RANGE),
        // FSCTL_FILE_LEVEL_TRIM.
        (0x0009_8208, Input) => {
            parts.fields(&[u32("Key"), u32("NumRanges")]);
            parts.elements("Range", parts.size("NumRanges"), &[u64("Offset"), u64("Length")]);
        }
        // FSCTL_QUERY_FILE_REGIONS.
        (0x0009_0284, Output) => {
            parts.fields(&[x32("Flags"), u32("TotalRegionEntryCount"), u32("RegionEntryCount"), u32("Reserved")]);
            parts.elements("Region", parts.size("RegionEntryCount"), REGION);
        }
        _ => return data(name, window),
    }
    parts.node(name)
}
