//! Copies of the sessions side by side: a folder for each, and whether this machine can hold them.

use crate::map::Root;
use crate::options::Options;
use crate::plan::{Action, Plan};
use std::num::NonZeroU32;

/// Files that a replay has open beside its connections, generously: session files, its recording, what it logs to.
const OTHER_FILES: u64 = 32 + crate::payload::MOST_OPEN as u64;

/// This machine lets a process have too few files open for the connections of all clones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{clones} clones need {needed} open files, and this process may have {limit}")]
pub struct TooFewFiles {
    /// How many clones.
    pub clones: u32,
    /// Connections at one time, and what else is open.
    pub needed: u64,
    /// The limit (RLIMIT_NOFILE).
    pub limit: u64,
}

/// Checks that the connections of all clones can be open at once, where the system tells its limit.
///
/// # Errors
/// [`TooFewFiles`].
pub fn check_open_files(plan: &Plan, clones: NonZeroU32) -> Result<(), TooFewFiles> {
    let Some(limit) = open_files_limit() else { return Ok(()) };
    let needed = connections_at_once(plan).saturating_mul(clones.get().into()).saturating_add(OTHER_FILES);
    if needed > limit { Err(TooFewFiles { clones: clones.get(), needed, limit }) } else { Ok(()) }
}

/// The options of each clone. One that is alone has those of the run; several have a folder each below the root, or
/// below a folder that is named after the run.
pub fn options(options: &Options, run: &str) -> Vec<Options> {
    let clones = options.clones.get();
    if clones == 1 {
        return vec![options.clone()];
    }
    let default_root = || format!("smbreplay-{run}").parse::<Root>().ok();
    let root = options.mapping.root.clone().or_else(default_root);
    let of_clone = |clone: u32| {
        let mut options = options.clone();
        options.mapping.root = root.as_ref().map(|root| root.join(&format!("clone-{clone}")));
        options
    };
    (0..clones).map(of_clone).collect()
}

/// The soft limit of open files; `None` where the system does not tell.
pub fn open_files_limit() -> Option<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    soft_limit(&limits)
}

/// How many connections of the plan are open at the same time, at most.
fn connections_at_once(plan: &Plan) -> u64 {
    let mut changes: Vec<(u64, i64)> = Vec::new();
    for (index, lane) in plan.lanes.iter().enumerate() {
        let closes = lane.steps.iter().position(|step| matches!(lane.action(*step), Action::Close(_)));
        changes.extend(plan.seq_of(index, 0).map(|seq| (seq, 1)));
        changes.extend(closes.and_then(|step| plan.seq_of(index, step)).map(|seq| (seq, -1)));
    }
    changes.sort_unstable();
    let (mut open, mut most) = (0_i64, 0_i64);
    for (_, change) in changes {
        open = open.saturating_add(change);
        most = most.max(open);
    }
    u64::try_from(most).unwrap_or(0)
}

fn soft_limit(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Target;

    fn options_with(clones: u32, root: Option<&str>) -> Vec<String> {
        let text = String::new;
        let (server, domain, username, password, share) = (text(), text(), text(), text(), text());
        let mut run = Options::to(Target { server, port: 445, domain, username, password, share, kerberos: None });
        run.clones = NonZeroU32::new(clones).unwrap_or(NonZeroU32::MIN);
        run.mapping.root = root.and_then(|root| root.parse().ok());
        let roots = options(&run, "20260101T000000Z").into_iter().map(|options| options.mapping.root);
        roots.map(|root| root.map_or_else(String::new, |root| root.to_string())).collect()
    }

    #[test]
    fn each_of_several_clones_has_a_folder_of_its_own() {
        assert_eq!(options_with(1, None), [""]);
        assert_eq!(options_with(1, Some("a")), ["a"]);
        assert_eq!(options_with(2, Some("a")), ["a\\clone-0", "a\\clone-1"]);
        let named = ["smbreplay-20260101T000000Z\\clone-0", "smbreplay-20260101T000000Z\\clone-1"];
        assert_eq!(options_with(2, None), named);
    }

    #[test]
    fn the_limit_of_open_files_is_read_where_it_is_a_number() {
        let limits =
            "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 4096   files\n";
        assert_eq!(soft_limit(limits), Some(1024));
        assert_eq!(soft_limit("Max open files            unlimited            unlimited            files"), None);
    }
}
