//! A server whose share is another shows it, in exactly the fields that are about it.

use crate::scene::{Outcome, Recording};
use lab::{Samba, Smbclient};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use store::runs::Verdict;

const TEXT: &[u8] = b"the quick brown fox";

/// `docs\fox.txt` and `docs\empty.txt`.
fn documents(samba: &Samba) {
    let docs = samba.share_path().join("docs");
    fs::create_dir(&docs).unwrap();
    fs::write(docs.join("fox.txt"), TEXT).unwrap();
    fs::set_permissions(docs.join("fox.txt"), fs::Permissions::from_mode(0o666)).unwrap();
    fs::write(docs.join("empty.txt"), b"").unwrap();
}

fn smbclient(samba: &Samba, commands: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let transcript = Smbclient::new(samba).in_folder(folder.path()).run(commands).unwrap();
    assert!(transcript.failures().is_empty(), "{}", transcript.output);
}

/// A client that reads the document, asks all about it and lists its folder.
fn a_look_at_the_documents() -> Recording {
    Recording::of(|samba| {
        documents(samba);
        smbclient(samba, &["get docs\\fox.txt fox.txt", "allinfo docs\\fox.txt", "ls docs\\*"]);
    })
}

fn look_again(change: impl FnOnce(&Samba)) -> Outcome {
    a_look_at_the_documents().replay_on(
        |samba| {
            documents(samba);
            change(samba);
        },
        |_| {},
    )
}

fn found(field: &str, captured: &str, live: &str) -> (String, String, String) {
    (field.to_owned(), captured.to_owned(), live.to_owned())
}

#[test]
fn the_same_documents_are_the_same() {
    let outcome = look_again(|_| {});
    assert_eq!(outcome.differing(), Vec::<String>::new());
    assert_eq!(outcome.report.roots, []);
    assert_eq!(outcome.report.matched, outcome.report.total_operations);
}

#[test]
fn other_bytes_are_found_in_the_data_alone() {
    let outcome = look_again(|samba| {
        fs::write(samba.share_path().join("docs/fox.txt"), b"the quick brown dog").unwrap();
    });
    let expected = found("data", "19 bytes, at 16: 66 6f 78", "19 bytes, at 16: 64 6f 67");
    assert_eq!(outcome.roots(), [expected]);
    assert_eq!(outcome.differing().len(), 1);
    assert_eq!((outcome.report.status_diverged, outcome.report.body_diverged), (0, 1));
    let root = &outcome.report.roots[0];
    assert_eq!((root.command.as_str(), root.fields.as_slice()), ("READ", &["data".to_owned()][..]));
    assert_eq!(root.path.as_deref(), Some("docs\\fox.txt"));
}

#[test]
fn another_size_is_found_where_the_file_is_opened_and_explains_the_rest() {
    let outcome = look_again(|samba| {
        fs::write(samba.share_path().join("docs/fox.txt"), b"the quick brown fox jumps").unwrap();
    });
    assert_eq!(outcome.roots(), [found("end_of_file", "19", "25")], "{:#?}", outcome.differing());
    let fields: Vec<&str> =
        outcome.rows.iter().flat_map(|row| &row.differences).map(|found| found.field.as_str()).collect();
    for field in ["end_of_file", "streams"] {
        assert!(fields.contains(&field), "{fields:?}");
    }
    assert!(outcome.report.explained > 0);
}

#[test]
fn other_attributes_are_found() {
    let outcome = look_again(|samba| smbclient(samba, &["setmode docs\\fox.txt +h"]));
    let roots = outcome.roots();
    assert!(!roots.is_empty());
    assert!(roots.iter().all(|(field, ..)| field == "file_attributes"), "{roots:?}");
    assert_eq!(roots.len(), 1, "the first explains the others: {:#?} {:#?}", outcome.differing(), outcome.report.roots);
}

#[test]
fn a_folder_with_other_entries_is_found_by_their_names() {
    let outcome = look_again(|samba| {
        let docs = samba.share_path().join("docs");
        fs::rename(docs.join("empty.txt"), docs.join("more.txt")).unwrap();
    });
    assert_eq!(
        outcome.roots(),
        [found("entry", "empty.txt (file, 0 bytes)", "absent"), found("entry", "absent", "more.txt (file, 0 bytes)"),]
    );
}

#[test]
fn what_a_rule_covers_does_not_count_and_is_counted() {
    let recording = a_look_at_the_documents();
    let other = |samba: &Samba| {
        documents(samba);
        fs::write(samba.share_path().join("docs/fox.txt"), b"the quick brown dog").unwrap();
    };
    let outcome = recording.replay_on(other, |options| {
        options.comparison.ignore =
            ["READ.data@docs\\*", "CREATE.oplock_granted"].map(|rule| rule.parse().unwrap()).into();
    });
    assert_eq!((outcome.report.body_diverged, outcome.report.matched), (0, outcome.report.total_operations));
    let ignored: Vec<(&str, u64)> =
        outcome.report.ignored.iter().map(|ignored| (ignored.rule.as_str(), ignored.differences)).collect();
    assert_eq!(ignored, [("CREATE.oplock_granted", 0), ("READ.data@docs\\*", 1)]);
    let told = |rule: &str| outcome.report.warnings.iter().any(|warning| warning.contains(rule));
    assert!(told("CREATE.oplock_granted") && !told("READ.data"), "{:?}", outcome.report.warnings);
}

#[test]
fn what_differs_between_two_runs_is_noise_in_the_next() {
    let recording = a_look_at_the_documents();
    let with = |text: &'static [u8]| {
        move |samba: &Samba| {
            documents(samba);
            fs::write(samba.share_path().join("docs/fox.txt"), text).unwrap();
        }
    };
    let first = recording.replay_on(with(TEXT), |_| {});
    let second = recording.replay_on(with(b"the quick brown dog"), |_| {});
    let runs = vec![first.report.run, second.report.run.clone()];
    let third = recording.replay_on(with(b"the quick brown cat"), |options| options.comparison.baseline = runs);
    assert_eq!(third.report.body_diverged, 0, "{:#?}", third.differing());
    assert_eq!(third.report.ignored[0].differences, 1);

    let known = vec![second.report.run];
    let fourth = recording.replay_on(
        |samba| {
            with(b"the quick brown cow")(samba);
            fs::write(samba.share_path().join("docs/more.txt"), b"").unwrap();
        },
        |options| options.comparison.baseline = known,
    );
    assert_eq!(fourth.roots(), [found("entry", "absent", "more.txt (file, 0 bytes)")]);
}

#[test]
fn large_data_that_a_run_left_out_is_compared_with_that_of_another_run() {
    let text = |first: u8| (0..100_000_u32).map(|at| first ^ (at % 251) as u8).collect::<Vec<u8>>();
    let with = |first: u8| {
        move |samba: &Samba| {
            fs::write(samba.share_path().join("large.bin"), text(first)).unwrap();
        }
    };
    let recording = Recording::of(|samba| {
        with(0)(samba);
        smbclient(samba, &["get large.bin large.bin"]);
    });
    let reads = |outcome: &Outcome| {
        let sizes = outcome.rows.iter().filter_map(|row| {
            let left = row.live_response_left.unwrap_or(0) as usize;
            let whole = row.live_response.as_ref()?.len() + left;
            (whole > 10_000).then_some((row.verdict, left > 0))
        });
        let mut sizes: Vec<_> = sizes.collect();
        sizes.dedup();
        sizes
    };
    let same = recording.replay_on(with(0), |_| {});
    assert_eq!(reads(&same), [(Verdict::Match, true)]);
    let other = recording.replay_on(with(1), |_| {});
    assert_eq!(reads(&other), [(Verdict::Body, false)]);
    for runs in [[&same, &other], [&other, &same]] {
        let baseline: Vec<String> = runs.iter().map(|outcome| outcome.report.run.clone()).collect();
        let next = recording.replay_on(with(2), |options| options.comparison.baseline = baseline);
        assert_eq!(next.report.body_diverged, 0, "{:#?}", next.differing());
    }
    let again = recording.replay_on(with(0), |_| {});
    let baseline = vec![same.report.run, again.report.run];
    let next = recording.replay_on(with(2), |options| options.comparison.baseline = baseline);
    assert_eq!(reads(&next), [(Verdict::Body, false)]);
}

#[test]
fn volatile_fields_are_compared_when_asked_for() {
    let recording = a_look_at_the_documents();
    let outcome = recording.replay_on(documents, |options| {
        options.comparison.compare = vec!["CREATE.creation_time".parse().unwrap()];
    });
    let fields: Vec<String> = outcome.roots().into_iter().map(|(field, ..)| field).collect();
    assert!(!fields.is_empty() && fields.iter().all(|field| field == "creation_time"), "{fields:?}");
}
