//! Logons re-enacted: new tokens in captured legs, one leg more where the live server wants it (MS-SMB2 3.2.5.3).

use crate::engine::Engine;
use crate::engine::compose::Refusal;
use crate::engine::requests::Issue;
use crate::engine::state::{LogonState, Outstanding, SessionState};
use crate::message::{Draft, session_setup};
use crate::plan::Planned;
use crate::plan::logon::{self, Identity, Logon};
use client::Received;
use client::kerberos::LogonEntropy;
use client::logon::{Account, KerberosLogon, Logon as LiveLogon, LogonError};
use smb2::NtStatus;
use smb2::auth::ntlm::Entropy;
use smb2::auth::{Credentials, NtlmLogon};
use smb2::header::offset;
use smb2::message::{SessionSetupRequest, SessionSetupResponse};

/// 1970-01-01 in 100 ns since 1601-01-01.
const UNIX_EPOCH_AS_FILETIME: u64 = 116_444_736_000_000_000;
/// SMB2_SESSION_FLAG_IS_GUEST, _IS_NULL and _ENCRYPT_DATA (MS-SMB2 2.2.6).
const SESSION_IS_GUEST_OR_NULL: u16 = 0x0003;
const SESSION_ENCRYPT_DATA: u16 = 0x0004;
/// SMB2_NEGOTIATE_SIGNING_REQUIRED in the SecurityMode of a SESSION_SETUP (MS-SMB2 2.2.5, 3.3.5.5.3).
const SIGNING_REQUIRED: u8 = 0x02;

impl Engine {
    /// The security token of a leg of a logon.
    pub(super) fn logon_token(&mut self, lane: usize, index: usize, request: &Planned<'_>) -> Result<Vec<u8>, Refusal> {
        let Some(leg) = request.logon() else { return Err(Refusal::because("not part of a logon")) };
        if leg.leg == 0 {
            let state = LogonState { logon: self.new_logon(leg)?, token: None, session_id: 0 };
            self.logons.insert(index, state);
            if leg.bind {
                self.begin_bind(lane, request);
            }
        }
        let Some(logon) = self.logons.get_mut(&leg.first) else {
            return Err(Refusal { reason: "its logon did not begin".into(), cause: Some(leg.first) });
        };
        if leg.leg > 0 && logon.token.is_none() {
            return Err(Refusal { reason: "the live logon needed fewer legs".into(), cause: Some(leg.first) });
        }
        let token = logon.token.take();
        logon.logon.step(token.as_deref()).map_err(|error| {
            self.no_session(lane, leg, index);
            Refusal { reason: format!("the logon cannot go on: {error}"), cause: Some(leg.first) }
        })
    }

    fn new_logon(&mut self, leg: Logon) -> Result<LiveLogon, Refusal> {
        let account = self.account(leg).ok_or_else(|| Refusal::because("there is no ticket for its user"))?;
        let since_start = u64::try_from(self.now.as_nanos() / 100).unwrap_or(0);
        let filetime = self.seed.filetime.saturating_add(since_start);
        let wrong_proof = leg.identity == Identity::WrongProof;
        Ok(match account {
            Account::Ntlm(credentials) => {
                let entropy = Entropy { client_challenge: self.draw(), exported_session_key: self.draw(), filetime };
                let logon = NtlmLogon::new(&credentials, entropy);
                LiveLogon::Ntlm(if wrong_proof { logon.with_wrong_proof() } else { logon })
            }
            Account::Kerberos(ticket) => {
                let entropy =
                    LogonEntropy { subkey: self.draw(), confounder: self.draw(), sequence_number: self.draw() };
                let microseconds = filetime.saturating_sub(UNIX_EPOCH_AS_FILETIME) / 10;
                let logon = KerberosLogon::new(ticket.logon(microseconds, entropy));
                LiveLogon::Kerberos(if wrong_proof { logon.with_wrong_proof() } else { logon })
            }
        })
    }

    /// Who logs on for a captured user.
    fn account(&self, leg: Logon) -> Option<Account> {
        match leg.identity {
            Identity::Anonymous => Some(Credentials::default().into()),
            Identity::User | Identity::WrongProof => {
                self.options.target.held_account(self.options.credentials(leg.rule), leg.captured)
            }
            Identity::Guest => {
                let account = leg.account.and_then(|account| self.plan.accounts.get(account));
                Some(logon::guest(account, &self.options.target.username).into())
            }
        }
    }

    fn begin_bind(&mut self, lane: usize, request: &Planned<'_>) {
        let id = request.session().issuer().and_then(|issuer| self.requests.session(issuer));
        let keys = id.and_then(|id| self.sessions.get(&id)?.keys.clone());
        if let (Some(id), Some(keys), Some(state)) = (id, keys, self.lanes.get_mut(lane)) {
            state.core.begin_bind(id, &keys);
        }
    }

    /// Takes the answer to a leg of a logon. True when the logon needs a leg more than the capture has; the answer to
    /// that one counts for this request then.
    pub(super) fn session_setup_goes_on(&mut self, lane: usize, index: usize, received: &Received) -> bool {
        let Some(request) = self.plan.requests.get(index) else { return false };
        let Some(leg) = request.logon() else { return false };
        let known_session = request.session().issuer().is_some();
        let status = NtStatus(received.header.status);
        let session_id = received.header.session_id;
        let goes_well = |status| status == NtStatus::SUCCESS || status == NtStatus::MORE_PROCESSING_REQUIRED;
        if goes_well(status) && !known_session {
            self.requests.issue(index, Issue::Session(session_id));
        }
        let view = SessionSetupResponse::parse(&received.message);
        let Some(logon) = self.logons.get_mut(&leg.first) else { return false };
        logon.session_id = session_id;
        if status == NtStatus::MORE_PROCESSING_REQUIRED {
            let token = view.and_then(|view| view.security_buffer_range()).ok();
            logon.token = token.map(|range| received.message.slice(range));
            let ended_in_capture =
                request.captured_status().is_some_and(|captured| captured != NtStatus::MORE_PROCESSING_REQUIRED);
            if !leg.last || !ended_in_capture {
                return false;
            }
            let goes_on = self.send_further_leg(lane, index, leg.first);
            if !goes_on {
                self.no_session(lane, leg, index);
            }
            return goes_on;
        }
        if !goes_well(status) && request.captured_status().is_none_or(goes_well) {
            self.logon_failed(leg.first, index);
        }
        if status == NtStatus::SUCCESS {
            let flags = view.as_ref().map_or(0, |view| view.session_flags());
            let token = view.as_ref().ok().and_then(|view| view.security_buffer().ok()).unwrap_or_default();
            if let Err(error) = self.session_established(lane, session_id, leg, token, flags) {
                let connection = self.connection_number(lane);
                self.warn(format!(
                    "connection {connection}: a logon that the live server accepts is not used: {error}"
                ));
                self.unproven.insert(index, error.to_string());
                self.no_session(lane, leg, index);
            }
        }
        false
    }

    /// The live server has not proven itself, or has never enough: nothing is sent in what it calls a session (MS-SMB2
    /// 3.2.5.3.1). A session that is logged on to again keeps the keys that it has.
    fn no_session(&mut self, lane: usize, leg: Logon, index: usize) {
        self.logon_failed(leg.first, index);
        if leg.bind {
            self.break_off(lane, "the live server has not proven itself as its connection was bound to a session");
        }
    }

    /// No session comes of a logon that only the live server ends: what the capture shows in it cannot be sent.
    fn logon_failed(&mut self, first: usize, refused: usize) {
        let first_leg = self.plan.requests.get(first);
        if first_leg.is_some_and(|leg| leg.session().issuer().is_none()) {
            self.requests.take_back(first);
            self.requests.set_cause(first, refused);
        }
    }

    /// The server has let the user in, with `token` in the last response.
    fn session_established(
        &mut self,
        lane: usize,
        session_id: u64,
        leg: Logon,
        token: &[u8],
        flags: u16,
    ) -> Result<(), LogonError> {
        let logon = leg.first;
        let unsigned = flags & SESSION_IS_GUEST_OR_NULL != 0;
        let Some(state) = self.logons.get_mut(&logon) else { return Ok(()) };
        if unsigned {
            state.logon.complete_as_guest(token)?;
        }
        let key = state.logon.complete(token)?;
        let (Some(key), Some(state)) = (key, self.lanes.get_mut(lane)) else { return Ok(()) };
        if leg.bind {
            state.core.complete_bind(session_id, key.as_bytes());
            return Ok(());
        }
        let keys = state.core.establish(session_id, key.as_bytes());
        let encrypt = flags & SESSION_ENCRYPT_DATA != 0 && !unsigned;
        let request = self.plan.planned(logon).and_then(|leg| SessionSetupRequest::parse(leg.bytes()).ok());
        let signing_required = request.is_some_and(|view| view.security_mode() & SIGNING_REQUIRED != 0);
        self.sessions.insert(session_id, SessionState { keys, encrypt, unsigned, signing_required });
        Ok(())
    }

    /// Sends the leg that the live logon needs beyond the captured ones. False when it cannot be made.
    fn send_further_leg(&mut self, lane: usize, index: usize, first: usize) -> bool {
        let Some(captured) = self.plan.planned(index).map(|request| request.bytes().to_vec()) else { return false };
        let Some(logon) = self.logons.get_mut(&first) else { return false };
        let session_id = logon.session_id;
        let token = logon.token.take();
        let Ok(answer) = logon.logon.step(token.as_deref()) else { return false };
        let mut draft = Draft::new(&captured);
        let rewritten = session_setup::rewrite(&mut draft, &answer).is_ok()
            && draft.overwrite(offset::SESSION_ID, &session_id.to_le_bytes(), "SessionId").is_ok();
        if !rewritten {
            return false;
        }
        let (message, _) = draft.finish();
        let detail = "a further leg of the logon above".to_owned();
        self.send_extra(lane, message, Some(index), "logon_leg", detail, Outstanding::Planned(index))
    }
}
