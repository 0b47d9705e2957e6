//! Tickets for live logons: from a password, a keytab or a credential cache, got from the KDC over TCP, held for as long
//! as they are valid, and renewed.

mod error;
mod kdc;
mod keeper;
mod service_ticket;
mod source;
mod tickets;

pub use ::kerberos::client::KdcError;
pub use ::kerberos::message::ErrorCode;
pub use error::TicketError;
pub use keeper::Keeper;
pub use service_ticket::{LogonEntropy, ServiceTicket};
pub use source::Source;
pub use tickets::{Settings, Tickets};
