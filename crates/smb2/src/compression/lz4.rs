//! LZ4, its block format, as one block.

use super::Fault;
use super::output::Output;

/// A byte expands to this many at most: a length is continued in bytes that each add 255.
const EXPANSION: usize = 255;

/// Expands `data` to the segment that `output` is at.
pub(super) fn expand(data: &[u8], output: &mut Output) -> Result<(), Fault> {
    let size = output.size();
    // The memory is needed before anything is expanded, so it has to be in proportion to what there is.
    let possible = data.len().saturating_mul(EXPANSION);
    if size > possible {
        return Err(Fault::TooShort { expanded: possible, size });
    }
    let mut expanded = vec![0; size];
    let length = lz4_flex::block::decompress_into(data, &mut expanded).map_err(|error| match error {
        lz4_flex::block::DecompressError::OutputTooSmall { .. } => Fault::TooLong { size },
        lz4_flex::block::DecompressError::ExpectedAnotherByte => Fault::Ends { what: "a length or match" },
        lz4_flex::block::DecompressError::LiteralOutOfBounds => Fault::Ends { what: "literals" },
        _ => Fault::Invalid { what: "the distance of a match" },
    })?;
    output.literals(expanded.get(..length).unwrap_or_default())
}

/// `data` as a block of LZ4.
pub(super) fn compress(data: &[u8]) -> Vec<u8> {
    lz4_flex::block::compress(data)
}
