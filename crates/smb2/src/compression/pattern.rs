//! Pattern_V1 (MS-SMB2 2.2.42.2.2): one byte, many times.

use super::Fault;
use super::input::Input;
use super::output::Output;

/// The shortest run that is worth a payload of its own (MS-SMB2 3.1.4.4).
pub(super) const SHORTEST_RUN: usize = 32;

/// SMB2_COMPRESSION_PATTERN_PAYLOAD_V1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pattern {
    /// Pattern.
    pub byte: u8,
    /// Repetitions.
    pub repetitions: usize,
}

impl Pattern {
    /// Reads the payload.
    pub(super) fn parse(payload: &[u8]) -> Result<Self, Fault> {
        const WHAT: &str = "the pattern payload";
        let mut input = Input::new(payload);
        let byte = input.u8(WHAT)?;
        input.take(3, WHAT)?;
        let repetitions = usize::try_from(input.u32(WHAT)?).unwrap_or(usize::MAX);
        Ok(Self { byte, repetitions })
    }

    /// The payload.
    pub(super) fn payload(self) -> [u8; 8] {
        let [a, b, c, d] = u32::try_from(self.repetitions).unwrap_or(u32::MAX).to_le_bytes();
        [self.byte, 0, 0, 0, a, b, c, d]
    }

    /// The run that `data` begin with, if it is worth a payload.
    pub(super) fn at_start(data: &[u8]) -> Option<Self> {
        Self::of(data.first()?, data.iter())
    }

    /// The run that `data` end with, if it is worth a payload.
    pub(super) fn at_end(data: &[u8]) -> Option<Self> {
        Self::of(data.last()?, data.iter().rev())
    }

    fn of<'a>(byte: &u8, data: impl Iterator<Item = &'a u8>) -> Option<Self> {
        let repetitions = data.take_while(|other| *other == byte).count();
        (repetitions >= SHORTEST_RUN).then_some(Self { byte: *byte, repetitions })
    }

    /// Puts the run into `output`, as a segment of its own.
    pub(super) fn expand_into(self, output: &mut Output) -> Result<(), Fault> {
        output.begin(self.repetitions);
        output.run(self.byte, self.repetitions)
    }
}
