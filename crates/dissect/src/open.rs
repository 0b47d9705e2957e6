//! Opens: (session, FileId) to the path (MS-SMB2 3.2.1.6), and the leases that name them.

use crate::bounded::Bounded;
use crate::live::Live;
use smb2::{FileId, Guid};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

/// How many opens, and how many leases, are remembered.
const LIMIT: usize = 1 << 20;
/// How many closed ones among them.
const CLOSED_LIMIT: usize = 1 << 10;

/// An open. It stays known for a while after its CLOSE, for requests that use the dead FileId.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    /// Number in the trace.
    pub(crate) number: u32,
    /// The server's end of the connection it was opened on.
    pub(crate) server: SocketAddr,
    /// Session it belongs to.
    pub(crate) session: u32,
    /// Its FileId.
    pub(crate) file_id: FileId,
    /// Number of its tree connect in the trace.
    pub(crate) tree: Option<u32>,
    /// Path of its share.
    pub(crate) share: Option<Arc<str>>,
    /// ShareType of its share.
    pub(crate) share_type: Option<u8>,
    /// Path below the share, as the latest of CREATE and rename named it; `None` when the CREATE request was not
    /// captured.
    pub(crate) path: Option<Arc<str>>,
    /// Whether it may outlive its connection, and be asked for again: it is durable, persistent or resilient, or that is not
    /// known.
    pub(crate) returns: bool,
}

/// Who a LeaseKey belongs to: leases are scoped by the ClientGuid of the connection (MS-SMB2 3.3.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum LeaseOwner {
    /// The client with this ClientGuid.
    Client(Guid),
    /// A connection whose NEGOTIATE was not captured.
    Connection(u32),
}

/// The opens of a trace.
#[derive(Debug)]
pub(crate) struct Opens {
    /// Boxed, so that looking one up does not touch the memory of others.
    by_id: Bounded<(u32, FileId), Box<Open>>,
    by_lease: Bounded<(LeaseOwner, Guid), (u32, FileId)>,
    /// The latest open at a server with this persistent half of its FileId, of any session, among those that may return.
    by_persistent: Bounded<(SocketAddr, u64), (u32, FileId)>,
    live: Live,
    /// Opens closed lately, each with its number.
    closed: VecDeque<((u32, FileId), u32)>,
    closed_limit: usize,
    closed_forgotten: u64,
    opened: u32,
}

impl Default for Opens {
    fn default() -> Self {
        Self {
            by_id: Bounded::new(LIMIT),
            by_lease: Bounded::new(LIMIT),
            by_persistent: Bounded::new(LIMIT),
            live: Live::default(),
            closed: VecDeque::new(),
            closed_limit: CLOSED_LIMIT,
            closed_forgotten: 0,
            opened: 0,
        }
    }
}

impl Opens {
    /// A CREATE succeeded: enters `open` with a number of its own. A FileId that was in use before names the new open
    /// from now on.
    pub(crate) fn insert(&mut self, mut open: Box<Open>) -> u32 {
        let number = self.opened;
        self.opened = self.opened.saturating_add(1);
        open.number = number;
        let handle = (open.session, open.file_id);
        if open.returns {
            self.by_persistent.insert((open.server, open.file_id.persistent()), handle);
        }
        self.leave_path(handle.0, handle.1);
        if open.share.is_some() && open.path.is_some() {
            self.live.opened(handle);
        }
        self.by_id.insert(handle, open);
        number
    }

    /// An open became resilient: it may outlive its connection (MS-SMB2 3.3.5.15.9).
    pub(crate) fn returns(&mut self, session: u32, file_id: FileId) {
        if let Some(open) = self.by_id.get_mut(&(session, file_id)) {
            open.returns = true;
            self.by_persistent.insert((open.server, file_id.persistent()), (session, file_id));
        }
    }

    /// A CLOSE succeeded: the path stays as it is from now on.
    pub(crate) fn close(&mut self, session: u32, file_id: FileId) {
        let Some(number) = self.leave_path(session, file_id) else { return };
        self.closed.push_back(((session, file_id), number));
        if self.closed.len() > self.closed_limit
            && let Some((handle, number)) = self.closed.pop_front()
            // Another open may have got the same FileId since.
            && self.by_id.get(&handle).is_some_and(|open| open.number == number)
        {
            self.forget(handle);
            self.closed_forgotten = self.closed_forgotten.saturating_add(1);
        }
    }

    /// The lease under which an open was granted.
    pub(crate) fn lease(&mut self, owner: LeaseOwner, key: Guid, session: u32, file_id: FileId) {
        self.by_lease.insert((owner, key), (session, file_id));
    }

    /// What `file_id` of `session` names.
    pub(crate) fn get(&self, session: u32, file_id: FileId) -> Option<&Open> {
        self.by_id.get(&(session, file_id)).map(Box::as_ref)
    }

    /// The latest open under a lease.
    pub(crate) fn by_lease(&self, owner: LeaseOwner, key: Guid) -> Option<&Open> {
        self.by_lease.get(&(owner, key)).and_then(|id| self.by_id.get(id)).map(Box::as_ref)
    }

    /// The open that a durable reconnect names: by the persistent half alone, as its session may have been another
    /// (MS-SMB2 2.2.13.2.4).
    pub(crate) fn reconnected(&self, server: SocketAddr, file_id: FileId) -> Option<&Open> {
        self.by_persistent.get(&(server, file_id.persistent())).and_then(|id| self.by_id.get(id)).map(Box::as_ref)
    }

    /// A rename succeeded: every handle of what it moved has a new path, also those of files below a folder.
    pub(crate) fn rename(&mut self, session: u32, file_id: FileId, path: Arc<str>) {
        let Some(open) = self.by_id.get_mut(&(session, file_id)) else { return };
        let (Some(from), Some(share)) = (open.path.clone(), open.share.clone()) else {
            open.path = Some(path);
            return;
        };
        let by_id = &self.by_id;
        let mut moved = self.live.at_and_below(&share, &from, |handle| {
            let open = by_id.get(&handle)?;
            open.share.as_deref().zip(open.path.as_deref())
        });
        if !moved.contains(&(session, file_id)) {
            moved.push((session, file_id));
        }
        for handle in moved {
            let Some(open) = self.by_id.get_mut(&handle) else { continue };
            let Some(old) = open.path.take() else { continue };
            self.live.closed(&share, &old, handle);
            // Names that only differ in case may differ in length: then the rest is not known.
            let below = |rest: &&str| rest.is_empty() || rest.starts_with(['\\', ':']);
            let Some(rest) = old.get(from.len()..).filter(below) else { continue };
            let new: Arc<str> = format!("{path}{rest}").into();
            self.live.opened(handle);
            open.path = Some(new);
        }
    }

    /// How many closed opens were forgotten.
    pub(crate) fn closed_forgotten(&self) -> u64 {
        self.closed_forgotten
    }

    fn forget(&mut self, handle: (u32, FileId)) {
        let Some(open) = self.by_id.remove(&handle).filter(|open| open.returns) else { return };
        let persistent = (open.server, open.file_id.persistent());
        if self.by_persistent.get(&persistent) == Some(&handle) {
            self.by_persistent.remove(&persistent);
        }
    }

    /// Ends the following of renames of an open; its number, if it is known.
    fn leave_path(&mut self, session: u32, file_id: FileId) -> Option<u32> {
        let open = self.by_id.get(&(session, file_id))?;
        if let (Some(share), Some(path)) = (open.share.as_deref(), open.path.as_deref()) {
            self.live.closed(share, path, (session, file_id));
        }
        Some(open.number)
    }

    /// How many opens were forgotten.
    pub(crate) fn evicted(&self) -> u64 {
        self.by_id.evicted()
    }

    /// How many opens were too many for their renames to be followed.
    pub(crate) fn not_followed(&self) -> u64 {
        self.live.dropped()
    }

    /// How many leases were forgotten.
    pub(crate) fn leases_evicted(&self) -> u64 {
        self.by_lease.evicted()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn open(file_id: u8) -> Box<Open> {
        let file_id = FileId([file_id; 16]);
        let path = Some("x".into());
        let server = "10.0.0.1:445".parse().unwrap();
        Box::new(Open {
            number: 0,
            server,
            session: 0,
            file_id,
            tree: None,
            share: None,
            share_type: None,
            path,
            returns: false,
        })
    }

    #[test]
    fn opens_beyond_the_bound_are_forgotten_oldest_first_and_counted() {
        let mut opens = Opens { by_id: Bounded::new(2), ..Opens::default() };
        for file_id in 1..=3 {
            opens.insert(open(file_id));
        }
        let number = |file_id: u8| opens.get(0, FileId([file_id; 16])).map(|open| open.number);
        assert_eq!([number(1), number(2), number(3)], [None, Some(1), Some(2)]);
        assert_eq!(opens.evicted(), 1);
    }

    #[test]
    fn of_closed_opens_only_the_latest_are_remembered_and_others_counted() {
        let mut opens = Opens { closed_limit: 1, ..Opens::default() };
        opens.insert(open(1));
        opens.close(0, FileId([1; 16]));
        assert!(opens.get(0, FileId([1; 16])).is_some(), "for requests that use the dead FileId");
        opens.insert(open(1));
        opens.insert(open(2));
        opens.close(0, FileId([2; 16]));
        assert!(opens.get(0, FileId([1; 16])).is_some(), "it is open again");
        assert_eq!(opens.closed_forgotten(), 0);
        opens.insert(open(3));
        opens.close(0, FileId([3; 16]));
        assert!(opens.get(0, FileId([2; 16])).is_none());
        assert_eq!(opens.closed_forgotten(), 1);
    }
}
