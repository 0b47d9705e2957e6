//! What the messages of a pipe carry for RPC (C706 chapter 12; MS-RPCE 2.2.2).

use smb2::message::{IoctlRequest, IoctlResponse, ReadResponse, WriteRequest};
use smb2::rpc::{PacketType, Pdu};
use smb2::{Command, Header};

const FSCTL_PIPE_TRANSCEIVE: u32 = 0x0011_c017;
/// Arguments are looked at every so many bytes (C706 14.2.2).
const ALIGNMENT: usize = 4;
/// Where the arguments begin, behind the header, alloc_hint, context and operation.
const ARGUMENTS: usize = 24;
/// How far into the arguments of a message tokens are looked for, bytes.
const REACH: usize = 4096;

/// An RPC request, if the message carries one, and its offset in the message.
pub(super) fn request(message: &[u8]) -> Option<(usize, &[u8])> {
    let (start, data) = match Header::parse(message).ok()?.command {
        Command::IOCTL => {
            let view = IoctlRequest::parse(message).ok().filter(|view| view.ctl_code() == FSCTL_PIPE_TRANSCEIVE)?;
            (view.input_range().ok()?.start, view.input().ok()?)
        }
        _ => {
            let view = WriteRequest::parse(message).ok()?;
            (view.data_range().ok()?.start, view.data().ok()?)
        }
    };
    is(PacketType::REQUEST, data).then_some((start, data))
}

/// An RPC response, if the message carries one.
pub(super) fn response(message: &[u8]) -> Option<&[u8]> {
    let data = match Header::parse(message).ok()?.command {
        Command::IOCTL => {
            let view = IoctlResponse::parse(message).ok().filter(|view| view.ctl_code() == FSCTL_PIPE_TRANSCEIVE)?;
            view.output().ok()?
        }
        _ => ReadResponse::parse(message).ok()?.data().ok()?,
    };
    is(PacketType::RESPONSE, data).then_some(data)
}

/// Values of `length` bytes that may stand in the arguments, each with its offset in the PDU.
pub(super) fn arguments(pdu: &[u8], length: usize) -> impl Iterator<Item = (usize, &[u8])> {
    let end = pdu.len().min(ARGUMENTS.saturating_add(REACH));
    let places = (ARGUMENTS..end).step_by(ALIGNMENT);
    places.filter_map(move |at| Some((at, pdu.get(at..at.checked_add(length)?)?)))
}

fn is(wanted: PacketType, data: &[u8]) -> bool {
    Pdu::parse(data).is_ok_and(|pdu| pdu.packet_type() == wanted)
}
