//! Trying a server step by step, each step's outcome kept: for people who want to know what works and what does not.

use super::conversation::Conversation;
use super::{ProbeError, Share, connect_share, filetime_now, log_on, settle_dialect, settle_with};
use crate::Negotiated;
use crate::logon::Account;
use crate::request::create::{Open, create};
use crate::request::logoff::logoff;
use crate::request::negotiate::{ALL_DIALECTS, inquiry};
use crate::request::tree_connect::share_path;
use smb2::NtStatus;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Which server is tried, as whom, and for which share.
#[derive(Debug, Clone)]
pub struct Subject<'a> {
    /// Address of the server.
    pub address: SocketAddr,
    /// Its name, for the paths of the shares.
    pub server_name: &'a str,
    /// Who logs on; `None` when nobody can.
    pub account: Option<&'a Account>,
    /// The share.
    pub share: &'a str,
    /// How long connecting, and each answer, may take.
    pub patience: Duration,
}

/// What each step found; `None` for one that was not tried, since it needs an earlier one that failed.
#[derive(Debug)]
pub struct Examination {
    /// The TCP connection, and how long it took.
    pub connected: Result<Duration, ProbeError>,
    /// NEGOTIATE with every dialect offered.
    pub negotiated: Option<Result<Negotiated, ProbeError>>,
    /// How far the server's clock was ahead of this machine's then, seconds; `None` when the server does not tell.
    pub clock_ahead: Option<i64>,
    /// Each dialect offered alone on a connection of its own, in ascending order; empty when not tried.
    pub dialects: Vec<(u16, Result<(), ProbeError>)>,
    /// What the server tells to a client that has every capability and compression algorithm.
    pub inquired: Option<Result<Negotiated, ProbeError>>,
    /// SESSION_SETUP; not tried without an account.
    pub logon: Option<Result<Logon, ProbeError>>,
    /// TREE_CONNECT to the share.
    pub share: Option<Result<ExaminedShare, ProbeError>>,
    /// CREATE of the share's root for making files and folders in it, where the share is a disk; it makes nothing.
    pub root: Option<Result<NtStatus, ProbeError>>,
    /// TREE_CONNECT to `IPC$`, where the named pipes are.
    pub pipes: Option<Result<ExaminedShare, ProbeError>>,
}

/// How the user was let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Logon {
    /// As a guest or anonymously, so that nothing can be signed or encrypted.
    pub guest: bool,
    /// The server demands that everything in the session is encrypted.
    pub encrypted: bool,
}

/// What a TREE_CONNECT response tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExaminedShare {
    /// ShareType: disk (1), pipe (2), print (3) (MS-SMB2 2.2.10).
    pub share_type: u8,
    /// The server demands that everything on the share is encrypted.
    pub encrypted: bool,
    /// MaximalAccess: what the share lets the user do; its files may allow less.
    pub maximal_access: u32,
}

impl ExaminedShare {
    /// Whether it is a disk.
    pub fn is_disk(&self) -> bool {
        self.share_type == SHARE_TYPE_DISK
    }

    /// Whether the share lets the user read files.
    pub fn can_read(&self) -> bool {
        self.maximal_access & FILE_READ_DATA != 0
    }

    /// Whether the share lets the user make and write files.
    pub fn can_write(&self) -> bool {
        self.maximal_access & MAKE_FILES == MAKE_FILES
    }
}

impl From<&Share> for ExaminedShare {
    fn from(share: &Share) -> Self {
        Self { share_type: share.share_type, encrypted: share.encrypted, maximal_access: share.maximal_access }
    }
}

/// Carries out [`examine`] on this thread; `None` when `cancelled` was set before it ended.
///
/// # Errors
/// The operating system's, when it has nothing to wait for sockets with.
pub fn examine_unless(cancelled: &AtomicBool, subject: &Subject<'_>) -> io::Result<Option<Examination>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let examination = runtime.block_on(async {
        tokio::select! {
            examination = examine(subject) => Some(examination),
            () = set(cancelled) => None,
        }
    });
    Ok(examination)
}

/// Takes every step that can be taken. Nothing on the server is changed. Must be called inside a tokio runtime.
pub async fn examine(subject: &Subject<'_>) -> Examination {
    let begun = Instant::now();
    let opened = Conversation::open(subject.address, subject.patience).await;
    let mut found = Examination {
        connected: Ok(begun.elapsed()),
        negotiated: None,
        clock_ahead: None,
        dialects: Vec::new(),
        inquired: None,
        logon: None,
        share: None,
        root: None,
        pipes: None,
    };
    match opened {
        Ok(conversation) => greet(subject, conversation, &mut found).await,
        Err(error) => found.connected = Err(error),
    }
    found
}

const SHARE_TYPE_DISK: u8 = 1;
/// FILE_READ_DATA, FILE_LIST_DIRECTORY (MS-SMB2 2.2.13.1).
const FILE_READ_DATA: u32 = 0x0001;
/// FILE_WRITE_DATA and FILE_APPEND_DATA of files; of folders FILE_ADD_FILE and FILE_ADD_SUBDIRECTORY.
const MAKE_FILES: u32 = 0x0002 | 0x0004;
/// How often it is looked whether to go on.
const LOOK: Duration = Duration::from_millis(50);
/// The unit of FILETIME.
const TICKS_A_SECOND: i64 = 10_000_000;

async fn set(flag: &AtomicBool) {
    while !flag.load(Ordering::Relaxed) {
        tokio::time::sleep(LOOK).await;
    }
}

async fn greet(subject: &Subject<'_>, mut conversation: Conversation, found: &mut Examination) {
    let negotiated = settle_dialect(&mut conversation, &ALL_DIALECTS).await;
    let now = filetime_now();
    match found.negotiated.insert(negotiated) {
        Ok(negotiated) => found.clock_ahead = ahead(negotiated.system_time, now),
        Err(_) => return,
    }
    offer_each(subject, found).await;
    let Some(account) = subject.account else { return };
    match log_on(&mut conversation, subject.server_name, account).await {
        Ok(session) => {
            let logon = Logon { guest: session.guest, encrypted: session.encrypted };
            found.logon = Some(Ok(logon));
            visit(subject, conversation, logon, found).await;
        }
        Err(error) => found.logon = Some(Err(error)),
    }
}

/// Each dialect alone, and the inquiry, all at once: together they take no longer than one of them.
async fn offer_each(subject: &Subject<'_>, found: &mut Examination) {
    let (address, patience) = (subject.address, subject.patience);
    let mut singly = JoinSet::new();
    for dialect in ALL_DIALECTS {
        singly.spawn(async move { (dialect, offer(address, dialect, patience).await) });
    }
    let asked = async {
        let mut conversation = Conversation::open(address, patience).await?;
        settle_with(&mut conversation, &ALL_DIALECTS, inquiry).await
    };
    let (dialects, inquired) = tokio::join!(singly.join_all(), asked);
    found.dialects = dialects;
    found.dialects.sort_unstable_by_key(|(dialect, _)| *dialect);
    found.inquired = Some(inquired);
}

async fn offer(address: SocketAddr, dialect: u16, patience: Duration) -> Result<(), ProbeError> {
    let mut conversation = Conversation::open(address, patience).await?;
    settle_dialect(&mut conversation, &[dialect]).await.map(drop)
}

async fn visit(subject: &Subject<'_>, mut conversation: Conversation, logon: Logon, found: &mut Examination) {
    let path = |share| share_path(subject.server_name, share);
    let share = connect_share(&mut conversation, &path(subject.share)).await;
    if matches!(share, Ok(_) | Err(ProbeError::ShareRefused { .. })) {
        let pipes = connect_share(&mut conversation, &path("IPC$")).await;
        found.pipes = Some(pipes.map(|share| (&share).into()));
    }
    if let Ok(share) = &share
        && ExaminedShare::from(share).is_disk()
    {
        if share.encrypted && !logon.guest {
            conversation.dialogue.encrypt();
        }
        found.root = Some(open_root(&mut conversation, share.tree_id).await);
    }
    found.share = Some(share.map(|share| (&share).into()));
    // What was to be found out is known: a server that does not answer this is no worse for it.
    let _ = conversation.exchange(&logoff()).await;
}

async fn open_root(conversation: &mut Conversation, tree_id: u32) -> Result<NtStatus, ProbeError> {
    let (share_all, open_only, directory_file) = (7, 1, 1);
    let root = Open {
        access: MAKE_FILES,
        attributes: 0,
        share_access: share_all,
        disposition: open_only,
        options: directory_file,
        contexts: &[],
    };
    let response = conversation.exchange_on(tree_id, &create(&[], &root)?).await?;
    Ok(NtStatus(response.header.status))
}

/// How far a clock is ahead of another, whole seconds; `None` when it was not told.
fn ahead(server: u64, here: u64) -> Option<i64> {
    let (server, here) = (i64::try_from(server).ok()?, i64::try_from(here).ok()?);
    (server != 0).then(|| server.saturating_sub(here) / TICKS_A_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_told_ahead_or_behind_in_whole_seconds() {
        let here = 133_000_000_000_000_000;
        assert_eq!(ahead(here + 25_000_000, here), Some(2));
        assert_eq!(ahead(here - 36_000_000_000, here), Some(-3600));
        assert_eq!(ahead(0, here), None);
        assert_eq!(ahead(u64::MAX, here), None);
    }

    #[test]
    fn who_may_only_read_a_share_cannot_write_it() {
        let share = |maximal_access| ExaminedShare { share_type: 1, encrypted: false, maximal_access };
        assert!(share(0x001f_01ff).can_read() && share(0x001f_01ff).can_write());
        assert!(share(0x0012_00a9).can_read() && !share(0x0012_00a9).can_write());
    }
}
