//! How the field of a row is packed, by its type: the bytes of its value, and none at all when there is no value.

use super::rows::RowBytes;
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

/// A type of fields that can be packed.
pub(crate) trait Field {
    /// What its values are, packed.
    const FORM: Form;

    /// Appends the value to `row`; says whether there is one.
    fn pack(&self, row: &mut RowBytes<'_>) -> bool;
}

/// The form of the field that `_field` selects.
pub(crate) const fn form_of<R, T: Field>(_field: fn(&R) -> &T) -> Form {
    T::FORM
}

/// Types whose values are always there, and the same types when they may be missing.
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

fields! {
    bool: Form::Bool, |row, value| row.put(&[u8::from(*value)]);
    u8: Form::U8, |row, value| row.put(&[*value]);
    u16: Form::U16, |row, value| row.put(&value.to_le_bytes());
    u32: Form::U32, |row, value| row.put(&value.to_le_bytes());
    u64: Form::U64, |row, value| row.put(&value.to_le_bytes());
    Timestamp: Form::Time, |row, value| row.put(&value.0.to_le_bytes());
    FileId: Form::Sixteen, |row, value| row.put(&value.0);
    Guid: Form::Sixteen, |row, value| row.put(&value.0);
    [u8; 16]: Form::Sixteen, |row, value| row.put(value);
    Kind: Form::Word(|code| nth(&Kind::ALL, code).map_or_else(|| unknown(code), |kind| kind.name().into())),
        |row, value| row.word(*value as u32);
    SignatureState: Form::Word(|code| nth(&SignatureState::ALL, code).map_or_else(|| unknown(code), |state| state.name().into())),
        |row, value| row.word(*value as u32);
    Closed: Form::Word(|code| nth(&Closed::ALL, code).map_or_else(|| unknown(code), |closed| closed.name().into())),
        |row, value| row.word(Closed::ALL.iter().zip(0..).find(|(closed, _)| *closed == value).map_or(u32::MAX, |(_, code)| code));
    Command: Form::Word(|code| command(Command(code as u16))), |row, value| row.word(value.0.into());
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
