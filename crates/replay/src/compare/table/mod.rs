//! What is compared, command by command: tables that read as a specification. A field has the name of its column in
//! session files where it has one; `Compared` fields are compared by default, `Volatile` ones only when asked for.

mod command;
mod control_code;
mod error;
mod file_information;
mod file_system_information;
mod security;

use super::value::Value;
use crate::trace::CapturedRow;
use smb2::message::ErrorResponse;
use smb2::{Command, Header, Malformed, wire};

/// Whether a field takes part by default.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Usage {
    /// It does.
    Compared,
    /// Times, ids, GUIDs, serial numbers, allocation, and what else is a server's own: only when asked for.
    Volatile,
}

/// Reads a field.
pub type Read = for<'a> fn(&'a [u8]) -> Result<Value<'a>, Malformed>;

/// A row of a table.
#[derive(Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Whether it takes part by default.
    pub usage: Usage,
    /// Reads it from the bytes that the table is about.
    pub read: Read,
}

/// A table and where in the bytes its structure begins.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    /// The fields.
    pub fields: &'static [Field],
    /// Offset of its structure, bytes.
    pub offset: usize,
}

/// The tables for an answer and the bytes they are about.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// The tables.
    pub parts: &'static [Part],
    /// The part of the answer that they read.
    pub bytes: fn(&[u8]) -> Result<&[u8], Malformed>,
}

impl Layout {
    const NOTHING: Self = Self { parts: &[], bytes: structure };

    /// All fields, in their order.
    pub fn fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.parts.iter().flat_map(|part| part.fields)
    }

    const fn message(parts: &'static [Part]) -> Self {
        Self { parts, bytes: structure }
    }
}

/// How the answer to `request` is read, given a whole message that answers it. What is judged in the union of several
/// answers (directory entries, changes) is not in these tables.
pub fn layout(request: &CapturedRow<'_>, answer: &[u8]) -> Layout {
    let Some(command) = request.command() else { return Layout::NOTHING };
    if Header::parse(answer).is_ok_and(|header| ErrorResponse::is_in(&header, answer)) {
        return error::layout(answer);
    }
    let class = request.info_class().unwrap_or_default();
    match command {
        Command::QUERY_INFO => match request.info_type() {
            Some(1) => file_information::layout(class),
            Some(2) => file_system_information::layout(class),
            Some(3) => security::DESCRIPTOR_LAYOUT,
            Some(4) => security::QUOTA_LAYOUT,
            _ => Layout::NOTHING,
        },
        Command::IOCTL => control_code::layout(request.ctl_code().unwrap_or_default()),
        Command::READ if is_pipe(request) => command::PIPE_READ,
        _ => command::layout(command),
    }
}

/// Whether a request goes to a named pipe rather than to a file.
fn is_pipe(request: &CapturedRow<'_>) -> bool {
    const SHARE_TYPE_PIPE: u8 = 2;
    let share = request.share().unwrap_or_default();
    let named_so = share.len() >= 5
        && share.get(share.len().saturating_sub(5)..).is_some_and(|end| end.eq_ignore_ascii_case("\\IPC$"));
    request.share_type() == Some(SHARE_TYPE_PIPE) || named_so
}

/// Every table: what it is of, and its fields in their order.
pub fn tables() -> impl Iterator<Item = (String, Vec<&'static Field>)> {
    let layouts = command::all().chain(file_information::all()).chain(file_system_information::all());
    let layouts = layouts.chain(security::all()).chain(control_code::all()).chain(error::all());
    layouts.map(|(name, layout)| (name, layout.fields().collect()))
}

/// Declares a table: `USAGE name = |view| value;`, where `view` is what the parser makes of the bytes.
macro_rules! table {
    ($(#[$doc:meta])* $NAME:ident of $parse:expr => { $($usage:ident $field:ident = |$view:pat_param| $value:expr;)* }) => {
        $(#[$doc])*
        const $NAME: &[$crate::compare::table::Field] = &[$(
            $crate::compare::table::Field {
                name: stringify!($field),
                usage: $crate::compare::table::Usage::$usage,
                read: |bytes| {
                    let $view = $parse(bytes)?;
                    Ok($value)
                },
            },
        )*];
    };
}
use table;

/// A structure of fixed layout, read by offsets; what lies behind its end is absent.
fn structure(bytes: &[u8]) -> Result<&[u8], Malformed> {
    Ok(bytes)
}

fn number<const N: usize>(bytes: &[u8], offset: usize) -> Option<u64> {
    let found: [u8; N] = wire::array(bytes, offset, "").ok()?;
    let mut wide = [0; 8];
    wide.get_mut(..N)?.copy_from_slice(&found);
    Some(u64::from_le_bytes(wide))
}

/// An unsigned number of `N` bytes at an offset.
fn count<const N: usize>(bytes: &[u8], offset: usize) -> Value<'_> {
    number::<N>(bytes, offset).map_or(Value::Absent, Value::Number)
}

/// Flags of 4 bytes at an offset.
fn flags(bytes: &[u8], offset: usize) -> Value<'_> {
    number::<4>(bytes, offset).map_or(Value::Absent, Value::Flags)
}

/// A FILETIME at an offset.
fn time(bytes: &[u8], offset: usize) -> Value<'_> {
    number::<8>(bytes, offset).map_or(Value::Absent, Value::Flags)
}

/// `N` bytes at an offset, which only equality matters of.
fn opaque<const N: usize>(bytes: &[u8], offset: usize) -> Value<'_> {
    match offset.checked_add(N).and_then(|end| bytes.get(offset..end)) {
        Some(found) => Value::Data(found),
        None => Value::Absent,
    }
}

/// A path whose length field of 4 bytes lies at `length`, and itself at `offset`; as far as the buffer has it.
fn path_at(bytes: &[u8], length: usize, offset: usize) -> Value<'_> {
    let Some(length) = number::<4>(bytes, length) else { return Value::Absent };
    let end = offset.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)).min(bytes.len());
    bytes.get(offset..end).map_or(Value::Absent, Value::path)
}

/// FILE_ATTRIBUTE_DIRECTORY (MS-FSCC 2.6): sizes of directories mean nothing.
fn size_unless_directory(attributes: u32, size: u64) -> Value<'static> {
    const DIRECTORY: u32 = 0x10;
    if attributes & DIRECTORY != 0 { Value::NotComparable } else { Value::Number(size) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::arithmetic_side_effects, reason = "tests")]
    use super::*;

    #[test]
    fn no_table_names_a_field_twice() {
        for (name, fields) in tables() {
            let mut seen = std::collections::BTreeSet::new();
            for field in fields {
                assert!(seen.insert(field.name), "{name}: {} stands twice", field.name);
            }
        }
    }

    /// Bytes that look random, among them many small numbers, as lengths and offsets are.
    fn noise(seed: u64, length: usize) -> Vec<u8> {
        let mut state = seed.wrapping_mul(2).wrapping_add(1);
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let [.., high] = state.to_le_bytes();
            if high & 3 == 0 { high } else { high & 7 }
        };
        (0..length).map(|_| next()).collect()
    }

    #[test]
    fn no_field_of_no_table_panics_on_any_noise() {
        let layouts = || {
            let all = command::all().chain(file_information::all()).chain(file_system_information::all());
            all.chain(security::all()).chain(control_code::all()).chain(error::all())
        };
        let sizes = [9, 16, 17, 24, 36, 49, 60, 65, 89];
        for seed in 0..500 {
            for (_, layout) in layouts() {
                let mut message = noise(seed, 200);
                for size in sizes {
                    message.splice(smb2::header::LENGTH..smb2::header::LENGTH + 2, [size, 0]);
                    let read = |message: &[u8]| {
                        let Ok(bytes) = (layout.bytes)(message) else { return };
                        for part in layout.parts {
                            for field in part.fields {
                                let _ = (field.read)(bytes.get(part.offset..).unwrap_or_default());
                            }
                        }
                    };
                    read(&message);
                }
            }
        }
    }

    #[test]
    fn no_field_of_no_table_panics_on_any_short_answer() {
        for length in 0..200_usize {
            for byte in [0, 1, 0x40, 0xff] {
                let bytes = vec![byte; length];
                for field in tables().flat_map(|(_, fields)| fields) {
                    let _ = (field.read)(&bytes);
                }
            }
        }
    }
}
