//! `setup`, `validate` and `cleanup` on private Sambas, and what `replay` does of it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::print_stderr, reason = "tests")]

mod support;

use lab::{Samba, SambaOptions};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt as _;
use support::captured_file::{CapturedFile, capture};
use support::{Ended, Home, ended};

/// A home that is set to a private Samba.
struct Bench {
    home: Home,
    samba: Samba,
}

impl Bench {
    fn new(options: SambaOptions) -> Self {
        let (home, samba) = (Home::new(), Samba::start(options).unwrap());
        for (key, value) in [("port", samba.port().to_string().as_str()), ("password", samba.password())] {
            home.run(&["config", "set", key, value]).succeeded();
        }
        Self { home, samba }
    }

    /// With the project's own capture.
    fn office() -> Self {
        let bench = Self::new(SambaOptions::default());
        bench.home.office("office.pcap");
        bench.home.run(&["ingest", "office.pcap"]).succeeded();
        bench
    }

    /// With a capture of these files.
    fn files(options: SambaOptions, files: &[CapturedFile]) -> Self {
        let bench = Self::new(options);
        bench.home.file("files.pcap", &capture(files));
        bench.home.run(&["ingest", "files.pcap"]).succeeded();
        bench
    }

    fn json(&self, code: i32, arguments: &[&str]) -> Value {
        let ended = self.home.run(&[arguments, &["--format", "json"]].concat());
        assert_eq!(ended.code, code, "{}{}", ended.stdout, ended.stderr);
        serde_json::from_str(&ended.stdout).unwrap()
    }

    fn on_share(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(self.samba.share_path().join(path)).ok()
    }
}

fn texts<'a>(list: &'a Value, key: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|entry| entry[key].as_str().unwrap()).collect()
}

fn found() -> [CapturedFile; 3] {
    let hidden = CapturedFile { attributes: 0x22, ..CapturedFile::found("a\\hidden.ini", b"[x]") };
    let large = CapturedFile { size: 3 << 20, ..CapturedFile::found("large.bin", b"head") };
    [CapturedFile::found("a\\b\\c.txt", b"what was read"), hidden, large]
}

#[test]
fn a_plan_is_shown_then_built_then_found_ready_and_taken_away_again() {
    let bench = Bench::files(SambaOptions::default(), &found());
    let root = ["1", "--root", "lab"];
    let plan = bench.json(0, &[&["setup", "--dry-run"], root.as_slice()].concat());
    assert_eq!((&plan["directories_created"], &plan["files_created"]), (&3.into(), &3.into()), "{plan}");
    let paths = ["lab", "lab\\a", "lab\\a\\b", "lab\\large.bin", "lab\\a\\hidden.ini", "lab\\a\\b\\c.txt"];
    assert_eq!(texts(&plan["plan"], "path"), paths);
    assert!(bench.on_share("lab/large.bin").is_none(), "a plan changes nothing");
    let before = bench.json(1, &[&["validate", "--check-fs"], root.as_slice()].concat());
    assert_eq!((&before["ready"], &before["checks"]["operations"]), (&false.into(), &Value::Null));
    assert_eq!(before["checks"]["file_system"]["missing_directories"].as_array().unwrap().len(), 3);

    let report = bench.json(0, &[&["setup"], root.as_slice()].concat());
    assert_eq!(report["success"], true, "{report}");
    assert!(report["bytes_left_out"].as_u64().unwrap() > 3_000_000, "{report}");
    assert_eq!(bench.on_share("lab/a/b/c.txt").unwrap(), b"what was read");
    let large = bench.on_share("lab/large.bin").unwrap();
    assert_eq!((large.len(), &large[..6]), (3 << 20, b"head\0\0".as_slice()));
    let after = bench.json(0, &[&["validate", "--check-fs"], root.as_slice()].concat());
    let checked = &after["checks"]["file_system"];
    assert_eq!((&checked["total_paths"], &checked["accessible_paths"]), (&6.into(), &6.into()), "{after}");
    assert_eq!(checked["compared_bytes"], 13 + 3 + 4);
    let again = bench.json(0, &[&["setup"], root.as_slice()].concat());
    assert_eq!((&again["files_created"], &again["existing"], &again["setup"]), (&0.into(), &6.into(), &Value::Null));

    std::fs::write(bench.samba.share_path().join("lab/a/b/c.txt"), "what was READ").unwrap();
    let changed = bench.json(1, &[&["validate", "--check-fs"], root.as_slice()].concat());
    let told = &changed["checks"]["file_system"]["differences"][0];
    assert!(told["what"].as_str().unwrap().contains("byte 9"), "{changed}");

    let plan = bench.json(0, &["cleanup", "--dry-run"]);
    assert_eq!((&plan["removed"], plan["plan"].as_array().unwrap().len()), (&6.into(), 6), "{plan}");
    assert!(bench.on_share("lab/large.bin").is_some());
    assert_eq!(bench.json(0, &["cleanup"])["removed"], 6);
    assert_eq!(std::fs::read_dir(bench.samba.share_path()).unwrap().count(), 0);
    assert_eq!(bench.json(0, &["cleanup"])["removed"], 0);
}

#[test]
fn a_replay_with_a_root_sets_up_what_it_needs_and_finds_the_same_each_time() {
    let bench = Bench::office();
    let own = bench.samba.share_path().join("own.txt");
    std::fs::write(&own, "ours").unwrap();
    let replay = ["replay", "3", "--root", "lab", "--format", "json"];
    let outcome = || -> Value {
        let ended = bench.home.run(&replay);
        assert!(matches!(ended.code, 0 | 1), "{}", ended.stderr);
        serde_json::from_str(&ended.stdout).unwrap()
    };
    let (first, second) = (outcome(), outcome());
    assert!(first["setup"]["files_created"].as_u64().unwrap() > 0, "{}", first["setup"]);
    assert_eq!(first["status_diverged"], 0, "{first:#}");
    for key in ["matched", "status_diverged", "body_diverged", "skipped", "roots"] {
        assert_eq!(first[key], second[key], "{key}");
    }
    let bare = bench.home.run(&["replay", "3", "--root", "bare", "--no-setup", "--format", "json"]);
    let bare: Value = serde_json::from_str(&bare.stdout).unwrap();
    assert!(bare["setup"].is_null() && bare["status_diverged"].as_u64().unwrap() > 0, "{bare:#}");
    bench.home.run(&["cleanup"]).succeeded();
    let left: Vec<_> =
        std::fs::read_dir(bench.samba.share_path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(left, [own]);
}

#[test]
fn a_replay_that_is_to_be_validated_is_not_begun_unless_all_is_ready() {
    let bench = Bench::office();
    let refused = bench.home.run(&["replay", "3", "--validate", "--no-setup"]);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(refused.stdout.contains("not ready"), "{}", refused.stdout);
    assert!(!bench.home.path().join(".tracer/office.pcap/replays").exists());
    let done = bench.home.run(&["replay", "--all", "--validate", "--root", "lab"]);
    assert!(done.stdout.contains("all") && done.code == 0, "{}{}", done.stdout, done.stderr);
}

#[test]
fn a_folder_in_which_something_else_lies_is_kept_and_told() {
    let bench = Bench::files(SambaOptions::default(), &found());
    bench.home.run(&["setup", "1", "--root", "lab"]).succeeded();
    let theirs = bench.samba.share_path().join("lab/a/theirs.txt");
    std::fs::write(&theirs, "theirs").unwrap();
    let report = bench.json(1, &["cleanup"]);
    assert_eq!(texts(&report["kept"], "path"), ["lab\\a", "lab"], "{report}");
    assert_eq!((std::fs::read(&theirs).unwrap(), bench.on_share("lab/a/hidden.ini")), (b"theirs".to_vec(), None));
    std::fs::remove_file(theirs).unwrap();
    assert_eq!(bench.json(0, &["cleanup"])["removed"], 2, "it goes on where it had to stop");
}

#[test]
fn a_cleanup_of_a_run_takes_away_what_that_run_made_and_goes_nowhere_else() {
    let bench = Bench::office();
    bench.home.run(&["setup", "3", "--root", "lab"]).succeeded();
    let ended = bench.home.run(&["replay", "3", "--root", "lab", "--no-setup", "--format", "json"]);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let run = report["run"].as_str().unwrap();
    let cleaned = bench.json(0, &["cleanup", run]);
    assert_eq!((&cleaned["runs"][0], cleaned["runs"].as_array().unwrap().len()), (&run.into(), 1));
    assert!(bench.samba.share_path().join("lab").is_dir());
    bench.home.run(&["cleanup", "20010101T000000Z"]).refused(&["has changed nothing", "cleanup"]);
    let elsewhere = bench.home.run(&["cleanup", "last", "--server-ip", "127.0.0.2"]);
    elsewhere.refused(&["was made on 127.0.0.1", "--server-ip 127.0.0.1"]);
    bench.home.run(&["cleanup"]).succeeded();
    assert_eq!(std::fs::read_dir(bench.samba.share_path()).unwrap().count(), 0);
}

#[test]
fn a_journal_of_a_crash_is_followed_as_far_as_it_goes() {
    let bench = Bench::files(SambaOptions::default(), &found());
    bench.home.run(&["setup", "1", "--root", "lab"]).succeeded();
    let setups = bench.home.path().join(".tracer/files.pcap/setups");
    let journal = std::fs::read_dir(setups).unwrap().next().unwrap().unwrap().path().join("changes.jsonl");
    let mut text = std::fs::read_to_string(&journal).unwrap();
    // One was noted and not begun, of another the line is cut.
    text.push_str(
        "{\"change\":\"made\",\"share\":\"testshare\",\"path\":\"lab\\\\never\",\"folder\":false}\n{\"change\":\"ma",
    );
    std::fs::write(&journal, text).unwrap();
    let report = bench.json(0, &["cleanup"]);
    assert_eq!((&report["removed"], &report["missing"]), (&6.into(), &1.into()), "{report}");
    assert_eq!(bench.json(0, &["cleanup"])["removed"], 0, "the journal can still be read");
}

#[test]
fn a_name_that_was_freed_belongs_to_whoever_uses_it_next() {
    let bench = Bench::files(SambaOptions::default(), &found());
    bench.home.run(&["setup", "1", "--root", "lab"]).succeeded();
    let folder = bench.samba.share_path().join("lab/a");
    std::fs::write(folder.join("theirs.txt"), "theirs").unwrap();
    assert_eq!(bench.json(1, &["cleanup"])["removed"], 4);
    std::fs::write(folder.join("hidden.ini"), "theirs as well").unwrap();
    let again = bench.json(1, &["cleanup"]);
    assert_eq!((&again["removed"], texts(&again["kept"], "path")), (&0.into(), vec!["lab\\a", "lab"]), "{again}");
    assert_eq!(bench.on_share("lab/a/hidden.ini").unwrap(), b"theirs as well");
}

#[test]
fn what_is_something_else_by_now_is_left_alone() {
    let bench = Bench::files(SambaOptions::default(), &[CapturedFile::found("plan.txt", b"ours")]);
    bench.home.run(&["setup", "1"]).succeeded();
    let path = bench.samba.share_path().join("plan.txt");
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    let report = bench.json(1, &["cleanup"]);
    assert!(report["kept"][0]["what"].as_str().unwrap().contains("something else"), "{report}");
    assert!(path.is_dir());
}

#[test]
fn attributes_alone_are_put_right_by_force_and_the_file_stays() {
    let bench = Bench::files(SambaOptions::default(), &found());
    bench.home.run(&["setup", "1", "--root", "lab"]).succeeded();
    let client = lab::Smbclient::new(&bench.samba);
    let done = client.run(&["setmode lab\\a\\hidden.ini -h"]).unwrap();
    assert!(done.failures().is_empty(), "{done:?}");
    let told = bench.json(1, &["validate", "1", "--root", "lab", "--check-fs"]);
    let what = told["checks"]["file_system"]["differences"][0]["what"].as_str().unwrap();
    assert!(what.contains("attributes A, not HA"), "{told}");
    let forced = bench.json(0, &["setup", "1", "--root", "lab", "--force"]);
    assert_eq!((&forced["deletions"], &forced["files_created"]), (&0.into(), &0.into()), "{forced}");
    bench.json(0, &["validate", "1", "--root", "lab", "--check-fs"]);
}

#[test]
fn what_a_replay_adds_to_a_file_is_gone_before_the_next_one() {
    let files = [CapturedFile::found("doc.txt", b"text"), CapturedFile::made("doc.txt:Zone", b"[ZoneTransfer]")];
    let bench = Bench::files(SambaOptions::default(), &files);
    let replay = || -> Value {
        let dialect = ["replay", "1", "--root", "lab", "--dialect", "3.0", "--format", "json"];
        let ended = bench.home.run(&dialect);
        serde_json::from_str(&ended.stdout).unwrap_or_else(|error| panic!("{error}: {}", ended.stderr))
    };
    let (first, second) = (replay(), replay());
    assert_eq!((&first["roots"], &first["matched"]), (&second["roots"], &second["matched"]));
    assert_eq!(second["status_diverged"], 0, "{second:#}");
}

#[test]
fn what_was_made_on_another_server_is_told_and_not_looked_for_here() {
    let bench = Bench::files(SambaOptions::default(), &found());
    bench.home.run(&["setup", "1"]).succeeded();
    let other = Samba::start(SambaOptions::default()).unwrap();
    let port = other.port().to_string();
    bench.home.run(&["setup", "1", "--port", &port]).succeeded();
    let ended = bench.home.run(&["cleanup"]);
    assert_eq!(ended.code, 1, "{}", ended.stdout);
    assert!(ended.stderr.contains(&format!("--port {port}")), "{}", ended.stderr);
    assert_eq!(std::fs::read_dir(bench.samba.share_path()).unwrap().count(), 0);
    assert_eq!(bench.json(0, &["cleanup", "--port", &port])["removed"], 5);
    assert_eq!(bench.json(0, &["cleanup"])["removed"], 0);
}

#[test]
fn a_path_of_thousands_of_folders_takes_no_time_and_is_told() {
    let deep = vec!["a"; 4000].join("\\");
    let bench = Bench::files(SambaOptions::default(), &[CapturedFile::found(&deep, b"")]);
    let plan = bench.json(0, &["setup", "1", "--dry-run"]);
    assert!(plan["warnings"].to_string().contains("more than 512 folders"), "{}", plan["warnings"]);
}

/// Everything but these names is made, and each of these is told with its path.
#[test]
fn names_that_the_server_does_not_take_are_told_and_the_rest_is_built() {
    let long = "x".repeat(255);
    let mut files = vec![
        CapturedFile::found("fine.txt", b"fine"),
        CapturedFile::found("trailing. ", b"1"),
        CapturedFile::found("what?.txt", b"2"),
        CapturedFile::found("a\u{1}b", b"3"),
        CapturedFile::found(&long, b"4"),
        CapturedFile::found(&"ü".repeat(255), b"5"),
        CapturedFile::found("..\\outside.txt", b"7"),
        CapturedFile::found("fine\\..\\..\\outside.txt", b"8"),
        CapturedFile::found("last.txt", b"last"),
    ];
    files.push(CapturedFile { name: vec![0xd83d, u16::from(b'z')], ..CapturedFile::found("", b"9") });
    let bench = Bench::files(SambaOptions::default(), &files);
    let report = bench.json(1, &["setup", "1", "--root", "lab"]);
    assert_eq!(
        (bench.on_share("lab/fine.txt"), bench.on_share("lab/last.txt")),
        (Some(b"fine".into()), Some(b"last".into()))
    );
    assert_eq!(bench.on_share(&format!("lab/{long}")), Some(b"4".into()));
    let troubled = texts(&report["errors"], "path");
    assert!(troubled.iter().any(|path| path.contains('\u{fffd}')), "half of a pair: {troubled:?}");
    assert!(troubled.iter().any(|path| path.contains("üüü")), "too long as UTF-8: {troubled:?}");
    assert!(report["errors"].as_array().unwrap().iter().all(|error| error["frame"].as_u64().unwrap() > 0));
    assert_eq!(std::fs::read_dir(bench.samba.share_path()).unwrap().count(), 1, "all is below the root");
    assert!(!bench.samba.share_path().parent().unwrap().join("outside.txt").exists());
    for unusual in ["trailing. ", "what?.txt"] {
        assert!(report["warnings"].to_string().contains(unusual), "{}", report["warnings"]);
    }
    let made = report["files_created"].as_u64().unwrap();
    let cleaned = bench.json(0, &["cleanup"]);
    assert!(cleaned["removed"].as_u64().unwrap() > made, "{cleaned}");
    assert_eq!(std::fs::read_dir(bench.samba.share_path()).unwrap().count(), 0);
}

#[test]
fn a_path_that_is_too_long_is_told_and_so_is_what_of_it_cannot_be_removed() {
    let deep = vec!["d".repeat(200); 30].join("\\");
    let files = [CapturedFile::found(&format!("{deep}\\f"), b"deep"), CapturedFile::found("fine.txt", b"fine")];
    let bench = Bench::files(SambaOptions::default(), &files);
    let report = bench.json(1, &["setup", "1", "--root", "lab"]);
    assert_eq!(bench.on_share("lab/fine.txt"), Some(b"fine".into()));
    assert!(texts(&report["errors"], "path").contains(&format!("lab\\{deep}\\f").as_str()));
    let ended = bench.home.run(&["cleanup", "--format", "json"]);
    let cleaned: Value = serde_json::from_str(&ended.stdout).unwrap();
    let is_empty = std::fs::read_dir(bench.samba.share_path()).unwrap().count() == 0;
    assert_eq!((cleaned["success"] == true, ended.code == 0), (is_empty, is_empty), "{}", ended.stderr);
}

#[test]
fn a_share_that_cannot_be_written_is_told_for_each_path() {
    let options = SambaOptions { shares: vec!["read only = yes".into()], ..SambaOptions::default() };
    let bench = Bench::files(options, &found());
    let checked = bench.json(1, &["validate", "1", "--check-fs"]);
    assert!(checked["errors"].to_string().contains("may not make"), "{checked}");
    let report = bench.json(1, &["setup", "1"]);
    assert_eq!((&report["success"], &report["files_created"]), (&false.into(), &0.into()));
    assert_eq!(report["errors"].as_array().unwrap().len(), 5, "{report}");
    assert_eq!(bench.json(0, &["cleanup"])["removed"], 0);
}

#[test]
fn what_does_not_fit_is_told_before_it_is_begun() {
    // Samba asks this program how much room there is, as another user.
    let folder = tempfile::tempdir().unwrap();
    let (program, of_all) = (folder.path().join("free"), std::fs::Permissions::from_mode(0o755));
    std::fs::write(&program, "#!/bin/sh\necho 1000 500\n").unwrap();
    std::fs::set_permissions(&program, of_all.clone()).unwrap();
    std::fs::set_permissions(folder.path(), of_all).unwrap();
    let shares = vec![format!("dfree command = {}", program.display())];
    let options = SambaOptions { shares, ..SambaOptions::default() };
    let large = CapturedFile { size: 900 << 10, ..CapturedFile::found("large.bin", b"head") };
    let bench = Bench::files(options, &[large]);
    let checked = bench.json(1, &["validate", "1", "--check-fs"]);
    assert!(checked["errors"].to_string().contains("bytes are free, and up to"), "{checked}");
}

/// A file system with little room in the place of a folder, until it is dropped.
struct Small(std::path::PathBuf);

impl Small {
    /// `None` where the user may not mount one.
    fn on(folder: std::path::PathBuf) -> Option<Self> {
        let mut mount = std::process::Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=256k,mode=0777", "tmpfs"]).arg(&folder);
        let mounted = mount.output().is_ok_and(|done| done.status.success());
        mounted.then_some(Self(folder))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // The server may still have a handle there.
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn what_does_not_fit_on_a_full_disk_is_told_and_the_rest_is_built() {
    static LARGE: [u8; 60_000] = [7; 60_000];
    let names: Vec<String> = (0..8).map(|number| format!("large-{number}.bin")).collect();
    let mut files: Vec<CapturedFile> = names.iter().map(|name| CapturedFile::found(name, &LARGE)).collect();
    files.push(CapturedFile::found("empty.txt", b""));
    let bench = Bench::files(SambaOptions::default(), &files);
    let Some(_small) = Small::on(bench.samba.share_path()) else {
        return eprintln!("NOT RUN: this user may not mount a small file system");
    };
    let report = bench.json(1, &["setup", "1"]);
    let troubled = texts(&report["errors"], "path");
    assert!((1..8).contains(&troubled.len()), "{report}");
    assert!(report["errors"].to_string().contains("DISK_FULL"), "{report}");
    for name in &names {
        let whole = bench.on_share(name).is_some_and(|found| found == LARGE);
        assert_eq!(whole, !troubled.contains(&name.as_str()), "{name}: {report}");
    }
    assert!(bench.on_share("empty.txt").is_some());
    bench.home.run(&["cleanup"]).succeeded();
    assert_eq!(std::fs::read_dir(bench.samba.share_path()).unwrap().count(), 0, "also what was made in part");
}

#[test]
fn attributes_that_the_server_refuses_are_told_and_the_file_is_there() {
    // Without the right to store attributes only those that fit into the mode of a file are kept.
    let bench = Bench::files(
        SambaOptions::default(),
        &[CapturedFile { attributes: 0x21, ..CapturedFile::found("locked.txt", b"read only") }],
    );
    bench.home.run(&["setup", "1", "--root", "lab"]).succeeded();
    bench.json(0, &["validate", "1", "--root", "lab", "--check-fs"]);
    let cleaned = bench.json(0, &["cleanup"]);
    assert_eq!(cleaned["removed"], 2, "a read-only file goes as well: {cleaned}");
}

#[test]
fn a_server_that_cannot_be_used_is_a_finding_of_a_validation_and_a_failure_of_a_setup() {
    let bench = Bench::office();
    let wrong = bench.json(1, &["validate", "1", "--password", "wrong"]);
    assert!(wrong["errors"].to_string().contains("LOGON_FAILURE"), "{wrong}");
    bench.home.run(&["setup", "1", "--password", "wrong"]).refused(&["LOGON_FAILURE", "SMBREPLAY_PASSWORD"]);
    bench.home.run(&["setup", "1", "--port", "1"]).refused(&["127.0.0.1:1", "check that the server runs"]);
    bench.home.run(&["setup", "77"]).refused(&["77", "session --list"]);
    bench.home.run(&["setup", "1", "--tree-name", "nosuch"]).refused(&["nosuch", "--tree-name"]);
    let unseen: Ended = ended(&mut bench.home.command(&["cleanup"]));
    assert_eq!(unseen.code, 0, "{}", unseen.stderr);
    let folder = bench.home.path().join(".tracer/office.pcap/setups");
    std::fs::write(&folder, "").unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o600)).unwrap();
    bench.home.run(&["setup", "3"]).refused(&["setups", "output_dir"]);
    assert_eq!(std::fs::read_dir(bench.samba.share_path()).unwrap().count(), 0, "nothing is made that cannot be noted");
}
