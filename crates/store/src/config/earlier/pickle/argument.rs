//! What stands behind an instruction, and why one is not carried out.

use super::instruction::{GLOBAL, INST, Instruction, STACK_GLOBAL, refused};
use super::machine::{Machine, Step};
use super::text::{self, Number};
use super::{Node, PickleError};

const NO_NUMBER: &str = "its argument is no number";

/// Longest name of an object that is repeated, in characters.
const LONGEST_NAME: usize = 80;

impl<'a> Machine<'a> {
    /// An integer; in protocols 0 and 1 also what is true or false.
    pub(super) fn integer(&mut self, instruction: Instruction) -> Step<Node> {
        let number = match instruction {
            Instruction::Int | Instruction::Long => match self.line()? {
                b"00" => return Ok(Node::Bool(false)),
                b"01" => return Ok(Node::Bool(true)),
                line => text::integer(line).ok_or_else(|| self.malformed(NO_NUMBER))?,
            },
            Instruction::BinInt => Number::Int(i32::from_le_bytes(self.fixed()?).into()),
            Instruction::BinInt1 => Number::Int(u8::from_le_bytes(self.fixed()?).into()),
            Instruction::BinInt2 => Number::Int(u16::from_le_bytes(self.fixed()?).into()),
            _ => text::long(self.counted(instruction)?),
        };
        Ok(match number {
            Number::Int(number) => Node::Int(number),
            Number::Large => Node::Beyond("an integer of more than 64 bits"),
        })
    }

    pub(super) fn float(&mut self, instruction: Instruction) -> Step<Node> {
        let number = match instruction {
            Instruction::Float => text::float(self.line()?).ok_or_else(|| self.malformed(NO_NUMBER))?,
            _ => f64::from_be_bytes(self.fixed()?),
        };
        Ok(Node::Float(number))
    }

    /// A `str` of Python 2, which may be text or bytes.
    pub(super) fn string(&mut self, instruction: Instruction) -> Step<Node> {
        let bytes = match instruction {
            Instruction::String => {
                text::quoted(self.line()?).ok_or_else(|| self.malformed("its argument is no literal"))?
            }
            _ => self.counted(instruction)?.to_vec(),
        };
        Ok(String::from_utf8(bytes).map_or_else(|error| Node::Bytes(error.into_bytes()), Node::Text))
    }

    pub(super) fn unicode(&mut self, instruction: Instruction) -> Step<Node> {
        let text = match instruction {
            Instruction::Unicode => text::escaped(self.line()?),
            _ => std::str::from_utf8(self.counted(instruction)?).ok().map(str::to_owned),
        };
        Ok(text.map_or(Node::Beyond("text that is no Unicode"), Node::Text))
    }

    /// The number of a place in the memo.
    pub(super) fn place(&mut self, instruction: Instruction) -> Step<u64> {
        match instruction {
            Instruction::Put | Instruction::Get => match text::integer(self.line()?) {
                Some(Number::Int(place)) => u64::try_from(place).map_err(|_| self.malformed(NO_NUMBER)),
                _ => Err(self.malformed(NO_NUMBER)),
            },
            Instruction::BinPut | Instruction::BinGet => Ok(u8::from_le_bytes(self.fixed()?).into()),
            Instruction::LongBinPut | Instruction::LongBinGet => Ok(u32::from_le_bytes(self.fixed()?).into()),
            // MEMOIZE
            _ => Ok(u64::try_from(self.memo.len()).unwrap_or(u64::MAX)),
        }
    }

    /// The bytes of an instruction that says how many there are.
    pub(super) fn counted(&mut self, instruction: Instruction) -> Step<&'a [u8]> {
        use Instruction as I;
        let count = match instruction {
            I::ShortBinString | I::ShortBinUnicode | I::ShortBinBytes | I::Long1 => {
                u8::from_le_bytes(self.fixed()?).into()
            }
            I::BinString | I::Long4 => {
                let count = i32::from_le_bytes(self.fixed()?);
                u64::try_from(count).map_err(|_| self.malformed("its length is negative"))?
            }
            I::BinUnicode | I::BinBytes => u32::from_le_bytes(self.fixed()?).into(),
            _ => u64::from_le_bytes(self.fixed()?),
        };
        let bytes = usize::try_from(count).ok().and_then(|count| self.input.take(count));
        self.whole(bytes)
    }

    /// The next `N` bytes.
    pub(super) fn fixed<const N: usize>(&mut self) -> Step<[u8; N]> {
        let bytes = self.input.take(N).and_then(|bytes| bytes.try_into().ok());
        self.whole(bytes)
    }

    fn line(&mut self) -> Step<&'a [u8]> {
        let line = self.input.line();
        self.whole(line)
    }

    /// What is there in full, else the input is cut.
    pub(super) fn whole<T>(&self, argument: Option<T>) -> Step<T> {
        let (instruction, offset) = self.now;
        argument.ok_or(PickleError::Cut { offset, instruction })
    }

    /// The instruction makes no sense.
    pub(super) fn malformed(&self, reason: &'static str) -> PickleError {
        let (instruction, offset) = self.now;
        PickleError::Malformed { offset, instruction, reason }
    }

    /// An instruction that is not carried out, and what it would look up where it says that itself.
    pub(super) fn unwanted(&mut self, byte: u8) -> PickleError {
        let (_, offset) = self.now;
        let Some((instruction, deed)) = refused(byte) else { return PickleError::Unknown { offset, byte } };
        let name = match byte {
            GLOBAL | INST => {
                let mut line = || self.input.line().map(|line| String::from_utf8_lossy(line).into_owned());
                line().zip(line())
            }
            STACK_GLOBAL => match self.stack.as_slice() {
                [.., module, name] => self.text_at(*module).zip(self.text_at(*name)),
                _ => None,
            },
            _ => None,
        };
        let name = name.map(|(module, name)| {
            let dotted = format!("{module}.{name}");
            dotted.chars().filter(|character| !character.is_control()).take(LONGEST_NAME).collect()
        });
        PickleError::Refused { offset, instruction, deed, name }
    }

    fn text_at(&self, id: super::Id) -> Option<String> {
        match self.nodes.get(id.0) {
            Some(Node::Text(text)) => Some(text.clone()),
            _ => None,
        }
    }
}
