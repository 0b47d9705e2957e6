//! Changes to the fields of a message.

use crate::random::Random;
use crate::record::Record;
use smb2::header::{self, offset};

/// Fields of the header, with their lengths.
const FIELDS: [(usize, usize); 11] = [
    (offset::CREDIT_CHARGE, 2),
    (offset::STATUS, 4),
    (offset::COMMAND, 2),
    (offset::CREDITS, 2),
    (offset::FLAGS, 4),
    (offset::NEXT_COMMAND, 4),
    (offset::MESSAGE_ID, 8),
    (offset::ASYNC_ID, 8),
    (offset::TREE_ID, 4),
    (offset::SESSION_ID, 8),
    (offset::SIGNATURE, 16),
];
/// NTSTATUS that decide what a response means: success, pending, more processing required, buffer overflow, stopped on a
/// link, session expired, notify cleanup, cancelled.
const STATUSES: [u32; 8] = [0, 0x0103, 0xc000_0016, 0x8000_0005, 0x8000_002d, 0xc000_035c, 0x0000_010b, 0xc000_0120];
/// Numbers that are special somewhere.
const NUMBERS: [u64; 10] = [0, 1, 8, 64, 72, 0xffff, 0xffff_ffff, u64::MAX, u64::MAX - 1, 1 << 63];

/// Changes something of `record`, a message; `other` is one beside it.
pub(super) fn change(record: &mut Record<'_>, other: &[u8], random: &mut Random) {
    let (at, length) = random.of(&FIELDS);
    let message = record.bytes.to_mut();
    match random.below(9) {
        0 | 1 => {
            let value = other.get(at..at + length).unwrap_or_default().to_vec();
            let _ = header::patch(message, at, &value);
        }
        2 => {
            let value = random.of(&NUMBERS).to_le_bytes();
            let _ = header::patch(message, at, value.get(..length).unwrap_or(&value));
        }
        3 => {
            let _ = header::patch(message, offset::STATUS, &random.of(&STATUSES).to_le_bytes());
        }
        4 => {
            let command = u16::try_from(random.below(20)).unwrap_or_default();
            let _ = header::patch(message, offset::COMMAND, &command.to_le_bytes());
        }
        5 => {
            let bit = 1_u8 << random.below(8);
            let at = offset::FLAGS + random.below(4) / 3 * 3;
            message.get_mut(at).into_iter().for_each(|byte| *byte ^= bit);
        }
        6 => chain(message, other),
        7 => {
            // FileIds lie at multiples of eight.
            let at = header::LENGTH + 8 * random.below(8);
            let from = header::LENGTH + 8 * random.below(10);
            let value = other.get(from..from + 16).unwrap_or_default().to_vec();
            let _ = header::patch(message, at, &value);
        }
        _ => {
            let at = header::LENGTH + 2 * random.below(32);
            let value = random.of(&NUMBERS).to_le_bytes();
            let length = 1 << random.below(4);
            let _ = header::patch(message, at, value.get(..length).unwrap_or(&value));
        }
    }
}

/// Puts `other` behind `message` as the next of its chain.
fn chain(message: &mut Vec<u8>, other: &[u8]) {
    message.resize(message.len().next_multiple_of(8), 0);
    let next = u32::try_from(message.len()).unwrap_or_default();
    let _ = header::patch(message, offset::NEXT_COMMAND, &next.to_le_bytes());
    message.extend_from_slice(other);
}
