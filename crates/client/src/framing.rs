//! Bytes of a TCP stream to transport PDUs (MS-SMB2 2.1, RFC 1002 4.3).

use bytes::{Buf, Bytes, BytesMut};
use smb2::transport;

/// Largest body accepted: what the 24-bit length field can say.
const LARGEST_BODY: usize = (1 << 24) - 1;

/// The server sent something that is not a transport PDU.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the server sent a transport header of type {kind:#04x} and length {length}, which no SMB2 server sends")]
pub struct BadFrame {
    /// First byte of the transport header.
    pub kind: u8,
    /// Its length field.
    pub length: usize,
}

/// Collects received bytes and gives whole PDU bodies. Memory is bounded by one PDU (16 MiB) and what was handed over.
#[derive(Debug, Default)]
pub struct Framing {
    buffer: BytesMut,
}

impl Framing {
    /// Takes bytes as they come from the socket.
    pub fn handle(&mut self, received: &[u8]) {
        self.buffer.extend_from_slice(received);
    }

    /// The next whole body, without its transport header; keep-alives are passed over.
    ///
    /// # Errors
    /// [`BadFrame`] when the stream does not hold a transport header where one must be. The stream is lost then.
    pub fn poll(&mut self) -> Result<Option<Bytes>, BadFrame> {
        loop {
            let Some(&[kind, high, middle, low]) = self.buffer.first_chunk::<{ transport::LENGTH }>() else {
                return Ok(None);
            };
            let length = u32::from_be_bytes([0, high, middle, low]) as usize;
            match kind {
                SESSION_MESSAGE if length <= LARGEST_BODY => {}
                SESSION_KEEP_ALIVE if length == 0 => {
                    self.buffer.advance(transport::LENGTH);
                    continue;
                }
                _ => return Err(BadFrame { kind, length }),
            }
            let whole = transport::LENGTH.saturating_add(length);
            if self.buffer.len() < whole {
                self.buffer.reserve(whole.saturating_sub(self.buffer.len()));
                return Ok(None);
            }
            self.buffer.advance(transport::LENGTH);
            return Ok(Some(self.buffer.split_to(length).freeze()));
        }
    }
}

const SESSION_MESSAGE: u8 = 0x00;
const SESSION_KEEP_ALIVE: u8 = 0x85;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn bodies_come_out_whole_however_the_stream_is_cut() {
        let stream = [0, 0, 0, 3, 1, 2, 3, 0x85, 0, 0, 0, 0, 0, 0, 1, 9];
        for cut in 0..stream.len() {
            let mut framing = Framing::default();
            let mut bodies = Vec::new();
            let (before, after) = stream.split_at(cut);
            for part in [before, after] {
                framing.handle(part);
                while let Some(body) = framing.poll().unwrap() {
                    bodies.push(body.to_vec());
                }
            }
            assert_eq!(bodies, [vec![1, 2, 3], vec![9]], "cut at {cut}");
        }
    }

    #[test]
    fn a_stream_that_is_not_smb_is_an_error() {
        let mut framing = Framing::default();
        framing.handle(b"HTTP/1.1 400 Bad Request");
        assert_eq!(framing.poll(), Err(BadFrame { kind: b'H', length: 0x0054_5450 }));
    }
}
