//! A part of a message, with its place.

use schemars::JsonSchema;
use serde::Serialize;
use std::borrow::Cow;
use std::ops::Range;

/// A part of a message: a field, or a structure with its parts.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct Node {
    /// Its name in the specification; that of an entry of a list carries its number.
    pub name: Cow<'static, str>,
    /// What it holds: a number, an identifier, a text, or the first bytes of data. Structures have none, or what they stand for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What the value stands for: a name, the names of flags joined with `|`, a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meaning: Option<String>,
    /// Where it begins, bytes from the start of the message.
    pub offset: usize,
    /// Bytes it takes.
    pub length: usize,
    /// What is special about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
    /// Whether its bytes are not shown, whatever else is special about it.
    #[serde(skip)]
    pub(super) is_withheld: bool,
    /// Its parts, in the order of the message. Together they are all of its bytes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Node>,
}

/// What is special about a part.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Bytes between parts that no field is about, at most 8.
    Padding,
    /// Bytes that no field is about, too many to be padding.
    Unknown,
    /// It does not fit the specification; the meaning says why.
    Malformed,
    /// The capture lacks it, all or in part.
    Missing,
    /// Its bytes belong to an earlier part as well.
    Shared,
    /// Entries of a list that are not shown one by one.
    More,
    /// Not shown, because a password can be guessed with it.
    Withheld,
}

impl Node {
    /// A part without value or parts.
    pub(super) fn new(name: impl Into<Cow<'static, str>>, range: Range<usize>) -> Self {
        let (offset, length) = (range.start, range.len());
        let name = name.into();
        let (value, meaning, mark, children) = (None, None, None, Vec::new());
        Self { name, value, meaning, offset, length, mark, is_withheld: false, children }
    }

    /// The same with a value.
    pub(super) fn valued(self, value: impl Into<String>) -> Self {
        Self { value: Some(value.into()), ..self }
    }

    /// The same with a meaning.
    pub(super) fn meaning(self, meaning: Option<impl Into<String>>) -> Self {
        Self { meaning: meaning.map(Into::into), ..self }
    }

    /// The same with a mark.
    pub(super) fn marked(self, mark: Mark) -> Self {
        Self { mark: Some(mark), ..self }
    }

    /// The same, its bytes not shown.
    pub(super) fn withheld(self) -> Self {
        let value = Some(super::value::withheld(self.length));
        Self { value, mark: Some(Mark::Withheld), is_withheld: true, ..self }
    }

    /// The same with parts.
    pub(super) fn with(self, children: Vec<Node>) -> Self {
        Self { children, ..self }
    }

    /// The bytes it takes.
    pub fn range(&self) -> Range<usize> {
        self.offset..self.offset.saturating_add(self.length)
    }

    /// It and all its parts, in the order in which they are shown.
    pub fn walk(&self) -> impl Iterator<Item = &Node> {
        let mut waiting = vec![self];
        std::iter::from_fn(move || {
            let node = waiting.pop()?;
            waiting.extend(node.children.iter().rev());
            Some(node)
        })
    }
}
