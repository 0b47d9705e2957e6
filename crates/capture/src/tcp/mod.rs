//! TCP reassembly without I/O: segments in, framed PDUs and closes out.
//!
//! A stream offset counts the bytes of one direction from its first one (ISN + 1), or from a place before the first byte known
//! of a connection that was open before the capture began. Bytes leave a direction in order, and only after the bytes of the other
//! direction that their segment acknowledged: so the order between requests and answers holds in captures that
//! are out of order. What never comes is declared a hole.

mod connection;
mod mirror;
mod origin;
mod pending;
mod side;
mod stream;
mod table;
mod translation;

pub(crate) use origin::Origin;
pub(crate) use table::Table;
