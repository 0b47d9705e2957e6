//! Declaring a structure of the specification, field by field, as one table.
//!
//! [`structure!`] turns such a table into a zero-copy view: a `parse` that checks the length of the fixed part once, an
//! accessor for each field, a constant for each field whose place a replay needs, and accessors for the parts of
//! variable length that an offset field and a length field describe.

use crate::{FileId, Guid, Malformed};
use zerocopy::little_endian::{U16, U32, U64};

/// A type that can stand in the table of a [`structure!`].
pub(crate) trait Field {
    /// Its bytes on the wire.
    type Wire;

    /// The value of these bytes.
    fn read(wire: &Self::Wire) -> Self;
}

macro_rules! fields {
    ($($field:ty as $wire:ty: $read:expr),* $(,)?) => {
        $(impl Field for $field {
            type Wire = $wire;

            fn read(wire: &$wire) -> Self {
                $read(*wire)
            }
        })*
    };
}

fields! {
    u8 as u8: std::convert::identity,
    u16 as U16: U16::get,
    u32 as U32: U32::get,
    u64 as U64: U64::get,
    FileId as [u8; 16]: FileId,
    Guid as [u8; 16]: Guid,
}

impl<const N: usize> Field for [u8; N] {
    type Wire = Self;

    fn read(wire: &Self) -> Self {
        *wire
    }
}

/// An offset or length field, as an index into the message.
pub(crate) trait Index {
    /// The value as a `usize`.
    fn index(self) -> usize;
}

impl Index for u8 {
    fn index(self) -> usize {
        self.into()
    }
}

impl Index for u16 {
    fn index(self) -> usize {
        self.into()
    }
}

impl Index for u32 {
    fn index(self) -> usize {
        self as usize
    }
}

/// Checks a StructureSize found at `offset`.
///
/// Real senders disagree about the lowest bit, which says "a variable part follows" (Wireshark ignores it as well);
/// all other bits have to be right, because they tell layouts apart.
pub(crate) fn check_size(found: u16, expected: u16, what: &'static str, offset: usize) -> Result<(), Malformed> {
    if found | 1 == expected | 1 {
        return Ok(());
    }
    Err(Malformed::BadValue { what, offset, value: found.into(), expected: "not the StructureSize of this structure" })
}

/// Declares the view of a structure.
///
/// ```text
/// structure! {
///     /// Doc of the view.
///     pub struct View (Layout) = "NAME IN THE SPECIFICATION", message(57) {
///         /// Doc of the field.
///         name_offset: u16 = NAME_OFFSET_FIELD,   // with a constant: where the field lies
///         /// Doc of the field.
///         name_length: u16,
///     }
///     variable {
///         /// Doc of the part.
///         name in name_range = name_offset, name_length;
///     }
/// }
/// ```
///
/// `message(SIZE)` is the body of a message: it starts behind the SMB2 header with a StructureSize of `SIZE`, and all
/// offsets, also those of the constants, count from the header. `data` is a structure inside a message that is handed
/// over as its own slice, from whose start all offsets count.
macro_rules! structure {
    (@base message($size:literal)) => { $crate::header::LENGTH };
    (@base data) => { 0 };
    (@check $fixed:ident, $name:literal, message($size:literal)) => {
        $crate::structure::check_size(
            $fixed.structure_size.get(),
            $size,
            concat!("StructureSize of ", $name),
            $crate::header::LENGTH,
        )?;
    };
    (@check $fixed:ident, $name:literal, data) => {};
    (@layout $Layout:ident, message($size:literal) { $($field:ident: $type:ty),* }) => {
        #[derive(zerocopy::FromBytes, zerocopy::KnownLayout, zerocopy::Immutable, zerocopy::Unaligned)]
        #[repr(C)]
        struct $Layout {
            structure_size: zerocopy::little_endian::U16,
            $($field: <$type as $crate::structure::Field>::Wire,)*
        }
    };
    (@layout $Layout:ident, data { $($field:ident: $type:ty),* }) => {
        #[derive(zerocopy::FromBytes, zerocopy::KnownLayout, zerocopy::Immutable, zerocopy::Unaligned)]
        #[repr(C)]
        struct $Layout {
            $($field: <$type as $crate::structure::Field>::Wire,)*
        }
    };
    (
        $(#[$doc:meta])*
        pub struct $View:ident ($Layout:ident) = $name:literal, $kind:ident $(($size:literal))? {
            $(
                $(#[$field_doc:meta])*
                $field:ident: $type:ty $(= $CONSTANT:ident)?,
            )*
        }
        $(variable {
            $(
                $(#[$part_doc:meta])*
                $part:ident in $range:ident = $offset:ident, $length:ident;
            )*
        })?
    ) => {
        $crate::structure::structure!(@layout $Layout, $kind $(($size))? { $($field: $type),* });

        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $View<'a> {
            #[allow(dead_code, reason = "structures without a variable part need only their layout")]
            message: &'a [u8],
            #[allow(dead_code, reason = "a structure may consist of its StructureSize alone")]
            fixed: &'a $Layout,
        }

        impl<'a> $View<'a> {
            /// Where the structure begins.
            const BASE: usize = $crate::structure::structure!(@base $kind $(($size))?);

            $($(
                #[doc = concat!("Where [`", stringify!($field), "`](Self::", stringify!($field), ") lies.")]
                pub const $CONSTANT: usize = Self::BASE + std::mem::offset_of!($Layout, $field);
            )?)*
            /// Where the fixed part ends and parts of variable length may begin.
            pub const FIXED_END: usize = Self::BASE + std::mem::size_of::<$Layout>();

            #[doc = concat!("Reads a ", $name, ".")]
            ///
            /// # Errors
            /// [`Malformed`](crate::Malformed) when the fixed part is not there in full, or when its StructureSize, if
            /// it has one, is that of another structure. The lowest bit of a StructureSize does not count.
            pub fn parse(message: &'a [u8]) -> Result<Self, $crate::Malformed> {
                let body = message.get(Self::BASE..).unwrap_or_default();
                let Ok((fixed, _)) = <$Layout as zerocopy::FromBytes>::ref_from_prefix(body) else {
                    return Err($crate::Malformed::TooShort {
                        what: $name,
                        offset: Self::BASE,
                        need: std::mem::size_of::<$Layout>(),
                        have: message.len(),
                    });
                };
                $crate::structure::structure!(@check fixed, $name, $kind $(($size))?);
                Ok(Self { message, fixed })
            }

            $(
                $(#[$field_doc])*
                pub fn $field(&self) -> $type {
                    <$type as $crate::structure::Field>::read(&self.fixed.$field)
                }
            )*

            $($(
                $(#[$part_doc])*
                ///
                /// # Errors
                /// [`Malformed::TooShort`](crate::Malformed::TooShort) when it is not all there.
                pub fn $part(&self) -> Result<&'a [u8], $crate::Malformed> {
                    use $crate::structure::Index as _;
                    $crate::wire::slice(self.message, self.$offset().index(), self.$length().index(), stringify!($part))
                }

                #[doc = concat!("Where [`", stringify!($part), "`](Self::", stringify!($part), ") lies; for an empty one an")]
                /// empty range, at the offset stated but never outside.
                ///
                /// # Errors
                /// [`Malformed::TooShort`](crate::Malformed::TooShort) when it is not all there.
                pub fn $range(&self) -> Result<std::ops::Range<usize>, $crate::Malformed> {
                    use $crate::structure::Index as _;
                    $crate::wire::range(self.message, self.$offset().index(), self.$length().index(), stringify!($part))
                }
            )*)?
        }

        impl std::fmt::Debug for $View<'_> {
            /// The fixed fields; parts of variable length only count as `..`.
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($View))
                    $(.field(stringify!($field), &self.$field()))*
                    .finish_non_exhaustive()
            }
        }
    };
}

pub(crate) use structure;
