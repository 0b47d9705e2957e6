//! What the views refuse, and what they let pass because real implementations send it.

use crate::example;
use smb2::Malformed;
use smb2::message::*;

#[test]
fn a_structure_size_of_another_structure_is_refused_with_its_place() {
    let message = example::lease_break_acknowledgment();
    let refused = OplockBreakAcknowledgment::parse(&message).unwrap_err();
    assert!(matches!(refused, Malformed::BadValue { offset: 64, value: 36, .. }), "{refused}");
    assert_eq!(
        refused.to_string(),
        "StructureSize of SMB2 Oplock Break Acknowledgment is 0x24 at offset 64, not the StructureSize of this structure"
    );
}

#[test]
fn the_lowest_bit_of_a_structure_size_does_not_count() {
    for size in [56, 57] {
        let mut message = example::create_request();
        message[64] = size;
        assert!(CreateRequest::parse(&message).is_ok());
    }
}

#[test]
fn a_fixed_part_that_is_cut_off_is_refused() {
    let message = example::create_request();
    assert!(CreateRequest::parse(&message[..120]).is_ok());
    let refused = CreateRequest::parse(&message[..119]).unwrap_err();
    assert_eq!(refused, Malformed::TooShort { what: "SMB2 CREATE Request", offset: 64, need: 56, have: 119 });
    assert!(CreateRequest::parse(&message[..63]).is_err());
    assert!(CreateRequest::parse(&[]).is_err());
}

#[test]
fn a_part_that_is_cut_off_is_refused_when_it_is_asked_for() {
    let message = example::write_request();
    let view = WriteRequest::parse(&message[..114]).unwrap();
    let expected = Malformed::TooShort { what: "data", offset: 112, need: 3, have: 114 };
    assert_eq!(view.data().unwrap_err(), expected);
    assert_eq!(view.data_range().unwrap_err(), expected);
}

#[test]
fn a_rename_whose_buffer_is_too_small_is_refused_with_its_place_in_the_message() {
    let mut message = example::rename_request();
    message[SetInfoRequest::BUFFER_LENGTH_FIELD] = 19;
    let refused = SetInfoRequest::parse(&message).unwrap().rename().unwrap_err();
    assert!(matches!(refused, Malformed::TooShort { offset: 96, need: 20, .. }), "{refused}");
}

#[test]
fn fewer_locks_than_announced_are_refused() {
    let mut message = example::lock_request();
    message[66] = 3;
    assert!(LockRequest::parse(&message).unwrap().locks().is_err());
}
