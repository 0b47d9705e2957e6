//! Which request made the captured server break an oplock or a lease.

use crate::object::key;
use crate::plan::request::Request;
use crate::trace::{CapturedRow, Trace};
use smb2::{Command, Guid};
use std::collections::HashMap;

/// What made the captured server send a break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Most likely this request: the latest before it that touched the same object by another handle.
    Request(usize),
    /// Nothing that is replayed: a session that is left out, or the server itself.
    NotReplayed,
    /// The capture does not tell what the break is about.
    Unknown,
}

/// Requests of the replay by what they touch.
pub(super) struct Causes {
    /// By share and path, upper case: places and opens of requests on that path or on an entry of that folder, in order.
    by_path: HashMap<String, Vec<Touch>>,
    /// LeaseKeys of opens.
    leases: HashMap<u32, Guid>,
    /// Where the first CREATE of an open or of a LeaseKey lies.
    opened: HashMap<Holder, u64>,
}

struct Touch {
    seq: u64,
    request: usize,
    open: Option<u32>,
}

/// Who holds what is broken.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Holder {
    Open(u32),
    Lease(Guid),
}

impl Causes {
    /// Goes through the requests, which are in trace order.
    pub(super) fn of(trace: &Trace, requests: &[Request]) -> Self {
        let mut causes = Self { by_path: HashMap::new(), leases: HashMap::new(), opened: HashMap::new() };
        if !trace.rows.iter().any(|row| row.kind() == dissect::Kind::Notification) {
            return causes;
        }
        for (index, request) in requests.iter().enumerate() {
            let Some(row) = trace.rows.get(request.row()).filter(|_| request.skipped().is_none()) else { continue };
            causes.add(index, request, &row);
        }
        causes
    }

    fn add(&mut self, index: usize, request: &Request, row: &CapturedRow<'_>) {
        if request.command() == Some(Command::CREATE) {
            if let Some(open) = row.open() {
                self.opened.entry(Holder::Open(open)).or_insert(request.start_seq);
                self.leases.extend(row.lease_key().map(|key| (open, key)));
            }
            if let Some(key) = row.lease_key() {
                self.opened.entry(Holder::Lease(key)).or_insert(request.start_seq);
            }
        }
        let Some(share) = row.share() else { return };
        for path in [row.path(), row.new_path()].into_iter().flatten() {
            let folder = path.rsplit_once('\\').map_or("", |(folder, _)| folder);
            for place in [path, folder] {
                let touch = Touch { seq: request.start_seq, request: index, open: row.open() };
                self.by_path.entry(key(share, place)).or_default().push(touch);
            }
        }
    }

    /// The cause of a break, given its row.
    pub(super) fn of_break(&self, row: &CapturedRow<'_>) -> Cause {
        let (Some(share), Some(path), Some(seq)) = (row.share(), row.path(), row.response_seq()) else {
            return Cause::Unknown;
        };
        let holder = row.lease_key().map(Holder::Lease).or(row.open().map(Holder::Open));
        let Some(opened) = holder.and_then(|holder| self.opened.get(&holder)) else { return Cause::Unknown };
        let touches = self.by_path.get(&key(share, path)).map(Vec::as_slice).unwrap_or_default();
        let before = touches.get(..touches.partition_point(|touch| touch.seq < seq)).unwrap_or_default();
        let since_opened = before.iter().rev().take_while(|touch| touch.seq > *opened);
        let found = since_opened.into_iter().find(|touch| match (row.lease_key(), row.open()) {
            (Some(lease), _) => touch.open.and_then(|open| self.leases.get(&open)) != Some(&lease),
            (None, open) => touch.open.is_none() || touch.open != open,
        });
        found.map_or(Cause::NotReplayed, |touch| Cause::Request(touch.request))
    }
}
