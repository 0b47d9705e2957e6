//! Writing captures: pcapng files, and TCP connections that are made up around what they carry.

mod conversation;
mod pcapng;

pub use conversation::{Acknowledged, Carried, Conversation};
pub use pcapng::{InterfaceDescription, PcapngWriter};
