//! Pages, and the headers in front of them: structures of the format's definition, in Thrift's compact protocol.

use super::hybrid::put_varint;
use parquet::basic::Encoding;

/// What a page holds.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// Values, with their levels in front of them.
    Data,
    /// The words of a dictionary.
    Dictionary,
}

/// What the header of a page says of it.
pub(super) struct PageHeader {
    /// What it holds.
    pub(super) kind: Kind,
    /// Number of its values; those that are missing count too.
    pub(super) values: usize,
    /// How they are encoded.
    pub(super) encoding: Encoding,
    /// Bytes of the page, expanded.
    pub(super) length: usize,
    /// Bytes that it takes.
    pub(super) stored: usize,
}

/// Type bytes of Thrift's compact protocol, without the field's distance from the one before.
const I32: u8 = 5;
const STRUCT: u8 = 12;
const STOP: u8 = 0;

impl PageHeader {
    /// Its bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(32);
        // PageType: DATA_PAGE, DICTIONARY_PAGE.
        let kind = match self.kind {
            Kind::Data => 0,
            Kind::Dictionary => 2,
        };
        [kind, self.length, self.stored].into_iter().for_each(|number| put_number(number, &mut out));
        let encoding = encoding_number(self.encoding);
        match self.kind {
            Kind::Data => {
                out.push(2 << 4 | STRUCT);
                let levels = encoding_number(Encoding::RLE);
                [self.values, encoding, levels, levels].into_iter().for_each(|number| put_number(number, &mut out));
            }
            Kind::Dictionary => {
                out.push(4 << 4 | STRUCT);
                [self.values, encoding].into_iter().for_each(|number| put_number(number, &mut out));
            }
        }
        out.extend([STOP, STOP]);
        out
    }
}

/// Appends a field of a number, the next behind the one before.
fn put_number(number: usize, out: &mut Vec<u8>) {
    out.push(1 << 4 | I32);
    put_varint((number as u64) << 1, out);
}

/// The number of an encoding in the format's definition.
fn encoding_number(encoding: Encoding) -> usize {
    encoding as i32 as usize
}
