//! Where a crew works, and as whom.

use crate::logon::Account;
use std::net::SocketAddr;
use std::time::Duration;

/// A share of a server, and an account.
#[derive(Debug, Clone)]
pub struct Place<'a> {
    /// Address of the server.
    pub address: SocketAddr,
    /// Its name, for the path of the share.
    pub server_name: &'a str,
    /// Who works there.
    pub account: &'a Account,
    /// The share.
    pub share: &'a str,
    /// Dialects to offer; all when empty.
    pub dialects: &'a [u16],
    /// How long each answer may take.
    pub patience: Duration,
}
