//! Tokens of offloaded data transfer: issued by FSCTL_OFFLOAD_READ (MS-FSCC 2.3.42), used by FSCTL_OFFLOAD_WRITE
//! (MS-FSCC 2.3.43).

use super::{Slot, Token};
use smb2::message::{IoctlRequest, IoctlResponse};
use std::ops::Range;

const OFFLOAD_READ: u32 = 0x0009_4264;
const OFFLOAD_WRITE: u32 = 0x0009_8268;
/// Behind Size, Flags and TransferLength of the output.
const ISSUED: Range<usize> = 16..528;
/// Behind Size, Flags, FileOffset, CopyLength and TransferOffset of the input.
const USED: Range<usize> = 32..544;

/// The token that stands for the data to be written.
pub(super) fn used(message: &[u8]) -> Option<Token<'_, usize>> {
    let view = IoctlRequest::parse(message).ok()?;
    (view.ctl_code() == OFFLOAD_WRITE).then_some(())?;
    let place = view.input_range().ok()?.start.checked_add(USED.start)?;
    Some(Token { place, value: view.input().ok()?.get(USED)? })
}

/// The token that a response issues.
pub(super) fn issued(message: &[u8]) -> Option<Token<'_, Slot>> {
    let view = IoctlResponse::parse(message).ok()?;
    (view.ctl_code() == OFFLOAD_READ).then_some(())?;
    Some(Token { place: Slot::OffloadToken, value: view.output().ok()?.get(ISSUED)? })
}
