//! Expanding LZ77+Huffman (MS-XCA 2.2.4).

use super::super::Fault;
use super::super::input::Input;
use super::super::output::Output;
use super::bit_reader::BitReader;
use super::decoding_table::DecodingTable;
use super::{BLOCK, FIRST_MATCH, LENGTHS, LONG, LONGER, LONGEST_CODE, SHORTEST};

/// Expands `data` to the segment that `output` is at. What follows its last byte, as the symbol that ends the data, is not
/// looked at.
pub(crate) fn expand(data: &[u8], output: &mut Output) -> Result<(), Fault> {
    if output.is_full() {
        return Ok(());
    }
    let mut input = Input::new(data);
    let mut table = DecodingTable::new();
    while !output.is_full() {
        table.set(input.take(LENGTHS, "the code")?)?;
        expand_block(&mut BitReader::new(&mut input)?, &table, output)?;
    }
    Ok(())
}

fn expand_block(bits: &mut BitReader<'_, '_>, table: &DecodingTable, output: &mut Output) -> Result<(), Fault> {
    let end = output.expanded().saturating_add(BLOCK).min(output.size());
    while output.expanded() < end {
        let (symbol, length) = table.symbol(bits.peek(LONGEST_CODE))?;
        bits.skip(length)?;
        match symbol.checked_sub(FIRST_MATCH) {
            None => output.literal(u8::try_from(symbol).unwrap_or(0))?,
            Some(token) => {
                let length = length_of(token % (LONG + 1), bits.bytes())?;
                let distance_bits = u32::from(token / (LONG + 1));
                let distance = 1_u32.checked_shl(distance_bits).unwrap_or(0) | bits.peek(distance_bits);
                bits.skip(distance_bits)?;
                output.repeat(distance as usize, length)?;
            }
        }
    }
    Ok(())
}

/// The length of a match.
#[inline]
fn length_of(short: u16, input: &mut Input<'_>) -> Result<usize, Fault> {
    const WHAT: &str = "the length of a match";
    if short < LONG {
        return Ok(usize::from(short).saturating_add(SHORTEST));
    }
    let byte = input.u8(WHAT)?;
    if byte < LONGER {
        return Ok(usize::from(byte).saturating_add(usize::from(LONG)).saturating_add(SHORTEST));
    }
    let whole = match input.u16(WHAT)? {
        0 => input.u32(WHAT)?,
        whole => u32::from(whole),
    };
    if whole < u32::from(LONG) {
        return Err(Fault::Invalid { what: WHAT });
    }
    Ok(usize::try_from(whole).unwrap_or(usize::MAX).saturating_add(SHORTEST))
}
