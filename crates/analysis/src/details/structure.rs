//! Reading a structure: its fields one after the other, then the parts that they point to.

use super::field::Field;
use super::node::{Mark, Node};
use super::value;
use super::window::Window;
use smb2::{Malformed, utf16};
use std::borrow::Cow;
use std::ops::Range;

/// Entries of a list shown one by one.
pub(super) const MOST_ENTRIES: usize = 256;

/// A structure while it is read. Offsets count from the start of its window.
pub(super) struct Structure<'a> {
    window: Window<'a>,
    /// Where it begins in its window: what lies before is of another structure.
    start: usize,
    at: usize,
    nodes: Vec<Node>,
    numbers: Vec<(&'static str, u64)>,
}

impl<'a> Structure<'a> {
    /// A structure that begins with `window`.
    pub(super) fn new(window: Window<'a>) -> Self {
        Self { window, start: 0, at: 0, nodes: Vec::new(), numbers: Vec::new() }
    }

    /// A structure whose fields begin at `at`, while its offsets count from the start of `window`.
    pub(super) fn body(window: Window<'a>, start: usize) -> Self {
        Self { start, at: start, ..Self::new(window) }
    }

    /// Where the next field begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What it may use.
    pub(super) fn window(&self) -> Window<'a> {
        self.window
    }

    /// What follows the fields read so far.
    pub(super) fn rest(&self) -> Window<'a> {
        self.window.from(self.at)
    }

    /// Reads these fields. At the first that is not all there, it tells so and reads no more.
    pub(super) fn fields(&mut self, fields: &[Field]) -> &mut Self {
        for field in fields {
            let Some(part) = self.window.part(self.at, field.length()) else {
                if self.at <= self.window.len() {
                    self.malformed(field.name, self.at, field.length());
                    self.at = usize::MAX;
                }
                return self;
            };
            if let Some(number) = part.number(0, field.length()) {
                self.numbers.push((field.name, number));
            }
            self.nodes.push(field.read(part));
            self.at = self.at.saturating_add(field.length());
        }
        self
    }

    /// The number that the field of this name holds, the last one; 0 when it is not there.
    pub(super) fn get(&self, name: &str) -> u64 {
        self.numbers.iter().rev().find(|(known, _)| *known == name).map_or(0, |(_, number)| *number)
    }

    /// The same as an offset or a length.
    pub(super) fn size(&self, name: &str) -> usize {
        usize::try_from(self.get(name)).unwrap_or(usize::MAX)
    }

    /// Everything from `offset` on; `None`, and told so, when that lies before the structure.
    pub(super) fn all_from(&mut self, name: &'static str, offset: usize) -> Option<Window<'a>> {
        if offset >= self.start {
            return Some(self.window.from(offset));
        }
        let place = self.empty(offset).start;
        let (value, expected) = (offset as u64, "not behind the header");
        let reason = Malformed::BadValue { what: name, offset: place, value, expected };
        self.nodes.push(malformed(name, place, &reason));
        None
    }

    /// The place of a part without bytes at `offset`, inside the structure in any case.
    pub(super) fn empty(&self, offset: usize) -> Range<usize> {
        let at = self.window.place(offset.max(self.start).min(self.window.len()));
        at..at
    }

    /// Adds a part that was read by other means.
    pub(super) fn push(&mut self, node: Node) {
        self.nodes.push(node);
    }

    /// Adds what `read` makes of the `length` bytes at `offset`; nothing when there are none.
    pub(super) fn part(
        &mut self,
        name: &'static str,
        offset: usize,
        length: usize,
        read: impl FnOnce(&'static str, Window<'a>) -> Node,
    ) {
        if length == 0 {
            return;
        }
        if self.all_from(name, offset).is_none() {
            return;
        }
        match self.window.part(offset, length) {
            Some(part) => self.nodes.push(read(name, part)),
            None => self.malformed(name, offset, length),
        }
    }

    /// The same for the bytes that follow the fields read so far.
    pub(super) fn next(
        &mut self,
        name: &'static str,
        length: usize,
        read: impl FnOnce(&'static str, Window<'a>) -> Node,
    ) {
        let offset = self.at;
        self.part(name, offset, length, read);
        self.at = self.at.saturating_add(length);
    }

    /// The same for all that is left.
    pub(super) fn remainder(&mut self, name: &'static str, read: impl FnOnce(&'static str, Window<'a>) -> Node) {
        self.next(name, self.rest().len(), read);
    }

    /// Skips bytes that no field is about.
    pub(super) fn skip(&mut self, length: usize) {
        self.at = self.at.saturating_add(length);
    }

    /// Adds `count` elements with these fields.
    pub(super) fn elements(&mut self, name: &'static str, count: usize, fields: &[Field]) {
        let length: usize = fields.iter().map(Field::length).fold(0, usize::saturating_add);
        for index in 0..count.min(MOST_ENTRIES) {
            let Some(part) = self.window.part(self.at, length) else {
                return self.malformed(name, self.at, length);
            };
            self.at = self.at.saturating_add(length);
            let node = match fields {
                [field] => field.read(part),
                _ => Node::new(numbered(name, index), part.range()).with(Structure::new(part).read(fields)),
            };
            self.nodes.push(node);
        }
        let more = count.saturating_sub(MOST_ENTRIES);
        if more > 0 {
            let rest = self.rest().first(more.saturating_mul(length));
            self.nodes.push(left_out(more, rest));
            self.at = self.at.saturating_add(rest.len());
        }
    }

    /// All parts, of a structure that has these fields alone.
    pub(super) fn read(mut self, fields: &[Field]) -> Vec<Node> {
        self.fields(fields);
        self.nodes
    }

    /// All parts.
    pub(super) fn finish(self) -> Vec<Node> {
        self.nodes
    }

    /// The structure as a part with this name, which takes the whole window.
    pub(super) fn node(self, name: impl Into<Cow<'static, str>>) -> Node {
        Node::new(name, self.window.range()).with(self.nodes)
    }

    fn malformed(&mut self, what: &'static str, offset: usize, need: usize) {
        let place = self.window.place(offset);
        let reason = Malformed::TooShort { what, offset: place, need, have: self.window.range().end };
        let shown = self.window.place(offset.max(self.start).min(self.window.len()));
        self.nodes.push(malformed(what, shown, &reason));
    }
}

/// A part that is not as it should be.
pub(super) fn malformed(name: impl Into<Cow<'static, str>>, at: usize, reason: &Malformed) -> Node {
    Node::new(name, at..at).meaning(Some(format!("malformed: {reason}"))).marked(Mark::Malformed)
}

/// The name of an entry of a list.
pub(super) fn numbered(name: &str, index: usize) -> String {
    format!("{name} {}", index.saturating_add(1))
}

/// In place of entries that are not shown.
pub(super) fn left_out(more: usize, rest: Window<'_>) -> Node {
    Node::new(format!("… {more} more"), rest.range()).marked(Mark::More)
}

/// Data.
pub(super) fn data(name: &'static str, window: Window<'_>) -> Node {
    Node::new(name, window.range()).valued(value::hex(window.bytes()))
}

/// Text in UTF-16LE.
pub(super) fn text(name: &'static str, window: Window<'_>) -> Node {
    Node::new(name, window.range()).valued(utf16::to_string(window.bytes()))
}

/// Text in UTF-16LE up to its zero.
pub(super) fn text_to_zero(name: &'static str, window: Window<'_>) -> Node {
    let units = window.bytes().as_chunks::<2>().0;
    let length = units.iter().position(|unit| *unit == [0, 0]).unwrap_or(units.len()).saturating_mul(2);
    let end = length.saturating_add(2).min(window.len());
    Node::new(name, window.first(end).range()).valued(utf16::to_string(window.first(length).bytes()))
}

/// A list whose entries begin with NextEntryOffset (MS-FSCC 2.4), each read by `read`.
pub(super) fn chained<'a>(name: &str, list: Window<'a>, read: impl Fn(&mut Structure<'a>)) -> Vec<Node> {
    let mut nodes = Vec::new();
    let mut next = (list.len() > 0).then_some(0_usize);
    let mut index = 0_usize;
    while let Some(start) = next {
        if index == MOST_ENTRIES {
            nodes.push(left_out(entries_from(list, start), list.from(start)));
            break;
        }
        let step = list.u32(start).unwrap_or_default() as usize;
        next = Some(start.saturating_add(step)).filter(|next| *next > start && *next < list.len());
        let end = next.unwrap_or(list.len());
        let window = list.part(start, end.saturating_sub(start)).unwrap_or(list.from(start));
        let mut entry = Structure::new(window);
        read(&mut entry);
        if step != 0 && next.is_none() {
            let place = list.place(start);
            let reason = Malformed::BadValue {
                what: "NextEntryOffset",
                offset: place,
                value: step as u64,
                expected: "not the offset of a further entry",
            };
            entry.push(malformed("NextEntryOffset", place, &reason));
        }
        nodes.push(entry.node(numbered(name, index)));
        index = index.saturating_add(1);
    }
    nodes
}

fn entries_from(list: Window<'_>, start: usize) -> usize {
    let step = |at: &usize| {
        let step = list.u32(*at)? as usize;
        Some(at.saturating_add(step)).filter(|next| step != 0 && *next < list.len())
    };
    std::iter::successors(Some(start), step).count()
}
