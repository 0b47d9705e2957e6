//! The machine that a pickle is a program of.

use super::input::Input;
use super::instruction::Instruction;
use super::{Id, Node, Pickle, PickleError};
use std::collections::BTreeMap;

const TOO_LITTLE: &str = "too little is on the stack";

/// The latest protocol.
const LATEST: u8 = 5;

pub(super) struct Machine<'a> {
    pub(super) input: Input<'a>,
    pub(super) nodes: Vec<Node>,
    pub(super) stack: Vec<Id>,
    /// Lengths of the stack at its marks.
    marks: Vec<usize>,
    pub(super) memo: BTreeMap<u64, Id>,
    /// The instruction that is carried out, and where it begins.
    pub(super) now: (&'static str, usize),
}

/// What an instruction leads to.
pub(super) type Step<T = ()> = Result<T, PickleError>;

impl<'a> Machine<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self {
            input: Input::new(bytes),
            nodes: Vec::new(),
            stack: Vec::new(),
            marks: Vec::new(),
            memo: BTreeMap::new(),
            now: ("STOP", 0),
        }
    }

    /// Carries everything out up to `STOP`.
    pub(super) fn run(mut self) -> Step<Pickle> {
        loop {
            self.now = ("STOP", self.input.offset());
            let [byte] = self.fixed()?;
            let Some(instruction) = Instruction::of(byte) else { return Err(self.unwanted(byte)) };
            self.now.0 = instruction.name();
            if instruction == Instruction::Stop {
                let root = self.pop()?;
                return match self.input.is_empty() {
                    true => Ok(Pickle { nodes: self.nodes, root }),
                    false => Err(PickleError::GoesOn { offset: self.input.offset() }),
                };
            }
            self.carry_out(instruction)?;
        }
    }

    fn carry_out(&mut self, instruction: Instruction) -> Step {
        use Instruction as I;
        match instruction {
            I::Stop => {}
            I::Mark => self.marks.push(self.stack.len()),
            I::Pop => self.drop_top()?,
            I::PopMark => drop(self.above_mark()?),
            I::Dup => self.stack.push(self.top()?),
            I::None => self.push(Node::None),
            I::NewTrue => self.push(Node::Bool(true)),
            I::NewFalse => self.push(Node::Bool(false)),
            I::Int | I::Long | I::BinInt | I::BinInt1 | I::BinInt2 | I::Long1 | I::Long4 => {
                let node = self.integer(instruction)?;
                self.push(node);
            }
            I::Float | I::BinFloat => {
                let node = self.float(instruction)?;
                self.push(node);
            }
            I::String | I::BinString | I::ShortBinString => {
                let node = self.string(instruction)?;
                self.push(node);
            }
            I::Unicode | I::ShortBinUnicode | I::BinUnicode | I::BinUnicode8 => {
                let node = self.unicode(instruction)?;
                self.push(node);
            }
            I::ShortBinBytes | I::BinBytes | I::BinBytes8 | I::ByteArray8 => {
                let node = Node::Bytes(self.counted(instruction)?.to_vec());
                self.push(node);
            }
            I::EmptyDict => self.push(Node::Dictionary(Vec::new())),
            I::EmptyList => self.push(Node::List(Vec::new())),
            I::EmptyTuple => self.push(Node::Tuple(Vec::new())),
            I::Dict => {
                let items = self.above_mark()?;
                let entries = self.pairs(&items)?;
                self.push(Node::Dictionary(entries));
            }
            I::List => {
                let items = self.above_mark()?;
                self.push(Node::List(items));
            }
            I::Tuple => {
                let items = self.above_mark()?;
                self.push(Node::Tuple(items));
            }
            I::Tuple1 => self.tuple::<1>()?,
            I::Tuple2 => self.tuple::<2>()?,
            I::Tuple3 => self.tuple::<3>()?,
            I::SetItem => {
                let (value, key) = (self.pop()?, self.pop()?);
                self.set(vec![(key, value)])?;
            }
            I::SetItems => {
                let items = self.above_mark()?;
                let entries = self.pairs(&items)?;
                self.set(entries)?;
            }
            I::Append => {
                let item = self.pop()?;
                self.append(vec![item])?;
            }
            I::Appends => {
                let items = self.above_mark()?;
                self.append(items)?;
            }
            I::Put | I::BinPut | I::LongBinPut | I::Memoize => {
                let place = self.place(instruction)?;
                let top = self.top()?;
                self.memo.insert(place, top);
            }
            I::Get | I::BinGet | I::LongBinGet => {
                let place = self.place(instruction)?;
                let id = self.memo.get(&place).copied();
                self.stack.push(id.ok_or_else(|| self.malformed("nothing has been kept under this number"))?);
            }
            I::Proto => {
                let [protocol] = self.fixed()?;
                if protocol > LATEST {
                    return Err(PickleError::Protocol { protocol });
                }
            }
            I::Frame => {
                let length = u64::from_le_bytes(self.fixed()?);
                let is_there = usize::try_from(length).is_ok_and(|length| length <= self.input.left());
                self.whole(is_there.then_some(()))?;
            }
        }
        Ok(())
    }

    fn push(&mut self, node: Node) {
        self.stack.push(Id(self.nodes.len()));
        self.nodes.push(node);
    }

    /// The topmost value above the last mark.
    fn top(&self) -> Step<Id> {
        let floor = self.marks.last().copied().unwrap_or(0);
        self.stack.get(floor..).and_then(<[Id]>::last).copied().ok_or_else(|| self.malformed(TOO_LITTLE))
    }

    fn pop(&mut self) -> Step<Id> {
        let top = self.top()?;
        self.stack.pop();
        Ok(top)
    }

    /// `POP` takes the mark where that is topmost.
    fn drop_top(&mut self) -> Step {
        if self.marks.last() == Some(&self.stack.len()) {
            self.marks.pop();
            return Ok(());
        }
        self.pop().map(drop)
    }

    /// Everything above the last mark, and the mark is gone.
    fn above_mark(&mut self) -> Step<Vec<Id>> {
        let mark = self.marks.pop().ok_or_else(|| self.malformed("no mark is on the stack"))?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn tuple<const N: usize>(&mut self) -> Step {
        let mut items = (0..N).map(|_| self.pop()).collect::<Step<Vec<Id>>>()?;
        items.reverse();
        self.push(Node::Tuple(items));
        Ok(())
    }

    fn pairs(&self, items: &[Id]) -> Step<Vec<(Id, Id)>> {
        let (pairs, odd) = items.as_chunks::<2>();
        match odd {
            [] => Ok(pairs.iter().map(|[key, value]| (*key, *value)).collect()),
            _ => Err(self.malformed("a key has no value")),
        }
    }

    fn set(&mut self, mut new: Vec<(Id, Id)>) -> Step {
        let target = self.top()?;
        match self.nodes.get_mut(target.0) {
            Some(Node::Dictionary(entries)) => {
                entries.append(&mut new);
                Ok(())
            }
            _ => Err(self.malformed("below is no dictionary")),
        }
    }

    fn append(&mut self, mut new: Vec<Id>) -> Step {
        let target = self.top()?;
        match self.nodes.get_mut(target.0) {
            Some(Node::List(items)) => {
                items.append(&mut new);
                Ok(())
            }
            _ => Err(self.malformed("below is no list")),
        }
    }
}
