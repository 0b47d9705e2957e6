//! Requests that wait for their response, by MessageId and AsyncId (MS-SMB2 3.2.5.1.2, 3.2.5.1.5).

use crate::chain::Handle;
use crate::operation::Operation;
use bytes::Bytes;
use rustc_hash::FxHashMap;
use smb2::Header;
use std::collections::VecDeque;

/// How many requests of a connection may be outstanding; servers grant at most 8192 credits.
const LIMIT: usize = 16_384;

/// Requests outstanding from which on more may be so for long.
const MANY: usize = 64;

/// A row that is not complete yet.
#[derive(Debug)]
pub(crate) struct Pending {
    /// What is known so far.
    pub(crate) operation: Box<Operation>,
    /// The handle it works on, or that it is to return to the rest of its chain.
    pub(crate) handle: Handle,
    /// Whether it is an SMB1 multi-protocol negotiate.
    pub(crate) smb1: bool,
}

/// The outstanding requests of a connection, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Outstanding {
    /// Each with its number, ascending; one that is taken leaves its place behind until there are many of those. The first
    /// is never such a place.
    pending: VecDeque<(u64, Option<Pending>)>,
    /// How many there are.
    count: usize,
    by_message: FxHashMap<u64, Arrivals>,
    by_async: FxHashMap<u64, u64>,
    arrivals: u64,
}

/// The numbers of the requests with a MessageId, ascending: one but for faulty clients.
#[derive(Debug)]
enum Arrivals {
    One(u64),
    Several(Vec<u64>),
}

impl Arrivals {
    fn all(&self) -> &[u64] {
        match self {
            Self::One(arrival) => std::slice::from_ref(arrival),
            Self::Several(arrivals) => arrivals,
        }
    }

    fn add(&mut self, arrival: u64) {
        match self {
            Self::One(first) => *self = Self::Several(vec![*first, arrival]),
            Self::Several(arrivals) => arrivals.push(arrival),
        }
    }

    /// Removes a number; says whether none is left.
    fn remove(&mut self, arrival: u64) -> bool {
        match self {
            Self::One(one) => *one == arrival,
            Self::Several(arrivals) => {
                arrivals.retain(|other| *other != arrival);
                arrivals.is_empty()
            }
        }
    }
}

impl Outstanding {
    /// Adds a request. Returns the oldest one when there are too many now.
    pub(crate) fn insert(&mut self, mut pending: Pending) -> Option<Pending> {
        if self.count >= MANY {
            pending.operation.stand_alone();
        }
        let arrival = self.arrivals;
        self.arrivals = self.arrivals.wrapping_add(1);
        if let Some(message_id) = pending.operation.message_id {
            let of_message = self.by_message.entry(message_id);
            of_message.and_modify(|arrivals| arrivals.add(arrival)).or_insert(Arrivals::One(arrival));
        }
        if let Some(async_id) = pending.operation.async_id {
            self.by_async.insert(async_id, arrival);
        }
        self.pending.push_back((arrival, Some(pending)));
        self.count = self.count.saturating_add(1);
        if self.count <= LIMIT {
            return None;
        }
        let (oldest, _) = self.pending.front()?;
        self.remove(*oldest)
    }

    /// Whether a request with this MessageId is outstanding.
    pub(crate) fn has(&self, message_id: u64) -> bool {
        self.by_message.contains_key(&message_id)
    }

    /// The rows of the requests, oldest first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Operation> {
        self.pending.iter().filter_map(|(_, pending)| Some(pending.as_ref()?.operation.as_ref()))
    }

    /// Bytes of the requests.
    pub(crate) fn bytes(&self) -> usize {
        self.iter().filter_map(|operation| operation.request.as_ref()).map(Bytes::len).fold(0, usize::saturating_add)
    }

    /// Whether nothing is outstanding.
    pub(crate) fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Takes the request that `response` answers: the oldest of its MessageId with the same command, else, for an
    /// asynchronous response, the one of its AsyncId.
    pub(crate) fn take(&mut self, response: &Header) -> Option<Pending> {
        let arrival = self.find(response)?;
        self.remove(arrival)
    }

    /// The request that a CANCEL is for (MS-SMB2 3.2.4.24): of its AsyncId in the asynchronous form, else of its
    /// MessageId.
    pub(crate) fn cancelled_by(&mut self, cancel: &Header) -> Option<&mut Pending> {
        let arrival = match cancel.async_id() {
            Some(async_id) => self.by_async.get(&async_id)?,
            None => self.by_message.get(&cancel.message_id)?.all().last()?,
        };
        let index = self.index_of(*arrival)?;
        self.pending.get_mut(index)?.1.as_mut()
    }

    /// Takes an SMB1 multi-protocol negotiate that SMB1 answered.
    pub(crate) fn take_smb1(&mut self) -> Option<Pending> {
        let arrival = self
            .pending
            .iter()
            .find(|(_, pending)| pending.as_ref().is_some_and(|pending| pending.smb1))
            .map(|(arrival, _)| *arrival)?;
        self.remove(arrival)
    }

    /// Takes all, oldest first.
    pub(crate) fn drain(&mut self) -> Vec<Pending> {
        self.by_message.clear();
        self.by_async.clear();
        self.count = 0;
        std::mem::take(&mut self.pending).into_iter().filter_map(|(_, pending)| pending).collect()
    }

    fn find(&self, response: &Header) -> Option<u64> {
        let same_command = |arrival: &&u64| {
            let pending = self.index_of(**arrival).and_then(|index| self.pending.get(index)?.1.as_ref());
            pending.is_some_and(|pending| pending.operation.command == Some(response.command))
        };
        let by_message = self.by_message.get(&response.message_id).and_then(|all| all.all().iter().find(same_command));
        let by_async = || response.async_id().and_then(|id| self.by_async.get(&id)).filter(same_command);
        by_message.or_else(by_async).copied()
    }

    /// Where a request is: most servers answer in the order of the requests.
    fn index_of(&self, arrival: u64) -> Option<usize> {
        match self.pending.front() {
            Some((first, _)) if *first == arrival => Some(0),
            _ => self.pending.binary_search_by_key(&arrival, |(arrival, _)| *arrival).ok(),
        }
    }

    fn remove(&mut self, arrival: u64) -> Option<Pending> {
        let index = self.index_of(arrival)?;
        let pending = self.pending.get_mut(index)?.1.take()?;
        self.count = self.count.saturating_sub(1);
        while self.pending.pop_front_if(|(_, pending)| pending.is_none()).is_some() {}
        if self.pending.len() > self.count.saturating_mul(2).max(MANY) {
            self.pending.retain(|(_, pending)| pending.is_some());
        }
        if let Some(message_id) = pending.operation.message_id
            && let Some(arrivals) = self.by_message.get_mut(&message_id)
            && arrivals.remove(arrival)
        {
            self.by_message.remove(&message_id);
        }
        if let Some(async_id) = pending.operation.async_id
            && self.by_async.get(&async_id) == Some(&arrival)
        {
            self.by_async.remove(&async_id);
        }
        Some(pending)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "tests")]

    use super::*;
    use crate::operation::Kind;
    use smb2::{Command, HeaderFlags};

    fn pending(op: u32, message_id: u64, command: Command, async_id: Option<u64>) -> Pending {
        let mut operation = Operation::new(op, Kind::Request, 0);
        operation.message_id = Some(message_id);
        operation.command = Some(command);
        operation.async_id = async_id;
        Pending { operation: Box::new(operation), handle: Handle::None, smb1: false }
    }

    fn response(message_id: u64, command: Command, async_id: Option<u64>) -> Header {
        let mut bytes = [0; 64];
        bytes[..4].copy_from_slice(&smb2::header::PROTOCOL_ID);
        bytes[12..14].copy_from_slice(&command.0.to_le_bytes());
        let flags = async_id.map_or(0, |_| HeaderFlags::ASYNC_COMMAND) | HeaderFlags::SERVER_TO_REDIR;
        bytes[16..20].copy_from_slice(&flags.to_le_bytes());
        bytes[24..32].copy_from_slice(&message_id.to_le_bytes());
        bytes[32..40].copy_from_slice(&async_id.unwrap_or(0).to_le_bytes());
        Header::parse(&bytes).unwrap()
    }

    #[test]
    fn of_two_requests_with_one_message_id_the_older_of_the_same_command_is_answered_first() {
        let mut outstanding = Outstanding::default();
        outstanding.insert(pending(0, 5, Command::ECHO, None));
        outstanding.insert(pending(1, 5, Command::READ, None));
        outstanding.insert(pending(2, 5, Command::READ, None));
        let mut answered = || outstanding.take(&response(5, Command::READ, None)).map(|pending| pending.operation.op);
        assert_eq!([answered(), answered(), answered()], [Some(1), Some(2), None]);
        assert!(outstanding.has(5));
    }

    #[test]
    fn an_asynchronous_response_without_the_message_id_is_paired_by_its_async_id() {
        let mut outstanding = Outstanding::default();
        outstanding.insert(pending(0, 5, Command::LOCK, Some(77)));
        assert!(outstanding.take(&response(0, Command::LOCK, Some(78))).is_none());
        assert!(outstanding.take(&response(0, Command::LOCK, Some(77))).is_some());
        assert!(outstanding.is_empty() && !outstanding.has(5));
    }

    #[test]
    fn the_oldest_is_given_up_when_too_many_are_outstanding() {
        let mut outstanding = Outstanding::default();
        let limit = u64::try_from(LIMIT).unwrap();
        assert!((0..limit).all(|id| outstanding.insert(pending(0, id, Command::READ, None)).is_none()));
        let evicted = outstanding.insert(pending(9, limit, Command::READ, None));
        assert_eq!(evicted.unwrap().operation.message_id, Some(0));
        assert!(!outstanding.has(0) && outstanding.has(1) && outstanding.has(limit));
    }

    #[test]
    fn requests_are_found_in_whatever_order_they_are_answered_and_leave_no_places_behind() {
        let mut outstanding = Outstanding::default();
        outstanding.insert(pending(0, 0, Command::CHANGE_NOTIFY, None));
        // Each third waits for long, as the first does.
        for id in 1..6000 {
            outstanding.insert(pending(0, id, Command::READ, None));
            if id % 3 > 0 {
                let answered = outstanding.take(&response(id, Command::READ, None)).unwrap();
                assert_eq!(answered.operation.message_id, Some(id));
            }
        }
        assert_eq!((outstanding.count, outstanding.iter().count()), (2000, 2000));
        assert!(outstanding.pending.len() <= 4000, "{}", outstanding.pending.len());
        for id in (1..2000).rev().map(|third| third * 3).chain([0]) {
            let command = if id == 0 { Command::CHANGE_NOTIFY } else { Command::READ };
            assert!(outstanding.take(&response(id, command, None)).is_some(), "{id}");
        }
        assert!(outstanding.is_empty() && outstanding.by_message.is_empty());
    }
}
