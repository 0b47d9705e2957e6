//! Which values of a page are there: definition levels of 0 and 1 in Parquet's hybrid of run lengths and packed bits.

use parquet::errors::ParquetError;

/// The levels of a page, one after the other.
#[derive(Default)]
pub(super) struct Levels {
    encoded: std::vec::IntoIter<u8>,
    /// Levels that are left of the page.
    left: u64,
    run: Run,
}

/// Levels of one kind.
enum Run {
    /// So many times the same.
    Same { left: u64, level: bool },
    /// Bits, the lowest first; so many bytes come after these.
    Packed { bytes: u64, bits: u8, left: u8 },
}

impl Default for Run {
    fn default() -> Self {
        Self::Same { left: 0, level: false }
    }
}

impl Levels {
    /// The levels of a page of `count` values.
    pub(super) fn new(encoded: Vec<u8>, count: u64) -> Self {
        Self { encoded: encoded.into_iter(), left: count, run: Run::default() }
    }

    /// Whether the next value is there; `None` after the last.
    pub(super) fn next(&mut self) -> Result<Option<bool>, ParquetError> {
        let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
        self.left = left;
        loop {
            match &mut self.run {
                Run::Same { left: left @ 1.., level } => {
                    *left = left.saturating_sub(1);
                    return Ok(Some(*level));
                }
                Run::Packed { bits, left: left @ 1.., .. } => {
                    let level = *bits & 1 == 1;
                    *bits >>= 1;
                    *left = left.saturating_sub(1);
                    return Ok(Some(level));
                }
                Run::Packed { bytes: bytes @ 1.., .. } => {
                    let bytes = bytes.saturating_sub(1);
                    self.run = Run::Packed { bytes, bits: self.byte()?, left: 8 };
                }
                Run::Same { .. } | Run::Packed { .. } => self.run = self.next_run()?,
            }
        }
    }

    fn next_run(&mut self) -> Result<Run, ParquetError> {
        let (mut header, mut shift) = (0_u64, 0_u32);
        loop {
            let byte = self.byte()?;
            header |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
            if byte & 0x80 == 0 {
                break;
            }
            shift = shift.saturating_add(7);
        }
        let length = header >> 1;
        if header & 1 == 1 {
            return Ok(Run::Packed { bytes: length, bits: 0, left: 0 });
        }
        Ok(Run::Same { left: length, level: self.byte()? != 0 })
    }

    fn byte(&mut self) -> Result<u8, ParquetError> {
        self.encoded.next().ok_or_else(|| ParquetError::EOF("definition levels end too soon".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn all(encoded: &[u8], count: u64) -> Result<Vec<bool>, ParquetError> {
        let mut levels = Levels::new(encoded.to_vec(), count);
        std::iter::from_fn(|| levels.next().transpose()).collect()
    }

    #[test]
    fn runs_and_packed_bits_come_one_after_the_other() {
        let found = all(&[6, 1, 3, 0b0000_0101, 4, 0], 13).unwrap();
        let expected = [1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(found, expected.map(|level| level == 1));
    }

    #[test]
    fn a_run_may_be_longer_than_a_byte_can_say() {
        let found = all(&[0x90, 0x03, 1], 200).unwrap();
        assert_eq!(found, vec![true; 200]);
    }

    #[test]
    fn levels_that_end_too_soon_are_an_error() {
        for encoded in [&[][..], &[2], &[2, 1], &[3], &[0x80; 40]] {
            assert!(all(encoded, 9).is_err(), "{encoded:?}");
        }
        assert!(all(&[0, 0].repeat(9), 1).is_err(), "runs of nothing");
    }
}
