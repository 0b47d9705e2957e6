//! Making compressed messages (MS-SMB2 3.1.4.4).

use super::pattern::Pattern;
use super::{Algorithm, NONE, PATTERN_V1, PROTOCOL_ID};

/// SMB2_COMPRESSION_FLAG_CHAINED.
const CHAINED: u16 = 0x0001;

/// How both sides agreed to compress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scheme {
    /// What data are compressed with.
    pub algorithm: Algorithm,
    /// Whether a message may have several payloads.
    pub chained: bool,
    /// Whether runs of one byte are payloads of their own; only in chained messages.
    pub patterns: bool,
}

/// `message`, an SMB2 message in clear, as a compressed one, of which the first `plain` bytes stay as they are; `None` when
/// that would not be smaller.
pub fn compress(message: &[u8], plain: usize, scheme: Scheme) -> Option<Vec<u8>> {
    let (plain, data) = message.split_at_checked(plain)?;
    let compressed = match scheme.chained {
        true => chained(plain, data, scheme)?,
        false => unchained(plain, data, scheme.algorithm)?,
    };
    (compressed.len() < message.len()).then_some(compressed)
}

fn unchained(plain: &[u8], data: &[u8], algorithm: Algorithm) -> Option<Vec<u8>> {
    let mut message = Vec::from(PROTOCOL_ID);
    message.extend(u32::try_from(data.len()).ok()?.to_le_bytes());
    message.extend(algorithm.code().to_le_bytes());
    message.extend([0; 2]);
    message.extend(u32::try_from(plain.len()).ok()?.to_le_bytes());
    message.extend(plain);
    message.extend(algorithm.compress(data));
    Some(message)
}

fn chained(plain: &[u8], data: &[u8], scheme: Scheme) -> Option<Vec<u8>> {
    let size = plain.len().checked_add(data.len())?;
    let mut chain = Chain { message: Vec::from(PROTOCOL_ID), flags: CHAINED };
    chain.message.extend(u32::try_from(size).ok()?.to_le_bytes());
    if !plain.is_empty() {
        chain.payload(NONE, None, plain)?;
    }
    let run = |found: Option<Pattern>| found.filter(|_| scheme.patterns);
    let first = run(Pattern::at_start(data));
    let data = data.get(first.map_or(0, |run| run.repetitions)..)?;
    let last = run(Pattern::at_end(data));
    let data = data.get(..data.len().checked_sub(last.map_or(0, |run| run.repetitions))?)?;
    if let Some(run) = first {
        chain.payload(PATTERN_V1, None, &run.payload())?;
    }
    if !data.is_empty() {
        chain.data(data, scheme.algorithm)?;
    }
    if let Some(run) = last {
        chain.payload(PATTERN_V1, None, &run.payload())?;
    }
    Some(chain.message)
}

/// A chained message that grows.
struct Chain {
    message: Vec<u8>,
    /// Flags of the next payload header: only the first says that the message is chained.
    flags: u16,
}

impl Chain {
    /// Adds data, compressed if that makes them smaller.
    fn data(&mut self, data: &[u8], algorithm: Algorithm) -> Option<()> {
        let compressed = algorithm.compress(data);
        if compressed.len().saturating_add(size_of::<u32>()) < data.len() {
            return self.payload(algorithm.code(), Some(u32::try_from(data.len()).ok()?), &compressed);
        }
        self.payload(NONE, None, data)
    }

    fn payload(&mut self, code: u16, original_size: Option<u32>, data: &[u8]) -> Option<()> {
        let original_size = original_size.map(u32::to_le_bytes);
        let original_size = original_size.as_ref().map_or(&[][..], |bytes| bytes);
        let length = u32::try_from(data.len().checked_add(original_size.len())?).ok()?;
        self.message.extend(code.to_le_bytes());
        self.message.extend(std::mem::take(&mut self.flags).to_le_bytes());
        self.message.extend(length.to_le_bytes());
        self.message.extend(original_size);
        self.message.extend(data);
        Some(())
    }
}
