//! The targets: name, body, and how inputs are changed.

mod assembler;
mod auth;
mod compression;
mod container;
mod dissector;
mod events;
mod filter;
mod framing;
mod ingest;
mod kerberos;
mod message;
mod pickle;
mod scratch;
mod stored;
mod transform;

pub(crate) use assembler::LINK_TYPES;
pub(crate) use compression::scheme as compression_scheme;
pub(crate) use dissector::tag as dissector_tag;
pub(crate) use stored::File as StoredFile;
pub(crate) use transform::{CIPHERS, cipher_key};

use crate::mutation::Structure;

/// A part of smbreplay that reads bytes of others.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name: that of its libFuzzer program, and of the folder with its kept inputs.
    pub name: &'static str,
    /// Reads `input` and asserts what must hold.
    pub body: fn(input: &[u8]),
    /// What its inputs are made of.
    pub structure: Structure,
}

/// All targets, in the order of a capture's way; what users write and bring along comes last.
pub const TARGETS: [Target; 16] = [
    Target { name: "container", body: container::body, structure: Structure::Bytes },
    Target { name: "assembler", body: assembler::body, structure: Structure::Packets },
    Target { name: "framing", body: framing::body, structure: Structure::Messages },
    Target { name: "message", body: message::body, structure: Structure::Bytes },
    Target { name: "transform", body: transform::body, structure: Structure::Bytes },
    Target { name: "compressed_message", body: compression::message, structure: Structure::Bytes },
    Target { name: "lznt1", body: compression::lznt1, structure: Structure::Bytes },
    Target { name: "lz77", body: compression::lz77, structure: Structure::Bytes },
    Target { name: "lz77_huffman", body: compression::lz77_huffman, structure: Structure::Bytes },
    Target { name: "auth", body: auth::body, structure: Structure::Bytes },
    Target { name: "kerberos", body: kerberos::body, structure: Structure::Bytes },
    Target { name: "dissector", body: dissector::body, structure: Structure::Messages },
    Target { name: "stored", body: stored::body, structure: Structure::Bytes },
    Target { name: "ingest", body: ingest::body, structure: Structure::Bytes },
    Target { name: "filter", body: filter::body, structure: Structure::Bytes },
    Target { name: "pickle", body: pickle::body, structure: Structure::Bytes },
];

impl Target {
    /// The target called `name`.
    pub fn named(name: &str) -> Option<&'static Self> {
        TARGETS.iter().find(|target| target.name == name)
    }
}
