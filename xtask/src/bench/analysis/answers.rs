//! What a program answers, in the form in which answers of two programs can be compared.
//!
//! smbreplay tells of operations and tshark of frames. An operation is the frame of its request. NEGOTIATE is left out: it
//! comes before there is a session, so that no session has it, and tshark looks at the whole recording.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use serde::{Deserialize, Serialize};

/// So many operations may be selected for a filter to be selective.
const SELECTIVE: usize = 1_000;
/// MS-SMB2 2.2.1.2.
const NEGOTIATE: u16 = 0;
/// What tshark calls its messages.
const NEGOTIATE_PROTOCOL: &str = "Negotiate Protocol";

/// Frames of requests, and how often each command was answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Answers {
    /// Requests among the first lines.
    pub(super) first: Vec<u64>,
    /// Requests that the filter selects.
    pub(super) selected: Vec<u64>,
    /// Answered requests by the code of their command.
    pub(super) calls: BTreeMap<u16, u64>,
}

impl Answers {
    /// Fails where the other program found something else: a fast wrong answer is no result.
    pub(super) fn ensure_agree(&self, tshark: &Self) -> anyhow::Result<()> {
        let Self { first, selected, calls } = tshark;
        let both = self.first.len().min(first.len());
        ensure!(
            both > 0 && self.first.get(..both) == first.get(..both),
            "the first lines are of the requests in frames {:?}, and tshark's of {first:?}",
            self.first
        );
        ensure!(
            self.selected == *selected,
            "the filter selects {} operations and tshark's {} frames, or others",
            self.selected.len(),
            selected.len()
        );
        ensure!(self.calls == *calls, "answered requests by command are {:?}, and {calls:?} to tshark", self.calls);
        Ok(())
    }

    /// Fails where the filter selects nothing, or so much that it is none.
    pub(super) fn ensure_selective(&self) -> anyhow::Result<()> {
        let selected = self.selected.len();
        ensure!((1..=SELECTIVE).contains(&selected), "the filter selects {selected} operations, not 1 to {SELECTIVE}");
        Ok(())
    }
}

/// Frames in the lines of `session --brief`: behind the operation's number.
pub(super) fn frames_of_operations(lines: &str) -> Vec<u64> {
    let frame = |line: &str| {
        let mut words = line.split_whitespace();
        words.next()?.parse::<u64>().ok()?;
        words.next()?.parse().ok()
    };
    lines.lines().filter_map(frame).collect()
}

/// Frames of requests in the lines that tshark prints of packets.
pub(super) fn frames_of_requests(lines: &str) -> Vec<u64> {
    let requests = lines.lines().filter(|line| line.contains(" Request") && !line.contains(NEGOTIATE_PROTOCOL));
    requests.filter_map(|line| line.split_whitespace().next()?.parse().ok()).collect()
}

/// Calls in the JSON of `session --stats`.
pub(super) fn calls_of_statistics(statistics: &Statistics) -> BTreeMap<u16, u64> {
    let times = statistics.service_response_times.iter().map(|it| (it.index, it.calls));
    times.filter(|(index, _)| *index != NEGOTIATE).collect()
}

/// Calls in the table of `-z smb2,srt`: `    5  Create                    194   0.000001   0.000009   0.000002   0.000388`.
pub(super) fn calls_of_table(table: &str) -> anyhow::Result<BTreeMap<u16, u64>> {
    ensure!(table.contains("SMB2 SRT Statistics"), "tshark printed no table of service response times");
    let mut calls = BTreeMap::new();
    for line in table.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(index) = words.first().and_then(|word| word.parse::<u16>().ok()) else { continue };
        let count = words.iter().rev().nth(4).and_then(|word| word.parse().ok());
        let count = count.with_context(|| format!("tshark's table has no count in '{}'", line.trim()))?;
        if index != NEGOTIATE {
            calls.insert(index, count);
        }
    }
    Ok(calls)
}

/// What is needed of the JSON of `session --stats`.
#[derive(Deserialize)]
pub(super) struct Statistics {
    service_response_times: Vec<ServiceResponseTime>,
}

#[derive(Deserialize)]
struct ServiceResponseTime {
    index: u16,
    calls: u64,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn an_operation_is_the_frame_of_its_request() {
        let brief = "\
 op  frame      time   latency  command        status                    path  what
  2      8  0.014606  572.0 µs  SESSION_SETUP  MORE_PROCESSING_REQUIRED        NTLM NEGOTIATE
  4     12  0.028301    3.1 ms  TREE_CONNECT   SUCCESS                         pipe
  5         0.031658            (closed)
";
        let packets = "\
    4   0.000216    127.0.0.1 → 127.0.0.1    SMB2 296 Negotiate Protocol Request
    6   0.012456    127.0.0.1 → 127.0.0.1    SMB2 354 Negotiate Protocol Response
    8   0.014606    127.0.0.1 → 127.0.0.1    SMB2 232 Session Setup Request, NTLMSSP_NEGOTIATE
    9   0.015178    127.0.0.1 → 127.0.0.1    SMB2 274 Session Setup Response, Error: STATUS_MORE_PROCESSING_REQUIRED
   12   0.028301    127.0.0.1 → 127.0.0.1    SMB2 560 Tree Connect Request Tree: \\\\127.0.0.1\\IPC$
";
        assert_eq!(frames_of_operations(brief), [8, 12]);
        assert_eq!(frames_of_requests(packets), [8, 12]);
    }

    #[test]
    fn calls_are_read_from_both_without_negotiates() {
        let table = "\
SMB2 SRT Statistics:
Filter: smb2.cmd
Index  Commands               Calls    Min SRT    Max SRT    Avg SRT    Sum SRT
    0  Negotiate Protocol          3   0.005319   0.012240   0.008310   0.024930
   14  Find                       70   0.000044   0.007702   0.000319   0.022334
";
        let statistics = r#"{"operations": 70, "service_response_times": [{"index": 14, "calls": 70, "min_ns": 1}]}"#;
        let expected = BTreeMap::from([(14, 70)]);
        assert_eq!(calls_of_table(table).unwrap(), expected);
        assert_eq!(calls_of_statistics(&serde_json::from_str(statistics).unwrap()), expected);
        assert!(calls_of_table("").is_err());
        assert!(calls_of_table(&table.replace(" 70 ", " many ")).is_err());
    }

    #[test]
    fn one_other_answer_is_no_result() {
        let ours = Answers { first: vec![8, 10, 12], selected: vec![100, 104], calls: BTreeMap::from([(5, 3)]) };
        ours.ensure_agree(&ours).unwrap();
        ours.ensure_agree(&Answers { first: vec![8, 10], ..ours.clone() }).unwrap();
        let others = [
            Answers { first: vec![8, 11], ..ours.clone() },
            Answers { first: Vec::new(), ..ours.clone() },
            Answers { selected: vec![100, 105], ..ours.clone() },
            Answers { selected: vec![100], ..ours.clone() },
            Answers { calls: BTreeMap::from([(5, 4)]), ..ours.clone() },
            Answers { calls: BTreeMap::from([(5, 3), (6, 1)]), ..ours.clone() },
        ];
        for other in others {
            assert!(ours.ensure_agree(&other).is_err(), "{other:?}");
        }
    }

    #[test]
    fn a_filter_that_selects_nothing_or_much_is_none() {
        let selecting = |count: u64| Answers { selected: (0..count).collect(), ..Answers::default() };
        assert!(selecting(0).ensure_selective().is_err());
        selecting(1).ensure_selective().unwrap();
        selecting(1_000).ensure_selective().unwrap();
        assert!(selecting(1_001).ensure_selective().is_err());
    }
}
