//! DCE/RPC over named pipes: what a pipe carries (C706 chapter 12; MS-RPCE 2.2.2).
//!
//! A [`Pdu`] is a view of one protocol data unit of the connection-oriented protocol; [`Interface`] and its operations
//! are named by the tables of the open specifications.

mod interface;
mod operations;
mod pdu;
mod presentation;

pub use interface::Interface;
pub use pdu::{Order, PacketType, Pdu};
pub use presentation::{Context, ContextResult, ContextResults, Contexts, Syntax};
