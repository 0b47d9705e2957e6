//! Fields of fixed length, as the tables of this module list them.

use super::node::Node;
use super::value;
use super::window::Window;
use smb2::names::flags::Bits;
use smb2::{FileId, Guid};

/// A row of a table: a field that follows the one before it.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    form: Form,
    meaning: Meaning,
}

/// How the bytes of a field are shown.
#[derive(Clone, Copy)]
enum Form {
    Decimal(usize),
    Hex(usize),
    Time,
    Guid,
    FileId,
    Bytes(usize),
    Withheld(usize),
}

/// What the value of a field stands for.
#[derive(Clone, Copy)]
enum Meaning {
    Nothing,
    Bits8(fn(u8) -> Bits),
    Bits16(fn(u16) -> Bits),
    Bits32(fn(u32) -> Bits),
    Name8(fn(u8) -> Option<&'static str>),
    Name16(fn(u16) -> Option<&'static str>),
    Name32(fn(u32) -> Option<&'static str>),
    Flags(&'static [(u64, &'static str)]),
    Codes(&'static [(u64, &'static str)]),
    Told(fn(u64) -> Option<String>),
}

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident = $form:ident($width:literal);)*) => {
        $($(#[$doc])* pub(super) const fn $name(name: &'static str) -> Field {
            Field { name, form: Form::$form($width), meaning: Meaning::Nothing }
        })*
    };
}

numbers! {
    /// A number of one byte, decimal.
    u8 = Decimal(1);
    /// A number of two bytes, decimal.
    u16 = Decimal(2);
    /// A number of four bytes, decimal.
    u32 = Decimal(4);
    /// A number of eight bytes, decimal.
    u64 = Decimal(8);
    /// Flags or a code of one byte, in hex.
    x8 = Hex(1);
    /// Flags or a code of two bytes, in hex.
    x16 = Hex(2);
    /// Flags or a code of four bytes, in hex.
    x32 = Hex(4);
    /// An identifier of eight bytes, in hex.
    x64 = Hex(8);
}

/// A FILETIME (MS-DTYP 2.3.3).
pub(super) const fn time(name: &'static str) -> Field {
    Field { name, form: Form::Time, meaning: Meaning::Nothing }
}

/// A GUID (MS-DTYP 2.3.4.2).
pub(super) const fn guid(name: &'static str) -> Field {
    Field { name, form: Form::Guid, meaning: Meaning::Nothing }
}

/// An SMB2_FILEID (MS-SMB2 2.2.14.1).
pub(super) const fn file_id(name: &'static str) -> Field {
    Field { name, form: Form::FileId, meaning: Meaning::Nothing }
}

/// So many bytes without a form.
pub(super) const fn bytes(name: &'static str, length: usize) -> Field {
    Field { name, form: Form::Bytes(length), meaning: Meaning::Nothing }
}

/// So many bytes that are not shown.
pub(super) const fn withheld(name: &'static str, length: usize) -> Field {
    Field { name, form: Form::Withheld(length), meaning: Meaning::Nothing }
}

impl Field {
    const fn meaning(self, meaning: Meaning) -> Self {
        Self { meaning, ..self }
    }

    pub(super) const fn bits8(self, names: fn(u8) -> Bits) -> Self {
        self.meaning(Meaning::Bits8(names))
    }

    pub(super) const fn bits16(self, names: fn(u16) -> Bits) -> Self {
        self.meaning(Meaning::Bits16(names))
    }

    pub(super) const fn bits(self, names: fn(u32) -> Bits) -> Self {
        self.meaning(Meaning::Bits32(names))
    }

    pub(super) const fn named8(self, name: fn(u8) -> Option<&'static str>) -> Self {
        self.meaning(Meaning::Name8(name))
    }

    pub(super) const fn named16(self, name: fn(u16) -> Option<&'static str>) -> Self {
        self.meaning(Meaning::Name16(name))
    }

    pub(super) const fn named32(self, name: fn(u32) -> Option<&'static str>) -> Self {
        self.meaning(Meaning::Name32(name))
    }

    /// Bits with these names.
    pub(super) const fn flags(self, names: &'static [(u64, &'static str)]) -> Self {
        self.meaning(Meaning::Flags(names))
    }

    /// One of these codes.
    pub(super) const fn codes(self, names: &'static [(u64, &'static str)]) -> Self {
        self.meaning(Meaning::Codes(names))
    }

    /// What a function tells of the value.
    pub(super) const fn told(self, tell: fn(u64) -> Option<String>) -> Self {
        self.meaning(Meaning::Told(tell))
    }

    /// Bytes it takes.
    pub(super) const fn length(&self) -> usize {
        match self.form {
            Form::Decimal(length) | Form::Hex(length) | Form::Bytes(length) | Form::Withheld(length) => length,
            Form::Time => 8,
            Form::Guid | Form::FileId => 16,
        }
    }

    /// The field whose bytes `window` is.
    pub(super) fn read(&self, window: Window<'_>) -> Node {
        let node = Node::new(self.name, window.range());
        let number = window.number(0, self.length()).unwrap_or_default();
        let sixteen = || window.bytes().try_into().unwrap_or_default();
        match self.form {
            Form::Decimal(_) => node.valued(number.to_string()).meaning(self.meaning.of(number)),
            Form::Hex(width) => {
                let digits = width.saturating_mul(2).saturating_add(2);
                node.valued(format!("{number:#0digits$x}")).meaning(self.meaning.of(number))
            }
            Form::Time => node.valued(number.to_string()).meaning(value::time(number)),
            Form::Guid => node.valued(Guid(sixteen()).to_string()),
            Form::FileId => {
                let id = FileId(sixteen());
                let meaning = (id == FileId::RELATED).then_some("the handle of the previous message, or none");
                node.valued(id.to_string()).meaning(meaning)
            }
            Form::Bytes(_) => node.valued(value::hex(window.bytes())),
            Form::Withheld(_) => node.withheld(),
        }
    }
}

impl Meaning {
    fn of(self, number: u64) -> Option<String> {
        let bits = |bits: Bits| (number != 0).then(|| bits.to_string());
        match self {
            Self::Nothing => None,
            Self::Bits8(names) => bits(names(number as u8)),
            Self::Bits16(names) => bits(names(number as u16)),
            Self::Bits32(names) => bits(names(number as u32)),
            Self::Name8(name) => name(number as u8).map(str::to_owned),
            Self::Name16(name) => name(number as u16).map(str::to_owned),
            Self::Name32(name) => name(number as u32).map(str::to_owned),
            Self::Flags(names) => value::flags(number, names),
            Self::Codes(names) => names.iter().find(|(code, _)| *code == number).map(|(_, name)| (*name).to_owned()),
            Self::Told(tell) => tell(number),
        }
    }
}
