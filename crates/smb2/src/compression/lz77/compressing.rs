//! Compressing with plain LZ77 (MS-XCA 2.3.4).

use super::super::matches::Matches;
use super::{FARTHEST, FLAGS, LONG, LONGER, LONGEST, SHORTEST};

/// `data` in plain LZ77.
pub(crate) fn compress(data: &[u8]) -> Vec<u8> {
    let mut tokens = Tokens::new(data.len());
    let mut matches = Matches::new(data);
    let mut at = 0_usize;
    while let Some(byte) = data.get(at) {
        match matches.at(at, FARTHEST, usize::MAX) {
            Some(found) => {
                tokens.repeat(found.distance, found.length);
                at = at.saturating_add(found.length);
            }
            None => {
                tokens.literal(*byte);
                at = at.saturating_add(1);
            }
        }
    }
    tokens.finish()
}

/// What is written.
struct Tokens {
    bytes: Vec<u8>,
    /// Where the flags of the tokens being written belong.
    flags_at: usize,
    flags: u32,
    count: u32,
    /// Where the byte lies whose upper half is free.
    half_at: Option<usize>,
}

impl Tokens {
    fn new(size: usize) -> Self {
        let mut bytes = Vec::with_capacity(size / 2);
        bytes.extend([0; 4]);
        Self { bytes, flags_at: 0, flags: 0, count: 0, half_at: None }
    }

    fn literal(&mut self, byte: u8) {
        self.bytes.push(byte);
        self.flag(0);
    }

    fn repeat(&mut self, distance: usize, length: usize) {
        let more = u32::try_from(length.saturating_sub(SHORTEST)).unwrap_or(u32::MAX);
        let distance = u16::try_from(distance.saturating_sub(1)).unwrap_or(u16::MAX);
        let short = u16::try_from(more).unwrap_or(u16::MAX).min(LONG);
        self.bytes.extend((distance << 3 | short).to_le_bytes());
        if short == LONG {
            self.longer(more);
        }
        self.flag(1);
    }

    /// Continues a length, which is `whole` without the shortest.
    fn longer(&mut self, whole: u32) {
        let more = whole.saturating_sub(u32::from(LONG));
        let nibble = u8::try_from(more).unwrap_or(u8::MAX).min(LONGER);
        match self.half_at.take().and_then(|at| self.bytes.get_mut(at)) {
            Some(byte) => *byte |= nibble << 4,
            None => {
                self.half_at = Some(self.bytes.len());
                self.bytes.push(nibble);
            }
        }
        if nibble < LONGER {
            return;
        }
        let more = u8::try_from(more.saturating_sub(u32::from(LONGER))).unwrap_or(u8::MAX);
        self.bytes.push(more);
        if more < LONGEST {
            return;
        }
        match u16::try_from(whole) {
            Ok(whole) => self.bytes.extend(whole.to_le_bytes()),
            Err(_) => {
                self.bytes.extend([0; 2]);
                self.bytes.extend(whole.to_le_bytes());
            }
        }
    }

    fn flag(&mut self, flag: u32) {
        self.flags = self.flags << 1 | flag;
        self.count = self.count.saturating_add(1);
        if self.count == FLAGS {
            self.write_flags();
            self.flags_at = self.bytes.len();
            self.bytes.extend([0; 4]);
            (self.flags, self.count) = (0, 0);
        }
    }

    /// Matches without bytes end the data.
    fn finish(mut self) -> Vec<u8> {
        let free = FLAGS.saturating_sub(self.count);
        self.flags = self.flags.checked_shl(free).unwrap_or(0) | u32::MAX.checked_shr(self.count).unwrap_or(0);
        self.write_flags();
        self.bytes
    }

    fn write_flags(&mut self) {
        if let Some(place) = self.bytes.get_mut(self.flags_at..).and_then(|bytes| bytes.first_chunk_mut()) {
            *place = self.flags.to_le_bytes();
        }
    }
}
