//! A Parquet file whose pages do not claim to expand to more than they can: the reader takes memory for what a page's header says.

use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};

/// Bytes that a compressed one expands to at most. It is that of LZ4, the only compression that files of smbreplay's have.
const EXPANSION: u64 = 255;
/// What a page may have beside that, bytes: files that others compressed again have pages of a MiB.
const SLACK: u64 = 1 << 20;

/// The file, page by page.
pub(crate) struct BoundedPages(pub(crate) File);

impl Length for BoundedPages {
    fn len(&self) -> u64 {
        self.0.len()
    }
}

impl ChunkReader for BoundedPages {
    type T = FromHeader;

    fn get_read(&self, start: u64) -> Result<FromHeader, ParquetError> {
        Ok(FromHeader { bytes: self.0.get_read(start)?, is_checked: false })
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        self.0.get_bytes(start, length)
    }
}

/// The header of a page, and what follows it. It is checked when it is read: the reader also asks for places that it does not read.
pub(crate) struct FromHeader {
    bytes: BufReader<File>,
    is_checked: bool,
}

impl Read for FromHeader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.is_checked {
            let (expanded, compressed) =
                sizes(self.bytes.fill_buf()?).ok_or_else(|| io::Error::other("no header of a page"))?;
            if expanded > compressed.saturating_mul(EXPANSION).saturating_add(SLACK) {
                let told = format!("a page of {compressed} bytes claims to expand to {expanded}");
                return Err(io::Error::other(told));
            }
            self.is_checked = true;
        }
        self.bytes.read(buffer)
    }
}

/// `uncompressed_page_size` and `compressed_page_size`, the second and third field of a PageHeader in Thrift's compact protocol: each is
/// an `i32` (5) one behind the field before (1), and a number in zigzag form.
fn sizes(header: &[u8]) -> Option<(u64, u64)> {
    let mut rest = header;
    let mut field = || {
        let (_, behind) = rest.split_first().filter(|(kind, _)| **kind == 0x15)?;
        let (mut number, mut shift) = (0_u64, 0_u32);
        rest = behind;
        loop {
            let (byte, behind) = rest.split_first().filter(|_| shift < 35)?;
            rest = behind;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
            shift = shift.saturating_add(7);
        }
        // A negative one is odd.
        (number & 1 == 0).then_some(number >> 1)
    };
    let _kind = field()?;
    Some((field()?, field()?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_page_that_claims_to_expand_to_more_than_it_can_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pages");
        // A page of 10 bytes: 1 MiB of one value is possible, a gibibyte is not.
        for (size, is_read) in [(&[0x80, 0x80, 0x80, 0x01][..], true), (&[0x80, 0x80, 0x80, 0x80, 0x08], false)] {
            let header = [&[0x15, 0, 0x15][..], size, &[0x15, 20, 0x2c]].concat();
            std::fs::write(&path, header).unwrap();
            let pages = BoundedPages(File::open(&path).unwrap());
            assert_eq!(pages.get_read(0).unwrap().read(&mut [0; 4]).is_ok(), is_read);
        }
    }

    #[test]
    fn sizes_are_the_second_and_third_field() {
        assert_eq!(sizes(&[0x15, 0, 0x15, 0x80, 0x02, 0x15, 20, 0x2c]), Some((128, 10)));
        for none in [&[][..], &[0x15, 0, 0x15, 0x80], &[0x15, 0, 0x25, 1, 0x15, 2], &[0x15, 0, 0x15, 3, 0x15, 2]] {
            assert_eq!(sizes(none), None, "{none:?}");
        }
    }
}
