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

#[test]
#[ignore = "exploration"]
fn explore() {
    let suites = std::env::var("SUITES").unwrap();
    for suite in suites.split(' ') {
        let outcome = Recording::of_suites(&[suite]).replay();
        let report = &outcome.report;
        println!(
            "SUITE {suite}: {} of {} match, {} status, {} body, {} explained {:?}",
            report.matched,
            report.total_operations,
            report.status_diverged,
            report.body_diverged,
            report.explained,
            report.reasons
        );
        for line in outcome.differing() {
            println!("   {line}");
        }
    }
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
    in_listings: ["smb2.dir"];
    in_opens: OPENS;
    in_reads: ["smb2.read"];
    in_changes: ["smb2.notify.dir", "smb2.notify.mask", "smb2.notify.tree"];
    in_streams: ["smb2.streams"];
    in_controls: ["smb2.ioctl"];
    in_what_was_set: ["smb2.setinfo"];
    in_renames: ["smb2.rename"];
}
