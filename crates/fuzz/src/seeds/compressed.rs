//! Seeds that are compressed: messages of a capture, by each algorithm and in each form.

use super::messages::messages;
use crate::target::compression_scheme;
use smb2::compression::{Algorithm, compress};

/// Messages of a capture that are compressed for seeds.
const MOST_COMPRESSED: usize = 12;
/// Bytes of the SMB2 header, which stay as they are.
const PLAIN: usize = 64;

/// Messages of a capture by one algorithm, behind their size.
pub(super) fn data(algorithm: Algorithm, capture: &[u8]) -> Vec<Vec<u8>> {
    let seed = |message: Vec<u8>| {
        let size = u16::try_from(message.len()).ok()?;
        Some([&size.to_le_bytes()[..], &algorithm.compress(&message)].concat())
    };
    messages(capture).into_iter().filter_map(seed).take(MOST_COMPRESSED).collect()
}

/// Compressed messages, behind what chooses how those are made that are not.
pub(super) fn wrapped(capture: &[u8]) -> Vec<Vec<u8>> {
    // Few messages of a capture get smaller alone.
    let longer = messages(capture).into_iter().map(|message| [&message[..], &[7; 100], &message, &[0; 50]].concat());
    let seed = |(choice, message): (u8, Vec<u8>)| {
        Some([&[choice][..], &compress(&message, PLAIN, compression_scheme(choice))?].concat())
    };
    (0..).zip(longer).filter_map(seed).take(2 * MOST_COMPRESSED).collect()
}
