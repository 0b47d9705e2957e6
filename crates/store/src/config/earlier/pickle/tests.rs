#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::arithmetic_side_effects, reason = "tests")]

use super::*;

/// The value in words; a dictionary without what is in it.
fn read(bytes: &[u8]) -> String {
    match Pickle::read(bytes).unwrap_or_else(|error| panic!("{error}")).value() {
        Value::None => "None".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => format!("{value:?}"),
        Value::Text(text) => format!("{text:?}"),
        Value::Bytes(bytes) => format!("{bytes:?}"),
        Value::List(length) => format!("list of {length}"),
        Value::Tuple(length) => format!("tuple of {length}"),
        Value::Dictionary(dictionary) => format!("dictionary of {}", dictionary.entries().count()),
        Value::Beyond(what) => what.to_owned(),
    }
}

fn refused(bytes: &[u8]) -> PickleError {
    Pickle::read(bytes).expect_err("it is read")
}

#[test]
fn numbers_are_those_that_python_wrote() {
    for (bytes, number) in [
        (&b"I-7\n."[..], "-7"),
        (b"I00\n.", "false"),
        (b"I01\n.", "true"),
        (b"L123L\n.", "123"),
        (b"J\xfe\xff\xff\xff.", "-2"),
        (b"K\xff.", "255"),
        (b"M\xff\xff.", "65535"),
        (b"\x8a\0.", "0"),
        (b"\x8a\x01\xff.", "-1"),
        (b"\x8a\x02\xff\x00.", "255"),
        (b"\x8a\x09\xff\xff\xff\xff\xff\xff\xff\x7f\x00.", "9223372036854775807"),
        (b"\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\x00.", "an integer of more than 64 bits"),
        (b"\x8b\x01\0\0\0\x80.", "-128"),
        (b"L99999999999999999999L\n.", "an integer of more than 64 bits"),
        (b"F1.5\n.", "1.5"),
        (b"Fnan\n.", "NaN"),
        (b"G\x40\x04\0\0\0\0\0\0.", "2.5"),
        (b"\x88.", "true"),
        (b"\x89.", "false"),
        (b"N.", "None"),
    ] {
        assert_eq!(read(bytes), number, "{bytes:?}");
    }
}

#[test]
fn texts_are_those_that_python_wrote() {
    for (bytes, text) in [
        (&b"V\xe9\\u20ac\\U0001f511\\n\n."[..], "\"é€🔑\\\\n\""),
        (b"V\\ud800\n.", "text that is no Unicode"),
        (b"S'a\\'\\\\\\n\\xc3\\xa9'\n.", "\"a'\\\\\\né\""),
        (b"S\"\\xff\"\n.", "[255]"),
        (b"U\x01a.", "\"a\""),
        (b"T\x01\0\0\0b.", "\"b\""),
        (b"X\x02\0\0\0\xc3\xa9.", "\"é\""),
        (b"\x8c\x01c.", "\"c\""),
        (b"\x8d\x01\0\0\0\0\0\0\0d.", "\"d\""),
        (b"X\x03\0\0\0\xed\xa0\x80.", "text that is no Unicode"),
        (b"C\x01e.", "[101]"),
        (b"B\x01\0\0\0f.", "[102]"),
        (b"\x8e\x01\0\0\0\0\0\0\0g.", "[103]"),
        (b"\x96\x01\0\0\0\0\0\0\0h.", "[104]"),
    ] {
        assert_eq!(read(bytes), text, "{bytes:?}");
    }
}

#[test]
fn containers_take_what_is_above_their_mark() {
    for (bytes, container) in [
        (&b"(K\x01K\x02d."[..], "dictionary of 1"),
        (b"}K\x01K\x02s.", "dictionary of 1"),
        (b"}(K\x01K\x02K\x03K\x04u.", "dictionary of 2"),
        (b"(NNl.", "list of 2"),
        (b"]Na.", "list of 1"),
        (b"](NNe.", "list of 2"),
        (b"(t.", "tuple of 0"),
        (b").", "tuple of 0"),
        (b"N\x85.", "tuple of 1"),
        (b"NN\x86.", "tuple of 2"),
        (b"NNN\x87.", "tuple of 3"),
        (b"K\x05(NN1.", "5"),
        (b"K\x05(0.", "5"),
        (b"K\x05N0.", "5"),
        (b"K\x052\x86.", "tuple of 2"),
        (b"K\x05p9\n0g9\n.", "5"),
        (b"K\x05q\x090h\x09.", "5"),
        (b"K\x05r\x09\0\0\x800j\x09\0\0\x80.", "5"),
        (b"K\x05\x940h\0.", "5"),
    ] {
        assert_eq!(read(bytes), container, "{bytes:?}");
    }
}

#[test]
fn what_makes_no_sense_is_told_with_its_place() {
    for (bytes, words) in [
        (&b""[..], "STOP at byte 0 is not there"),
        (b"N", "STOP at byte 1 is not there"),
        (b".", "STOP at byte 0: too little is on the stack"),
        (b"(.", "STOP at byte 1: too little"),
        (b"N(.", "too little"),
        (b"NNs.", "SETITEM at byte 2: too little"),
        (b"]NNs.", "below is no dictionary"),
        (b"}Na.", "below is no list"),
        (b"}(Nu.", "a key has no value"),
        (b"t.", "no mark"),
        (b"N\x86.", "TUPLE2 at byte 1"),
        (b"h\x07.", "BINGET at byte 0: nothing has been kept"),
        (b"p1\n.", "PUT at byte 0: too little"),
        (b"Np-1\n.", "no number"),
        (b"I1", "INT at byte 0 is not there in full"),
        (b"Ix\n.", "no number"),
        (b"S'a\n.", "no literal"),
        (b"T\xff\xff\xff\xff.", "length is negative"),
        (b"X\xff\xff\xff\xffabc.", "BINUNICODE at byte 0 is not there in full"),
        (b"\x95\xff\xff\xff\xff\xff\xff\xff\xffN.", "FRAME at byte 0 is not there in full"),
        (b"\x80\x06N.", "protocol 6"),
        (b"N.N", "goes on behind its end at byte 2"),
        (b"{\"port\": 445}", "byte 0 is 0x7b"),
    ] {
        let told = refused(bytes).to_string();
        assert!(told.contains(words) && told.lines().count() == 1, "{bytes:?}: {told}");
    }
    assert_eq!(refused(&vec![b'N'; MOST_BYTES + 1]), PickleError::TooLong);
}

#[test]
fn what_is_more_than_plain_data_is_named_and_ends_the_reading() {
    for (bytes, instruction, name) in [
        (&b"cos\nsystem\n(S'touch x'\ntR."[..], "GLOBAL at byte 0", "(os.system)"),
        (b"N\x8c\x02os\x8c\x06system\x93.", "STACK_GLOBAL at byte 13", "(os.system)"),
        (b"(ios\nsystem\n.", "INST at byte 1", "(os.system)"),
        (b"cos\n\x1b[2Jsystem\n.", "GLOBAL at byte 0", "(os.[2Jsystem)"),
        (b"cos", "GLOBAL at byte 0", "module"),
        (b"N)R.", "REDUCE at byte 2", ""),
        (b"(No.", "OBJ at byte 2", ""),
        (b"N)\x81.", "NEWOBJ at byte 2", ""),
        (b"N)}\x92.", "NEWOBJ_EX at byte 3", ""),
        (b"N}b.", "BUILD at byte 2", ""),
        (b"\x82\x01.", "EXT1 at byte 0", ""),
        (b"\x83\x01\0.", "EXT2 at byte 0", ""),
        (b"\x84\x01\0\0\0.", "EXT4 at byte 0", ""),
        (b"Px\n.", "PERSID at byte 0", ""),
        (b"NQ.", "BINPERSID at byte 1", ""),
        (b"\x97.", "NEXT_BUFFER at byte 0", ""),
        (b"N\x98.", "READONLY_BUFFER at byte 1", ""),
        (b"\x8f.", "EMPTY_SET at byte 0", ""),
        (b"N(\x90.", "ADDITEMS at byte 2", ""),
        (b"(\x91.", "FROZENSET at byte 1", ""),
    ] {
        let error = refused(bytes);
        assert!(matches!(error, PickleError::Refused { .. }), "{error}");
        let told = error.to_string();
        assert!(told.starts_with(instruction) && told.contains(name) && told.contains("only plain data"), "{told}");
        assert!(!told.chars().any(char::is_control), "{told:?}");
    }
}

#[test]
fn every_byte_is_an_instruction_or_refused() {
    for byte in 0..=u8::MAX {
        let known = instruction::Instruction::of(byte).map(instruction::Instruction::name);
        let unwanted = instruction::refused(byte).map(|(name, _)| name);
        assert!(known.is_none() || unwanted.is_none(), "{byte:#x} is {known:?} and {unwanted:?}");
        let told = refused(&[byte]).to_string();
        let name = known.or(unwanted).map_or_else(|| format!("0x{byte:02x}"), str::to_owned);
        // MARK, and what needs nothing, is followed by a missing STOP.
        assert!(told.contains(&name) || told.contains("STOP at byte 1"), "{byte:#x}: {told}");
    }
}

#[test]
fn nesting_and_doubling_cost_nothing() {
    let deep = [&vec![b'('; 30_000][..], b"N", &vec![b't'; 30_000], b"."].concat();
    assert_eq!(read(&deep), "tuple of 1");
    let mut doubled = b"]q\0".to_vec();
    for place in 0..100 {
        doubled.extend([b']', b'(', b'h', place, b'h', place, b'e', b'q', place + 1]);
    }
    doubled.push(b'.');
    assert_eq!(read(&doubled), "list of 2");
    let itself = Pickle::read(b"}q\0K\x01h\0s.").unwrap();
    let Value::Dictionary(outer) = itself.value() else { panic!("no dictionary") };
    let inner = outer.entries().next().map(|(_, value)| value);
    assert!(matches!(inner, Some(Value::Dictionary(inner)) if inner.number() == outer.number()));
}

#[test]
fn no_value_is_printed_for_debugging() {
    let pickle = Pickle::read(b"}U\x08passwordU\x06secrets.").unwrap();
    assert_eq!(format!("{pickle:?}"), "Pickle(3 values)");
}
