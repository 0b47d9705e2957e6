//! A row of a session file, column by column, as JSON and as text.

use capture::{Hole, Timestamp};
use dissect::{Closed, Kind, Operation, SignatureState};
use schemars::{Schema, json_schema};
use serde_json::{Map, Value, json};
use smb2::{Command, FileId, Guid};
use std::marker::PhantomData;
use std::sync::Arc;
use store::schema;

/// Every column but those of whole messages, in the order of the file.
pub fn columns() -> Vec<&'static str> {
    schema::COLUMNS.iter().filter(|column| !column.is_message()).map(|column| column.name).collect()
}

/// Why columns are not shown. Each message is one line.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FieldError {
    /// No column and no field of Wireshark has this name.
    #[error("unknown field '{0}'")]
    Unknown(String),
    /// The columns of this name hold whole messages.
    #[error("field '{0}' holds whole messages and is not shown")]
    Messages(String),
    /// There is no name at all.
    #[error("no field is named")]
    None,
}

/// The columns that these names mean, in their order: names of columns, or of Wireshark's fields. Blank ones are passed over.
///
/// # Errors
/// [`FieldError`].
pub fn columns_named<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Vec<&'static str>, FieldError> {
    let mut columns = Vec::new();
    for name in names.into_iter().map(str::trim).filter(|name| !name.is_empty()) {
        let (messages, shown): (Vec<_>, Vec<_>) = schema::columns_named(name).partition(|column| column.is_message());
        match (shown.as_slice(), messages.as_slice()) {
            ([], []) => return Err(FieldError::Unknown(name.to_owned())),
            ([], _) => return Err(FieldError::Messages(name.to_owned())),
            _ => columns.extend(shown.into_iter().map(|column| column.name)),
        }
    }
    if columns.is_empty() { Err(FieldError::None) } else { Ok(columns) }
}

/// JSON Schema of a row with all columns that are shown.
pub fn schema() -> Schema {
    let columns = columns();
    json_schema!({ "type": "object", "properties": properties(), "required": columns })
}

/// JSON Schemas of the columns that are shown, by their names.
pub fn properties() -> Map<String, Value> {
    let shown = schema::COLUMNS.iter().filter(|column| !column.is_message());
    shown
        .map(|column| {
            let mut schema = form(column.name).unwrap_or_default();
            schema.insert("description".to_owned(), column.meaning.into());
            (column.name.to_owned(), Value::from(schema))
        })
        .collect()
}

/// These columns of a row: ids of 64 bits, statuses and hashes as lower-case hex, times in RFC 3339, what is not known as null.
pub fn object(operation: &Operation, columns: &[&str]) -> Map<String, Value> {
    columns.iter().map(|column| ((*column).to_owned(), json(operation, column))).collect()
}

/// The value of `column` in JSON; null for a column that is not shown.
pub fn json(operation: &Operation, column: &str) -> Value {
    cell(operation, column).unwrap_or(Value::Null)
}

/// Hands each column, with the field of a row and the form of its values, to `$each`.
macro_rules! by_form {
    ($each:ident) => {
        $each! {
            Number: op connection open tree request_seq request_start_seq response_seq interim_seq request_acks
                request_frame response_frame interim_frame latency_ns tree_id credit_charge credits_requested
                credits_granted channel_sequence request_flags response_flags request_chain response_chain
                compound_index response_compound_index share_type offset length transferred desired_access
                share_access create_disposition create_options create_action file_attributes end_of_file
                oplock_requested oplock_granted lease_requested lease_granted info_type info_class ctl_code
                request_length response_length payload_offset payload_length;
            Hex: message_id async_id session_id status payload_hash;
            Word: kind signature_state command closed share path file_id lease_key parent_lease_key create_guid
                pattern new_path detail malformed;
            Time: request_start_time request_time response_time interim_time;
            Flag: encrypted compressed related;
            List: create_contexts request_holes response_holes;
        }
    };
}

/// The value of `column`; `None` for a column that is not shown.
fn cell(operation: &Operation, column: &str) -> Option<Value> {
    macro_rules! values {
        ($($form:ident: $($name:ident)*;)*) => {
            match column {
                $($(stringify!($name) => Some($form::json(&operation.$name)),)*)*
                "status_name" => Some(operation.status.map(schema::status_name).into()),
                _ => None,
            }
        };
    }
    by_form!(values)
}

/// JSON Schema of the values of `column`; `None` for a column that is not shown.
fn form(column: &str) -> Option<Map<String, Value>> {
    macro_rules! forms {
        ($($form:ident: $($name:ident)*;)*) => {
            match column {
                $($(stringify!($name) => Some(of_field(|operation| &operation.$name, $form::schema)),)*)*
                "status_name" => Some(json!({ "type": ["string", "null"] })),
                _ => None,
            }
        };
    }
    /// What `schema` says of the type of a field.
    fn of_field<T>(_: fn(&Operation) -> &T, schema: fn(PhantomData<T>) -> Value) -> Value {
        schema(PhantomData)
    }
    match by_form!(forms)? {
        Value::Object(schema) => Some(schema),
        _ => None,
    }
}

/// The value of `column` as text for a table or CSV; empty for null.
pub fn text(operation: &Operation, column: &str) -> String {
    match json(operation, column) {
        Value::Null => String::new(),
        Value::String(text) => text,
        Value::Array(items) => items.iter().map(item).collect::<Vec<_>>().join(" "),
        other => other.to_string(),
    }
}

fn item(value: &Value) -> String {
    match (value, value.get("offset"), value.get("length")) {
        (_, Some(offset), Some(length)) => format!("{offset}+{length}"),
        (Value::String(text), ..) => text.clone(),
        (other, ..) => other.to_string(),
    }
}

/// Numbers stay numbers.
trait Number: Sized {
    fn json(&self) -> Value;
    fn schema(_: PhantomData<Self>) -> Value;
}

impl Number for u32 {
    fn json(&self) -> Value {
        Value::from(*self)
    }

    fn schema(_: PhantomData<Self>) -> Value {
        json!({ "type": "integer", "minimum": 0, "maximum": Self::MAX })
    }
}

macro_rules! numbers {
    ($($type:ty),*) => {$(
        impl Number for Option<$type> {
            fn json(&self) -> Value {
                self.map_or(Value::Null, Value::from)
            }

            fn schema(_: PhantomData<Self>) -> Value {
                json!({ "type": ["integer", "null"], "minimum": 0, "maximum": <$type>::MAX })
            }
        }
    )*};
}

numbers!(u8, u16, u32, u64);

/// Ids of 64 bits, statuses and hashes are lower-case hex.
trait Hex: Sized {
    fn json(&self) -> Value;
    fn schema(_: PhantomData<Self>) -> Value;
}

macro_rules! hex {
    ($($type:ty: $digits:literal, $text:expr;)*) => {$(
        impl Hex for Option<$type> {
            fn json(&self) -> Value {
                self.map($text).into()
            }

            fn schema(_: PhantomData<Self>) -> Value {
                json!({ "type": ["string", "null"], "pattern": concat!("^0x[0-9a-f]{", $digits, "}$") })
            }
        }
    )*};
}

hex! {
    u64: 16, |id| format!("{id:#018x}");
    u32: 8, |status| format!("{status:#010x}");
    [u8; 16]: 32, |bytes| format!("0x{:032x}", u128::from_be_bytes(bytes));
}

/// Names, texts and GUIDs.
trait Word: Sized {
    fn json(&self) -> Value;

    fn schema(_: PhantomData<Self>) -> Value {
        json!({ "type": ["string", "null"] })
    }
}

impl Word for Kind {
    fn json(&self) -> Value {
        self.name().into()
    }

    fn schema(_: PhantomData<Self>) -> Value {
        json!({ "type": "string" })
    }
}

impl Word for Option<SignatureState> {
    fn json(&self) -> Value {
        self.map(SignatureState::name).into()
    }
}

impl Word for Option<Closed> {
    fn json(&self) -> Value {
        self.map(Closed::name).into()
    }
}

impl Word for Option<Arc<str>> {
    fn json(&self) -> Value {
        self.as_deref().into()
    }
}

impl Word for Option<String> {
    fn json(&self) -> Value {
        self.as_deref().into()
    }
}

macro_rules! shown {
    ($($type:ty),*) => {$(
        impl Word for Option<$type> {
            fn json(&self) -> Value {
                self.map(|value| value.to_string()).into()
            }
        }
    )*};
}

shown!(Command, FileId, Guid);

/// RFC 3339 with nanoseconds.
trait Time: Sized {
    fn json(&self) -> Value;
    fn schema(_: PhantomData<Self>) -> Value;
}

impl Time for Option<Timestamp> {
    fn json(&self) -> Value {
        self.map(|time| store::metadata::Time(time).to_string()).into()
    }

    fn schema(_: PhantomData<Self>) -> Value {
        json!({ "type": ["string", "null"], "format": "date-time" })
    }
}

trait Flag: Sized {
    fn json(&self) -> Value;
    fn schema(_: PhantomData<Self>) -> Value;
}

impl Flag for bool {
    fn json(&self) -> Value {
        Value::Bool(*self)
    }

    fn schema(_: PhantomData<Self>) -> Value {
        json!({ "type": "boolean" })
    }
}

/// Lists.
trait List: Sized {
    fn json(&self) -> Value;
    fn schema(_: PhantomData<Self>) -> Value;
}

impl List for Vec<String> {
    fn json(&self) -> Value {
        self.as_slice().into()
    }

    fn schema(_: PhantomData<Self>) -> Value {
        json!({ "type": "array", "items": { "type": "string" } })
    }
}

impl List for Vec<Hole> {
    fn json(&self) -> Value {
        self.iter().map(|hole| json!({ "offset": hole.offset, "length": hole.length })).collect()
    }

    fn schema(_: PhantomData<Self>) -> Value {
        let number = Number::schema(PhantomData::<u32>);
        let properties = json!({ "offset": number, "length": number });
        let hole = json!({ "type": "object", "properties": properties, "required": ["offset", "length"] });
        json!({ "type": "array", "items": hole })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_but_the_messages_has_a_value() {
        let operation = Operation::new(7, Kind::Exchange, 1);
        for column in schema::COLUMNS {
            assert_eq!(cell(&operation, column.name).is_some(), !column.is_message(), "{}", column.name);
            assert_eq!(form(column.name).is_some(), !column.is_message(), "{}", column.name);
        }
    }

    #[test]
    fn ids_and_statuses_are_hex_guids_are_text_and_times_are_rfc_3339() {
        let operation = Operation {
            session_id: Some(0x0400_0000_0005),
            message_id: Some(12),
            status: Some(0xc000_0034),
            tree_id: Some(3),
            lease_key: Some(Guid([1, 0, 0, 0, 2, 0, 3, 0, 4, 5, 6, 7, 8, 9, 10, 11])),
            request_time: Some(Timestamp(1_700_000_000_000_000_001)),
            request_holes: vec![Hole { offset: 64, length: 10 }],
            payload_hash: Some([0xab; 16]),
            ..Operation::new(0, Kind::Exchange, 0)
        };
        let expected = [
            ("session_id", json!("0x0000040000000005")),
            ("message_id", json!("0x000000000000000c")),
            ("status", json!("0xc0000034")),
            ("status_name", json!("STATUS_OBJECT_NAME_NOT_FOUND")),
            ("tree_id", json!(3)),
            ("lease_key", json!("00000001-0002-0003-0405-060708090a0b")),
            ("request_time", json!("2023-11-14T22:13:20.000000001Z")),
            ("request_holes", json!([{ "offset": 64, "length": 10 }])),
            ("payload_hash", json!("0xabababababababababababababababab")),
            ("kind", json!("exchange")),
            ("encrypted", json!(false)),
            ("path", Value::Null),
        ];
        for (column, value) in expected {
            assert_eq!(json(&operation, column), value, "{column}");
        }
        assert_eq!(text(&operation, "request_holes"), "64+10");
    }
}
