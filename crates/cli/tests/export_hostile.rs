//! `export` of captures made to do harm: names that lead elsewhere, sizes that fill disks, links in the way.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::arithmetic_side_effects, reason = "tests")]

mod support;

use serde_json::Value;
use std::fs;
use std::path::Path;
use support::Home;
use support::captured_file::{CapturedFile, capture};

fn named(name: &str) -> CapturedFile {
    CapturedFile::made(name, b"hostile")
}

fn ingested(made: &[CapturedFile]) -> Home {
    let home = Home::new();
    home.file("hostile.pcap", &capture(made));
    home.run(&["ingest", "hostile.pcap"]).succeeded();
    home
}

fn report(home: &Home, code: i32, more: &[&str]) -> Value {
    let ended = home.run(&[&["export", "--all", "--files", "in/out", "--format", "json"], more].concat());
    assert_eq!(ended.code, code, "{}{}", ended.stdout, ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

/// Paths of what is below a folder that is no folder itself.
fn below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            match fs::symlink_metadata(&path).unwrap().is_dir() {
                true => folders.push(path),
                false => found.push(path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned()),
            }
        }
    }
    found.sort();
    found
}

#[test]
fn no_captured_name_leads_out_of_the_folder() {
    let mut made: Vec<CapturedFile> = [
        "..\\evil",
        "a\\..\\..\\evil",
        "/evil",
        "\\\\server\\share\\evil",
        "C:\\evil",
        "...\\evil",
        ".. \\evil",
        "nul\\CON",
        "x\0y\u{1b}[2J\u{7}",
        "trailing. ",
        "a%2fb",
        "stream:../../evil",
    ]
    .map(named)
    .into();
    made.push(named(&"long".repeat(100)));
    made.push(CapturedFile { name: vec![0xdc00, u16::from(b'.')], ..named("") });
    let home = ingested(&made);
    let report = report(&home, 0, &[]);
    let files = below(home.path());
    let outside: Vec<&String> =
        files.iter().filter(|path| path.contains("evil") && !path.starts_with("in/out/")).collect();
    assert!(outside.is_empty(), "{outside:?}");
    let inside: Vec<String> = below(&home.path().join("in/out/unnamed share"));
    assert!(inside.iter().all(|path| !path.contains(['\0', '\u{1b}', '\\', ':'])), "{inside:?}");
    for expected in
        ["evil", "server/share/evil", "C%3a/evil", "..%2e/evil", "..%20/evil", "%6eul/%43ON", "x%00y%1b[2J%07"]
    {
        assert!(inside.iter().any(|path| path == expected), "{expected}: {inside:?}");
    }
    for expected in ["trailing.%20", "a%252fb", "%ed%b0%80%2e"] {
        assert!(inside.iter().any(|path| path == expected), "{expected}: {inside:?}");
    }
    assert_eq!(report["exported"], inside.len());
    let tree = home.run(&["session", "1", "--tree"]);
    assert!(tree.succeeded().contains("a name leads out of its share"), "{}", tree.stdout);
    assert!(!tree.stdout.contains(['\u{1b}', '\u{7}']), "{:?}", tree.stdout);
}

#[cfg(unix)]
#[test]
fn links_in_the_folder_are_not_followed() {
    let home = ingested(&[named("link\\file"), named("file"), named("other")]);
    let outside = home.file("outside/file", b"mine");
    let share = home.path().join("in/out/unnamed share");
    fs::create_dir_all(&share).unwrap();
    std::os::unix::fs::symlink(outside.parent().unwrap(), share.join("link")).unwrap();
    std::os::unix::fs::symlink(&outside, share.join("file")).unwrap();
    for more in [&[][..], &["--force"]] {
        let report = report(&home, 1, more);
        let errors = report["errors"].as_array().unwrap();
        let links = errors.iter().filter(|error| error["what"].as_str().unwrap().contains("is a link")).count();
        assert_eq!(links, 2, "{report:#}");
    }
    assert_eq!(fs::read(&outside).unwrap(), b"mine");
    assert_eq!(below(&home.path().join("outside")), ["file"]);
    assert_eq!(fs::read(share.join("other")).unwrap(), b"hostile");
}

#[test]
fn claimed_sizes_and_offsets_do_not_make_huge_files() {
    let claimed = CapturedFile { size: u64::MAX, ..named("claimed") };
    let far = CapturedFile { offset: 1 << 62, ..named("far") };
    let last = CapturedFile { offset: u64::MAX - 3, ..named("last") };
    let sparse = CapturedFile { offset: 1 << 20, ..named("sparse") };
    let home = ingested(&[claimed, far, last, sparse]);
    let report = report(&home, 0, &[]);
    let share = home.path().join("in/out/unnamed share");
    assert_eq!(fs::read(share.join("claimed")).unwrap(), b"hostile");
    let files = report["files"].as_array().unwrap();
    let of = |name: &str| files.iter().find(|file| file["path"].as_str().unwrap().ends_with(name)).unwrap();
    assert_eq!(of("claimed")["complete"], false);
    assert_eq!(of("claimed")["holes"][0]["offset"], 7);
    assert_eq!(of("sparse")["holes"], serde_json::json!([{ "offset": 0, "length": 1 << 20 }]));
    assert_eq!(of("sparse")["shown"], 7);
    assert!(!share.join("far").exists(), "nothing of it lies where a file can have it");
    assert_eq!(fs::read(share.join("last")).unwrap(), b"", "a WRITE beyond all offsets is none");
    assert_eq!((&report["exported"], &report["not_shown"]), (&3.into(), &1.into()));
    assert_eq!(fs::metadata(share.join("sparse")).unwrap().len(), (1 << 20) + 7);
}

#[test]
fn names_that_differ_in_case_or_were_used_again_get_numbers() {
    // Each CREATE of the same name makes the file anew; the capture does not show how the earlier one went.
    let home = ingested(&[named("Report.txt"), named("REPORT.TXT"), named("report.txt:a"), named("report.txt%3aa")]);
    report(&home, 0, &[]);
    let inside = below(&home.path().join("in/out/unnamed share"));
    assert!(inside.len() >= 3, "{inside:?}");
    let mut folded: Vec<String> = inside.iter().map(|name| name.to_lowercase()).collect();
    folded.dedup();
    assert_eq!(folded.len(), inside.len(), "{inside:?}");
}
