//! A replay in several processes, as on several machines, and the one report of them.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]

mod support;

use lab::{EmbeddedOptions, EmbeddedServer, Recorder, Samba, SambaOptions, Smbclient};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use store::runs::{Run, RunFile};
use support::Home;
use support::captured_file::{CapturedFile, capture};
use support::readdressed::{give_client_a_share, give_each_client_an_address};

const SHARDS: usize = 4;
/// More than shards, and with different amounts of work.
const CLIENTS: usize = 6;

/// What a client does in its folder; what it reads and lists was there, or is its own.
fn work(client: usize) -> Vec<String> {
    let mut commands = vec![
        format!("cd client-{client}"),
        "get found.txt got.txt".to_owned(),
        "mkdir made".to_owned(),
        "mkdir made".to_owned(),
        "get missing.txt".to_owned(),
    ];
    for file in 0..=client * 2 {
        commands.extend([format!("put source.txt made/{file}.txt"), format!("rename made/{file}.txt made/{file}.old")]);
    }
    commands.extend(["ls made/*".to_owned(), "del made/0.old".to_owned()]);
    commands
}

/// What is on the share before the clients come.
fn furnish(share: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    for client in 0..CLIENTS {
        let folder = share.join(format!("client-{client}"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).unwrap();
        std::fs::write(folder.join("found.txt"), "what was there").unwrap();
    }
}

/// Clients at work on a private Samba, at the same time and each from an address of its own.
fn record(capture: &Path) {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    furnish(&samba.share_path());
    let recorder = Recorder::start(samba.port(), capture).unwrap();
    std::thread::scope(|scope| {
        for client in 0..CLIENTS {
            let samba = &samba;
            scope.spawn(move || {
                let local = tempfile::tempdir().unwrap();
                std::fs::write(local.path().join("source.txt"), format!("written by client {client}")).unwrap();
                let commands = work(client);
                let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
                let told = Smbclient::new(samba).in_folder(local.path()).run(&commands).unwrap();
                assert_eq!(told.failures().len(), 2, "{told:?}");
            });
        }
    });
    assert_eq!(recorder.finish().unwrap().dropped, 0);
    give_each_client_an_address(capture, samba.port());
}

/// A home with a recording of several clients, and a Samba that has what they found.
struct Lab {
    home: Home,
    samba: Samba,
}

impl Lab {
    fn new() -> Self {
        let home = Home::new();
        record(&home.path().join("clients.pcap"));
        home.run(&["ingest", "clients.pcap"]).succeeded();
        let samba = Samba::start(SambaOptions::default()).unwrap();
        for (key, value) in [("port", samba.port().to_string().as_str()), ("password", samba.password())] {
            home.run(&["config", "set", key, value]).succeeded();
        }
        Self { home, samba }
    }

    fn run_folder(&self, run: &Value) -> PathBuf {
        self.home.path().join(".tracer/clients.pcap/replays").join(run.as_str().unwrap())
    }

    /// Verdict, live status and differences of each operation.
    fn verdicts(&self, run: &Value) -> BTreeMap<(String, u32), Value> {
        let run = Run::at(&self.run_folder(run)).unwrap();
        let rows = RunFile::open(&run).unwrap().rows().map(Result::unwrap);
        let rows = rows.filter_map(|row| {
            let fields: Vec<&str> = row.differences.iter().map(|found| found.field.as_str()).collect();
            let told = json!([row.verdict.name(), row.live_status, fields, row.cause_op]);
            Some(((row.session_file?.to_string(), row.op?), told))
        });
        rows.collect()
    }

    /// Replays all shards at once, each in a process of its own.
    fn replay_shards(&self, root: &str) -> Vec<Value> {
        let start = (jiff::Timestamp::now() + jiff::SignedDuration::from_secs(2)).to_string();
        let processes: Vec<_> = (0..SHARDS)
            .map(|shard| {
                Command::new(assert_cmd::cargo::cargo_bin!("smbreplay"))
                    .args(["replay", "--all", "--order", "session", "--root", root, "--no-setup", "--format", "json"])
                    .args(["--start-at", &start, &format!("--shard={shard}/{SHARDS}")])
                    .env_clear()
                    .env("HOME", self.home.path())
                    .current_dir(self.home.path())
                    .stdin(Stdio::null())
                    .stdout(Stdio::piped())
                    .stderr(Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        let ended = processes.into_iter().map(|process| process.wait_with_output().unwrap());
        let reports = ended.map(|ended| {
            assert!(matches!(ended.status.code(), Some(0 | 1)), "{}", String::from_utf8_lossy(&ended.stderr));
            serde_json::from_slice(&ended.stdout).unwrap()
        });
        reports.collect()
    }

    fn merge(&self, runs: &[&str], more: &[&str]) -> support::Ended {
        self.home.run(&[&["report", "--merge"], runs, more].concat())
    }
}

const COUNTS: [&str; 8] = [
    "total_operations",
    "sent",
    "matched",
    "status_diverged",
    "body_diverged",
    "no_response",
    "skipped",
    "not_compared",
];

/// What one report has to have of the other.
fn counted(report: &Value) -> Value {
    let roots = report["roots"].as_array().unwrap().iter();
    let roots = roots.map(|root| {
        ["command", "captured_status", "live_status", "count", "first_frame", "path"].map(|key| &root[key])
    });
    let mut sessions: Vec<&str> =
        report["sessions"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    sessions.sort_unstable();
    json!([COUNTS.map(|key| &report[key]), roots.collect::<Vec<_>>(), report["reasons"], report["explained"], sessions])
}

#[test]
fn shards_in_processes_of_their_own_come_to_the_verdicts_of_one_replay() {
    let lab = Lab::new();
    let whole = lab.home.run(&["replay", "--all", "--order", "session", "--root", "whole", "--format", "json"]);
    let whole: Value = serde_json::from_str(&whole.stdout).unwrap_or_else(|_| panic!("{}", whole.stderr));
    assert!(whole["matched"].as_u64().unwrap() > 100, "{whole}");
    lab.home.run(&["setup", "--all", "--root", "parts"]).succeeded();
    let shards = lab.replay_shards("parts");
    let started: Vec<&Value> = shards.iter().map(|shard| &shard["started"]).collect();
    assert!(started.iter().all(|time| time == &started[0] && time.is_string()), "{started:?}");

    // Whole clients, each once.
    let mut files: Vec<&str> = shards
        .iter()
        .flat_map(|shard| shard["shard"]["session_files"].as_array().unwrap())
        .map(|file| file.as_str().unwrap())
        .collect();
    files.sort_unstable();
    let list = lab.home.json(&["session", "--list"]);
    let replayable = list["sessions"].as_array().unwrap().iter().filter(|session| session["replayable"] == true);
    let mut all: Vec<&str> = replayable.map(|session| session["file_name"].as_str().unwrap()).collect();
    all.sort_unstable();
    assert_eq!(files, all);
    let clients: Vec<u64> = shards.iter().map(|shard| shard["shard"]["clients"].as_u64().unwrap()).collect();
    assert_eq!(clients.iter().sum::<u64>(), CLIENTS as u64);
    assert!(clients.iter().all(|clients| *clients > 0), "{clients:?}");

    let verdicts = lab.verdicts(&whole["run"]);
    let of_shards: BTreeMap<_, _> = shards.iter().flat_map(|shard| lab.verdicts(&shard["run"])).collect();
    assert_eq!(of_shards, verdicts);

    let runs: Vec<&str> = shards.iter().map(|shard| shard["run"].as_str().unwrap()).collect();
    let merged = lab.merge(&runs, &["--format", "json", "--html", "merged.html", "--junit", "merged.xml"]);
    let merged: Value = serde_json::from_str(merged.succeeded()).unwrap();
    assert_eq!(counted(&merged), counted(&whole));
    assert_eq!(lab.verdicts(&merged["run"]), verdicts);
    let told = merged["shards"].as_array().unwrap();
    assert_eq!(told.iter().map(|shard| shard["run"].as_str().unwrap()).collect::<Vec<_>>(), runs);
    assert_eq!(merged["captured_span"], whole["captured_span"]);
    for report in [&merged, &whole] {
        let times = ["captured", "live"].map(|side| report["latency_ms"][side]["max"].as_f64().unwrap());
        assert!(times.iter().all(|time| *time > 0.0), "{report}");
    }
    assert_eq!(merged["latency_ms"]["captured"], whole["latency_ms"]["captured"]);
    let largest = |key: &str| shards.iter().map(|shard| shard[key]["max"].as_f64().unwrap()).fold(0.0, f64::max);
    for key in ["lag_ms", "own_lag_ms"] {
        assert!((merged[key]["max"].as_f64().unwrap() - largest(key)).abs() < 1e-9, "{key}: {merged}");
    }
    let page = std::fs::read_to_string(lab.home.path().join("merged.html")).unwrap();
    assert!(page.contains("<dt>Shards</dt>"), "the page tells of the shards");

    // What was merged before is found again, and is a run like others.
    let again = lab.merge(&runs, &["--format", "json"]);
    let again: Value = serde_json::from_str(again.succeeded()).unwrap();
    assert_eq!(again["run"], merged["run"]);
    let other = lab.home.run(&["report", whole["run"].as_str().unwrap(), merged["run"].as_str().unwrap()]);
    assert_eq!(other.code, 0, "{}{}", other.stdout, other.stderr);

    refuses_what_is_not_of_one_replay(&lab, &runs, whole["run"].as_str().unwrap());
    says_what_is_missing(&lab, &runs);
    lab.home.run(&["cleanup"]).succeeded();
    assert_eq!(std::fs::read_dir(lab.samba.share_path()).unwrap().count(), 0, "every shard's changes are noted");
}

fn refuses_what_is_not_of_one_replay(lab: &Lab, runs: &[&str], whole: &str) {
    let copy = lab.home.path().join("copied/run");
    std::fs::create_dir_all(&copy).unwrap();
    for file in ["report.json", "operations.parquet"] {
        std::fs::copy(lab.run_folder(&runs[0].into()).join(file), copy.join(file)).unwrap();
    }
    let refused = |runs: &[&str], what: &str| {
        let ended = lab.merge(runs, &[]);
        assert!(ended.code == 2 && ended.stderr.contains(what), "{}: {}", ended.code, ended.stderr);
    };
    refused(&[runs[0], "copied/run"], "are both of shard 0/4");
    refused(&[runs[0], whole], "was of no shard");
    refused(&[runs[0], "20200101T000000Z"], "unknown run '20200101T000000Z'");
    refused(&[runs[0], "copied"], "not the folder of a run that was finished");
    let other = |change: fn(&mut Value)| {
        let mut report: Value = serde_json::from_slice(&std::fs::read(copy.join("report.json")).unwrap()).unwrap();
        report["shard"]["index"] = 1.into();
        change(&mut report);
        let path = lab.home.path().join("other");
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join("report.json"), report.to_string()).unwrap();
    };
    other(|_| ());
    refused(&[runs[0], "other"], "is in both runs");
    // The rows of one shard under the report of another.
    let mixed = lab.home.path().join("mixed");
    std::fs::create_dir_all(&mixed).unwrap();
    for (file, run) in [("report.json", runs[1]), ("operations.parquet", runs[0])] {
        std::fs::copy(lab.run_folder(&run.into()).join(file), mixed.join(file)).unwrap();
    }
    refused(&[runs[2], "mixed"], "operations, and its report counts");
    other(|report| report["shard"]["trace_files"] = json!(["00"]));
    refused(&[runs[0], "other"], "are of different traces");
    refused(&["other"], "is not of this trace");
    other(|report| report["shard"]["count"] = 5.into());
    refused(&[runs[0], "other"], "divide otherwise");
}

fn says_what_is_missing(lab: &Lab, runs: &[&str]) {
    // One of them from another machine.
    let copy = lab.home.path().join("from-another-machine");
    std::fs::rename(lab.run_folder(&runs[2].into()), &copy).unwrap();
    let partly = lab.merge(&["from-another-machine", runs[0]], &["--junit", "partly.xml"]);
    let text = partly.succeeded().to_owned();
    assert!(text.contains("incomplete: shards 1, 3 of 4 are missing"), "{text}");
    assert!(text.contains(", but shards 1, 3 of 4 are missing; took"), "{text}");
    let xml = std::fs::read_to_string(lab.home.path().join("partly.xml")).unwrap();
    assert_eq!(xml.matches("<error ").count(), 2, "{xml}");
    let json = lab.merge(&["from-another-machine", runs[0]], &["--format", "json"]);
    let json: Value = serde_json::from_str(json.succeeded()).unwrap();
    assert_eq!(json["missing_shards"], json!([1, 3]));
    std::fs::rename(&copy, lab.run_folder(&runs[2].into())).unwrap();
}

/// The project's own capture, whose three desks work on the same files, from three addresses.
fn desks() -> (Home, EmbeddedServer, tempfile::TempDir) {
    desks_with(|_| ())
}

/// The same, from a capture that is changed.
fn desks_with(change: fn(&Path)) -> (Home, EmbeddedServer, tempfile::TempDir) {
    let home = Home::new();
    let capture = home.office("office.pcap");
    give_each_client_an_address(&capture, 20445);
    change(&capture);
    home.run(&["ingest", "office.pcap"]).succeeded();
    let share = tempfile::tempdir().unwrap();
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    home.run(&["config", "set", "port", &server.address().port().to_string()]).succeeded();
    (home, server, share)
}

#[test]
fn a_shard_says_that_files_are_changed_in_it_which_another_uses() {
    let (home, _server, _share) = desks();
    let shard = home.run(&["replay", "--all", "--shard", "1/2", "--format", "json"]);
    let shard: Value = serde_json::from_str(&shard.stdout).unwrap_or_else(|_| panic!("{}", shard.stderr));
    let paths = shard["shard"]["paths_across"].as_u64().unwrap();
    assert!(paths > 0, "{shard}");
    let warning = format!("{paths} paths are used by clients of several shards");
    assert!(
        shard["warnings"].as_array().unwrap().iter().any(|told| told.as_str().unwrap().starts_with(&warning)),
        "{shard}"
    );
    let of_one = home.run(&["replay", "2", "--format", "json"]);
    let of_one: Value = serde_json::from_str(&of_one.stdout).unwrap();
    assert_eq!(of_one["shard"], Value::Null);
}

#[test]
fn a_shard_without_clients_is_a_run_without_operations() {
    let (home, _server, _share) = desks();
    let mut command = home.command(&["replay", "--all"]);
    command.env("SMBREPLAY_SHARD", "3/4");
    let empty = support::ended(&mut command);
    let text = empty.succeeded();
    assert!(text.contains("no client falls to shard 3/4 (3 clients in all): there was nothing to replay"), "{text}");
    let runs = home.json(&["report", "--list"]);
    let run = &runs["runs"][0];
    assert_eq!((&run["total_operations"], &run["complete"]), (&0.into(), &true.into()), "{runs}");
    let merged = home.json(&["report", "--merge", run["run"].as_str().unwrap()]);
    assert_eq!(merged["missing_shards"], json!([0, 1, 2]), "{merged}");
}

#[test]
fn a_shard_sets_nothing_up_unless_it_is_told_to_and_then_for_all_of_them() {
    let home = Home::new();
    home.file("files.pcap", &capture(&[CapturedFile::found("a.txt", b"what was found")]));
    home.run(&["ingest", "files.pcap"]).succeeded();
    let share = tempfile::tempdir().unwrap();
    let server = EmbeddedServer::start(EmbeddedOptions::for_folder(share.path())).unwrap();
    home.run(&["config", "set", "port", &server.address().port().to_string()]).succeeded();
    // The only client is the other one's.
    let shard = ["replay", "1", "--shard", "1/2", "--root", "lab"];
    let told = home.run(&shard);
    assert!(
        told.stderr.contains("`smbreplay setup 1 --root lab` with the same options for server and names does so once"),
        "{}",
        told.stderr
    );
    let quiet = home.run(&[&shard[..], &["--no-setup"]].concat());
    assert_eq!((quiet.code, quiet.stderr.as_str()), (0, ""));
    assert!(!share.path().join("lab/a.txt").exists());
    let report = home.json(&[&shard[..], &["--setup"]].concat());
    assert_eq!((&report["setup"]["files_created"], &report["total_operations"]), (&1.into(), &0.into()), "{report}");
    assert_eq!(std::fs::read(share.path().join("lab/a.txt")).unwrap(), b"what was found");
}

#[test]
fn what_is_counted_over_all_sessions_is_not_asked_of_a_shard() {
    let home = Home::new();
    for option in [["--limit", "5"], ["--max-gap", "2"]] {
        let refused = home.run(&[&["replay", "--all", "--shard", "0/2"], &option[..]].concat());
        assert!(refused.code == 2 && refused.stderr.contains("cannot be used with"), "{}", refused.stderr);
    }
}

/// The report of a replay, whatever its verdicts.
fn replayed(home: &Home, arguments: &[&str]) -> Value {
    let ended = home.run(&[&["replay"], arguments, &["--format", "json"]].concat());
    serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}", ended.stderr))
}

#[test]
fn a_shard_puts_each_share_where_all_shards_together_have_it() {
    let (home, _server, share) = desks_with(|capture| give_client_a_share(capture, 3, "testshare", "sharetest"));
    home.run(&["setup", "--all", "--root", "lab"]).succeeded();
    for shard in ["0/2", "1/2"] {
        let replayed = replayed(&home, &["--all", "--shard", shard, "--root", "lab", "--no-setup"]);
        assert!(replayed["matched"].as_u64().unwrap() > 0, "{replayed}");
    }
    let folder = std::fs::read_dir(share.path().join("lab")).unwrap();
    let mut folders: Vec<String> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    folders.sort_unstable();
    assert_eq!(folders, ["sharetest", "testshare"]);
}

#[test]
fn the_last_shards_are_those_of_one_replay_and_of_the_same_sessions() {
    let (home, _server, _share) = desks();
    let replay = |sessions: &[&str], more: &[&str]| {
        replayed(&home, &[sessions, more].concat())["run"].as_str().unwrap().to_owned()
    };
    let first = ["--start-at", "2026-01-01T00:00:00Z"];
    let second = ["--start-at", "2026-01-02T00:00:00Z"];
    replay(&["--all"], &[&["--shard", "0/2"], &first[..]].concat());
    replay(&["--all"], &[&["--shard", "1/2"], &first[..]].concat());
    let whole = home.json(&["report", "--merge", "last"]);
    assert_eq!(whole["missing_shards"], Value::Null, "{whole}");
    replay(&["--all"], &[&["--shard", "0/2"], &second[..]].concat());
    let partly = home.json(&["report", "--merge", "last"]);
    assert_eq!(partly["missing_shards"], json!([1]), "the run of the earlier replay is not taken for it");
    let list = home.json(&["report", "--list"]);
    let merged = list["runs"].as_array().unwrap().iter().find(|run| run["run"] == partly["run"]).unwrap();
    assert_eq!(merged["missing_shards"], json!([1]), "{merged}");

    let runs = [replay(&["1", "3"], &["--shard", "0/2"]), replay(&["1", "2"], &["--shard", "1/2"])];
    let refused = home.run(&["report", "--merge", &runs[0], &runs[1]]);
    assert!(refused.code == 2 && refused.stderr.contains("divide otherwise"), "{}", refused.stderr);
}
