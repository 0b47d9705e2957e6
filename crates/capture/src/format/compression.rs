//! Compression around a capture file, recognised by its magic number.

use flate2::bufread::MultiGzDecoder;
use std::io::{self, BufRead, Cursor, Read};

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
        Compression::Gzip => Box::new(MultiGzDecoder::new(Pieces::new(whole))),
        Compression::Zstd => Box::new(zstd::Decoder::with_buffer(Pieces::new(whole))?),
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

/// Compressed bytes that a decompressor is given at a time. What it made of them is lost when it meets damage among them.
const PIECE: usize = 512;

/// Hands out a reader's bytes in pieces of one length, however they come: damage ends a file at the same place then.
struct Pieces<R> {
    reader: R,
    piece: Vec<u8>,
    /// What is left of the piece begins here.
    start: usize,
}

impl<R: Read> Pieces<R> {
    fn new(reader: R) -> Self {
        Self { reader, piece: Vec::with_capacity(PIECE), start: 0 }
    }
}

impl<R: Read> BufRead for Pieces<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.start >= self.piece.len() {
            self.piece.clear();
            self.start = 0;
            self.reader.by_ref().take(PIECE as u64).read_to_end(&mut self.piece)?;
        }
        Ok(self.piece.get(self.start..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.start = self.start.saturating_add(amount);
    }
}

impl<R: Read> Read for Pieces<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
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
