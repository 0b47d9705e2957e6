//! File system information classes (MS-FSCC 2.5).

use super::create::boolean;
use super::field::{Field, bytes, guid, time, u8, u32, u64, x32, x64};
use super::node::Node;
use super::structure::{Structure, data, text};
use super::window::Window;

const ATTRIBUTES: &[(u64, &str)] = &[
    (0x0000_0001, "FILE_CASE_SENSITIVE_SEARCH"),
    (0x0000_0002, "FILE_CASE_PRESERVED_NAMES"),
    (0x0000_0004, "FILE_UNICODE_ON_DISK"),
    (0x0000_0008, "FILE_PERSISTENT_ACLS"),
    (0x0000_0010, "FILE_FILE_COMPRESSION"),
    (0x0000_0020, "FILE_VOLUME_QUOTAS"),
    (0x0000_0040, "FILE_SUPPORTS_SPARSE_FILES"),
    (0x0000_0080, "FILE_SUPPORTS_REPARSE_POINTS"),
    (0x0000_0100, "FILE_SUPPORTS_REMOTE_STORAGE"),
    (0x0000_8000, "FILE_VOLUME_IS_COMPRESSED"),
    (0x0001_0000, "FILE_SUPPORTS_OBJECT_IDS"),
    (0x0002_0000, "FILE_SUPPORTS_ENCRYPTION"),
    (0x0004_0000, "FILE_NAMED_STREAMS"),
    (0x0008_0000, "FILE_READ_ONLY_VOLUME"),
    (0x0010_0000, "FILE_SEQUENTIAL_WRITE_ONCE"),
    (0x0020_0000, "FILE_SUPPORTS_TRANSACTIONS"),
    (0x0040_0000, "FILE_SUPPORTS_HARD_LINKS"),
    (0x0080_0000, "FILE_SUPPORTS_EXTENDED_ATTRIBUTES"),
    (0x0100_0000, "FILE_SUPPORTS_OPEN_BY_FILE_ID"),
    (0x0200_0000, "FILE_SUPPORTS_USN_JOURNAL"),
    (0x0400_0000, "FILE_SUPPORTS_INTEGRITY_STREAMS"),
    (0x0800_0000, "FILE_SUPPORTS_BLOCK_REFCOUNTING"),
    (0x1000_0000, "FILE_SUPPORTS_SPARSE_VDL"),
];
const DEVICE_TYPES: &[(u64, &str)] = &[(0x02, "FILE_DEVICE_CD_ROM"), (0x07, "FILE_DEVICE_DISK")];
const CHARACTERISTICS: &[(u64, &str)] = &[
    (0x0000_0001, "FILE_REMOVABLE_MEDIA"),
    (0x0000_0002, "FILE_READ_ONLY_DEVICE"),
    (0x0000_0004, "FILE_FLOPPY_DISKETTE"),
    (0x0000_0008, "FILE_WRITE_ONCE_MEDIA"),
    (0x0000_0010, "FILE_REMOTE_DEVICE"),
    (0x0000_0020, "FILE_DEVICE_IS_MOUNTED"),
    (0x0000_0040, "FILE_VIRTUAL_VOLUME"),
    (0x0000_0100, "FILE_DEVICE_SECURE_OPEN"),
    (0x0000_1000, "FILE_CHARACTERISTIC_TS_DEVICE"),
    (0x0000_2000, "FILE_CHARACTERISTIC_WEBDAV_DEVICE"),
    (0x0002_0000, "FILE_DEVICE_ALLOW_APPCONTAINER_TRAVERSAL"),
    (0x0004_0000, "FILE_PORTABLE_DEVICE"),
];
const CONTROL_FLAGS: &[(u64, &str)] = &[
    (0x001, "FILE_VC_QUOTA_TRACK"),
    (0x002, "FILE_VC_QUOTA_ENFORCE"),
    (0x008, "FILE_VC_CONTENT_INDEX_DISABLED"),
    (0x010, "FILE_VC_LOG_QUOTA_THRESHOLD"),
    (0x020, "FILE_VC_LOG_QUOTA_LIMIT"),
    (0x040, "FILE_VC_LOG_VOLUME_THRESHOLD"),
    (0x080, "FILE_VC_LOG_VOLUME_LIMIT"),
    (0x100, "FILE_VC_QUOTAS_INCOMPLETE"),
    (0x200, "FILE_VC_QUOTAS_REBUILDING"),
];
const SECTOR_FLAGS: &[(u64, &str)] = &[
    (0x1, "SSINFO_FLAGS_ALIGNED_DEVICE"),
    (0x2, "SSINFO_FLAGS_PARTITION_ALIGNED_ON_DEVICE"),
    (0x4, "SSINFO_FLAGS_NO_SEEK_PENALTY"),
    (0x8, "SSINFO_FLAGS_TRIM_ENABLED"),
];

const VOLUME: &[Field] = &[
    time("VolumeCreationTime"),
    x32("VolumeSerialNumber"),
    u32("VolumeLabelLength"),
    boolean("SupportsObjects"),
    u8("Reserved"),
];
const ATTRIBUTE: &[Field] =
    &[x32("FileSystemAttributes").flags(ATTRIBUTES), u32("MaximumComponentNameLength"), u32("FileSystemNameLength")];

/// The fields of classes that have nothing else, by class.
const PLAIN: &[(u8, &[Field])] = &[
    (
        3,
        &[
            u64("TotalAllocationUnits"),
            u64("AvailableAllocationUnits"),
            u32("SectorsPerAllocationUnit"),
            u32("BytesPerSector"),
        ],
    ),
    (4, &[x32("DeviceType").codes(DEVICE_TYPES), x32("Characteristics").flags(CHARACTERISTICS)]),
    (
        6,
        &[
            u64("FreeSpaceStartFiltering"),
            u64("FreeSpaceThreshold"),
            u64("FreeSpaceStopFiltering"),
            u64("DefaultQuotaThreshold"),
            u64("DefaultQuotaLimit"),
            x32("FileSystemControlFlags").flags(CONTROL_FLAGS),
            u32("Padding"),
        ],
    ),
    (
        7,
        &[
            u64("TotalAllocationUnits"),
            u64("CallerAvailableAllocationUnits"),
            u64("ActualAvailableAllocationUnits"),
            u32("SectorsPerAllocationUnit"),
            u32("BytesPerSector"),
        ],
    ),
    (8, &[guid("ObjectId"), bytes("ExtendedInfo", 48)]),
    (
        11,
        &[
            u32("LogicalBytesPerSector"),
            u32("PhysicalBytesPerSectorForAtomicity"),
            u32("PhysicalBytesPerSectorForPerformance"),
            u32("FileSystemEffectivePhysicalBytesPerSectorForAtomicity"),
            x32("Flags").flags(SECTOR_FLAGS),
            u32("ByteOffsetForSectorAlignment"),
            u32("ByteOffsetForPartitionAlignment"),
        ],
    ),
    // The POSIX extensions of SMB 3.1.1.
    (
        100,
        &[
            u32("OptimalTransferSize"),
            u32("BlockSize"),
            u64("TotalBlocks"),
            u64("BlocksAvailable"),
            u64("UserBlocksAvailable"),
            u64("TotalFileNodes"),
            u64("FreeFileNodes"),
            x64("FileSystemIdentifier"),
        ],
    ),
];

/// The information of a file system in this class; bytes alone in one that is not known.
pub(super) fn read(class: u8, window: Window<'_>) -> Vec<Node> {
    let mut parts = Structure::new(window);
    if let Some((_, fields)) = PLAIN.iter().find(|(plain, _)| *plain == class) {
        return parts.read(fields);
    }
    let (name, length) = match class {
        1 => ("VolumeLabel", parts.fields(VOLUME).size("VolumeLabelLength")),
        2 => ("VolumeLabel", parts.fields(&[u32("VolumeLabelLength")]).size("VolumeLabelLength")),
        5 => ("FileSystemName", parts.fields(ATTRIBUTE).size("FileSystemNameLength")),
        _ => {
            parts.remainder("Data", data);
            return parts.finish();
        }
    };
    // A buffer that is too small has as much of the name as fits.
    parts.next(name, length.min(parts.rest().len()), text);
    parts.finish()
}
