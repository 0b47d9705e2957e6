//! Fields: what names stand for, and in which columns their values are.

use super::names::Names;
use super::wireshark;
use arrow::datatypes::DataType;
use smb2::Command;
use std::sync::LazyLock;
use store::schema::COLUMNS;

/// What a field's values are, and so what they can be compared with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FieldKind {
    /// A whole number of so many bits, unsigned.
    Number(u32),
    /// True or false.
    Flag,
    /// Text.
    Text,
    /// Sixteen bytes in the form of a GUID (MS-DTYP 2.3.4.2), a FileId too.
    Guid,
    /// Sixteen bytes in hex.
    Hash,
    /// Seconds, kept as nanoseconds.
    Seconds,
    /// A point in time.
    Time,
    /// Seconds since 1970 UTC.
    Epoch,
    /// Seconds since the trace's first frame.
    SinceFirstFrame,
}

impl FieldKind {
    /// In words, with an example.
    pub fn described(self) -> &'static str {
        match self {
            Self::Number(_) => "a number (5, 0x1f, 017)",
            Self::Flag => "true or false (True, False, 1, 0)",
            Self::Text => "text (\"a\\\\b.txt\" or r\"a\\b.txt\")",
            Self::Guid => "a GUID (b7e391df-0000-0000-e391-c80d00000000)",
            Self::Hash => "16 bytes (0x and 32 hex digits)",
            Self::Seconds => "a time in seconds (0.25)",
            Self::Time => "a time (\"2024-01-31 23:59:59.5\", in UTC)",
            Self::Epoch => "a time in seconds since 1970 (1706745599.5)",
            Self::SinceFirstFrame => "a time in seconds since the first frame (0.25)",
        }
    }
}

/// What a name stands for.
#[derive(Debug)]
pub struct Field {
    /// The name.
    pub name: &'static str,
    /// What its values are.
    pub kind: FieldKind,
    pub(super) names: Names,
    /// Where its values are; it can have several.
    pub(super) sources: Vec<Source>,
    /// Whether every operation has a value.
    pub(super) always: bool,
}

impl Field {
    /// The messages of an operation that Wireshark shows it in.
    pub fn messages(&self) -> Messages {
        self.sources.iter().fold(Messages(0), |all, source| Messages(all.0 | source.messages.0))
    }
}

/// Messages of an operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Messages(pub(super) u8);

impl Messages {
    /// The request.
    pub const REQUEST: Self = Self(1);
    /// The final response.
    pub const RESPONSE: Self = Self(2);
    /// The interim response.
    pub const INTERIM: Self = Self(4);
    /// Both responses.
    pub const RESPONSES: Self = Self(6);
    /// All three.
    pub const ALL: Self = Self(7);

    /// Whether it has one of `others`.
    pub fn meets(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// The columns with the frames that complete these messages.
    pub(super) fn frames(self) -> impl Iterator<Item = &'static str> {
        const FRAMES: [(Messages, &str); 3] = [
            (Messages::REQUEST, "request_frame"),
            (Messages::RESPONSE, "response_frame"),
            (Messages::INTERIM, "interim_frame"),
        ];
        FRAMES.into_iter().filter(move |(message, _)| self.meets(*message)).map(|(_, column)| column)
    }
}

/// A column that has a field's value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source {
    /// The messages that carry it.
    pub(super) messages: Messages,
    pub(super) column: &'static str,
    pub(super) form: Form,
    /// In which rows the column has this field's value.
    pub(super) when: &'static [When],
    /// In which of the messages Wireshark shows it.
    pub(super) shown: &'static [When],
}

/// How a column has a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Form {
    /// As it is: a number, a truth, or a time.
    Number,
    /// Some bits of a number, moved to the lowest place.
    Bits {
        mask: u32,
    },
    /// A word that stands for a Command.
    Command,
    Text,
    /// Several texts.
    Texts,
    /// Sixteen bytes.
    Wide,
    /// This number, wherever the column has anything.
    Always(u32),
}

/// What has to be so in a row.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    /// A column of flags has this one.
    Has(&'static str, u32),
    /// It does not have it.
    Lacks(&'static str, u32),
    /// A column has this number.
    Is(&'static str, u32),
    Command(&'static [Command]),
    NotCommand(&'static [Command]),
    /// The row is none of these kinds.
    NotKind(&'static [&'static str]),
}

impl When {
    /// The row is a message, not a connection that opens or closes.
    pub(super) const MESSAGE: Self = Self::NotKind(&["connect", "close"]);

    /// The column that tells.
    pub(super) fn column(self) -> &'static str {
        match self {
            Self::Has(column, _) | Self::Lacks(column, _) | Self::Is(column, _) => column,
            Self::Command(_) | Self::NotCommand(_) => "command",
            Self::NotKind(_) => "kind",
        }
    }
}

static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(|| {
    let mut fields: Vec<Field> = COLUMNS.iter().filter_map(|column| of_column(column.name, &column.field())).collect();
    fields.extend(wireshark::fields());
    fields.sort_by_key(|field| field.name);
    fields
});

/// All fields: the columns of session files under their own names, and Wireshark's fields.
pub fn fields() -> &'static [Field] {
    &FIELDS
}

/// The field with this name.
pub(super) fn named(name: &str) -> Option<&'static Field> {
    let index = FIELDS.binary_search_by_key(&name, |field| field.name).ok()?;
    FIELDS.get(index)
}

/// A column under its own name. Messages and their holes are none: there is nothing to compare them with.
fn of_column(name: &'static str, field: &arrow::datatypes::Field) -> Option<Field> {
    let (kind, form) = match (name, field.data_type()) {
        ("command", _) => (FieldKind::Number(16), Form::Command),
        ("latency_ns", _) => (FieldKind::Number(64), Form::Number),
        ("payload_hash", _) => (FieldKind::Hash, Form::Wide),
        (_, DataType::UInt8) => (FieldKind::Number(8), Form::Number),
        (_, DataType::UInt16) => (FieldKind::Number(16), Form::Number),
        (_, DataType::UInt32) => (FieldKind::Number(32), Form::Number),
        (_, DataType::UInt64) => (FieldKind::Number(64), Form::Number),
        (_, DataType::Boolean) => (FieldKind::Flag, Form::Number),
        (_, DataType::Timestamp(..)) => (FieldKind::Time, Form::Number),
        (_, DataType::FixedSizeBinary(16)) => (FieldKind::Guid, Form::Wide),
        (_, DataType::Utf8 | DataType::Dictionary(..)) => (FieldKind::Text, Form::Text),
        (_, DataType::List(items)) if *items.data_type() == DataType::Utf8 => (FieldKind::Text, Form::Texts),
        _ => return None,
    };
    let source = Source { messages: Messages::ALL, column: name, form, when: &[], shown: &[] };
    Some(Field { name, kind, names: Names::of_column(name), sources: vec![source], always: !field.is_nullable() })
}
