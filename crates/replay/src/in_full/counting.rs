//! Which fields of a response are those that a verdict is about.

use super::causes::status;
use super::operation::{Marked, Meaning};
use super::side_by_side::Line;
use store::runs::{Difference, RunRow, Verdict};

/// Name of the field that a status verdict is about (MS-SMB2 2.2.1).
const STATUS: &str = "Status";

/// Whether a field of a response, which differs, is one that was compared.
pub(super) fn counts(line: &Line, verdict: Verdict, differences: &[Difference]) -> Option<Meaning> {
    let cell = line.captured.as_ref().or(line.live.as_ref())?;
    let counts = match cell.offset < smb2::header::LENGTH {
        true => verdict == Verdict::Status && line.name == STATUS,
        false => differences.iter().any(|difference| is_shown_as(&difference.field, &line.name)),
    };
    counts.then_some(Meaning::Counts)
}

/// What the verdict of a row is about and no field of its responses shows: something of several responses, of bytes that are
/// not there, or that one side has no response at all.
pub(super) fn unplaced(row: &RunRow, captured_status: Option<u32>, responses: &[Marked]) -> Vec<Difference> {
    let counting = || responses.iter().filter(|marked| marked.meaning == Meaning::Counts);
    let is_placed = |field: &str| counting().any(|marked| is_shown_as(field, &marked.line.name));
    let of_status = matches!(row.verdict, Verdict::Status | Verdict::NoResponse) && !is_placed(STATUS);
    let of_status = of_status.then(|| Difference {
        field: STATUS.to_owned(),
        captured: status(captured_status),
        live: status(row.live_status),
    });
    let others = row.differences.iter().filter(|difference| !is_placed(&difference.field)).cloned();
    of_status.into_iter().chain(others).collect()
}

/// Whether a compared field is called so in a message.
fn is_shown_as(field: &str, name: &str) -> bool {
    let name = letters(name.trim_end_matches(|last: char| last.is_ascii_digit()));
    name == letters(field) || others(field).iter().any(|other| name == letters(other))
}

/// What else compared fields are called in a message (MS-SMB2 2.2, MS-FSCC 2.3 to 2.5, MS-DTYP 2.4.6, C706 12.6).
fn others(field: &str) -> &'static [&'static str] {
    match field {
        "transferred" => &["Count", "DataLength"],
        "oplock_granted" => &["OplockLevel"],
        "lease_granted" => &["LeaseState"],
        "share_capabilities" => &["Capabilities"],
        "create_flags" | "close_flags" | "symlink_flags" | "sector_size_flags" | "integrity_flags"
        | "offload_flags" => &["Flags"],
        "rpc_packet_type" => &["PTYPE"],
        "rpc_context_results" => &["result", "reason"],
        "streams" => &["StreamName", "StreamSize"],
        "stream_allocation_sizes" => &["StreamAllocationSize"],
        "links" => &["FileName"],
        "parent_file_ids" => &["ParentFileId"],
        "sd_control" => &["Control"],
        "owner" => &["OwnerSid"],
        "group" => &["GroupSid"],
        "snapshots" => &["SnapShot"],
        "reparse_data" => &["DataBuffer"],
        "allocated_ranges" => &["FileOffset", "Length"],
        "regions" => &["FileOffset", "Length", "Usage"],
        "checksum_chunk_size" => &["ChecksumChunkSizeInBytes"],
        "cluster_size" => &["ClusterSizeInBytes"],
        "required_buffer_length" => &["MinimumBufferLength"],
        _ => &[],
    }
}

/// A name without what spellings differ in: `EndofFile` and `end_of_file` are one.
fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::super::side_by_side::{Cell, Comparison};
    use super::*;

    fn line(name: &str, offset: usize) -> Line {
        let cell = Some(Cell { value: String::new(), offset, length: 8 });
        Line { depth: 0, name: name.into(), captured: cell.clone(), live: cell, comparison: Comparison::Differs }
    }

    fn difference(field: &str) -> Difference {
        Difference { field: field.into(), captured: "1".into(), live: "2".into() }
    }

    #[test]
    fn the_fields_of_the_verdict_count_and_the_status_of_a_status_verdict() {
        let of = |name, offset, verdict| counts(&line(name, offset), verdict, &[difference("end_of_file")]);
        assert_eq!(of("EndofFile", 64, Verdict::Body), Some(Meaning::Counts));
        assert_eq!(of("Status", 8, Verdict::Status), Some(Meaning::Counts));
        assert_eq!(of("MessageId", 24, Verdict::Status), None);
        assert_eq!(of("Status", 8, Verdict::Body), None);
    }

    #[test]
    fn the_header_has_fields_of_the_same_name_which_do_not_count() {
        let of = |offset| counts(&line("Flags", offset), Verdict::Body, &[difference("create_flags")]);
        assert_eq!((of(16), of(67)), (None, Some(Meaning::Counts)));
    }

    #[test]
    fn what_no_field_shows_is_told_beside_them() {
        let marked = |name| Marked { line: line(name, 80), meaning: Meaning::Counts };
        let row = RunRow { differences: ["entry", "end_of_file"].map(difference).into(), ..RunRow::new(Verdict::Body) };
        assert_eq!(unplaced(&row, Some(0), &[marked("EndOfFile")]), [difference("entry")]);
        let told = unplaced(&RunRow::new(Verdict::NoResponse), Some(0), &[]);
        let told: Vec<_> = told.iter().map(|told| [&*told.field, &*told.captured, &*told.live]).collect();
        assert_eq!(told, [["Status", "STATUS_SUCCESS", "no response"]]);
    }

    #[test]
    fn an_entry_of_a_list_is_called_like_the_others() {
        assert!(is_shown_as("snapshots", "SnapShot 12") && !is_shown_as("snapshots", "SnapShotArraySize"));
    }
}
