//! What comparing a live answer with the captured one says.

use capture::Direction;
use dissect::Closed;
use smb2::{Command, NtStatus};
use store::runs::Verdict;

/// How a request that was sent ended live.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LiveEnd {
    /// With a final response.
    Answer(NtStatus),
    /// The connection ended first: closed by the server (true) or by us as the capture shows.
    ConnectionClosed {
        /// Whether the server closed it.
        by_server: bool,
    },
    /// The run ended, or patience did.
    Nothing,
    /// The user stopped the run.
    Interrupted,
}

impl LiveEnd {
    /// The final NTSTATUS, if there was one.
    pub fn status(self) -> Option<NtStatus> {
        match self {
            Self::Answer(status) => Some(status),
            Self::ConnectionClosed { .. } | Self::Nothing | Self::Interrupted => None,
        }
    }
}

/// Judges an operation that was sent. The reason says why nothing could be compared, or what explains a difference.
pub fn judge(
    command: Option<Command>,
    captured: Option<NtStatus>,
    captured_close: Option<Closed>,
    live: LiveEnd,
) -> (Verdict, Option<&'static str>) {
    if command == Some(Command::CANCEL) {
        return (Verdict::NotCompared, Some("a CANCEL has no answer of its own"));
    }
    let server_closed = captured_close.is_some_and(|closed| closed.by == Direction::ServerToClient);
    match (captured, live) {
        (Some(captured), LiveEnd::Answer(live)) if captured == live => (Verdict::Match, None),
        (Some(_), LiveEnd::Answer(_)) => (Verdict::Status, None),
        (Some(_), LiveEnd::ConnectionClosed { by_server: true }) => {
            (Verdict::NoResponse, Some("the live server closed the connection"))
        }
        (Some(_), LiveEnd::ConnectionClosed { by_server: false }) => {
            (Verdict::NoResponse, Some("not answered before the connection was closed, as captured"))
        }
        (Some(_), LiveEnd::Nothing) => (Verdict::NoResponse, None),
        (Some(_), LiveEnd::Interrupted) => (Verdict::NotCompared, Some("the replay was interrupted")),
        (None, LiveEnd::Answer(_)) if server_closed => {
            (Verdict::Status, Some("the captured server closed the connection instead of answering"))
        }
        (None, LiveEnd::Answer(_)) => (Verdict::NotCompared, Some("the capture has no answer to compare with")),
        (None, _) => (Verdict::Match, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use capture::CloseKind;

    const CLOSED_BY_SERVER: Option<Closed> = Some(Closed { by: Direction::ServerToClient, how: CloseKind::Rst });

    fn verdict(captured: Option<NtStatus>, close: Option<Closed>, live: LiveEnd) -> Verdict {
        judge(Some(Command::READ), captured, close, live).0
    }

    #[test]
    fn only_the_same_status_matches() {
        let answer = LiveEnd::Answer(NtStatus::END_OF_FILE);
        assert_eq!(verdict(Some(NtStatus::END_OF_FILE), None, answer), Verdict::Match);
        assert_eq!(verdict(Some(NtStatus::SUCCESS), None, answer), Verdict::Status);
        assert_eq!(verdict(Some(NtStatus::SUCCESS), None, LiveEnd::Nothing), Verdict::NoResponse);
    }

    #[test]
    fn silence_matches_silence_only() {
        assert_eq!(verdict(None, None, LiveEnd::Nothing), Verdict::Match);
        assert_eq!(verdict(None, None, LiveEnd::Answer(NtStatus::SUCCESS)), Verdict::NotCompared);
    }

    #[test]
    fn a_captured_server_close_is_an_outcome_to_compare_with() {
        let closed = LiveEnd::ConnectionClosed { by_server: true };
        assert_eq!(verdict(None, CLOSED_BY_SERVER, closed), Verdict::Match);
        assert_eq!(verdict(None, CLOSED_BY_SERVER, LiveEnd::Answer(NtStatus::SUCCESS)), Verdict::Status);
        assert_eq!(verdict(Some(NtStatus::SUCCESS), CLOSED_BY_SERVER, closed), Verdict::NoResponse);
    }

    #[test]
    fn a_cancel_is_never_judged() {
        assert_eq!(judge(Some(Command::CANCEL), None, None, LiveEnd::Nothing).0, Verdict::NotCompared);
    }
}
