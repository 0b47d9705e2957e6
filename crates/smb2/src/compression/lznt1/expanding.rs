//! Expanding LZNT1 (MS-XCA 2.5.1).

use super::super::Fault;
use super::super::input::Input;
use super::super::output::Output;
use super::{CHUNK, COMPRESSED, FLAGS, LENGTH_MASK, SHORTEST, SIGNATURE, SIGNATURE_MASK, length_bits};

/// Expands `data` to the segment that `output` is at. A header of zero ends them.
pub(crate) fn expand(data: &[u8], output: &mut Output) -> Result<(), Fault> {
    let mut input = Input::new(data);
    while !input.is_empty() {
        let header = input.u16("the header of a chunk")?;
        if header == 0 {
            return Ok(());
        }
        if header & SIGNATURE_MASK != SIGNATURE {
            return Err(Fault::Invalid { what: "the signature of a chunk" });
        }
        let chunk = input.take(usize::from(header & LENGTH_MASK).saturating_add(1), "a chunk")?;
        if header & COMPRESSED == 0 {
            output.literals(chunk)?;
        } else {
            expand_chunk(chunk, output)?;
        }
    }
    Ok(())
}

fn expand_chunk(chunk: &[u8], output: &mut Output) -> Result<(), Fault> {
    let mut input = Input::new(chunk);
    let start = output.expanded();
    while !input.is_empty() {
        let mut flags = input.u8("flags")?;
        for _ in 0..FLAGS {
            if input.is_empty() {
                break;
            }
            let expanded = output.expanded().saturating_sub(start);
            let length = if flags & 1 == 0 {
                output.literal(input.u8("a literal")?)?;
                1
            } else {
                repeat(input.u16("a match")?, expanded, output)?
            };
            if expanded.saturating_add(length) > CHUNK {
                return Err(Fault::Invalid { what: "the length of a chunk" });
            }
            flags >>= 1;
        }
    }
    Ok(())
}

/// Repeats what a match says, `expanded` bytes into a chunk; its length.
fn repeat(token: u16, expanded: usize, output: &mut Output) -> Result<usize, Fault> {
    let bits = length_bits(expanded);
    let distance = usize::from(token.checked_shr(bits).unwrap_or(0)).saturating_add(1);
    if distance > expanded {
        return Err(Fault::TooFarBack { distance, expanded });
    }
    let mask = u16::MAX.checked_shr(u16::BITS.saturating_sub(bits)).unwrap_or(0);
    let length = usize::from(token & mask).saturating_add(SHORTEST);
    output.repeat(distance, length)?;
    Ok(length)
}
