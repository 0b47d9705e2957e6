//! Many small files are made, listed and deleted.

use crate::script::{Script, carry, run};
use lab::{Samba, SambaOptions};
use smb2::fscc::directory::entries;
use smb2::message::{CreateResponse, QueryDirectoryResponse};
use smb2::{Command, FileId, NtStatus, utf16};
use smbreplay_client::crew::{Answer, Chain, End, Work};
use smbreplay_client::request::create::{Kind, Open, create, open_or_make};
use smbreplay_client::request::query_directory::query_directory;
use smbreplay_client::request::set_info::{BasicInformation, basic, disposition};
use smbreplay_client::request::{Request, close::close, write::write};
use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;
use std::sync::atomic::{AtomicBool, Ordering};

const FOLDERS: usize = 4;
const FILES: usize = 500;
/// 2001-09-09 01:46:40 UTC as Unix time and as FILETIME.
const UNIX_TIME: i64 = 1_000_000_000;
const FILETIME: u64 = (11_644_473_600 + UNIX_TIME as u64) * 10_000_000;
const GENERIC_WRITE_AND_ATTRIBUTES: u32 = 0x0012_0116;
const DELETE: u32 = 0x0001_0000;
const LIST: u32 = 0x0012_0089;
const HIDDEN: u32 = 2;
const CREATE_NEW: u32 = 2;
const OPEN_EXISTING: u32 = 1;
const RELATED: FileId = FileId::RELATED;

fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn open(path: &str, access: u32, disposition: u32) -> Request {
    let open = Open { access, attributes: 0x80, share_access: 7, disposition, options: 0, contexts: &[] };
    create(&units(path), &open).unwrap()
}

fn paths() -> impl Iterator<Item = String> {
    (0..FOLDERS).flat_map(|folder| (0..FILES).map(move |file| format!("folder {folder}\\file {file}.txt")))
}

fn folders() -> Vec<Vec<Request>> {
    let folder = |number| open_or_make(&units(&format!("folder {number}")), Kind::Folder).unwrap();
    (0..FOLDERS).map(|number| vec![folder(number), close(RELATED)]).collect()
}

fn making(path: &str) -> Vec<Request> {
    let times = BasicInformation { last_write: FILETIME, attributes: HIDDEN, ..BasicInformation::default() };
    vec![
        open(path, GENERIC_WRITE_AND_ATTRIBUTES, CREATE_NEW),
        write(RELATED, 0, path.as_bytes()).0,
        basic(RELATED, &times),
        close(RELATED),
    ]
}

fn deleting(path: &str) -> Vec<Request> {
    vec![open(path, DELETE, OPEN_EXISTING), disposition(RELATED, true), close(RELATED)]
}

/// Lists one folder: opens it and asks for entries at once, asks for more with its handle until there are none.
#[derive(Default)]
struct Listing {
    next: Option<Vec<Request>>,
    folder: Option<FileId>,
    names: Vec<String>,
}

impl Listing {
    fn query(file_id: FileId) -> Request {
        let file_directory_information = 1;
        query_directory(file_id, file_directory_information, 0, &units("*"), 8192).unwrap()
    }

    fn take_entries(&mut self, answer: &Answer) {
        assert_eq!(answer.command, Command::QUERY_DIRECTORY);
        let Some(folder) = self.folder else { panic!("no folder") };
        if answer.status == NtStatus::NO_MORE_FILES {
            self.next = Some(vec![close(folder)]);
            return;
        }
        assert_eq!(answer.status, NtStatus::SUCCESS);
        let view = QueryDirectoryResponse::parse(&answer.message).unwrap();
        let found = entries(view.buffer().unwrap(), 1).unwrap().map(Result::unwrap);
        self.names.extend(found.map(|entry| utf16::to_string(entry.name)));
        self.next = Some(vec![Self::query(folder)]);
    }
}

impl Work for Listing {
    fn next_chain(&mut self, _connection: usize) -> Option<Chain> {
        Some(Chain { ticket: 0, requests: self.next.take()? })
    }

    fn handle_answers(&mut self, _ticket: u64, answers: Vec<Answer>) {
        if answers[0].command == Command::CREATE {
            self.folder = Some(CreateResponse::parse(&answers[0].message).unwrap().file_id());
        }
        if answers[0].command != Command::CLOSE {
            self.take_entries(answers.last().unwrap());
        }
    }
}

async fn list(samba: &Samba, folder: &str) -> Vec<String> {
    let first = vec![open(folder, LIST, OPEN_EXISTING), Listing::query(RELATED)];
    let mut listing = Listing { next: Some(first), ..Listing::default() };
    assert_eq!(run(samba, &[], 1, &mut listing, &AtomicBool::new(false)).await.unwrap(), End::Done);
    listing.names
}

fn assert_made(samba: &Samba) {
    for path in paths() {
        let on_disk = samba.share_path().join(path.replace('\\', "/"));
        assert_eq!(std::fs::read(&on_disk).unwrap(), path.as_bytes(), "{path}");
        assert_eq!(std::fs::metadata(&on_disk).unwrap().mtime(), UNIX_TIME, "{path}");
    }
}

#[tokio::test]
async fn files_are_made_listed_and_deleted_in_clear_and_encrypted() {
    let kinds = [
        SambaOptions::default(),
        SambaOptions { encryption_required: true, ..SambaOptions::default() },
        SambaOptions { shares: vec!["smb encrypt = required".into()], ..SambaOptions::default() },
    ];
    for options in kinds {
        let samba = Samba::start(options).unwrap();
        carry(&samba, 4, folders()).await.assert_success(FOLDERS, 2);
        let made = carry(&samba, 4, paths().map(|path| making(&path)).collect()).await;
        made.assert_success(FOLDERS * FILES, 4);
        assert_eq!(made.connections, BTreeSet::from([0, 1, 2, 3]));
        assert_made(&samba);

        let mut names = list(&samba, "folder 3").await;
        names.retain(|name| name != "." && name != "..");
        let expected: BTreeSet<String> = (0..FILES).map(|file| format!("file {file}.txt")).collect();
        assert_eq!((names.len(), names.into_iter().collect::<BTreeSet<_>>()), (FILES, expected));

        carry(&samba, 4, paths().map(|path| deleting(&path)).collect()).await.assert_success(FOLDERS * FILES, 3);
        let folders = (0..FOLDERS).map(|folder| deleting(&format!("folder {folder}"))).collect();
        carry(&samba, 2, folders).await.assert_success(FOLDERS, 3);
        assert_eq!(std::fs::read_dir(samba.share_path()).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn every_dialect_will_do() {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    for dialect in [0x0202, 0x0210, 0x0300, 0x0302, 0x0311] {
        let path = |file: usize| format!("{dialect} {file}.txt");
        let mut script = Script::new((0..50).map(|file| making(&path(file))));
        let end = run(&samba, &[dialect], 2, &mut script, &AtomicBool::new(false)).await.unwrap();
        assert_eq!(end, End::Done);
        script.assert_success(50, 4);
    }
    assert_eq!(std::fs::read_dir(samba.share_path()).unwrap().count(), 250);
}

#[tokio::test]
async fn chains_work_request_by_request_with_a_server_of_few_credits() {
    for credits in [1, 2, 3] {
        let global = vec![format!("smb2 max credits = {credits}")];
        let samba = Samba::start(SambaOptions { global, ..SambaOptions::default() }).unwrap();
        carry(&samba, 2, folders()).await.assert_success(FOLDERS, 2);
        let made = carry(&samba, 2, paths().step_by(20).map(|path| making(&path)).collect()).await;
        made.assert_success(FOLDERS * FILES / 20, 4);
        let again = carry(&samba, 2, paths().step_by(20).take(10).map(|path| making(&path)).collect()).await;
        for answers in again.answers.values() {
            let statuses: Vec<_> = answers.iter().map(|answer| answer.status).collect();
            assert_eq!(statuses, [NtStatus::OBJECT_NAME_COLLISION; 4]);
        }
    }
}

#[tokio::test]
async fn what_follows_a_refused_create_in_a_chain_is_refused_alike() {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let script = carry(&samba, 1, vec![making("missing\\file")]).await;
    let answers: Vec<_> = script.answers[&0].iter().map(|answer| (answer.command, answer.status)).collect();
    let status = NtStatus::OBJECT_PATH_NOT_FOUND;
    let commands = [Command::CREATE, Command::WRITE, Command::SET_INFO, Command::CLOSE];
    assert_eq!(answers, commands.map(|command| (command, status)));
}

#[tokio::test]
async fn a_crew_can_work_in_a_task_of_its_own() {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let task = tokio::spawn(async move {
        carry(&samba, 2, vec![making("file")]).await.assert_success(1, 4);
        std::fs::read(samba.share_path().join("file")).unwrap()
    });
    assert_eq!(task.await.unwrap(), b"file");
}

/// Makes files until it is cancelled, which it does itself.
struct Endless<'a> {
    cancelled: &'a AtomicBool,
    begun: usize,
    answered: usize,
}

impl Work for Endless<'_> {
    fn next_chain(&mut self, _connection: usize) -> Option<Chain> {
        assert!(!self.cancelled.load(Ordering::Relaxed));
        self.begun += 1;
        Some(Chain { ticket: 0, requests: making(&format!("{}.txt", self.begun)) })
    }

    fn handle_answers(&mut self, _ticket: u64, answers: Vec<Answer>) {
        assert!(answers.iter().all(|answer| answer.status == NtStatus::SUCCESS), "{answers:?}");
        self.answered += 1;
        self.cancelled.store(self.answered >= 100, Ordering::Relaxed);
    }
}

#[tokio::test]
async fn a_cancelled_crew_finishes_what_it_has_begun() {
    let samba = Samba::start(SambaOptions::default()).unwrap();
    let cancelled = AtomicBool::new(false);
    let mut work = Endless { cancelled: &cancelled, begun: 0, answered: 0 };
    assert_eq!(run(&samba, &[], 3, &mut work, &cancelled).await.unwrap(), End::Interrupted);
    assert_eq!(work.begun, work.answered);
    assert_eq!(std::fs::read_dir(samba.share_path()).unwrap().count(), work.begun);
}
