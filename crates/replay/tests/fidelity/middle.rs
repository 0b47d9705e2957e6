//! The office recording from its middle on: session, tree connect and an open file are from before the capture.

use crate::scene::replay_on;
use lab::{Samba, SambaOptions};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use store::runs::Verdict;

/// Port of the recorded server.
const PORT: u16 = 20445;
/// Packets up to the answer to the CREATE of `Projects\Alpha\offer.txt`, which is then written and closed.
pub(crate) const BEFORE: usize = 103;
/// NEGOTIATE, two SESSION_SETUPs, TREE_CONNECT; CREATE, SET_INFO and CLOSE that make the file; CREATE that opens it.
const STAND_INS: usize = 8;
/// Folders that the recorded session had made by then.
const FOLDERS: [&str; 7] = [
    "Projects/Alpha/Drawings",
    "Projects/Beta",
    "Minutes",
    "Incoming Mail",
    "Templates/Letter Heads",
    "Archive",
    "Überblick",
];

/// The recording without its first packets (pcap of microseconds, little-endian).
pub(crate) fn from_packet(number: usize) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/office.pcap");
    let file = std::fs::read(path).unwrap();
    let mut at = 24;
    for _ in 0..number {
        at += 16 + u32::from_le_bytes(file[at + 8..at + 12].try_into().unwrap()) as usize;
    }
    [&file[..24], &file[at..]].concat()
}

/// Lets the account that serves the share write into a folder and those above it.
pub(crate) fn open_to_all(folder: &Path, share: &Path) {
    for folder in folder.ancestors().take_while(|folder| *folder != share) {
        std::fs::set_permissions(folder, Permissions::from_mode(0o777)).unwrap();
    }
}

#[test]
fn what_was_there_before_the_capture_has_stand_ins_and_is_marked() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("middle.pcap");
    std::fs::write(&capture, from_packet(BEFORE)).unwrap();
    let samba = Samba::start(SambaOptions::default()).unwrap();
    for made in FOLDERS {
        let path = samba.share_path().join(made);
        std::fs::create_dir_all(&path).unwrap();
        open_to_all(&path, &samba.share_path());
    }
    let outcome = replay_on(samba, &capture, PORT, 0, |options| options.dialect = Some(0x0311));

    let report = &outcome.report;
    assert!(report.total_operations > 450 && report.no_response == 0, "{report:#?}");
    let told = report.warnings.iter().any(|warning| warning.contains("from before the capture"));
    assert!(told, "{:?}", report.warnings);
    let marked = |mark: &str| outcome.rows.iter().filter(|row| row.marks.iter().any(|other| other == mark)).count();
    assert!(marked("orphan") > 300, "{}", marked("orphan"));
    assert_eq!(marked("stand_in"), STAND_INS);
    let begins: Vec<_> = outcome.rows.iter().filter(|row| row.op.is_some()).take(2).collect();
    assert!(begins.iter().all(|row| row.verdict == Verdict::Match), "the open file is written and closed: {begins:#?}");
    // What the open file was called is not in the capture; the folders belong to another user here.
    for root in &report.roots {
        let known = ["Projects\\Alpha\\offer.txt", "Projects\\Alpha", "Templates\\Letter Heads"];
        assert!(root.path.as_deref().is_some_and(|path| known.contains(&path)), "{root:#?}");
    }
    assert!(report.matched > 430, "{report:#?}");
    let stand_in = std::fs::read_dir(outcome.samba.share_path()).unwrap().map(Result::unwrap);
    let sizes: Vec<u64> = stand_in
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("before-the-capture-"))
        .map(|entry| entry.metadata().unwrap().len())
        .collect();
    assert_eq!(sizes.len(), 1);
    assert!(sizes[0] > 0, "what the capture wrote to the open file is in its stand-in");
}

#[test]
fn a_part_of_what_follows_has_all_its_stand_ins() {
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("middle.pcap");
    std::fs::write(&capture, from_packet(BEFORE)).unwrap();
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let outcome = replay_on(samba, &capture, PORT, 0, |options| {
        options.dialect = Some(0x0311);
        options.selection.limit = Some(2);
    });
    assert_eq!((outcome.report.total_operations, outcome.report.matched), (2, 2), "{:#?}", outcome.report);
    let stand_ins = outcome.rows.iter().filter(|row| row.marks.iter().any(|mark| mark == "stand_in")).count();
    assert_eq!(stand_ins, STAND_INS);
}
