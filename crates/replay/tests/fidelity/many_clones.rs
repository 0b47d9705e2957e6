//! A thousand clients at once: one recorded session, in a thousand clones.

use crate::left_out;
use crate::scene::{target, whole_trace};
use lab::{Recorder, Samba, SambaOptions, Smbclient};
use smbreplay_replay::Options;
use std::num::NonZeroU32;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};
use store::layout::Layout;
use store::{IngestRequest, ingest};

const CLONES: u32 = 1000;
/// A server that forks a process for each of a thousand clients on two cores is slow, and nothing is wrong with that.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn a_thousand_clones_of_a_session_all_end_as_captured() {
    if left_out() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let capture = folder.path().join("session.pcap");
    std::fs::write(folder.path().join("fox.txt"), b"the quick brown fox").unwrap();
    {
        let samba = Samba::start(SambaOptions::default()).unwrap();
        let recorder = Recorder::start(samba.port(), &capture).unwrap();
        let commands = ["mkdir docs", "put fox.txt docs\\fox.txt", "ls docs\\*", "rename docs\\fox.txt docs\\dog.txt"];
        let done = Smbclient::new(&samba).in_folder(folder.path()).run(&commands).unwrap();
        assert!(done.failures().is_empty(), "{done:?}");
        assert_eq!(recorder.finish().unwrap().dropped, 0);
    }
    let layout = Layout::with_folders(folder.path().join("cases"), Some(folder.path().join("out")));
    let place = layout.place(&capture).unwrap();
    let never = AtomicBool::new(false);
    ingest(&IngestRequest::new(place.clone()), &mut |_| {}, &never).unwrap();
    let trace = whole_trace(&place.output);

    let samba = Samba::start(SambaOptions::default()).unwrap();
    let clones = NonZeroU32::new(CLONES).unwrap();
    let mut options = Options { max_wait: PATIENCE, clones, ..Options::to(target(&samba)) };
    options.mapping.root = Some("clones".parse().unwrap());
    let begin = Instant::now();
    let report = smbreplay_replay::run(trace, &place.output, &options, &never, &mut |_| {}).unwrap();
    println!("{} operations of {CLONES} clones in {:.1} s", report.total_operations, begin.elapsed().as_secs_f64());

    let ended = (report.skipped, report.status_diverged, report.no_response);
    assert_eq!(ended, (0, 0, 0), "{report:#?}\n{}", samba.log());
    assert!(report.total_operations >= 20 * u64::from(CLONES), "{report:#?}");
    for clone in 0..CLONES {
        let file = samba.share_path().join(format!("clones/clone-{clone}/docs/dog.txt"));
        assert!(file.is_file(), "{}", file.display());
    }
}
