//! Response times as tshark's `-z smb2,srt` prints them.

use super::response_times::ResponseTimes;
use schemars::JsonSchema;
use serde::Serialize;
use smb2::Command;

/// A line of tshark's table. Nanoseconds; tshark prints seconds with six decimals.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct ServiceResponseTime {
    /// The command's code.
    pub index: u16,
    /// What Wireshark calls the command.
    pub procedure: &'static str,
    /// Requests with a final response.
    pub calls: u64,
    /// The shortest.
    pub min_ns: u64,
    /// The longest.
    pub max_ns: u64,
    /// Their mean, rounded to the nearest.
    pub avg_ns: u64,
    /// Their sum.
    pub sum_ns: u64,
}

impl ServiceResponseTime {
    /// The line of `command`; `None` for those that tshark leaves out, CANCEL and OPLOCK_BREAK.
    pub(super) fn of(command: Command, times: &ResponseTimes) -> Option<Self> {
        Some(Self {
            index: command.0,
            procedure: procedure(command)?,
            calls: times.count,
            min_ns: times.min_ns,
            max_ns: times.max_ns,
            avg_ns: times.mean_ns,
            sum_ns: times.sum_ns,
        })
    }
}

fn procedure(command: Command) -> Option<&'static str> {
    Some(match command {
        Command::NEGOTIATE => "Negotiate Protocol",
        Command::SESSION_SETUP => "Session Setup",
        Command::LOGOFF => "Session Logoff",
        Command::TREE_CONNECT => "Tree Connect",
        Command::TREE_DISCONNECT => "Tree Disconnect",
        Command::CREATE => "Create",
        Command::CLOSE => "Close",
        Command::FLUSH => "Flush",
        Command::READ => "Read",
        Command::WRITE => "Write",
        Command::LOCK => "Lock",
        Command::IOCTL => "Ioctl",
        Command::ECHO => "KeepAlive",
        Command::QUERY_DIRECTORY => "Find",
        Command::CHANGE_NOTIFY => "Notify",
        Command::QUERY_INFO => "GetInfo",
        Command::SET_INFO => "SetInfo",
        _ => return None,
    })
}
