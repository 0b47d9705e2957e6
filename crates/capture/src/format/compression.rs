//! Compression around a capture file, recognised by its magic number.

use flate2::read::MultiGzDecoder;
use std::io::{self, Cursor, Read};

/// How a capture file is compressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip (RFC 1952), any number of members.
    Gzip,
}

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Looks at the first bytes of `reader` and puts the decompressor in front that they ask for.
pub(super) fn unwrap(mut reader: Box<dyn Read + Send>) -> io::Result<(Box<dyn Read + Send>, Compression)> {
    let mut magic = Vec::with_capacity(GZIP.len());
    reader.by_ref().take(GZIP.len() as u64).read_to_end(&mut magic)?;
    let compressed = magic == GZIP;
    let whole = Cursor::new(magic).chain(reader);
    Ok(if compressed {
        (Box::new(MultiGzDecoder::new(whole)), Compression::Gzip)
    } else {
        (Box::new(whole), Compression::None)
    })
}

impl Compression {
    /// Whether `error`, met while reading, says that the compressed data are cut or damaged, not that reading failed.
    pub(super) fn is_damage(self, error: &io::Error) -> bool {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        self != Self::None && matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof)
    }
}
