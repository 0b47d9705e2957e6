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
    /// Zstandard (RFC 8878), any number of frames.
    Zstd,
}

const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Skippable frames, of which some compressors put one in front: the first byte is 0x50 to 0x5f.
const ZSTD_SKIPPABLE: [u8; 3] = [0x2a, 0x4d, 0x18];

/// Looks at the first bytes of `reader` and puts the decompressor in front that they ask for.
pub(super) fn unwrap(mut reader: Box<dyn Read + Send>) -> io::Result<(Box<dyn Read + Send>, Compression)> {
    let mut magic = Vec::with_capacity(ZSTD.len());
    reader.by_ref().take(ZSTD.len() as u64).read_to_end(&mut magic)?;
    let compression = compression_of(&magic);
    let whole = Cursor::new(magic).chain(reader);
    let reader: Box<dyn Read + Send> = match compression {
        Compression::None => Box::new(whole),
        Compression::Gzip => Box::new(MultiGzDecoder::new(whole)),
        Compression::Zstd => Box::new(zstd::Decoder::new(whole)?),
    };
    Ok((reader, compression))
}

fn compression_of(magic: &[u8]) -> Compression {
    match magic {
        _ if magic.starts_with(&GZIP) => Compression::Gzip,
        _ if magic == ZSTD => Compression::Zstd,
        [0x50..=0x5f, rest @ ..] if rest == ZSTD_SKIPPABLE => Compression::Zstd,
        _ => Compression::None,
    }
}

impl Compression {
    /// Whether `error`, met while reading, says that the compressed data are cut or damaged, not that reading failed.
    pub(super) fn is_damage(self, error: &io::Error) -> bool {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        match self {
            Self::None => false,
            Self::Gzip => matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof),
            // The decompressor's own errors have no kind.
            Self::Zstd => error.raw_os_error().is_none(),
        }
    }
}
