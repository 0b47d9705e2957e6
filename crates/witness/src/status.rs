//! Final statuses of requests.

use crate::message::CANCEL;
use crate::recording::Connection;
use std::collections::{HashMap, VecDeque};

/// STATUS_PENDING: an interim response.
const PENDING: u32 = 0x0000_0103;
/// MessageId of what the server sends unasked (MS-SMB2 2.2.23).
const UNSOLICITED: u64 = u64::MAX;

/// For each request its final status: `None` when it has no answer, is a CANCEL, or is not SMB2 in clear.
pub(crate) fn final_statuses(connection: &Connection) -> Vec<Option<u32>> {
    let mut answers: HashMap<u64, VecDeque<u32>> = HashMap::new();
    for response in &connection.responses {
        if let (Some(id), Some(status)) = (response.message_id(), response.status())
            && id != UNSOLICITED
            && status != PENDING
        {
            answers.entry(id).or_default().push_back(status);
        }
    }
    let answer = |request: &crate::Message| {
        let id = request.message_id().filter(|_| request.command() != Some(CANCEL))?;
        answers.get_mut(&id)?.pop_front()
    };
    connection.requests.iter().map(answer).collect()
}
