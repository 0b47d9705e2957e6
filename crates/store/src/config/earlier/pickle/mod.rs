//! Pickles of Python, as far as they are plain data.
//!
//! A pickle is a program for a machine with a stack and a memo. The instructions that make plain data are carried out; the
//! first one that looks up, calls or builds an object ends the reading, and is named with its place.
//!
//! # Invariants
//! - Nothing is looked up, called or built, and nothing but the input is read.
//! - Memory is linear in the length of the input, which is at most [`MOST_BYTES`]: an instruction makes at most one value, and
//!   a value that is used again is not copied.
//! - Nothing recurses, so that nesting costs nothing. Values may contain themselves.
//! - No error has a text of the input in it but the name of what would be called; no value can be printed for debugging.

mod argument;
mod error;
mod input;
mod instruction;
mod machine;
mod text;

pub use error::PickleError;

use machine::Machine;

/// Longest input that is read: settings take some hundred bytes.
pub const MOST_BYTES: usize = 1 << 16;

/// What a pickle holds.
pub struct Pickle {
    nodes: Vec<Node>,
    root: Id,
}

/// The place of a value among all values.
#[derive(Clone, Copy)]
struct Id(usize);

enum Node {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Id>),
    Tuple(Vec<Id>),
    Dictionary(Vec<(Id, Id)>),
    Beyond(&'static str),
}

/// A value of Python's.
#[derive(Clone, Copy)]
pub enum Value<'a> {
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An `int` of up to 64 bits.
    Int(i64),
    /// A `float`.
    Float(f64),
    /// A `str`; also one of Python 2 that is UTF-8.
    Text(&'a str),
    /// `bytes` or a `bytearray`.
    Bytes(&'a [u8]),
    /// A `list` of so many values.
    List(usize),
    /// A `tuple` of so many values.
    Tuple(usize),
    /// A `dict`.
    Dictionary(Dictionary<'a>),
    /// What there is no place for here, in words.
    Beyond(&'static str),
}

/// A `dict`: its entries in the order in which they were made. A key that was set again is there again.
#[derive(Clone, Copy)]
pub struct Dictionary<'a> {
    pickle: &'a Pickle,
    id: Id,
    entries: &'a [(Id, Id)],
}

impl Pickle {
    /// Reads a pickle of protocol 0 to 5.
    ///
    /// # Errors
    /// [`PickleError`], with the place. Input that is longer than [`MOST_BYTES`], is cut, or goes on behind its end is refused.
    pub fn read(bytes: &[u8]) -> Result<Self, PickleError> {
        if bytes.len() > MOST_BYTES {
            return Err(PickleError::TooLong);
        }
        Machine::new(bytes).run()
    }

    /// The value that was pickled.
    pub fn value(&self) -> Value<'_> {
        self.at(self.root)
    }

    fn at(&self, id: Id) -> Value<'_> {
        match self.nodes.get(id.0) {
            None | Some(Node::None) => Value::None,
            Some(Node::Bool(value)) => Value::Bool(*value),
            Some(Node::Int(value)) => Value::Int(*value),
            Some(Node::Float(value)) => Value::Float(*value),
            Some(Node::Text(text)) => Value::Text(text),
            Some(Node::Bytes(bytes)) => Value::Bytes(bytes),
            Some(Node::List(items)) => Value::List(items.len()),
            Some(Node::Tuple(items)) => Value::Tuple(items.len()),
            Some(Node::Dictionary(entries)) => Value::Dictionary(Dictionary { pickle: self, id, entries }),
            Some(Node::Beyond(what)) => Value::Beyond(what),
        }
    }
}

impl std::fmt::Debug for Pickle {
    /// How many values there are; they may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Pickle({} values)", self.nodes.len())
    }
}

impl<'a> Dictionary<'a> {
    /// Key and value of each entry.
    pub fn entries(&self) -> impl Iterator<Item = (Value<'a>, Value<'a>)> + use<'a> {
        let pickle = self.pickle;
        self.entries.iter().map(move |(key, value)| (pickle.at(*key), pickle.at(*value)))
    }

    /// A number that no other dictionary of this pickle has: one that is there twice is one.
    pub fn number(&self) -> usize {
        self.id.0
    }
}

impl Value<'_> {
    /// What it is, in words that follow "is".
    pub fn kind(&self) -> &'static str {
        match self {
            Self::None => "None",
            Self::Bool(_) => "True or False",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Dictionary(_) => "a dictionary",
            Self::Beyond(what) => what,
        }
    }
}

#[cfg(test)]
mod tests;
