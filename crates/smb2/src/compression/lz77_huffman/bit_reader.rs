//! Reading codes out of 16-bit words, of which the two next are always there already (MS-XCA 2.2.4).

use super::super::Fault;
use super::super::input::Input;

/// The bits of one block.
pub(super) struct BitReader<'a, 'b> {
    input: &'b mut Input<'a>,
    /// The next bits, from the highest on.
    next: u32,
    /// How many of them there are, less 16.
    more: u32,
}

impl<'a, 'b> BitReader<'a, 'b> {
    pub(super) fn new(input: &'b mut Input<'a>) -> Result<Self, Fault> {
        let [high, low] = [input.u16("codes")?, input.u16("codes")?];
        Ok(Self { input, next: u32::from(high) << 16 | u32::from(low), more: 16 })
    }

    /// The next `count` bits, which are 15 at most; they stay there.
    #[inline]
    pub(super) fn peek(&self, count: u32) -> u32 {
        self.next.checked_shr(u32::BITS.saturating_sub(count)).unwrap_or(0)
    }

    /// Passes over `count` bits, which are 15 at most.
    #[inline]
    pub(super) fn skip(&mut self, count: u32) -> Result<(), Fault> {
        self.next = self.next.checked_shl(count).unwrap_or(0);
        self.more = match self.more.checked_sub(count) {
            Some(more) => more,
            None => {
                let missing = count.saturating_sub(self.more);
                self.next |= u32::from(self.input.u16("codes")?).checked_shl(missing).unwrap_or(0);
                u16::BITS.saturating_sub(missing)
            }
        };
        Ok(())
    }

    /// The bytes between the words.
    pub(super) fn bytes(&mut self) -> &mut Input<'a> {
        self.input
    }
}
