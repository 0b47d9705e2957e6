//! A row of a session file, column by column, as JSON and as text.

use capture::{Hole, Timestamp};
use dissect::{Closed, Kind, Operation, SignatureState};
use serde_json::{Map, Value, json};
use smb2::{Command, FileId, Guid};
use std::sync::Arc;
use store::schema;

/// Every column but those of whole messages, in the order of the file.
pub fn columns() -> Vec<&'static str> {
    schema::COLUMNS.iter().filter(|column| !column.is_message()).map(|column| column.name).collect()
}

/// These columns of a row: ids of 64 bits, statuses and hashes as lower-case hex, times in RFC 3339, what is not known as null.
pub fn object(operation: &Operation, columns: &[&str]) -> Map<String, Value> {
    columns.iter().map(|column| ((*column).to_owned(), json(operation, column))).collect()
}

/// The value of `column` in JSON; null for a column that is not shown.
pub fn json(operation: &Operation, column: &str) -> Value {
    cell(operation, column).unwrap_or(Value::Null)
}

/// The value of `column`; `None` for a column that is not shown.
fn cell(operation: &Operation, column: &str) -> Option<Value> {
    macro_rules! columns {
        ($($form:ident: $($name:ident)*;)*) => {
            match column {
                $($(stringify!($name) => Some(operation.$name.$form()),)*)*
                "status_name" => Some(operation.status.map(schema::status_name).into()),
                _ => None,
            }
        };
    }
    columns! {
        number: op connection open tree request_seq request_start_seq response_seq interim_seq request_acks
            request_frame response_frame interim_frame latency_ns tree_id credit_charge credits_requested credits_granted
            channel_sequence request_flags response_flags request_chain response_chain compound_index
            response_compound_index share_type offset length transferred desired_access share_access create_disposition
            create_options create_action file_attributes end_of_file oplock_requested oplock_granted lease_requested
            lease_granted info_type info_class ctl_code request_length response_length payload_offset payload_length;
        hex: message_id async_id session_id status payload_hash;
        word: kind signature_state command closed share path file_id lease_key parent_lease_key create_guid pattern
            new_path detail malformed;
        time: request_start_time request_time response_time interim_time;
        flag: encrypted compressed related;
        list: create_contexts request_holes response_holes;
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
trait Number {
    fn number(&self) -> Value;
}

impl Number for u32 {
    fn number(&self) -> Value {
        Value::from(*self)
    }
}

impl<T: Copy> Number for Option<T>
where
    Value: From<T>,
{
    fn number(&self) -> Value {
        self.map_or(Value::Null, Value::from)
    }
}

/// Ids of 64 bits, statuses and hashes are lower-case hex.
trait Hex {
    fn hex(&self) -> Value;
}

impl Hex for Option<u64> {
    fn hex(&self) -> Value {
        self.map(|id| format!("{id:#018x}")).into()
    }
}

impl Hex for Option<u32> {
    fn hex(&self) -> Value {
        self.map(|status| format!("{status:#010x}")).into()
    }
}

impl Hex for Option<[u8; 16]> {
    fn hex(&self) -> Value {
        self.map(|bytes| format!("0x{:032x}", u128::from_be_bytes(bytes))).into()
    }
}

/// Names, texts and GUIDs.
trait Word {
    fn word(&self) -> Value;
}

impl Word for Kind {
    fn word(&self) -> Value {
        self.name().into()
    }
}

impl Word for Option<SignatureState> {
    fn word(&self) -> Value {
        self.map(SignatureState::name).into()
    }
}

impl Word for Option<Closed> {
    fn word(&self) -> Value {
        self.map(Closed::name).into()
    }
}

impl Word for Option<Arc<str>> {
    fn word(&self) -> Value {
        self.as_deref().into()
    }
}

impl Word for Option<String> {
    fn word(&self) -> Value {
        self.as_deref().into()
    }
}

macro_rules! shown {
    ($($type:ty),*) => {$(
        impl Word for Option<$type> {
            fn word(&self) -> Value {
                self.map(|value| value.to_string()).into()
            }
        }
    )*};
}

shown!(Command, FileId, Guid);

/// RFC 3339 with nanoseconds.
trait Time {
    fn time(&self) -> Value;
}

impl Time for Option<Timestamp> {
    fn time(&self) -> Value {
        self.map(|time| store::metadata::Time(time).to_string()).into()
    }
}

trait Flag {
    fn flag(&self) -> Value;
}

impl Flag for bool {
    fn flag(&self) -> Value {
        Value::Bool(*self)
    }
}

/// Lists.
trait List {
    fn list(&self) -> Value;
}

impl List for Vec<String> {
    fn list(&self) -> Value {
        self.as_slice().into()
    }
}

impl List for Vec<Hole> {
    fn list(&self) -> Value {
        self.iter().map(|hole| json!({ "offset": hole.offset, "length": hole.length })).collect()
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
