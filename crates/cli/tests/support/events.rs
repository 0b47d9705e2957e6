//! What a job of a server tells.

use super::server::ApiServer;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};

/// The events of a job until its end, behind the one that was seen: names and data.
pub(crate) fn events(server: &ApiServer, id: &str, seen: Option<u64>) -> Vec<(String, Value)> {
    let lines = server.stream(&format!("/api/jobs/{id}/events"), seen.map(|seen| seen.to_string()));
    let mut found = Vec::new();
    let (mut name, mut ended) = (String::new(), false);
    for line in BufReader::new(lines).lines() {
        let line = line.unwrap();
        assert!(!ended || line.is_empty(), "nothing comes behind the end: {line}");
        if let Some(of) = line.strip_prefix("event: ") {
            of.clone_into(&mut name);
        } else if let Some(data) = line.strip_prefix("data: ") {
            found.push((name.clone(), serde_json::from_str(data).unwrap()));
            ended = name == "end";
        }
    }
    assert!(ended, "{found:?}");
    found
}
