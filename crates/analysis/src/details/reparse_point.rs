//! Reparse data buffers (MS-FSCC 2.1.2).

use super::field::{Field, guid, u16, x32};
use super::node::Node;
use super::structure::{Structure, data, text};
use super::window::Window;

/// IO_REPARSE_TAG_MOUNT_POINT.
const MOUNT_POINT: u64 = 0xa000_0003;
/// IO_REPARSE_TAG_SYMLINK.
const SYMLINK: u64 = 0xa000_000c;
/// Set in tags that Microsoft gave out; other buffers carry a GUID (MS-FSCC 2.1.2.1).
const MICROSOFT: u64 = 0x8000_0000;

/// Flags of a symbolic link.
pub(super) const SYMLINK_FLAGS: &[(u64, &str)] = &[(1, "SYMLINK_FLAG_RELATIVE")];

/// MS-FSCC 2.1.2.1.
const TAGS: &[(u64, &str)] = &[
    (0xa000_0003, "IO_REPARSE_TAG_MOUNT_POINT"),
    (0xc000_0004, "IO_REPARSE_TAG_HSM"),
    (0x8000_0005, "IO_REPARSE_TAG_DRIVE_EXTENDER"),
    (0x8000_0006, "IO_REPARSE_TAG_HSM2"),
    (0x8000_0007, "IO_REPARSE_TAG_SIS"),
    (0x8000_0008, "IO_REPARSE_TAG_WIM"),
    (0x8000_0009, "IO_REPARSE_TAG_CSV"),
    (0x8000_000a, "IO_REPARSE_TAG_DFS"),
    (0x8000_000b, "IO_REPARSE_TAG_FILTER_MANAGER"),
    (0xa000_000c, "IO_REPARSE_TAG_SYMLINK"),
    (0xa000_0010, "IO_REPARSE_TAG_IIS_CACHE"),
    (0x8000_0012, "IO_REPARSE_TAG_DFSR"),
    (0x8000_0013, "IO_REPARSE_TAG_DEDUP"),
    (0xc000_0014, "IO_REPARSE_TAG_APPXSTRM"),
    (0x8000_0014, "IO_REPARSE_TAG_NFS"),
    (0x8000_0015, "IO_REPARSE_TAG_FILE_PLACEHOLDER"),
    (0x8000_0016, "IO_REPARSE_TAG_DFM"),
    (0x8000_0017, "IO_REPARSE_TAG_WOF"),
    (0x8000_0018, "IO_REPARSE_TAG_WCI"),
    (0xa000_0019, "IO_REPARSE_TAG_GLOBAL_REPARSE"),
    (0x9000_001a, "IO_REPARSE_TAG_CLOUD"),
    (0x8000_001b, "IO_REPARSE_TAG_APPEXECLINK"),
    (0xa000_001d, "IO_REPARSE_TAG_LX_SYMLINK"),
    (0x8000_0023, "IO_REPARSE_TAG_AF_UNIX"),
    (0x8000_0024, "IO_REPARSE_TAG_LX_FIFO"),
    (0x8000_0025, "IO_REPARSE_TAG_LX_CHR"),
    (0x8000_0026, "IO_REPARSE_TAG_LX_BLK"),
];

/// The name of a reparse tag.
pub(super) fn reparse_tag(tag: u64) -> Option<String> {
    TAGS.iter().find(|(known, _)| *known == tag).map(|(_, name)| (*name).to_owned())
}

/// A REPARSE_DATA_BUFFER or REPARSE_GUID_DATA_BUFFER.
pub(super) fn reparse_point(name: &'static str, window: Window<'_>) -> Node {
    const BEGINNING: &[Field] = &[x32("ReparseTag").told(reparse_tag), u16("ReparseDataLength"), u16("Reserved")];
    let mut buffer = Structure::new(window);
    buffer.fields(BEGINNING);
    let (tag, length) = (buffer.get("ReparseTag"), buffer.size("ReparseDataLength"));
    if tag & MICROSOFT == 0 && buffer.rest().len() >= length.saturating_add(16) {
        buffer.fields(&[guid("ReparseGuid")]);
    }
    buffer.next("DataBuffer", length, |name, window| match tag {
        SYMLINK | MOUNT_POINT => target(name, window, tag),
        _ => data(name, window),
    });
    buffer.node(name)
}

/// Symbolic Link and Mount Point Reparse Data Buffers (MS-FSCC 2.1.2.4, 2.1.2.5).
fn target(name: &'static str, window: Window<'_>, tag: u64) -> Node {
    let mut parts = Structure::new(window);
    parts.fields(&[
        u16("SubstituteNameOffset"),
        u16("SubstituteNameLength"),
        u16("PrintNameOffset"),
        u16("PrintNameLength"),
    ]);
    if tag == SYMLINK {
        parts.fields(&[x32("Flags").flags(SYMLINK_FLAGS)]);
    }
    let start = parts.at();
    let place = |parts: &Structure<'_>, offset, length| (start.saturating_add(parts.size(offset)), parts.size(length));
    let (offset, length) = place(&parts, "SubstituteNameOffset", "SubstituteNameLength");
    parts.part("SubstituteName", offset, length, text);
    let (offset, length) = place(&parts, "PrintNameOffset", "PrintNameLength");
    parts.part("PrintName", offset, length, text);
    parts.node(name)
}
