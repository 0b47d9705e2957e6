//! How the field of a row is packed, by its type: the bytes of its value, and none at all when there is no value.

use super::cursor::Width;
use super::row_bytes::RowBytes;
use bytes::Bytes;
use capture::{Hole, Timestamp};
use dissect::{Closed, Kind, SignatureState};
use smb2::{Command, FileId, Guid};
use std::borrow::Cow;
use std::sync::Arc;

/// What the values of a column are, packed. Numbers are little-endian.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    /// A byte that is 0 or 1.
    Bool,
    /// A number of 8 bits.
    U8,
    /// A number of 16 bits.
    U16,
    /// A number of 32 bits.
    U32,
    /// A number of 64 bits.
    U64,
    /// Nanoseconds since 1970, 64 bits.
    Time,
    /// 16 bytes.
    Sixteen,
    /// A number of 32 bits that stands for a word.
    Word(fn(u32) -> Cow<'static, str>),
    /// The length of a text in 32 bits, and the text.
    Text,
    /// A message, as [`RowBytes::message`] puts it.
    Message,
    /// The number of texts in 32 bits, and the texts. An empty list takes no bytes.
    Texts,
    /// The number of holes in 32 bits, and the offset and length of each, 32 bits each. An empty list takes no bytes.
    Holes,
}

impl Form {
    /// Of numbers, and of what numbers stand for; `None` when values are none.
    pub(crate) const fn width(self) -> Option<Width> {
        match self {
            Self::Bool | Self::U8 => Some(Width::of(1)),
            Self::U16 => Some(Width::of(2)),
            Self::U32 | Self::Word(_) => Some(Width::of(4)),
            Self::U64 | Self::Time => Some(Width::of(8)),
            Self::Sixteen | Self::Text | Self::Message | Self::Texts | Self::Holes => None,
        }
    }
}

/// A type of fields that can be packed.
pub(crate) trait Field {
    /// What its values are, packed.
    const FORM: Form;

    /// The value, of a type whose values are numbers.
    fn number(&self) -> Option<u64> {
        None
    }

    /// Appends the value, of another type, to `row`; says whether there is one.
    fn pack(&self, _row: &mut RowBytes<'_>) -> bool {
        false
    }
}

/// The form of the field that `_field` selects.
pub(crate) const fn form_of<R, T: Field>(_field: fn(&R) -> &T) -> Form {
    T::FORM
}

/// Types whose values are always there, and the same types when they may be missing: numbers.
macro_rules! numbers {
    ($($type:ty: $form:expr, $number:expr;)*) => {$(
        impl Field for $type {
            const FORM: Form = $form;

            #[inline(always)]
            fn number(&self) -> Option<u64> {
                let number: fn(&$type) -> u64 = $number;
                Some(number(self))
            }
        }

        impl Field for Option<$type> {
            const FORM: Form = $form;

            #[inline(always)]
            fn number(&self) -> Option<u64> {
                self.as_ref().and_then(Field::number)
            }
        }
    )*};
}

/// The same of others.
macro_rules! fields {
    ($($type:ty: $form:expr, $put:expr;)*) => {$(
        impl Field for $type {
            const FORM: Form = $form;

            fn pack(&self, row: &mut RowBytes<'_>) -> bool {
                let put: fn(&mut RowBytes<'_>, &$type) = $put;
                put(row, self);
                true
            }
        }

        impl Field for Option<$type> {
            const FORM: Form = $form;

            fn pack(&self, row: &mut RowBytes<'_>) -> bool {
                self.as_ref().is_some_and(|value| value.pack(row))
            }
        }
    )*};
}

numbers! {
    bool: Form::Bool, |value| (*value).into();
    u8: Form::U8, |value| (*value).into();
    u16: Form::U16, |value| (*value).into();
    u32: Form::U32, |value| (*value).into();
    u64: Form::U64, |value| *value;
    Timestamp: Form::Time, |value| value.0 as u64;
    Kind: Form::Word(|code| nth(&Kind::ALL, code).map_or_else(|| unknown(code), |kind| kind.name().into())),
        |value| *value as u64;
    SignatureState: Form::Word(|code| nth(&SignatureState::ALL, code).map_or_else(|| unknown(code), |state| state.name().into())),
        |value| *value as u64;
    Closed: Form::Word(|code| nth(&Closed::ALL, code).map_or_else(|| unknown(code), |closed| closed.name().into())),
        |value| Closed::ALL.iter().zip(0..).find(|(closed, _)| *closed == value).map_or(u64::MAX, |(_, code)| code);
    Command: Form::Word(|code| command(Command(code as u16))), |value| value.0.into();
}

fields! {
    FileId: Form::Sixteen, |row, value| row.put(&value.0);
    Guid: Form::Sixteen, |row, value| row.put(&value.0);
    [u8; 16]: Form::Sixteen, |row, value| row.put(value);
    String: Form::Text, |row, value| row.text(value);
    Arc<str>: Form::Text, |row, value| row.text(value);
    Bytes: Form::Message, |row, value| row.message(value);
}

fn nth<T>(all: &[T], code: u32) -> Option<&T> {
    all.get(code as usize)
}

/// A code that no value has; only a damaged row has one.
fn unknown(code: u32) -> Cow<'static, str> {
    format!("{code:#x}").into()
}

fn command(command: Command) -> Cow<'static, str> {
    command.name().map_or_else(|| command.to_string().into(), Cow::Borrowed)
}

impl Field for Vec<String> {
    const FORM: Form = Form::Texts;

    fn pack(&self, row: &mut RowBytes<'_>) -> bool {
        if self.is_empty() {
            return false;
        }
        row.length(self.len());
        self.iter().for_each(|text| row.text(text));
        true
    }
}

impl Field for Vec<Hole> {
    const FORM: Form = Form::Holes;

    fn pack(&self, row: &mut RowBytes<'_>) -> bool {
        if self.is_empty() {
            return false;
        }
        row.length(self.len());
        for hole in self {
            row.put(&hole.offset.to_le_bytes());
            row.put(&hole.length.to_le_bytes());
        }
        true
    }
}
