//! Expanding plain LZ77 (MS-XCA 2.4.4).

use super::super::Fault;
use super::super::input::Input;
use super::super::output::Output;
use super::{FLAGS, LONG, LONGER, LONGEST, SHORTEST};

/// Expands `data` to the segment that `output` is at.
pub(crate) fn expand(data: &[u8], output: &mut Output) -> Result<(), Fault> {
    let mut input = Input::new(data);
    let mut half = None;
    while !input.is_empty() {
        let mut flags = input.u32("flags")?;
        let mut left = FLAGS;
        while left > 0 {
            let literals = flags.leading_zeros().min(left);
            if literals > 0 {
                output.literals(input.take_up_to(literals as usize))?;
                flags = flags.checked_shl(literals).unwrap_or(0);
                left = left.saturating_sub(literals);
                continue;
            }
            if input.is_empty() {
                return Ok(());
            }
            let token = input.u16("a match")?;
            let length = length(token, &mut half, &mut input)?;
            output.repeat(usize::from(token >> 3).saturating_add(1), length)?;
            flags <<= 1;
            left = left.saturating_sub(1);
        }
    }
    Ok(())
}

/// The length of a match. `half` is the upper half of a byte that is still to be used.
#[inline]
fn length(token: u16, half: &mut Option<u8>, input: &mut Input<'_>) -> Result<usize, Fault> {
    let short = token & LONG;
    if short < LONG {
        return Ok(usize::from(short).saturating_add(SHORTEST));
    }
    let nibble = match half.take() {
        Some(nibble) => nibble,
        None => {
            let byte = input.u8("the length of a match")?;
            *half = Some(byte >> 4);
            byte & 0xf
        }
    };
    let short = usize::from(LONG).saturating_add(SHORTEST);
    if nibble < LONGER {
        return Ok(usize::from(nibble).saturating_add(short));
    }
    let longer = usize::from(LONGER).saturating_add(short);
    let byte = input.u8("the length of a match")?;
    if byte < LONGEST {
        return Ok(usize::from(byte).saturating_add(longer));
    }
    let whole = match input.u16("the length of a match")? {
        0 => input.u32("the length of a match")?,
        whole => u32::from(whole),
    };
    let whole = usize::try_from(whole).unwrap_or(usize::MAX).saturating_add(SHORTEST);
    if whole < longer {
        return Err(Fault::Invalid { what: "the length of a match" });
    }
    Ok(whole)
}
