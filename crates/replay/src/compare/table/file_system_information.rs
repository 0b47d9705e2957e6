//! QUERY_INFO of a file system, by information class (MS-FSCC 2.5). Capacity, serial numbers and creation are the lab
//! disk's own; what the file system can do is compared.

use super::file_information::information;
use super::{Layout, Part, count, flags, opaque, path_at, structure, table, time};
use smb2::names;

table! {
    /// FileFsVolumeInformation.
    VOLUME of structure => {
        Volatile volume_creation_time = |b| time(b, 0);
        Volatile volume_serial_number = |b| flags(b, 8);
        Volatile supports_objects = |b| count::<1>(b, 16);
        Volatile volume_label = |b| path_at(b, 12, 18);
    }
}

table! {
    /// FileFsSizeInformation.
    SIZE of structure => {
        Volatile total_allocation_units = |b| count::<8>(b, 0);
        Volatile available_allocation_units = |b| count::<8>(b, 8);
        Volatile sectors_per_allocation_unit = |b| count::<4>(b, 16);
        Volatile bytes_per_sector = |b| count::<4>(b, 20);
    }
}

table! {
    /// FileFsDeviceInformation.
    DEVICE of structure => {
        Compared device_type = |b| flags(b, 0);
        Compared characteristics = |b| flags(b, 4);
    }
}

table! {
    /// FileFsAttributeInformation.
    ATTRIBUTE of structure => {
        Compared file_system_attributes = |b| flags(b, 0);
        Compared maximum_component_name_length = |b| count::<4>(b, 4);
        Compared file_system_name = |b| path_at(b, 8, 12);
    }
}

table! {
    /// FileFsControlInformation.
    CONTROL of structure => {
        Volatile free_space_start_filtering = |b| count::<8>(b, 0);
        Volatile free_space_threshold = |b| count::<8>(b, 8);
        Volatile free_space_stop_filtering = |b| count::<8>(b, 16);
        Compared default_quota_threshold = |b| count::<8>(b, 24);
        Compared default_quota_limit = |b| count::<8>(b, 32);
        Compared file_system_control_flags = |b| flags(b, 40);
    }
}

table! {
    /// FileFsFullSizeInformation.
    FULL_SIZE of structure => {
        Volatile total_allocation_units = |b| count::<8>(b, 0);
        Volatile caller_available_allocation_units = |b| count::<8>(b, 8);
        Volatile actual_available_allocation_units = |b| count::<8>(b, 16);
        Volatile sectors_per_allocation_unit = |b| count::<4>(b, 24);
        Volatile bytes_per_sector = |b| count::<4>(b, 28);
    }
}

table! {
    /// FileFsObjectIdInformation.
    OBJECT_ID of structure => {
        Volatile object_id = |b| opaque::<16>(b, 0);
    }
}

table! {
    /// FileFsSectorSizeInformation.
    SECTOR_SIZE of structure => {
        Volatile logical_bytes_per_sector = |b| count::<4>(b, 0);
        Volatile physical_bytes_per_sector_for_atomicity = |b| count::<4>(b, 4);
        Volatile physical_bytes_per_sector_for_performance = |b| count::<4>(b, 8);
        Volatile sector_size_flags = |b| flags(b, 16);
    }
}

const fn class(parts: &'static [Part]) -> Layout {
    Layout { parts, bytes: information }
}

/// The classes by number.
const CLASSES: [(u8, Layout); 8] = [
    (1, class(&[Part { fields: VOLUME, offset: 0 }])),
    (3, class(&[Part { fields: SIZE, offset: 0 }])),
    (4, class(&[Part { fields: DEVICE, offset: 0 }])),
    (5, class(&[Part { fields: ATTRIBUTE, offset: 0 }])),
    (6, class(&[Part { fields: CONTROL, offset: 0 }])),
    (7, class(&[Part { fields: FULL_SIZE, offset: 0 }])),
    (8, class(&[Part { fields: OBJECT_ID, offset: 0 }])),
    (11, class(&[Part { fields: SECTOR_SIZE, offset: 0 }])),
];

/// Every layout of this file, with what it is of.
pub(super) fn all() -> impl Iterator<Item = (String, Layout)> {
    const INFO_FILE_SYSTEM: u8 = 2;
    CLASSES.iter().map(|(class, layout)| {
        let name = names::info_class(INFO_FILE_SYSTEM, *class).unwrap_or("another class");
        (format!("QUERY_INFO {name}"), *layout)
    })
}

/// The layout of a file system information class.
pub(super) fn layout(class: u8) -> Layout {
    let known = CLASSES.iter().find(|(known, _)| *known == class);
    known.map_or(Layout::NOTHING, |(_, layout)| *layout)
}
