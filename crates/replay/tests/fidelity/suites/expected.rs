//! Where a replay differs from its recording on a server of the same make, and why it cannot but do so.

use crate::scene::Outcome;
use std::fmt::Write;

/// Statuses that differ for one cause.
pub(super) struct Expected {
    /// Command, as MS-SMB2 names it.
    pub(super) command: &'static str,
    /// NTSTATUS in the capture and live; `None` stands for no answer.
    pub(super) statuses: (Option<u32>, Option<u32>),
    /// How many of them there may be.
    pub(super) most: usize,
    /// Why.
    pub(super) cause: &'static str,
}

const SUCCESS: u32 = 0;
const CANCELLED: u32 = 0xc000_0120;

/// smb2.notify cancels watches while the folders that they watch change.
pub(super) const RACES_OF_CANCELS: &[Expected] = &[
    Expected {
        command: "CHANGE_NOTIFY",
        statuses: (Some(CANCELLED), Some(SUCCESS)),
        most: 100,
        cause: "the change came before the CANCEL",
    },
    Expected {
        command: "CHANGE_NOTIFY",
        statuses: (Some(SUCCESS), Some(CANCELLED)),
        most: 100,
        cause: "the CANCEL came before the change",
    },
    Expected {
        command: "CHANGE_NOTIFY",
        statuses: (Some(SUCCESS), None),
        most: 2,
        cause: "no change came before the client closed the connection: one that the captured server reported was caused \
                by a race",
    },
];

const INVALID_PARAMETER: u32 = 0xc000_000d;

/// smb2.session.ntlmssp_bug14932 logs on with a token that is broken on purpose.
pub(super) const BROKEN_TOKENS: &[Expected] = &[Expected {
    command: "SESSION_SETUP",
    statuses: (Some(INVALID_PARAMETER), Some(SUCCESS)),
    most: 1,
    cause: "tokens are new in every logon, and those of a replay are not broken",
}];

/// The differences that are none of the expected ones, a line each.
pub(super) fn unexpected(outcome: &Outcome, expected: &[Expected]) -> Vec<String> {
    let mut found = vec![0; expected.len()];
    let mut unexpected = Vec::new();
    for difference in &outcome.witnessed.status_differences {
        let statuses = (difference.captured_status, difference.live_status);
        let place = expected
            .iter()
            .position(|known| known.command == difference.captured.command && known.statuses == statuses);
        match place {
            Some(place) if found[place] < expected[place].most => found[place] += 1,
            _ => unexpected.push(difference.to_string()),
        }
    }
    for (known, count) in expected.iter().zip(found).filter(|(_, count)| *count > 0) {
        println!("{count} times {} {:x?}: {}", known.command, known.statuses, known.cause);
    }
    for row in &outcome.rows {
        if row.live_status.is_none() || row.verdict == store::runs::Verdict::Status {
            let mut line = String::new();
            write!(
                line,
                "op {:?} conn {:?} {:?} live {:x?} cause {:?} {:?} {:?}",
                row.op, row.connection, row.verdict, row.live_status, row.cause_op, row.marks, row.detail
            )
            .unwrap();
            println!("{line}");
        }
    }
    unexpected
}
