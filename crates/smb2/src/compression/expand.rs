//! Expanding compressed messages (MS-SMB2 3.1.5.3).

use super::input::Input;
use super::output::Output;
use super::pattern::Pattern;
use super::{Algorithm, CompressionHeader, Fault, NONE, PATTERN_V1, Payload};
use crate::Malformed;

/// Bytes that an expanded message may have: the most that the transport can carry of one that is not compressed
/// (MS-SMB2 2.1). What claims more is not expanded.
pub const LARGEST_MESSAGE: usize = (1 << 24) - 1;

/// Why a compressed message could not be expanded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    /// The header does not fit its specification.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The header of a payload is cut.
    #[error("payload {payload}: {fault}")]
    PayloadHeader {
        /// 0-based number of the payload.
        payload: usize,
        /// What is wrong.
        fault: Fault,
    },
    /// The data are compressed in a way that is not known, or not allowed there.
    #[error("CompressionAlgorithm is {code:#x}, which {form} message cannot have")]
    Algorithm {
        /// CompressionAlgorithm.
        code: u16,
        /// "a chained" or "an unchained".
        form: &'static str,
    },
    /// The message would be larger than any.
    #[error("it claims to expand to {claimed} bytes, more than any message has")]
    TooLarge {
        /// The bytes claimed.
        claimed: usize,
    },
    /// The parts of a chained message add up to something else than OriginalCompressedSegmentSize.
    #[error("its payloads expand to {expanded} bytes, OriginalCompressedSegmentSize is {claimed}")]
    Size {
        /// What the payloads expand to; of one that is larger, up to the payload that makes it so.
        expanded: usize,
        /// OriginalCompressedSegmentSize.
        claimed: usize,
    },
    /// The compressed data are broken.
    #[error("{algorithm} data: {fault}")]
    Data {
        /// The algorithm's name.
        algorithm: &'static str,
        /// What is wrong with them.
        fault: Fault,
    },
}

/// The message that a compressed one, which begins with its SMB2 COMPRESSION_TRANSFORM_HEADER, was made of. It is never
/// longer than [`LARGEST_MESSAGE`], and memory grows with it, not with what the header claims.
///
/// # Errors
/// [`ExpandError`] when the message does not fit its specification, or claims too much.
pub fn expand(message: &[u8]) -> Result<Vec<u8>, ExpandError> {
    let header = CompressionHeader::parse(message)?;
    let claimed = usize::try_from(header.original_compressed_segment_size()).unwrap_or(usize::MAX);
    match header.payload()? {
        Payload::Unchained { uncompressed, compressed } => {
            within_bounds(claimed.saturating_add(uncompressed.len()))?;
            let code = header.compression_algorithm();
            let algorithm = Algorithm::from_code(code).ok_or(ExpandError::Algorithm { code, form: "an unchained" })?;
            let mut output = Output::default();
            plain(uncompressed, &mut output)?;
            algorithm.expand_into(compressed, claimed, &mut output).map_err(of(algorithm.name()))?;
            Ok(output.into_bytes())
        }
        Payload::Chained(payloads) => {
            within_bounds(claimed)?;
            expand_chain(payloads, claimed)
        }
    }
}

fn expand_chain(payloads: &[u8], claimed: usize) -> Result<Vec<u8>, ExpandError> {
    let mut input = Input::new(payloads);
    let mut output = Output::default();
    let mut expanded = 0_usize;
    for number in 0.. {
        if input.is_empty() {
            break;
        }
        let part = Part::read(&mut input).map_err(|fault| ExpandError::PayloadHeader { payload: number, fault })?;
        expanded = expanded.saturating_add(part.size()?);
        if expanded > claimed {
            return Err(ExpandError::Size { expanded, claimed });
        }
        part.expand_into(&mut output)?;
    }
    if expanded < claimed {
        return Err(ExpandError::Size { expanded, claimed });
    }
    Ok(output.into_bytes())
}

/// A payload of a chained message with its SMB2_COMPRESSION_CHAINED_PAYLOAD_HEADER (MS-SMB2 2.2.42.2.1).
struct Part<'a> {
    /// CompressionAlgorithm.
    code: u16,
    /// OriginalPayloadSize, which only compressed payloads have.
    original_size: Option<usize>,
    data: &'a [u8],
}

impl<'a> Part<'a> {
    fn read(input: &mut Input<'a>) -> Result<Self, Fault> {
        let code = input.u16("CompressionAlgorithm")?;
        input.u16("Flags")?;
        let length = usize::try_from(input.u32("Length")?).unwrap_or(usize::MAX);
        let mut payload = Input::new(input.take(length, "the payload")?);
        let original_size = match Algorithm::from_code(code) {
            Some(_) => Some(usize::try_from(payload.u32("OriginalPayloadSize")?).unwrap_or(usize::MAX)),
            None => None,
        };
        Ok(Self { code, original_size, data: payload.take_up_to(length) })
    }

    /// The bytes that it says it expands to.
    fn size(&self) -> Result<usize, ExpandError> {
        match (self.code, self.original_size) {
            (_, Some(size)) => Ok(size),
            (PATTERN_V1, _) => Ok(self.pattern()?.repetitions),
            _ => Ok(self.data.len()),
        }
    }

    fn expand_into(&self, output: &mut Output) -> Result<(), ExpandError> {
        match (self.code, Algorithm::from_code(self.code).zip(self.original_size)) {
            (_, Some((algorithm, size))) => {
                algorithm.expand_into(self.data, size, output).map_err(of(algorithm.name()))
            }
            (NONE, _) => plain(self.data, output),
            (PATTERN_V1, _) => self.pattern()?.expand_into(output).map_err(of("Pattern_V1")),
            (code, _) => Err(ExpandError::Algorithm { code, form: "a chained" }),
        }
    }

    fn pattern(&self) -> Result<Pattern, ExpandError> {
        Pattern::parse(self.data).map_err(of("Pattern_V1"))
    }
}

fn plain(data: &[u8], output: &mut Output) -> Result<(), ExpandError> {
    output.begin(data.len());
    output.literals(data).map_err(of("uncompressed"))
}

fn within_bounds(claimed: usize) -> Result<(), ExpandError> {
    if claimed > LARGEST_MESSAGE {
        return Err(ExpandError::TooLarge { claimed });
    }
    Ok(())
}

fn of(algorithm: &'static str) -> impl Fn(Fault) -> ExpandError {
    move |fault| ExpandError::Data { algorithm, fault }
}
