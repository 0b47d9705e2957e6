//! The office recording under other names: another share, a folder on it, several clones, another user.

use crate::scene::{Outcome, replay_with};
use crate::smbtorture::record_and_replay_with;
use lab::{Recorder, Samba, SambaOptions, Smbclient, Tree};
use smbreplay_replay::Options;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use store::changes::{CHANGES_FILE, Change, Changes, LivePath};

/// Port of the recorded server.
const PORT: u16 = 20445;
/// Share of the recorded server.
const SHARE: &str = "testshare";
/// One connection to try the server, one to look for the folders and one to make them.
const PING_AND_FOLDERS: usize = 3;
const FOLDERS: usize = 2;

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data")
}

/// `before`: how many connections the options make the replay open before it begins.
fn replay(samba: SambaOptions, before: usize, adjust: impl FnOnce(&mut Options)) -> Outcome {
    replay_with(&data().join("office.pcap"), PORT, samba, before, adjust)
}

/// The folder holds what the share held after the recorded session.
fn assert_recorded_tree(folder: &Path) {
    let recorded = Tree::parse(&std::fs::read_to_string(data().join("office.tree.txt")).unwrap()).unwrap();
    let differences = recorded.differences(&Tree::of(folder).unwrap());
    assert!(differences.is_empty(), "{} is not as after the recorded session: {differences:#?}", folder.display());
}

fn second_share() -> SambaOptions {
    SambaOptions { second_share: Some("lab share".into()), ..SambaOptions::default() }
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort_unstable();
    names
}

#[test]
fn below_a_folder_of_another_share_every_status_and_the_whole_tree_are_the_same() {
    let outcome = replay(second_share(), PING_AND_FOLDERS, |options| {
        options.ping = true;
        options.mapping.shares = vec![format!("{}=lab share", SHARE.to_uppercase()).parse().unwrap()];
        options.mapping.root = Some("sub\\Grüße folder".parse().unwrap());
    });
    assert_eq!(outcome.report.skipped, 0);
    assert_eq!(outcome.report.status_diverged, 0, "{:#?}", outcome.report.roots);
    let second = outcome.samba.second_share_path().unwrap();
    assert_eq!(names_in(&outcome.samba.share_path()), [""; 0], "nothing goes to the configured share");
    assert_eq!(names_in(&second), ["sub"]);
    assert_recorded_tree(&second.join("sub/Grüße folder"));

    let changes = Changes::read(&Path::new(&outcome.report.path).join(CHANGES_FILE)).unwrap().unwrap();
    let made = |path: &str| Change::Made { share: "lab share".into(), path: LivePath::Text(path.into()), folder: true };
    let first: Vec<&Change> = changes.changes.iter().take(2).map(|noted| &noted.change).collect();
    assert_eq!(first, [&made("sub"), &made("sub\\Grüße folder")]);

    assert!(outcome.witnessed.holds(), "{}", outcome.witnessed);
    assert!(outcome.witnessed.status_differences.is_empty(), "{}", outcome.witnessed);
}

#[test]
fn a_captured_folder_is_found_under_its_live_name() {
    let outcome = replay(SambaOptions::default(), 0, |options| {
        options.mapping.paths = vec!["PROJECTS=Work".parse().unwrap(), "other:\\Archive=Nowhere".parse().unwrap()];
    });
    assert_eq!(outcome.report.status_diverged, 0, "{:#?}", outcome.report.roots);
    assert!(outcome.witnessed.holds(), "{}", outcome.witnessed);
    let share = outcome.samba.share_path();
    assert!(share.join("Work/Alpha/notes.txt").is_file() && share.join("Archive/2023").is_dir());
    assert!(!share.join("Projects").exists() && !share.join("Nowhere").exists());
}

#[test]
fn clones_run_side_by_side_each_in_its_own_folder() {
    let outcome = replay(SambaOptions::default(), 0, |options| options.clones = NonZeroU32::new(3).unwrap());
    assert_eq!((outcome.report.skipped, outcome.report.status_diverged), (0, 0), "{:#?}", outcome.report.roots);
    assert_eq!(outcome.report.clones, 3);
    let share = outcome.samba.share_path();
    let root = share.join(format!("smbreplay-{}", outcome.report.run));
    assert_eq!(names_in(&root), ["clone-0", "clone-1", "clone-2"]);
    for clone in 0..3 {
        assert_recorded_tree(&root.join(format!("clone-{clone}")));
    }
}

#[test]
fn suites_that_rename_and_use_streams_and_chains_are_the_same_below_a_folder() {
    let tests = ["smb2.rename", "smb2.streams", "smb2.compound", "smb2.setinfo"];
    let outcome = record_and_replay_with(&tests, FOLDERS, |options| {
        options.mapping.root = Some("below".parse().unwrap());
    });
    let witnessed = &outcome.witnessed;
    assert!(witnessed.holds(), "{witnessed}");
    assert!(witnessed.equal_statuses() >= 0.99, "{witnessed}");
    assert_eq!(names_in(&outcome.samba.share_path()), ["below"]);
}

#[test]
fn two_captured_shares_on_one_live_share_get_a_folder_each_or_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("shares.pcap");
    let port = {
        let samba = Samba::start(second_share()).unwrap();
        let recorder = Recorder::start(samba.port(), &capture).unwrap();
        for share in ["testshare", "lab share"] {
            let client = Smbclient::new(&samba).in_folder(&data()).on_share(share);
            let done = client.run(&["mkdir same", "put office.tree.txt same\\file", "ls same\\*"]).unwrap();
            assert!(done.failures().is_empty(), "{done:?}");
        }
        assert_eq!(recorder.finish().unwrap().dropped, 0);
        samba.port()
    };
    let mixing = std::panic::catch_unwind(|| replay_with(&capture, port, SambaOptions::default(), 0, |_| {}));
    let refusal = mixing.err().unwrap().downcast::<String>().unwrap();
    assert!(refusal.contains("SeveralShares"), "{refusal}");

    let outcome = replay_with(&capture, port, SambaOptions::default(), FOLDERS, |options| {
        options.mapping.root = Some("both".parse().unwrap());
    });
    assert_eq!((outcome.report.skipped, outcome.report.status_diverged), (0, 0), "{:#?}", outcome.report.roots);
    assert!(outcome.witnessed.holds(), "{}", outcome.witnessed);
    let both = outcome.samba.share_path().join("both");
    assert_eq!(names_in(&both), ["lab share", "testshare"]);
    for share in ["lab share", "testshare"] {
        assert_eq!(names_in(&both.join(share).join("same")), ["file"]);
    }
}
