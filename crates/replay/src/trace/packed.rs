//! A row in the bytes it is kept in: numbers at fixed places, a word that says which of them it has, then texts and
//! messages one behind the other. Never stored: made and read by one process.

use super::Row;
use super::holes::{self, Holes};
use capture::Timestamp;
use dissect::{Closed, Kind};
use smb2::{Command, FileId, Guid};
use std::sync::Arc;
use zerocopy::byteorder::little_endian::{I64, U16, U32, U64};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

/// Length of a part that a row does not have.
const ABSENT: u32 = u32::MAX;
/// How a value lies among the fixed bytes.
trait Packed: Copy {
    type Raw: FromBytes + IntoBytes + Immutable + KnownLayout + Unaligned + Copy + Default;
    fn pack(self) -> Self::Raw;
    fn unpack(raw: Self::Raw) -> Self;
}

macro_rules! packed {
    ($($value:ty as $raw:ty: $pack:expr, $unpack:expr;)*) => {$(
        impl Packed for $value {
            type Raw = $raw;

            fn pack(self) -> $raw {
                let pack: fn($value) -> $raw = $pack;
                pack(self)
            }

            fn unpack(raw: $raw) -> Self {
                let unpack: fn($raw) -> $value = $unpack;
                unpack(raw)
            }
        }
    )*};
}

packed! {
    u64 as U64: U64::new, |raw| raw.get();
    u32 as U32: U32::new, |raw| raw.get();
    u16 as U16: U16::new, |raw| raw.get();
    u8 as u8: |value| value, |raw| raw;
    Timestamp as I64: |time| I64::new(time.0), |raw| Timestamp(raw.get());
    Command as U16: |command| U16::new(command.0), |raw| Command(raw.get());
    FileId as [u8; 16]: |id| id.0, FileId;
    Guid as [u8; 16]: |guid| guid.0, Guid;
    [u8; 16] as [u8; 16]: |bytes| bytes, |raw| raw;
}

macro_rules! columns {
    ($($bit:literal $name:ident: $type:ty;)*) => {
        /// The fixed bytes of a row.
        #[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
        #[repr(C)]
        struct Fixed {
            /// A bit for each number that the row has, then one for each [`flag`].
            present: U64,
            op: U32,
            connection: U32,
            file: U32,
            kind: u8,
            closed: u8,
            lengths: Lengths,
            $($name: <$type as Packed>::Raw,)*
        }

        impl Fixed {
            fn of(row: &Row, file: u32, lengths: Lengths) -> Self {
                let operation = &row.operation;
                let mut present = flags(row);
                $(if operation.$name.is_some() {
                    present |= 1 << $bit;
                })*
                Self {
                    present: U64::new(present),
                    op: U32::new(operation.op),
                    connection: U32::new(operation.connection),
                    file: U32::new(file),
                    kind: place(&Kind::ALL, |kind| *kind == operation.kind),
                    closed: place(&CLOSED, |closed| operation.closed.is_some_and(|found| found.name() == *closed)),
                    lengths,
                    $($name: operation.$name.map(Packed::pack).unwrap_or_default(),)*
                }
            }
        }

        /// The columns of the session file that a replay looks at, by name.
        pub(crate) const COLUMNS: &[&str] = &[
            "op",
            "kind",
            "connection",
            "encrypted",
            "closed",
            "request",
            "response",
            "share",
            "path",
            "new_path",
            "create_contexts",
            "request_holes",
            "response_holes",
            // Not kept, but what tells where the data of a message lies.
            "payload_offset",
            $(stringify!($name),)*
        ];

        impl CapturedRow<'_> {
            $(#[doc = concat!("Column `", stringify!($name), "`.")]
            pub fn $name(&self) -> Option<$type> {
                self.has($bit).then(|| Packed::unpack(self.fixed.$name))
            })*
        }
    };
}

columns! {
    0 open: u32;
    1 request_seq: u64;
    2 request_start_seq: u64;
    3 response_seq: u64;
    4 interim_seq: u64;
    5 request_acks: u64;
    6 request_frame: u64;
    7 request_start_time: Timestamp;
    8 request_time: Timestamp;
    9 response_time: Timestamp;
    10 interim_time: Timestamp;
    11 async_id: u64;
    12 channel_sequence: u16;
    13 request_chain: u64;
    14 compound_index: u16;
    15 command: Command;
    16 status: u32;
    17 share_type: u8;
    18 file_id: FileId;
    19 offset: u64;
    20 length: u64;
    21 transferred: u64;
    22 create_action: u32;
    23 file_attributes: u32;
    24 end_of_file: u64;
    25 lease_key: Guid;
    26 info_type: u8;
    27 info_class: u8;
    28 ctl_code: u32;
    29 payload_length: u32;
    30 payload_hash: [u8; 16];
    31 response_length: u32;
}

/// Bits of `present` that are no column.
mod flag {
    pub(super) const ENCRYPTED: u32 = 61;
    pub(super) const DATA_LEFT: u32 = 62;
    pub(super) const STAND_IN: u32 = 63;
}

/// The words of the `closed` column.
const CLOSED: [&str; 4] = ["client_fin", "client_rst", "server_fin", "server_rst"];

/// Lengths of the parts behind the fixed bytes, in their order; [`ABSENT`] for those that the row does not have.
#[derive(FromBytes, IntoBytes, Immutable, KnownLayout, Unaligned, Clone, Copy)]
#[repr(C)]
struct Lengths([U32; Part::COUNT]);

/// What lies behind the fixed bytes.
#[derive(Clone, Copy)]
enum Part {
    Request,
    Response,
    Share,
    Path,
    NewPath,
    /// Names, each with a zero byte behind it.
    CreateContexts,
    RequestHoles,
    ResponseHoles,
}

impl Part {
    const COUNT: usize = Self::ResponseHoles as usize + 1;
}

/// Appends a row to `into`; `file` is the number of its session file. False, with nothing appended, when a part of it is
/// longer than 4 GiB.
pub(super) fn pack(row: &Row, file: u32, into: &mut Vec<u8>) -> bool {
    let operation = &row.operation;
    let (request_holes, response_holes) =
        (holes::pack(&operation.request_holes), holes::pack(&operation.response_holes));
    // No context that means anything to a replay has a zero byte in its name.
    let names = operation.create_contexts.iter().filter(|name| !name.contains('\0'));
    let contexts: Option<String> =
        (!operation.create_contexts.is_empty()).then(|| names.flat_map(|name| [name.as_str(), "\0"]).collect());
    let parts: [Option<&[u8]>; Part::COUNT] = [
        operation.request.as_deref(),
        operation.response.as_deref(),
        operation.share.as_deref().map(str::as_bytes),
        operation.path.as_deref().map(str::as_bytes),
        operation.new_path.as_deref().map(str::as_bytes),
        contexts.as_deref().map(str::as_bytes),
        request_holes.as_deref(),
        response_holes.as_deref(),
    ];
    let length = |part: Option<&[u8]>| match part.map(|part| u32::try_from(part.len())) {
        None => Some(ABSENT),
        Some(length) => length.ok().filter(|length| *length != ABSENT),
    };
    if parts.iter().any(|part| length(*part).is_none()) {
        return false;
    }
    let lengths = Lengths(parts.map(|part| U32::new(length(part).unwrap_or(ABSENT))));
    into.extend_from_slice(Fixed::of(row, file, lengths).as_bytes());
    parts.into_iter().flatten().for_each(|part| into.extend_from_slice(part));
    true
}

/// A row of a trace.
#[derive(Clone, Copy)]
pub struct CapturedRow<'a> {
    fixed: &'a Fixed,
    parts: &'a [u8],
    files: &'a [Arc<str>],
}

impl<'a> CapturedRow<'a> {
    /// The row that begins `packed`.
    pub(super) fn of(packed: &'a [u8], files: &'a [Arc<str>]) -> Option<Self> {
        let (fixed, parts) = Fixed::ref_from_prefix(packed).ok()?;
        Some(Self { fixed, parts, files })
    }

    /// Name of the session file it stands in.
    pub fn file(&self) -> &'a Arc<str> {
        static NONE: std::sync::LazyLock<Arc<str>> = std::sync::LazyLock::new(|| Arc::from(""));
        self.files.get(self.fixed.file.get() as usize).unwrap_or(&NONE)
    }

    /// Whether the data of its request was left in the session file.
    pub fn data_left(&self) -> bool {
        self.has(flag::DATA_LEFT)
    }

    /// Whether it stands in for what was there before the capture began, and is no row of a session file.
    pub fn stand_in(&self) -> bool {
        self.has(flag::STAND_IN)
    }

    /// Column `op`.
    pub fn op(&self) -> u32 {
        self.fixed.op.get()
    }

    /// Column `kind`.
    pub fn kind(&self) -> Kind {
        Kind::ALL.get(usize::from(self.fixed.kind)).copied().unwrap_or(Kind::Encrypted)
    }

    /// Column `connection`.
    pub fn connection(&self) -> u32 {
        self.fixed.connection.get()
    }

    /// Column `encrypted`.
    pub fn encrypted(&self) -> bool {
        self.has(flag::ENCRYPTED)
    }

    /// Column `closed`.
    pub fn closed(&self) -> Option<Closed> {
        Closed::from_name(CLOSED.get(usize::from(self.fixed.closed))?)
    }

    /// Column `request`, without the data that was left in the session file.
    pub fn request(&self) -> Option<&'a [u8]> {
        self.part(Part::Request)
    }

    /// Column `response`, without the data that was left in the session file.
    pub fn response(&self) -> Option<&'a [u8]> {
        self.part(Part::Response)
    }

    /// Column `share`.
    pub fn share(&self) -> Option<&'a str> {
        self.text(Part::Share)
    }

    /// Column `path`.
    pub fn path(&self) -> Option<&'a str> {
        self.text(Part::Path)
    }

    /// Column `new_path`.
    pub fn new_path(&self) -> Option<&'a str> {
        self.text(Part::NewPath)
    }

    /// Column `create_contexts`.
    pub fn create_contexts(&self) -> impl Iterator<Item = &'a str> {
        self.text(Part::CreateContexts).unwrap_or_default().split_terminator('\0')
    }

    /// Column `request_holes`.
    pub fn request_holes(&self) -> Holes<'a> {
        Holes::of(self.part(Part::RequestHoles).unwrap_or_default())
    }

    /// Column `response_holes`.
    pub fn response_holes(&self) -> Holes<'a> {
        Holes::of(self.part(Part::ResponseHoles).unwrap_or_default())
    }

    fn has(&self, bit: u32) -> bool {
        self.fixed.present.get() >> bit & 1 == 1
    }

    fn part(&self, part: Part) -> Option<&'a [u8]> {
        let mut start = 0_usize;
        for length in self.fixed.lengths.0.get(..part as usize)? {
            start = start.saturating_add(if length.get() == ABSENT { 0 } else { length.get() as usize });
        }
        let length = self.fixed.lengths.0.get(part as usize).map(|length| length.get())?;
        let end = start.saturating_add(length as usize);
        (length != ABSENT).then(|| self.parts.get(start..end)).flatten()
    }

    fn text(&self, part: Part) -> Option<&'a str> {
        std::str::from_utf8(self.part(part)?).ok()
    }
}

impl std::fmt::Debug for CapturedRow<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CapturedRow").field("file", self.file()).field("op", &self.op()).finish_non_exhaustive()
    }
}

fn flags(row: &Row) -> u64 {
    let flags =
        [(row.operation.encrypted, flag::ENCRYPTED), (row.data_left, flag::DATA_LEFT), (row.stand_in, flag::STAND_IN)];
    flags.into_iter().fold(0, |bits, (is_set, bit)| bits | u64::from(is_set) << bit)
}

/// The place of what fits; one beyond the last when nothing does.
fn place<T>(all: &[T], fits: impl Fn(&T) -> bool) -> u8 {
    u8::try_from(all.iter().position(fits).unwrap_or(all.len())).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use capture::{CloseKind, Direction, Hole};
    use dissect::Operation;

    fn packed(row: &Row) -> Vec<u8> {
        let mut bytes = Vec::new();
        assert!(pack(row, 0, &mut bytes));
        bytes
    }

    #[test]
    fn a_row_has_what_was_packed_and_nothing_else() {
        let mut operation = Operation::new(7, Kind::Close, 3);
        operation.request_seq = Some(0);
        operation.response_time = Some(Timestamp(-1));
        operation.command = Some(Command::WRITE);
        operation.path = Some("".into());
        operation.response = Some(vec![1, 2].into());
        operation.create_contexts = vec!["MxAc".into(), "RqLs".into()];
        operation.response_holes = vec![Hole { offset: 1, length: 1 }];
        operation.closed = Some(Closed { by: Direction::ServerToClient, how: CloseKind::Rst });
        operation.payload_hash = Some([9; 16]);
        let row = Row { file: "a".into(), operation, data_left: true, stand_in: false };
        let bytes = packed(&row);
        let files = [Arc::from("a")];
        let found = CapturedRow::of(&bytes, &files).unwrap();
        assert_eq!((found.op(), found.kind(), found.connection(), &**found.file()), (7, Kind::Close, 3, "a"));
        assert_eq!((found.request_seq(), found.response_seq()), (Some(0), None));
        assert_eq!((found.response_time(), found.command()), (Some(Timestamp(-1)), Some(Command::WRITE)));
        assert_eq!((found.share(), found.path(), found.new_path()), (None, Some(""), None));
        assert_eq!((found.request(), found.response()), (None, Some([1, 2].as_slice())));
        assert_eq!(found.create_contexts().collect::<Vec<_>>(), ["MxAc", "RqLs"]);
        assert_eq!(found.response_holes().iter().collect::<Vec<_>>(), row.operation.response_holes);
        assert!(found.request_holes().is_empty());
        assert_eq!(found.closed(), row.operation.closed);
        assert_eq!(found.payload_hash(), Some([9; 16]));
        assert_eq!((found.data_left(), found.stand_in(), found.encrypted()), (true, false, false));
    }
}
