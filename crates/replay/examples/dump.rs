use smbreplay_replay::namespace::*;
fn main() {
    let capture = std::path::PathBuf::from(std::env::args().nth(1).unwrap());
    let folder = tempfile::tempdir().unwrap();
    let layout = store::layout::Layout::with_folders(folder.path().join("cases"), Some(folder.path().join("out")));
    let place = layout.place(&capture).unwrap();
    let never = std::sync::atomic::AtomicBool::new(false);
    store::ingest(&store::IngestRequest::new(place.clone()), &mut |_| {}, &never).unwrap();
    let metadata = store::metadata::read(&place.output.metadata()).unwrap();
    let files: Vec<String> = metadata.sessions.iter().map(|s| s.file.clone()).collect();
    let ns = Namespace::infer(&place.output, &metadata, &files, &mut |_| {}).unwrap();
    println!("{:?} ops {} not followed {:?}", ns.shares, ns.operations, ns.not_followed);
    let text = |names: &Vec<&[u16]>| names.iter().map(|n| String::from_utf16_lossy(n)).collect::<Vec<_>>().join("\\");
    for (id, node) in ns.nodes.iter() {
        let b = ns.path_before(id).map(|(r, n)| format!("{:?} {}", ns.share_of(r), text(&n)));
        let n = ns.path_now(id).map(|(r, n)| format!("{:?} {}", ns.share_of(r), text(&n)));
        let k = node.kind.map(|k| k.value);
        let o = match &node.origin {
            Origin::Before { frame, why, .. } => format!("before {frame} {why:?}"),
            o => format!("{o:?}"),
        };
        println!(
            "{k:?} {o} | {b:?} -> {n:?} attr {:x?} act {:?}",
            node.facts.attributes.map(|a| a.value),
            node.activity
        );
        for s in node.streams.values() {
            println!(
                "    stream {:?} before {} size {:?} at_least {} shown {} now {}/{:?}",
                String::from_utf16_lossy(&s.name),
                s.before,
                s.size,
                s.at_least,
                s.shown.bytes(),
                s.now.bytes(),
                s.size_now
            );
        }
    }
    for a in ns.absent() {
        println!("absent in {:?} {} frame {}", a.folder, String::from_utf16_lossy(&a.name), a.frame);
    }
}
