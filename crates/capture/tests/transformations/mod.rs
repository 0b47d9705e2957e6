//! What happens to captures between the wire and a support engineer: packets of a clean recorded capture, transformed.

#![allow(dead_code, unused_imports, reason = "each test file uses a part")]

mod container;
mod disorder;
mod layer;
mod recipe;
mod record;

pub(crate) use container::{Container, pcap_of, pcapng_of};
pub(crate) use disorder::{drop_some, duplicate, reorder, resegment, translate};
pub(crate) use layer::{Layer, ip, udp};
pub(crate) use recipe::{Files, Recipe, recipes};
pub(crate) use record::{Record, SERVER_PORT, TRANSLATED_PORTS, office};
