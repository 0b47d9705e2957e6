//! The instructions of Python's pickles, as `pickletools` names them.

macro_rules! instructions {
    ($($byte:literal $name:ident $title:literal,)*) => {
        /// An instruction that makes plain data.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum Instruction { $($name,)* }

        impl Instruction {
            /// The instruction that this byte stands for.
            pub(super) fn of(byte: u8) -> Option<Self> {
                match byte { $($byte => Some(Self::$name),)* _ => None }
            }

            /// Its name.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

instructions! {
    b'(' Mark "MARK", b'.' Stop "STOP", b'0' Pop "POP", b'1' PopMark "POP_MARK", b'2' Dup "DUP",
    b'N' None "NONE", 0x88 NewTrue "NEWTRUE", 0x89 NewFalse "NEWFALSE",
    b'I' Int "INT", b'L' Long "LONG", b'J' BinInt "BININT", b'K' BinInt1 "BININT1", b'M' BinInt2 "BININT2",
    0x8a Long1 "LONG1", 0x8b Long4 "LONG4",
    b'F' Float "FLOAT", b'G' BinFloat "BINFLOAT",
    b'S' String "STRING", b'T' BinString "BINSTRING", b'U' ShortBinString "SHORT_BINSTRING",
    b'V' Unicode "UNICODE", 0x8c ShortBinUnicode "SHORT_BINUNICODE", b'X' BinUnicode "BINUNICODE",
    0x8d BinUnicode8 "BINUNICODE8",
    b'C' ShortBinBytes "SHORT_BINBYTES", b'B' BinBytes "BINBYTES", 0x8e BinBytes8 "BINBYTES8",
    0x96 ByteArray8 "BYTEARRAY8",
    b'}' EmptyDict "EMPTY_DICT", b'd' Dict "DICT", b's' SetItem "SETITEM", b'u' SetItems "SETITEMS",
    b']' EmptyList "EMPTY_LIST", b'l' List "LIST", b'a' Append "APPEND", b'e' Appends "APPENDS",
    b')' EmptyTuple "EMPTY_TUPLE", b't' Tuple "TUPLE", 0x85 Tuple1 "TUPLE1", 0x86 Tuple2 "TUPLE2", 0x87 Tuple3 "TUPLE3",
    b'p' Put "PUT", b'q' BinPut "BINPUT", b'r' LongBinPut "LONG_BINPUT", 0x94 Memoize "MEMOIZE",
    b'g' Get "GET", b'h' BinGet "BINGET", b'j' LongBinGet "LONG_BINGET",
    0x80 Proto "PROTO", 0x95 Frame "FRAME",
}

/// Name and deed of an instruction that makes more than plain data.
pub(super) fn refused(byte: u8) -> Option<(&'static str, &'static str)> {
    const LOOK_UP: &str = "look up an object of a Python module";
    const CALL: &str = "call what was looked up";
    const REGISTERED: &str = "look up an object that Python has registered";
    const OUTSIDE: &str = "ask for an object from outside the file";
    const SET: &str = "make a set, which no setting is";
    Some(match byte {
        GLOBAL => ("GLOBAL", LOOK_UP),
        STACK_GLOBAL => ("STACK_GLOBAL", LOOK_UP),
        INST => ("INST", "look up a class and make an object of it"),
        b'R' => ("REDUCE", CALL),
        b'o' => ("OBJ", CALL),
        0x81 => ("NEWOBJ", CALL),
        0x92 => ("NEWOBJ_EX", CALL),
        b'b' => ("BUILD", "set the state of an object"),
        0x82 => ("EXT1", REGISTERED),
        0x83 => ("EXT2", REGISTERED),
        0x84 => ("EXT4", REGISTERED),
        b'P' => ("PERSID", OUTSIDE),
        b'Q' => ("BINPERSID", OUTSIDE),
        0x97 => ("NEXT_BUFFER", OUTSIDE),
        0x98 => ("READONLY_BUFFER", OUTSIDE),
        0x8f => ("EMPTY_SET", SET),
        0x90 => ("ADDITEMS", SET),
        0x91 => ("FROZENSET", SET),
        _ => return None,
    })
}

/// Module and name follow on two lines.
pub(super) const GLOBAL: u8 = b'c';
/// As [`GLOBAL`].
pub(super) const INST: u8 = b'i';
/// Module and name are on the stack.
pub(super) const STACK_GLOBAL: u8 = 0x93;
