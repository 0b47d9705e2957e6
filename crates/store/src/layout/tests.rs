#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use super::*;
use capture::Timestamp;
use std::fs;

struct Folders {
    root: tempfile::TempDir,
}

impl Folders {
    fn new(files: &[&str]) -> Self {
        let folders = Self { root: tempfile::tempdir().unwrap() };
        for file in files {
            let path = folders.path(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        folders
    }

    fn path(&self, relative: &str) -> PathBuf {
        fs::canonicalize(self.root.path()).unwrap().join(relative)
    }

    fn layout(&self) -> Layout {
        Layout::with_folders(self.path("cases"), None)
    }
}

#[test]
fn output_lies_in_the_tracer_folder_of_the_case_or_beside_the_trace() {
    let folders = Folders::new(&["cases/42/day 1/x.pcap", "cases/loose.pcap", "elsewhere/y.pcap"]);
    let place = |layout: &Layout, trace: &str| {
        let place = layout.place(&folders.path(trace)).unwrap();
        (place.case_id, place.output.path().strip_prefix(folders.path("")).unwrap().to_str().unwrap().to_owned())
    };
    let layout = folders.layout();
    let case = Some("42".to_owned());
    assert_eq!(place(&layout, "cases/42/day 1/x.pcap"), (case.clone(), "cases/42/.tracer/day 1/x.pcap".to_owned()));
    assert_eq!(place(&layout, "cases/loose.pcap"), (None, "cases/.tracer/loose.pcap".to_owned()));
    assert_eq!(place(&layout, "elsewhere/y.pcap"), (None, "elsewhere/.tracer/y.pcap".to_owned()));

    let layout = Layout::with_folders(folders.path("cases"), Some(folders.path("out")));
    assert_eq!(place(&layout, "cases/42/day 1/x.pcap"), (case, "out/42/day 1/x.pcap".to_owned()));
    let (case, output) = place(&layout, "elsewhere/y.pcap");
    assert!(case.is_none() && output.starts_with("out/_/") && output.ends_with("elsewhere/y.pcap"), "{output}");
}

#[test]
fn a_relative_trace_is_looked_up_in_the_case_then_in_the_current_folder() {
    let folders = Folders::new(&["cases/42/both.pcap", "here/both.pcap", "here/only.pcap"]);
    let find = |trace: &str| folders.layout().find_trace(Path::new(trace), Some("42"), &folders.path("here"));
    assert_eq!(find("both.pcap").unwrap().trace, folders.path("cases/42/both.pcap"));
    assert_eq!(find("only.pcap").unwrap().trace, folders.path("here/only.pcap"));
    assert_eq!(find(folders.path("here/both.pcap").to_str().unwrap()).unwrap().trace, folders.path("here/both.pcap"));
    let message = find("none.pcap").unwrap_err().to_string();
    let looked = [folders.path("cases/42/none.pcap"), folders.path("here/none.pcap")];
    assert!(looked.iter().all(|path| message.contains(path.to_str().unwrap())), "{message}");
}

#[test]
fn a_case_cannot_lead_out_of_the_traces_folder() {
    for case in ["..", "a/b", "/etc", "", ".", ".tracer"] {
        assert!(matches!(folders_layout().case_folder(case), Err(LayoutError::BadCase { .. })), "{case}");
    }
    assert_eq!(folders_layout().case_folder("42").unwrap(), Path::new("/cases/42"));
}

fn folders_layout() -> Layout {
    Layout::with_folders(PathBuf::from("/cases"), None)
}

#[test]
fn cases_are_folders_and_traces_are_captures() {
    let folders = Folders::new(&[
        "cases/b/x.pcap",
        "cases/b/deep/y.PcapNG.gz",
        "cases/b/deep/z.cap.gz",
        "cases/b/notes.txt",
        "cases/b/.tracer/x.pcap/sessions/session_metadata.json",
        "cases/b/.tracer/hidden.pcap",
        "cases/a/z.cap",
        "cases/.hidden/z.cap",
        "cases/loose.pcap",
    ]);
    fs::write(folders.path("cases/b/no-extension"), [0x0a, 0x0d, 0x0d, 0x0a, 0x1c, 0]).unwrap();
    let layout = folders.layout();
    assert_eq!(layout.cases().unwrap(), ["a", "b"]);
    let found = layout.traces("b").unwrap();
    let names: Vec<&str> = found.iter().map(|trace| trace.name.to_str().unwrap()).collect();
    assert_eq!(names, ["deep/y.PcapNG.gz", "deep/z.cap.gz", "no-extension", "x.pcap"]);
    assert_eq!(found.iter().map(|trace| trace.ingested).collect::<Vec<_>>(), [false, false, false, true]);
    assert_eq!(found[3].size, 1);
    assert!(matches!(layout.traces("c"), Err(LayoutError::NoCase { .. })));
    assert_eq!(Layout::with_folders(folders.path("nowhere"), None).cases().unwrap(), Vec::<String>::new());
}

#[test]
fn session_file_names_go_there_and_back() {
    assert_eq!(session_file_name(0xAB, 1), "smb2_session_0x00000000000000ab.parquet");
    assert_eq!(session_file_name(u64::MAX, 3), "smb2_session_0xffffffffffffffff-3.parquet");
    for (id, generation) in [(0, 1), (0xab, 2), (u64::MAX, u32::MAX)] {
        assert_eq!(parse_session_file_name(&session_file_name(id, generation)), Some((id, generation)));
    }
    for name in [
        "smb2_session_0xab.parquet",
        "smb2_session_0x00000000000000AB.parquet",
        "smb2_session_0x00000000000000ab-1.parquet",
        "smb2_session_0x00000000000000ab-02.parquet",
        "smb2_session_0x00000000000000ab",
        "session_metadata.json",
    ] {
        assert_eq!(parse_session_file_name(name), None, "{name}");
    }
}

struct Known {
    id: u64,
    file: String,
    time: i64,
}

impl Candidate for Known {
    fn id(&self) -> u64 {
        self.id
    }

    fn file_name(&self) -> &str {
        &self.file
    }

    fn first_time(&self) -> Timestamp {
        Timestamp(self.time)
    }
}

fn known(id: u64, generation: u32, time: i64) -> Known {
    Known { id, file: session_file_name(id, generation), time }
}

#[test]
fn a_session_is_chosen_by_id_file_or_number() {
    let sessions = [known(0x9_0000_0000_00ab, 1, 30), known(0x55, 1, 10), known(2, 1, 10)];
    let chosen = |wanted: &str| select_session(&sessions, wanted).unwrap().id;
    for wanted in [
        "0x00090000000000ab",
        "0X00090000000000AB",
        "00090000000000ab",
        "0x90000000000ab",
        "smb2_session_0x00090000000000ab.parquet",
        "3",
        " 3 ",
    ] {
        assert_eq!(chosen(wanted), 0x9_0000_0000_00ab, "{wanted}");
    }
    // Same time: the lower id comes first. Digits that are no number in the list are an id.
    assert_eq!((chosen("1"), chosen("2"), chosen("55")), (2, 0x55, 0x55));
    assert_eq!(chosen("0x2"), 2);
    assert_eq!(default_order(&sessions), [2, 1, 0]);
}

#[test]
fn an_unknown_session_is_answered_with_the_nearest() {
    let sessions = [known(0x1111_2222_3333_4444, 1, 0), known(0x1111_2222_9999_4444, 1, 1), known(0x61, 1, 2)];
    let nearest = |wanted: &str| match select_session(&sessions, wanted).err().unwrap() {
        SelectError::Unknown { nearest, .. } => nearest,
        other => panic!("{other}"),
    };
    assert_eq!(nearest("0x1111222299994445"), "0x1111222299994444");
    assert_eq!(nearest("0x111222233334444"), "0x1111222233334444");
    assert_eq!(nearest("0x62"), "0x0000000000000061");
    assert!(nearest("no id at all").starts_with("0x"));
    assert!(matches!(select_session(&sessions, "9"), Err(SelectError::NoSuchNumber { count: 3, .. })));
    assert_eq!(select_session::<Known>(&[], "1").err(), Some(SelectError::None));
}

#[test]
fn an_id_of_several_files_is_answered_with_their_names() {
    let sessions = [known(0xab, 1, 0), known(0xab, 2, 1)];
    let message = select_session(&sessions, "0xAB").err().unwrap().to_string();
    assert!(sessions.iter().all(|session| message.contains(&session.file)), "{message}");
    assert_eq!(select_session(&sessions, &sessions[1].file).unwrap().time, 1);
}
