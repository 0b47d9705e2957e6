//! Rows as tests need them.

use super::columns::Row;
use dissect::Kind;
use smb2::Command;

/// A request sent at `from` and answered with success at `to`.
pub(super) fn exchange(op: u32, command: Command, from: i64, to: i64) -> Row<'static> {
    let frame = u64::from(op).saturating_mul(2);
    Row {
        op,
        kind: Kind::Exchange,
        command: Some(command),
        status: Some(0),
        request_frame: Some(frame),
        response_frame: Some(frame.saturating_add(1)),
        request_start_time: Some(from),
        request_time: Some(from),
        interim_time: None,
        response_time: Some(to),
        latency_ns: Some(to.abs_diff(from)),
        request_flags: Some(0),
        transferred: None,
        share: None,
        path: None,
    }
}
