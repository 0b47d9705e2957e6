//! The live server that things are made on, and as whom.

use super::ProvisioningError;
use crate::map::SidRule;
use crate::options::{Options, Target};
use client::crew::CrewError;
use client::crew::Place;
use client::kerberos::TicketError;
use client::logon::Account;
use std::cell::OnceCell;
use std::net::SocketAddr;
use std::time::Duration;

/// Things for each further connection.
const PER_CONNECTION: usize = 32;
const MOST_CONNECTIONS: usize = 8;

/// A live server and an account.
pub struct Site<'a> {
    address: SocketAddr,
    target: &'a Target,
    /// Got when it is needed first.
    account: OnceCell<Account>,
    dialects: Vec<u16>,
    patience: Duration,
    sids: &'a [SidRule],
    runtime: tokio::runtime::Runtime,
}

impl<'a> Site<'a> {
    /// The one that the options name; `address` is where it is reached.
    ///
    /// # Errors
    /// [`ProvisioningError::System`].
    pub fn new(address: SocketAddr, options: &'a Options) -> Result<Self, ProvisioningError> {
        let target = &options.target;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Self {
            address,
            target,
            account: OnceCell::new(),
            dialects: options.dialect.into_iter().collect(),
            patience: options.max_wait,
            sids: &options.mapping.sids,
            runtime: runtime.map_err(ProvisioningError::System)?,
        })
    }

    /// Host, as given.
    pub fn server(&self) -> &str {
        &self.target.server
    }

    /// TCP port.
    pub fn port(&self) -> u16 {
        self.target.port
    }

    /// `host:port`.
    pub fn name(&self) -> String {
        format!("{}:{}", self.target.server, self.target.port)
    }

    /// Domains in the place of captured ones.
    pub(super) fn sids(&self) -> &'a [SidRule] {
        self.sids
    }

    /// A share of it. The first time it may wait for a ticket.
    pub(super) fn place<'s>(&'s self, share: &'s str) -> Result<Place<'s>, TicketError> {
        let account = match self.account.get() {
            Some(account) => account,
            None => {
                let account = self.target.account()?;
                self.account.get_or_init(|| account)
            }
        };
        Ok(Place {
            address: self.address,
            server_name: &self.target.server,
            account,
            share,
            dialects: &self.dialects,
            patience: self.patience,
        })
    }

    /// How many connections are worth while for so many things.
    pub(super) fn connections(things: usize) -> usize {
        things.div_ceil(PER_CONNECTION).clamp(1, MOST_CONNECTIONS)
    }

    pub(super) fn block_on<T>(&self, work: impl Future<Output = Result<T, CrewError>>) -> Result<T, ProvisioningError> {
        Ok(self.runtime.block_on(work)?)
    }
}
