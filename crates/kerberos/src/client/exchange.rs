//! What the two exchanges with a KDC have in common (RFC 4120 3.1, 3.3).

use super::{IssuedTicket, KdcError, Moment};
use crate::der::application_tag;
use crate::encryption::CONFOUNDER_LENGTH;
use crate::message::{KdcRep, KrbError};
use std::fmt;

/// A conversation with a KDC: one message at a time, each answered by one.
pub trait Exchange {
    /// The first message.
    fn request(&mut self, now: Moment) -> Vec<u8>;

    /// Takes an answer.
    ///
    /// # Errors
    /// [`KdcError`]: there is no ticket.
    fn handle(&mut self, answer: &[u8], now: Moment) -> Result<Progress, KdcError>;
}

/// What follows from an answer.
#[derive(Debug)]
pub enum Progress {
    /// Another message is to be sent.
    Send(Vec<u8>),
    /// The ticket is here.
    Done(Box<IssuedTicket>),
}

/// Random bytes for an exchange, fresh for each. `Debug` shows none.
#[derive(Clone)]
pub struct ExchangeEntropy {
    /// Comes back in the answer.
    pub nonce: [u8; 4],
    /// Goes in front of what is encrypted.
    pub confounder: [u8; CONFOUNDER_LENGTH],
    /// The key that the answer is encrypted with.
    pub subkey: [u8; 32],
}

impl ExchangeEntropy {
    /// The nonce as some KDCs want it: no negative number.
    pub(super) fn nonce(&self) -> u32 {
        u32::from_be_bytes(self.nonce) & 0x7fff_ffff
    }
}

impl fmt::Debug for ExchangeEntropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExchangeEntropy").finish_non_exhaustive()
    }
}

/// The two kinds of answers.
pub(super) enum Answer {
    Reply(KdcRep),
    Error(KrbError),
}

impl Answer {
    pub(super) fn parse(answer: &[u8]) -> Result<Self, KdcError> {
        let is_error = answer.first() == Some(&application_tag(30));
        Ok(if is_error { Self::Error(KrbError::parse(answer)?) } else { Self::Reply(KdcRep::parse(answer)?) })
    }
}

/// An endtime of the request that asks for the longest that the KDC gives (RFC 4120 3.1.3).
pub(super) const LONGEST: i64 = 0;
