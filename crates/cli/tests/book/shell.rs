//! Runs the steps of a page one after the other in one shell, so that folders and variables last.

use std::fmt::Write as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How long the steps of a page may take together.
const PATIENCE: Duration = Duration::from_secs(300);

/// One command, or one program.
pub(super) struct Step {
    pub(super) script: String,
    /// Whether the share of the lab server is emptied before.
    pub(super) fresh: bool,
}

/// How a step ended; `None` if it did not.
pub(super) struct Ended {
    pub(super) status: Option<i32>,
    /// What it wrote to both outputs.
    pub(super) output: String,
}

/// Runs all steps, also behind one that fails, with the environment of `shell`.
pub(super) fn run(shell: &mut Command, results: &Path, steps: &[Step]) -> Vec<Ended> {
    std::fs::create_dir_all(results).unwrap();
    let script = results.join("script");
    std::fs::write(&script, script_of(steps)).unwrap();
    let running = shell.arg(&script).env("RESULTS", results).stdin(Stdio::null()).stdout(Stdio::null());
    // A group of its own, which ends with it: what was left in the background too.
    let mut child = running.stderr(Stdio::null()).process_group(0).spawn().unwrap();
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() && start.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(20));
    }
    let group = format!("-{}", child.id());
    let mut kill = Command::new("kill");
    kill.args(["-KILL", "--", &group]).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    child.wait().unwrap();
    let ended = |number: usize| {
        let read = |what: &str| std::fs::read(results.join(format!("{number}.{what}"))).unwrap_or_default();
        let status = String::from_utf8_lossy(&read("status")).trim().parse().ok();
        Ended { status, output: String::from_utf8_lossy(&read("output")).into_owned() }
    };
    (0..steps.len()).map(ended).collect()
}

fn script_of(steps: &[Step]) -> String {
    let mut script = "set -o pipefail\n".to_owned();
    for (number, step) in steps.iter().enumerate() {
        if step.fresh {
            script.push_str("[ -z \"$SHARE\" ] || find \"$SHARE\" -mindepth 1 -delete\n");
        }
        writeln!(script, "{{ {}\n}} >\"$RESULTS/{number}.output\" 2>&1", step.script).unwrap();
        writeln!(script, "echo $? >\"$RESULTS/{number}.status\"").unwrap();
        if step.script.trim_end().ends_with('&') {
            // Until the server accepts connections, or has had a minute.
            let connects = "(exec 3<>/dev/tcp/127.0.0.1/$PORT) 2>/dev/null";
            writeln!(script, "for _ in $(seq 1200); do {connects} && break; sleep 0.05; done").unwrap();
        }
    }
    script
}

#[test]
fn steps_share_folder_and_variables_and_have_statuses_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let texts = ["mkdir a; cd a; export B=1", "pwd; echo $B >&2", "false | true", "exit 3"];
    let steps: Vec<Step> = texts.iter().map(|text| Step { script: (*text).to_owned(), fresh: false }).collect();
    let ended = run(Command::new("bash").current_dir(folder.path()), &folder.path().join("results"), &steps);
    let statuses: Vec<_> = ended.iter().map(|step| step.status).collect();
    assert_eq!(statuses, [Some(0), Some(0), Some(1), None]);
    assert!(ended[1].output.ends_with("/a\n1\n"), "{}", ended[1].output);
}
