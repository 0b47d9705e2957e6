//! The client's side: tickets from a KDC, and logons with them.
//!
//! An [`Exchange`] says what to send to the KDC and takes what it answers: [`AsExchange`] leads from a password or a
//! key to a ticket-granting ticket, [`TgsExchange`] from there to the ticket of a service. An [`Initiator`] is one logon
//! with it. None of them has a socket, a clock or random bytes of its own.

mod as_exchange;
mod error;
mod exchange;
mod initiator;
mod issued_ticket;
mod moment;
mod secret;
mod tgs_exchange;

pub use as_exchange::AsExchange;
pub use error::KdcError;
pub use exchange::{Exchange, ExchangeEntropy, Progress};
pub use initiator::{Initiator, InitiatorEntropy, InitiatorError};
pub use issued_ticket::IssuedTicket;
pub use moment::Moment;
pub use secret::Secret;
pub use tgs_exchange::TgsExchange;
