//! FileStreamInformation (MS-FSCC 2.4).

use super::Entries;
use crate::{Malformed, wire};

/// One data stream of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stream<'a> {
    /// StreamName in UTF-16LE: `:name:$DATA`.
    pub name: &'a [u8],
    /// StreamSize in bytes.
    pub size: u64,
    /// StreamAllocationSize in bytes.
    pub allocation_size: u64,
}

/// The streams that `buffer` lists.
pub fn streams(buffer: &[u8]) -> Entries<'_, Stream<'_>> {
    Entries::new(buffer, 0, stream)
}

fn stream(bytes: &[u8], _class: u8) -> Result<Stream<'_>, Malformed> {
    let length = wire::u32_at(bytes, 4, "StreamNameLength")? as usize;
    Ok(Stream {
        name: wire::slice(bytes, 24, length, "StreamName")?,
        size: wire::u64_at(bytes, 8, "StreamSize")?,
        allocation_size: wire::u64_at(bytes, 16, "StreamAllocationSize")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_has_name_and_sizes() {
        let mut bytes = vec![0, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0];
        bytes.extend([b':', 0, b'x', 0]);
        let expected = Stream { name: &[b':', 0, b'x', 0], size: 5, allocation_size: 4096 };
        assert_eq!(streams(&bytes).collect::<Vec<_>>(), [Ok(expected)]);
    }
}
