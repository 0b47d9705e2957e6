//! Where framed PDUs come out.

use super::Framed;
use super::body::Body;
use super::maps::Maps;
use bytes::{Bytes, BytesMut};

/// Memory that small PDUs share, bytes. One that is kept keeps all of it.
const BLOCK: usize = 16 << 10;
/// PDUs from this length on have memory of their own, bytes.
const LARGE: usize = 2 << 10;

/// The PDUs of one delivery, and memory for the bodies of coming ones.
#[derive(Debug, Default)]
pub(crate) struct Outlet {
    framed: Vec<Framed>,
    block: BytesMut,
    maps: Maps,
}

impl Outlet {
    /// Adds a PDU.
    pub(crate) fn push(&mut self, framed: Framed) {
        self.framed.push(framed);
    }

    /// The first PDU.
    pub(crate) fn first(&self) -> Option<&Framed> {
        self.framed.first()
    }

    /// Takes all PDUs.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = Framed> + '_ {
        self.framed.drain(..)
    }

    /// A body of `length` bytes, of which none has come.
    pub(super) fn body(&self, length: usize) -> Body {
        Body::new(length, &self.maps)
    }

    /// A copy of `body`.
    pub(super) fn copy(&mut self, body: &[u8]) -> Bytes {
        if body.len() >= LARGE {
            return Bytes::copy_from_slice(body);
        }
        if self.block.len() < body.len() {
            // Zeros come into the cache all at once, before bodies are written one by one.
            self.block = BytesMut::zeroed(BLOCK);
        }
        // Parted before it is written: counting who uses the block would wait for the writing.
        let mut part = self.block.split_to(body.len());
        part.copy_from_slice(body);
        part.freeze()
    }
}
