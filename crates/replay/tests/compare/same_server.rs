//! A fresh server of the same make and configuration answers the same.

use crate::scene::Recording;

/// Replays a recording of these suites on a fresh Samba: nothing that is compared differs.
fn assert_same_bodies(tests: &[&str]) {
    let outcome = Recording::of_suites(tests).replay();
    let report = &outcome.report;
    assert!(report.matched > 10, "{report:#?}");
    assert_eq!(outcome.differing(), Vec::<String>::new(), "{:#?}", report.roots);
}

#[test]
fn in_office_work() {
    let outcome = Recording::of_office().replay();
    assert_eq!(outcome.differing(), Vec::<String>::new());
    assert_eq!(outcome.report.body_diverged, 0);
    assert!(outcome.report.matched > 500);
}

/// smb2.create without `multi`: which of its clients the captured server took first, no order of requests tells.
const OPENS: [&str; 11] = [
    "smb2.create.gentest",
    "smb2.create.blob",
    "smb2.create.open",
    "smb2.create.brlocked",
    "smb2.create.delete",
    "smb2.create.leading-slash",
    "smb2.create.impersonation",
    "smb2.create.aclfile",
    "smb2.create.acldir",
    "smb2.create.nulldacl",
    "smb2.create.dir-alloc-size",
];

/// A client that makes files, asks for their names and looks at folders, replayed below a folder of its own.
#[test]
fn below_a_root_names_are_compared_as_captured() {
    let recording = Recording::of(|samba| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("fox.txt"), b"the quick brown fox").unwrap();
        let commands = [
            "mkdir docs",
            "put fox.txt docs\\fox.txt",
            "allinfo docs\\fox.txt",
            "ls docs\\*",
            "ls *",
            "rename docs\\fox.txt dog.txt",
        ];
        let transcript = lab::Smbclient::new(samba).in_folder(folder.path()).run(&commands).unwrap();
        assert!(transcript.failures().is_empty(), "{}", transcript.output);
    });
    let outcome = recording.replay_on(|_| {}, |options| options.mapping.root = Some("lab\\run".parse().unwrap()));
    assert_eq!(outcome.differing(), Vec::<String>::new());
    assert_eq!(outcome.report.matched, outcome.report.total_operations, "{:#?}", outcome.report.roots);
}

macro_rules! suites {
    ($($name:ident: $suite:expr;)*) => {
        $(#[test]
        fn $name() {
            assert_same_bodies(&$suite);
        })*
    };
}

suites! {
    in_what_files_are_like: ["smb2.getinfo"];
    in_reads: ["smb2.read"];
    in_streams: ["smb2.streams"];
    in_what_was_set: ["smb2.setinfo"];
    in_renames: ["smb2.rename"];
}

/// Suites that take a minute and more.
#[test]
fn in_the_longer_suites() {
    if std::env::var_os("SMBREPLAY_FULL").is_none() {
        eprintln!("SKIPPED: only with SMBREPLAY_FULL, which `cargo xtask test --full` sets");
        return;
    }
    assert_same_bodies(&["smb2.dir"]);
    assert_same_bodies(&OPENS);
    assert_same_bodies(&["smb2.notify.dir", "smb2.notify.mask", "smb2.notify.tree"]);
    assert_same_bodies(&["smb2.ioctl"]);
}
