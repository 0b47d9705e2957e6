//! The project's own recording of ordinary office work.

use crate::scene::replay_all;
use smbreplay_replay::Pace;
use std::path::Path;

#[test]
fn the_office_session_reaches_the_server_byte_for_byte_and_leaves_the_same_share() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data");
    let outcome = replay_all(&data.join("office.pcap"), 20445, Pace::Asap);
    assert!(outcome.witnessed.holds(), "{}", outcome.witnessed);
    assert!(outcome.witnessed.captured > 500, "{}", outcome.witnessed);
    assert!(outcome.witnessed.status_differences.is_empty(), "{}", outcome.witnessed);
    assert_eq!(outcome.report.roots, [], "the report tells of divergences that the witness does not see");
    assert_eq!((outcome.report.skipped, outcome.report.body_diverged), (0, 0));

    let recorded = lab::Tree::parse(&std::fs::read_to_string(data.join("office.tree.txt")).unwrap()).unwrap();
    let replayed = lab::Tree::of(&outcome.samba.share_path()).unwrap();
    let differences = recorded.differences(&replayed);
    assert!(differences.is_empty(), "the share is not as after the recorded session: {differences:#?}");
}
