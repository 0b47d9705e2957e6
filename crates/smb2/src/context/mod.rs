//! Contexts: the tagged lists that CREATE and NEGOTIATE messages carry behind their fixed part.

pub mod create;
pub mod durable;
pub mod lease;
pub mod negotiate;
