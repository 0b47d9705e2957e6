//! Trying a server before anything is replayed at it: does it answer, speak SMB2, let the user in and have the share?

mod conversation;
mod dialogue;
mod error;
pub mod examination;

pub use error::ProbeError;

use crate::Negotiated;
use crate::kerberos::LogonEntropy;
use crate::logon::{Account, KerberosLogon, Logon};
use crate::request::logoff::logoff;
use crate::request::negotiate::{ALL_DIALECTS, Offer, negotiate};
use crate::request::session_setup::session_setup;
use crate::request::tree_connect::{share_path, tree_connect};
use crate::request::{Request, TooLong};
use conversation::Conversation;
pub(crate) use dialogue::Dialogue;
use dialogue::Protection;
use smb2::auth::{Entropy, NtlmLogon};
use smb2::message::session_setup::SessionSetupResponse;
use smb2::message::tree_connect::TreeConnectResponse;
use smb2::{Guid, NtStatus};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

/// What a server is like, seen by one user on one share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Dialect, algorithms and limits.
    pub negotiated: Negotiated,
    /// The server demands that everything in the session is encrypted (SMB2_SESSION_FLAG_ENCRYPT_DATA).
    pub session_encrypted: bool,
    /// The server demands that everything on the share is encrypted (SMB2_SHAREFLAG_ENCRYPT_DATA).
    pub share_encrypted: bool,
    /// ShareType: disk (1), pipe (2), print (3) (MS-SMB2 2.2.10).
    pub share_type: u8,
    /// The user was let in as a guest or anonymously, so that nothing can be signed or encrypted.
    pub guest: bool,
}

/// Connects to `address`, offers `dialects` (all of them when empty), logs on, connects to the share
/// `\\server_name\share`, logs off and closes. Nothing on the server is changed.
///
/// Each answer may take as long as `patience`. Must be called inside a tokio runtime.
///
/// # Errors
/// [`ProbeError`]: at which of these steps it ended, and why.
pub async fn probe(
    address: SocketAddr,
    server_name: &str,
    account: &Account,
    share: &str,
    dialects: &[u16],
    patience: Duration,
) -> Result<Probe, ProbeError> {
    let visit = Visit::begin(address, server_name, account, share, dialects, patience).await?;
    let Visit { negotiated, session, share, .. } = &visit;
    let found = Probe {
        negotiated: negotiated.clone(),
        session_encrypted: session.encrypted,
        share_encrypted: share.encrypted,
        share_type: share.share_type,
        guest: session.guest,
    };
    visit.end().await;
    Ok(found)
}

/// A connection with a session and a share.
pub(crate) struct Visit {
    /// The connection.
    pub(crate) conversation: Conversation,
    negotiated: Negotiated,
    session: Session,
    share: Share,
}

impl Visit {
    /// As [`probe`], as far as the share.
    pub(crate) async fn begin(
        address: SocketAddr,
        server_name: &str,
        account: &Account,
        share: &str,
        dialects: &[u16],
        patience: Duration,
    ) -> Result<Self, ProbeError> {
        let mut conversation = Conversation::open(address, patience).await?;
        let negotiated = settle_dialect(&mut conversation, dialects).await?;
        let session = log_on(&mut conversation, server_name, account).await?;
        let share = match connect_share(&mut conversation, &share_path(server_name, share)).await {
            Ok(share) => share,
            Err(refused @ ProbeError::ShareRefused { .. }) => {
                // What was to be found out is known: a server that does not answer this is no worse for a replay.
                let _ = conversation.exchange(&logoff()).await;
                return Err(refused);
            }
            Err(error) => return Err(error),
        };
        if share.encrypted && !session.guest {
            conversation.dialogue.encrypt();
        }
        Ok(Self { conversation, negotiated, session, share })
    }

    /// The TreeId of the share.
    pub(crate) fn tree_id(&self) -> u32 {
        self.share.tree_id
    }

    /// Logs off and closes. A server that does not answer this is no worse for a replay.
    pub(crate) async fn end(mut self) {
        let _ = self.conversation.exchange(&logoff()).await;
    }
}

/// The highest dialect that the server at `address` picks when offered all; `None` when none could be settled within
/// `patience` an answer. Must be called inside a tokio runtime.
pub async fn supported_dialect(address: SocketAddr, patience: Duration) -> Option<u16> {
    let mut conversation = Conversation::open(address, patience).await.ok()?;
    settle_dialect(&mut conversation, &ALL_DIALECTS).await.ok().map(|negotiated| negotiated.dialect)
}

/// SMB 2.0.2, the only dialect without ClientGuid.
const SMB_2_0_2: u16 = 0x0202;
/// SMB2_SESSION_FLAG_IS_GUEST and SMB2_SESSION_FLAG_IS_NULL.
const SESSION_GUEST_OR_NULL: u16 = 0x0001 | 0x0002;
/// SMB2_SESSION_FLAG_ENCRYPT_DATA.
const SESSION_ENCRYPT_DATA: u16 = 0x0004;
/// SMB2_SHAREFLAG_ENCRYPT_DATA.
const SHARE_ENCRYPT_DATA: u32 = 0x0000_8000;
/// 1970-01-01 in 100 ns since 1601-01-01.
const UNIX_EPOCH_FILETIME: u64 = 116_444_736_000_000_000;

async fn settle_dialect(conversation: &mut Conversation, dialects: &[u16]) -> Result<Negotiated, ProbeError> {
    settle_with(conversation, dialects, negotiate).await
}

/// Settles the dialect with the request that `make` makes of the offer.
async fn settle_with(
    conversation: &mut Conversation,
    dialects: &[u16],
    make: fn(&Offer<'_>) -> Result<Request, TooLong>,
) -> Result<Negotiated, ProbeError> {
    let dialects = if dialects.is_empty() { &ALL_DIALECTS } else { dialects };
    let client_guid = if dialects == [SMB_2_0_2] { Guid::default() } else { Guid(random()?) };
    let request = make(&Offer { dialects, client_guid, salt: random()? })?;
    let response = conversation.exchange(&request).await?;
    let (address, offered) = (conversation.dialogue.address(), dialects.to_vec());
    let status = NtStatus(response.header.status);
    match conversation.dialogue.negotiated() {
        Some(negotiated) if dialects.contains(&negotiated.dialect) => Ok(negotiated.clone()),
        Some(negotiated) => Err(ProbeError::DialectNotOffered { address, picked: negotiated.dialect, offered }),
        None => Err(ProbeError::DialectRefused { address, offered, status }),
    }
}

struct Session {
    guest: bool,
    encrypted: bool,
}

async fn log_on(conversation: &mut Conversation, server_name: &str, account: &Account) -> Result<Session, ProbeError> {
    let address = conversation.dialogue.address();
    let mut logon = begin(account, server_name)?;
    let mut server_token: Option<Vec<u8>> = None;
    let (flags, server_token) = loop {
        let token =
            logon.step(server_token.as_deref()).map_err(|source| ProbeError::LogonGarbled { address, source })?;
        let request = session_setup(&token)?;
        let response = conversation.exchange(&request).await?;
        let status = NtStatus(response.header.status);
        if !matches!(status, NtStatus::SUCCESS | NtStatus::MORE_PROCESSING_REQUIRED) {
            let (user, mechanism) = (account.to_string(), account.mechanism());
            return Err(ProbeError::LogonRefused { address, user, mechanism, status });
        }
        conversation.dialogue.enter_session(response.header.session_id);
        let garbled = |source| ProbeError::BadAnswer { address, what: request.command, source };
        let view = SessionSetupResponse::parse(&response.message).map_err(garbled)?;
        let token = view.security_buffer().map_err(garbled)?.to_vec();
        if status == NtStatus::SUCCESS {
            break (view.session_flags(), token);
        }
        server_token = Some(token);
    };
    let session = Session { guest: flags & SESSION_GUEST_OR_NULL != 0, encrypted: flags & SESSION_ENCRYPT_DATA != 0 };
    let garbled = |source| ProbeError::LogonGarbled { address, source };
    if session.guest {
        logon.complete_as_guest(&server_token).map_err(garbled)?;
        return Ok(session);
    }
    let session_key = logon.complete(&server_token).map_err(garbled)?;
    if let Some(session_key) = session_key {
        let protection = if session.encrypted { Protection::Encrypted } else { Protection::Signed };
        conversation.dialogue.protect(session_key.as_bytes(), protection);
    }
    Ok(session)
}

struct Share {
    tree_id: u32,
    share_type: u8,
    encrypted: bool,
    maximal_access: u32,
}

async fn connect_share(conversation: &mut Conversation, path: &str) -> Result<Share, ProbeError> {
    let address = conversation.dialogue.address();
    let request = tree_connect(path)?;
    let response = conversation.exchange(&request).await?;
    let status = NtStatus(response.header.status);
    if status != NtStatus::SUCCESS {
        return Err(ProbeError::ShareRefused { address, share: path.to_owned(), status });
    }
    let view = TreeConnectResponse::parse(&response.message).map_err(|source| ProbeError::BadAnswer {
        address,
        what: request.command,
        source,
    })?;
    let tree_id = response.header.tree_id().unwrap_or_default();
    let (share_type, maximal_access) = (view.share_type(), view.maximal_access());
    Ok(Share { tree_id, share_type, encrypted: view.share_flags() & SHARE_ENCRYPT_DATA != 0, maximal_access })
}

/// A logon of the account, with random bytes of its own.
fn begin(account: &Account, server_name: &str) -> Result<Logon, ProbeError> {
    Ok(match account {
        Account::Ntlm(credentials) => {
            let entropy =
                Entropy { client_challenge: random()?, exported_session_key: random()?, filetime: filetime_now() };
            Logon::Ntlm(NtlmLogon::new(credentials, entropy).with_target_name(&format!("cifs/{server_name}")))
        }
        Account::Kerberos(ticket) => {
            let entropy = LogonEntropy { subkey: random()?, confounder: random()?, sequence_number: random()? };
            let microseconds = filetime_now().saturating_sub(UNIX_EPOCH_FILETIME) / 10;
            Logon::Kerberos(KerberosLogon::new(ticket.logon(microseconds, entropy)))
        }
    })
}

/// This machine's clock.
fn filetime_now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH_FILETIME.saturating_add(u64::try_from(now.as_nanos() / 100).unwrap_or_default())
}

fn random<const N: usize>() -> Result<[u8; N], ProbeError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(ProbeError::NoRandomness)?;
    Ok(bytes)
}
