//! Information classes of QUERY_INFO, SET_INFO and QUERY_DIRECTORY (MS-SMB2 2.2.37, 2.2.33; MS-FSCC 2.4, 2.5).

use super::table;

const TYPES: &[(u8, &str)] =
    &[(1, "SMB2_0_INFO_FILE"), (2, "SMB2_0_INFO_FILESYSTEM"), (3, "SMB2_0_INFO_SECURITY"), (4, "SMB2_0_INFO_QUOTA")];

#[rustfmt::skip]
const FILE: &[(u8, &str)] = &[
    (1, "FileDirectoryInformation"), (2, "FileFullDirectoryInformation"), (3, "FileBothDirectoryInformation"),
    (4, "FileBasicInformation"), (5, "FileStandardInformation"), (6, "FileInternalInformation"),
    (7, "FileEaInformation"), (8, "FileAccessInformation"), (9, "FileNameInformation"),
    (10, "FileRenameInformation"), (11, "FileLinkInformation"), (12, "FileNamesInformation"),
    (13, "FileDispositionInformation"), (14, "FilePositionInformation"), (15, "FileFullEaInformation"),
    (16, "FileModeInformation"), (17, "FileAlignmentInformation"), (18, "FileAllInformation"),
    (19, "FileAllocationInformation"), (20, "FileEndOfFileInformation"), (21, "FileAlternateNameInformation"),
    (22, "FileStreamInformation"), (23, "FilePipeInformation"), (24, "FilePipeLocalInformation"),
    (25, "FilePipeRemoteInformation"), (26, "FileMailslotQueryInformation"), (27, "FileMailslotSetInformation"),
    (28, "FileCompressionInformation"), (29, "FileObjectIdInformation"), (31, "FileMoveClusterInformation"),
    (32, "FileQuotaInformation"), (33, "FileReparsePointInformation"), (34, "FileNetworkOpenInformation"),
    (35, "FileAttributeTagInformation"), (36, "FileTrackingInformation"), (37, "FileIdBothDirectoryInformation"),
    (38, "FileIdFullDirectoryInformation"), (39, "FileValidDataLengthInformation"), (40, "FileShortNameInformation"),
    (44, "FileSfioReserveInformation"), (45, "FileSfioVolumeInformation"), (46, "FileHardLinkInformation"),
    (48, "FileNormalizedNameInformation"), (50, "FileIdGlobalTxDirectoryInformation"),
    (54, "FileStandardLinkInformation"), (59, "FileIdInformation"), (60, "FileIdExtdDirectoryInformation"),
    (64, "FileDispositionInformationEx"), (65, "FileRenameInformationEx"), (72, "FileLinkInformationEx"),
    (78, "FileId64ExtdDirectoryInformation"), (79, "FileId64ExtdBothDirectoryInformation"),
    (80, "FileIdAllExtdDirectoryInformation"), (81, "FileIdAllExtdBothDirectoryInformation"),
    (100, "FilePosixInformation"),
];

#[rustfmt::skip]
const FILE_SYSTEM: &[(u8, &str)] = &[
    (1, "FileFsVolumeInformation"), (2, "FileFsLabelInformation"), (3, "FileFsSizeInformation"),
    (4, "FileFsDeviceInformation"), (5, "FileFsAttributeInformation"), (6, "FileFsControlInformation"),
    (7, "FileFsFullSizeInformation"), (8, "FileFsObjectIdInformation"), (9, "FileFsDriverPathInformation"),
    (10, "FileFsVolumeFlagsInformation"), (11, "FileFsSectorSizeInformation"), (100, "FileFsPosixInformation"),
];

/// The name of an InfoType (`SMB2_0_INFO_FILE`; MS-SMB2 2.2.37).
pub fn info_type(info_type: u8) -> Option<&'static str> {
    table::name(TYPES, info_type)
}

/// The name of a FileInfoClass under its InfoType (`FileBasicInformation`). Security and quota queries have no classes.
/// The class of a QUERY_DIRECTORY is one of InfoType 1.
pub fn info_class(info_type: u8, class: u8) -> Option<&'static str> {
    match info_type {
        1 => table::name(FILE, class),
        2 => table::name(FILE_SYSTEM, class),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_and_have_no_duplicates() {
        table::assert_well_formed(TYPES);
        table::assert_well_formed(FILE);
        table::assert_well_formed(FILE_SYSTEM);
    }

    #[test]
    fn a_class_means_something_else_under_another_type() {
        assert_eq!(info_class(1, 5), Some("FileStandardInformation"));
        assert_eq!(info_class(2, 5), Some("FileFsAttributeInformation"));
        assert_eq!(info_class(1, 37), Some("FileIdBothDirectoryInformation"));
        assert_eq!(info_class(3, 0), None);
        assert_eq!(info_type(3), Some("SMB2_0_INFO_SECURITY"));
    }
}
