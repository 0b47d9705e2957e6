//! Which limit of the embedded lab server (see `lab::embedded`) explains a divergence.

use std::path::Path;

use anyhow::bail;
use serde::Deserialize;

/// What is needed of a replay's `report.json`.
#[derive(Deserialize)]
pub(super) struct Divergences {
    roots: Vec<Root>,
    #[serde(default)]
    reasons: Vec<Reason>,
}

/// Operations that were not sent or not compared, with one reason.
#[derive(Deserialize)]
struct Reason {
    verdict: String,
    reason: String,
    count: u64,
}

/// Divergences with one cause.
#[derive(Deserialize)]
struct Root {
    command: String,
    captured_status: String,
    live_status: String,
    count: u64,
    first_frame: Option<u64>,
    path: Option<String>,
    #[serde(default)]
    differences: Vec<Difference>,
}

/// A field of the answers in which they differ.
#[derive(Deserialize)]
struct Difference {
    field: String,
    captured: Option<String>,
    live: Option<String>,
}

impl Difference {
    /// FILE_ATTRIBUTE_ARCHIVE became FILE_ATTRIBUTE_NORMAL, which stands for none (MS-FSCC 2.6).
    fn is_lost_archive(&self) -> bool {
        self.field == "file_attributes"
            && self.captured.as_deref() == Some("0x20")
            && self.live.as_deref() == Some("0x80")
    }
}

/// Prints the limit behind each root divergence, and behind what was not sent.
///
/// Fails when there is something that no limit explains; on a Samba, nothing is explained.
pub(super) fn explain(report: &Path, on_samba: bool) -> anyhow::Result<()> {
    let divergences = super::read_report(report)?;
    println!("\nWhy the lab server answered differently:");
    let mut unexplained = 0_u64;
    for root in &divergences.roots {
        let limit = if on_samba { None } else { root.limit() };
        let frame = root.first_frame.map_or_else(|| "?".to_owned(), |frame| frame.to_string());
        println!(
            "  {:>3} x {} {} -> {}, first in frame {frame}: {}",
            root.count,
            root.command,
            root.captured_status,
            root.live_status,
            limit.unwrap_or("NOT EXPLAINED")
        );
        if limit.is_none() {
            unexplained = unexplained.saturating_add(1);
        }
    }
    for reason in &divergences.reasons {
        let limit = if on_samba { None } else { reason.limit() };
        let Reason { verdict, reason, count } = reason;
        println!("  {count:>3} x {verdict}, {reason}: {}", limit.unwrap_or("NOT EXPLAINED"));
        if limit.is_none() {
            unexplained = unexplained.saturating_add(1);
        }
    }
    if unexplained > 0 {
        bail!("{unexplained} kinds of divergence are not explained by a limit of the lab server");
    }
    println!("All of them are limits of the embedded server; `cargo xtask demo --samba` replays without them.");
    Ok(())
}

impl Root {
    fn limit(&self) -> Option<&'static str> {
        let path = self.path.as_deref().unwrap_or_default();
        let is = |captured: &str, live: &str| self.captured_status == captured && self.live_status == live;
        match self.command.as_str() {
            "CREATE" if path.contains(':') => Some("it has no alternate data streams"),
            "CREATE" if is("STATUS_SUCCESS", "STATUS_OBJECT_NAME_NOT_FOUND") => {
                Some("its names are case-sensitive, as those of the file system below it")
            }
            "CREATE" if is("STATUS_ACCESS_DENIED", "STATUS_SUCCESS") => {
                Some("it leaves the protection of read-only files to the file system, which does not bind root")
            }
            "CREATE" if !self.differences.is_empty() && self.differences.iter().all(Difference::is_lost_archive) => {
                Some("it keeps no archive attribute")
            }
            "SET_INFO" if self.live_status == "STATUS_NOT_SUPPORTED" => Some("it keeps no hidden or system attribute"),
            "IOCTL" => Some("it has no DFS, no server-side copy and no snapshots"),
            "QUERY_INFO" => Some("it has no security descriptors and no information about streams or short names"),
            _ => None,
        }
    }
}

impl Reason {
    fn limit(&self) -> Option<&'static str> {
        match self.reason.as_str() {
            "no credits" => Some("it grants the credits that a request asks for and never those that it costs besides"),
            "its handle was not obtained live" | "its resume key was not obtained live" => {
                Some("follows from a CREATE or IOCTL above")
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use std::fs;

    use super::*;

    fn explained(root: &str) -> anyhow::Result<()> {
        let report = tempfile::NamedTempFile::new().unwrap();
        fs::write(report.path(), format!(r#"{{"run": "r", "roots": [{root}]}}"#)).unwrap();
        explain(report.path(), false)
    }

    const STREAM: &str = r#"{"command": "CREATE", "captured_status": "STATUS_SUCCESS", "count": 1, "first_frame": 7,
        "live_status": "STATUS_OBJECT_NAME_INVALID", "path": "a:b"}"#;
    const LOST_WRITE: &str = r#"{"command": "WRITE", "captured_status": "STATUS_SUCCESS", "count": 1,
        "live_status": "STATUS_DISK_FULL", "first_frame": null, "path": null}"#;

    #[test]
    fn a_divergence_that_is_a_limit_is_explained() {
        explained(STREAM).unwrap();
    }

    #[test]
    fn a_divergence_that_no_limit_explains_fails_the_demo() {
        assert!(explained(LOST_WRITE).is_err());
        assert!(explained(&format!("{STREAM}, {LOST_WRITE}")).is_err());
    }

    #[test]
    fn a_lost_archive_attribute_is_a_limit_and_no_other_attribute_is() {
        let root = |live: &str| {
            format!(
                r#"{{"command": "CREATE", "captured_status": "STATUS_SUCCESS", "live_status": "STATUS_SUCCESS", "count": 1,
                "first_frame": 7, "path": "a", "differences": [{{"field": "file_attributes", "captured": "0x20", "live": "{live}"}}]}}"#
            )
        };
        explained(&root("0x80")).unwrap();
        assert!(explained(&root("0x10")).is_err());
    }

    #[test]
    fn what_was_not_sent_needs_an_explanation_too() {
        let told = |reason: &str| {
            let report = tempfile::NamedTempFile::new().unwrap();
            let reasons = format!(r#"[{{"verdict": "skipped", "reason": "{reason}", "count": 2}}]"#);
            fs::write(report.path(), format!(r#"{{"run": "r", "roots": [], "reasons": {reasons}}}"#)).unwrap();
            explain(report.path(), false)
        };
        told("no credits").unwrap();
        assert!(told("part of the request is missing in the capture").is_err());
    }
}
