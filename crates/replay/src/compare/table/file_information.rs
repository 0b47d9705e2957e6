//! QUERY_INFO of a file, by information class (MS-FSCC 2.4). Fields lie where the specification puts them; what a
//! buffer that was too small does not hold is absent.

use super::{Layout, Part, count, flags, opaque, path_at, structure, table, time};
use crate::compare::value::Value;
use smb2::fscc::reparse_point::ReparsePoint;
use smb2::fscc::{extended_attribute, hard_link, stream};
use smb2::message::QueryInfoResponse;
use smb2::{Malformed, names, utf16};

table! {
    /// FileBasicInformation.
    BASIC of structure => {
        Volatile creation_time = |b| time(b, 0);
        Volatile last_access_time = |b| time(b, 8);
        Volatile last_write_time = |b| time(b, 16);
        Volatile change_time = |b| time(b, 24);
        Compared file_attributes = |b| flags(b, 32);
    }
}

table! {
    /// FileStandardInformation.
    STANDARD of structure => {
        Volatile allocation_size = |b| count::<8>(b, 0);
        Compared end_of_file = |b| match count::<1>(b, 21) {
            Value::Number(0) | Value::Absent => count::<8>(b, 8),
            _ => Value::NotComparable,
        };
        Compared number_of_links = |b| count::<4>(b, 16);
        Compared delete_pending = |b| count::<1>(b, 20);
        Compared directory = |b| count::<1>(b, 21);
    }
}

table! {
    /// FileInternalInformation.
    INTERNAL of structure => {
        Volatile index_number = |b| count::<8>(b, 0);
    }
}

table! {
    /// FileEaInformation.
    EA of structure => {
        Compared ea_size = |b| count::<4>(b, 0);
    }
}

table! {
    /// FileAccessInformation.
    ACCESS of structure => {
        Compared access_flags = |b| flags(b, 0);
    }
}

table! {
    /// FileNameInformation, FileNormalizedNameInformation.
    NAME of structure => {
        Compared file_name = |b| path_at(b, 0, 4);
    }
}

table! {
    /// FileAlternateNameInformation, FileShortNameInformation: each server makes its own.
    SHORT_NAME of structure => {
        Volatile short_name = |b| path_at(b, 0, 4);
    }
}

table! {
    /// FilePositionInformation.
    POSITION of structure => {
        Compared current_byte_offset = |b| count::<8>(b, 0);
    }
}

table! {
    /// FileModeInformation.
    MODE of structure => {
        Compared mode = |b| flags(b, 0);
    }
}

table! {
    /// FileAlignmentInformation: the disk's.
    ALIGNMENT of structure => {
        Volatile alignment_requirement = |b| flags(b, 0);
    }
}

table! {
    /// FileFullEaInformation, in no order.
    FULL_EA of structure => {
        Compared extended_attributes = |b| {
            let found = extended_attribute::extended_attributes(b).collect::<Result<Vec<_>, _>>()?;
            Value::set(found.iter().map(|found| {
                let name = found.name.escape_ascii().to_string().to_uppercase();
                format!("{name}={}", found.value.escape_ascii())
            }))
        };
    }
}

table! {
    /// FileStreamInformation, in no order.
    STREAM of structure => {
        Compared streams = |b| {
            let found = stream::streams(b).collect::<Result<Vec<_>, _>>()?;
            Value::set(found.iter().map(|found| format!("{} ({})", utf16::to_string(found.name), found.size)))
        };
        Volatile stream_allocation_sizes = |b| {
            let found = stream::streams(b).collect::<Result<Vec<_>, _>>()?;
            Value::set(found.iter().map(|found| format!("{} ({})", utf16::to_string(found.name), found.allocation_size)))
        };
    }
}

table! {
    /// FilePipeInformation.
    PIPE of structure => {
        Compared read_mode = |b| count::<4>(b, 0);
        Compared completion_mode = |b| count::<4>(b, 4);
    }
}

table! {
    /// FilePipeLocalInformation.
    PIPE_LOCAL of structure => {
        Compared named_pipe_type = |b| count::<4>(b, 0);
        Compared named_pipe_configuration = |b| count::<4>(b, 4);
        Volatile maximum_instances = |b| count::<4>(b, 8);
        Volatile current_instances = |b| count::<4>(b, 12);
        Volatile inbound_quota = |b| count::<4>(b, 16);
        Volatile read_data_available = |b| count::<4>(b, 20);
        Volatile outbound_quota = |b| count::<4>(b, 24);
        Volatile write_quota_available = |b| count::<4>(b, 28);
        Compared named_pipe_state = |b| count::<4>(b, 32);
        Compared named_pipe_end = |b| count::<4>(b, 36);
    }
}

table! {
    /// FilePipeRemoteInformation.
    PIPE_REMOTE of structure => {
        Volatile collect_data_time = |b| time(b, 0);
        Compared maximum_collection_count = |b| count::<4>(b, 8);
    }
}

table! {
    /// FileCompressionInformation.
    COMPRESSION of structure => {
        Volatile compressed_file_size = |b| count::<8>(b, 0);
        Compared compression_format = |b| count::<2>(b, 8);
        Volatile compression_unit_shift = |b| count::<1>(b, 10);
        Volatile chunk_shift = |b| count::<1>(b, 11);
        Volatile cluster_shift = |b| count::<1>(b, 12);
    }
}

table! {
    /// FileObjectIdInformation.
    OBJECT_ID of structure => {
        Volatile object_id = |b| opaque::<16>(b, 8);
    }
}

table! {
    /// FileReparsePointInformation, when it comes as a REPARSE_DATA_BUFFER.
    REPARSE_POINT of ReparsePoint::parse => {
        Compared reparse_tag = |view| Value::Flags(view.tag.into());
    }
}

table! {
    /// FileNetworkOpenInformation.
    NETWORK_OPEN of structure => {
        Volatile creation_time = |b| time(b, 0);
        Volatile last_access_time = |b| time(b, 8);
        Volatile last_write_time = |b| time(b, 16);
        Volatile change_time = |b| time(b, 24);
        Volatile allocation_size = |b| count::<8>(b, 32);
        Compared end_of_file = |b| match flags(b, 48) {
            Value::Flags(attributes) if attributes & 0x10 != 0 => Value::NotComparable,
            _ => count::<8>(b, 40),
        };
        Compared file_attributes = |b| flags(b, 48);
    }
}

table! {
    /// FileAttributeTagInformation.
    ATTRIBUTE_TAG of structure => {
        Compared file_attributes = |b| flags(b, 0);
        Compared reparse_tag = |b| flags(b, 4);
    }
}

table! {
    /// FileHardLinkInformation, in no order.
    HARD_LINK of structure => {
        Compared links = |b| {
            let found = hard_link::hard_links(b)?.collect::<Result<Vec<_>, _>>()?;
            Value::set(found.iter().map(|link| utf16::to_string(link.name)))
        };
        Volatile parent_file_ids = |b| {
            let found = hard_link::hard_links(b)?.collect::<Result<Vec<_>, _>>()?;
            Value::set(found.iter().map(|link| link.parent_file_id))
        };
    }
}

table! {
    /// FileStandardLinkInformation.
    STANDARD_LINK of structure => {
        Compared number_of_accessible_links = |b| count::<4>(b, 0);
        Compared total_number_of_links = |b| count::<4>(b, 4);
        Compared delete_pending = |b| count::<1>(b, 8);
        Compared directory = |b| count::<1>(b, 9);
    }
}

table! {
    /// FileIdInformation.
    ID of structure => {
        Volatile volume_serial_number = |b| count::<8>(b, 0);
        Volatile file_id = |b| opaque::<16>(b, 8);
    }
}

const fn at(fields: &'static [super::Field], offset: usize) -> Part {
    Part { fields, offset }
}

/// FileAllInformation: nine classes in a row.
const ALL_INFORMATION: &[Part] = &[
    at(BASIC, 0),
    at(STANDARD, 40),
    at(INTERNAL, 64),
    at(EA, 72),
    at(ACCESS, 76),
    at(POSITION, 80),
    at(MODE, 88),
    at(ALIGNMENT, 92),
    at(NAME, 96),
];

const fn class(parts: &'static [Part]) -> Layout {
    Layout { parts, bytes: information }
}

/// The classes by number. Every other class is compared by its status alone.
const CLASSES: &[(u8, Layout)] = &[
    (4, class(&[at(BASIC, 0)])),
    (5, class(&[at(STANDARD, 0)])),
    (6, class(&[at(INTERNAL, 0)])),
    (7, class(&[at(EA, 0)])),
    (8, class(&[at(ACCESS, 0)])),
    (9, class(&[at(NAME, 0)])),
    (14, class(&[at(POSITION, 0)])),
    (15, class(&[at(FULL_EA, 0)])),
    (16, class(&[at(MODE, 0)])),
    (17, class(&[at(ALIGNMENT, 0)])),
    (18, class(ALL_INFORMATION)),
    (21, class(&[at(SHORT_NAME, 0)])),
    (22, class(&[at(STREAM, 0)])),
    (23, class(&[at(PIPE, 0)])),
    (24, class(&[at(PIPE_LOCAL, 0)])),
    (25, class(&[at(PIPE_REMOTE, 0)])),
    (28, class(&[at(COMPRESSION, 0)])),
    (29, class(&[at(OBJECT_ID, 0)])),
    (33, class(&[at(REPARSE_POINT, 0)])),
    (34, class(&[at(NETWORK_OPEN, 0)])),
    (35, class(&[at(ATTRIBUTE_TAG, 0)])),
    (40, class(&[at(SHORT_NAME, 0)])),
    (46, class(&[at(HARD_LINK, 0)])),
    (48, class(&[at(NAME, 0)])),
    (54, class(&[at(STANDARD_LINK, 0)])),
    (59, class(&[at(ID, 0)])),
];

/// Every layout of this file, with what it is of.
pub(super) fn all() -> impl Iterator<Item = (String, Layout)> {
    const INFO_FILE: u8 = 1;
    CLASSES.iter().map(|(class, layout)| {
        let name = names::info_class(INFO_FILE, *class).unwrap_or("another class");
        (format!("QUERY_INFO {name}"), *layout)
    })
}

/// The layout of a file information class.
pub(super) fn layout(class: u8) -> Layout {
    let known = CLASSES.iter().find(|(known, _)| *known == class);
    known.map_or(Layout::NOTHING, |(_, layout)| *layout)
}

/// The buffer of a QUERY_INFO response.
pub(super) fn information(message: &[u8]) -> Result<&[u8], Malformed> {
    QueryInfoResponse::parse(message)?.buffer()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn file_all_information_has_each_part_where_the_specification_puts_it() {
        let mut buffer = vec![0; 100];
        buffer[32] = 0x20;
        buffer[48] = 9;
        buffer[56] = 2;
        buffer[72] = 3;
        buffer[76] = 4;
        buffer[80] = 5;
        buffer[88] = 6;
        buffer[96] = 2;
        buffer.extend([b'n', 0]);
        let expected = [
            ("file_attributes", "0x20"),
            ("end_of_file", "9"),
            ("number_of_links", "2"),
            ("ea_size", "3"),
            ("access_flags", "0x4"),
            ("current_byte_offset", "5"),
            ("mode", "0x6"),
            ("file_name", "n"),
        ];
        for (name, value) in expected {
            let (part, field) = ALL_INFORMATION
                .iter()
                .find_map(|part| Some((part, part.fields.iter().find(|field| field.name == name)?)))
                .unwrap();
            assert_eq!((field.read)(&buffer[part.offset..]).unwrap().to_string(), value, "{name}");
        }
    }
}
