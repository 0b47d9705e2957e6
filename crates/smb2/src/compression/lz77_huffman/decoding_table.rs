//! The symbols of a code, by the bits that they begin (MS-XCA 2.2.4).

use super::super::Fault;
use super::{LENGTHS, LONGEST_CODE};

/// For all 15 bits that may come next the symbol that they begin with, times 16, plus the length of its code; 0 for none.
pub(super) struct DecodingTable {
    entries: Vec<u16>,
}

impl DecodingTable {
    pub(super) fn new() -> Self {
        Self { entries: vec![0; 1 << LONGEST_CODE] }
    }

    /// Takes the code that `lengths` are of: canonical, shorter codes and lower symbols first.
    pub(super) fn set(&mut self, lengths: &[u8]) -> Result<(), Fault> {
        debug_assert_eq!(lengths.len(), LENGTHS, "four bits a symbol");
        let lengths: Vec<u32> = lengths.iter().flat_map(|pair| [pair & 0xf, pair >> 4]).map(u32::from).collect();
        let mut free = self.entries.as_mut_slice();
        for length in 1..=LONGEST_CODE {
            let size = 1_usize.checked_shl(LONGEST_CODE.saturating_sub(length)).unwrap_or(1);
            for (symbol, _) in (0_u16..).zip(&lengths).filter(|(_, other)| **other == length) {
                let (taken, rest) = free.split_at_mut_checked(size).ok_or(Fault::Invalid { what: "the code" })?;
                taken.fill(symbol << 4 | u16::try_from(length).unwrap_or(0));
                free = rest;
            }
        }
        free.fill(0);
        Ok(())
    }

    /// The symbol that 15 `bits` begin with, and the length of its code.
    #[inline]
    pub(super) fn symbol(&self, bits: u32) -> Result<(u16, u32), Fault> {
        match self.entries.get(bits as usize) {
            None | Some(0) => Err(Fault::Invalid { what: "a code" }),
            Some(entry) => Ok((entry >> 4, u32::from(entry & 0xf))),
        }
    }
}
