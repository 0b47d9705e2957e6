#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;
use arrow::datatypes::DataType;

/// The columns of the contract, group by group; types are those that it names.
const CONTRACT: &[(&str, &str)] = &[
    ("op connection open tree", "u32"),
    ("request_seq request_start_seq response_seq interim_seq request_acks", "u64"),
    ("request_frame response_frame interim_frame latency_ns", "u64"),
    ("request_start_time request_time response_time interim_time", "time"),
    ("message_id async_id session_id", "u64"),
    ("tree_id request_flags response_flags", "u32"),
    ("credit_charge credits_requested credits_granted channel_sequence", "u16"),
    ("kind signature_state command status_name share path closed", "dict"),
    ("encrypted compressed related", "bool"),
    ("request_chain response_chain", "u64"),
    ("compound_index response_compound_index", "u16"),
    ("status", "u32"),
    ("share_type oplock_requested oplock_granted info_type info_class", "u8"),
    ("file_id lease_key parent_lease_key create_guid payload_hash", "fixed"),
    ("offset length transferred end_of_file", "u64"),
    ("desired_access share_access create_disposition create_options create_action file_attributes", "u32"),
    ("lease_requested lease_granted ctl_code", "u32"),
    ("pattern new_path detail malformed", "utf8"),
    ("create_contexts", "list"),
    ("request response interim", "binary"),
    ("request_length response_length payload_offset payload_length", "u32"),
    ("request_holes response_holes", "list"),
];

fn kind_of(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::UInt8 => "u8",
        DataType::UInt16 => "u16",
        DataType::UInt32 => "u32",
        DataType::UInt64 => "u64",
        DataType::Boolean => "bool",
        DataType::Utf8 => "utf8",
        DataType::Timestamp(arrow::datatypes::TimeUnit::Nanosecond, Some(zone)) if zone.as_ref() == "UTC" => "time",
        DataType::Dictionary(..) => "dict",
        DataType::FixedSizeBinary(16) => "fixed",
        DataType::LargeBinary => "binary",
        DataType::List(_) => "list",
        other => panic!("{other}"),
    }
}

#[test]
fn the_schema_has_the_columns_of_the_contract_and_no_other() {
    let schema = schema();
    let mut left: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    for (names, expected) in CONTRACT {
        for name in names.split(' ') {
            let field = schema.field_with_name(name).unwrap();
            assert_eq!(kind_of(field.data_type()), *expected, "{name}");
            left.retain(|left| *left != name);
        }
    }
    assert_eq!(left, Vec::<&str>::new());
    assert_eq!(schema.metadata()["schema_version"], "1.4");
}

#[test]
fn fields_carry_wireshark_names_and_sections() {
    let schema = schema();
    let status = schema.field_with_name("status").unwrap();
    assert_eq!(status.metadata()["wireshark"], "smb2.nt_status");
    assert_eq!(status.metadata()["spec"], "MS-SMB2 2.2.1.2");
    assert!(schema.field_with_name("op").unwrap().metadata().is_empty());
}

#[test]
fn columns_are_found_by_either_name() {
    let names = |name| columns_named(name).map(|column| column.name).collect::<Vec<_>>();
    assert_eq!(names("message_id"), ["message_id"]);
    assert_eq!(names("smb2.msg_id"), ["message_id"]);
    assert_eq!(names("smb2.nt_status"), ["status", "status_name"]);
    assert_eq!(names(""), Vec::<&str>::new());
}
