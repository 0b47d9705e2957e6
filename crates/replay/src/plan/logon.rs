//! Logons: SESSION_SETUPs that belong together, and how each is re-enacted (MS-SMB2 3.2.4.2.3).

use crate::accounts;
use crate::map::Users;
use crate::plan::identity;
use crate::plan::planned::Planned;
use crate::plan::reference::Reference;
use crate::plan::request::Request;
use crate::trace::Trace;
use smb2::auth::Credentials;
use smb2::auth::ntlm::Message;
use smb2::auth::spnego;
use smb2::message::{SessionSetupRequest, SessionSetupResponse};
use smb2::{Command, NtStatus};
use std::collections::HashMap;

/// Who logs on in the live logon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// The configured user, or the one that a rule names for the captured one.
    User,
    /// Nobody, as in the capture.
    Anonymous,
    /// A user whom the captured server did not know and let in as a guest; a rule for that user makes it a
    /// [`Identity::User`].
    Guest,
    /// The user with a wrong proof, because the captured logon was refused.
    WrongProof,
}

/// A captured user: as NTLM names it, or the client of an opened ticket, with its realm in the place of the domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Account {
    /// Domain, may be empty.
    pub domain: String,
    /// User name.
    pub user: String,
}

/// A user whom servers that have guests make one: the captured user without a password. The configured user is known to
/// the live server and would not become a guest.
pub fn guest(captured: Option<&Account>, configured: &str) -> Credentials {
    let captured = captured.filter(|account| !account.user.eq_ignore_ascii_case(configured));
    let (domain, user) = captured.map_or(("", "guest"), |account| (&account.domain, &account.user));
    Credentials { domain: domain.to_owned(), user: user.to_owned(), password: String::new() }
}

/// A SESSION_SETUP request as a leg of a logon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Logon {
    /// The request that begins the logon; itself for the first leg.
    pub first: usize,
    /// 0-based leg.
    pub leg: u16,
    /// Whether it is the last captured leg.
    pub last: bool,
    /// The last captured leg, whose answer tells how the logon ended.
    pub end: usize,
    /// Who logs on.
    pub identity: Identity,
    /// The captured user, counted in [`crate::plan::Plan::accounts`].
    pub account: Option<usize>,
    /// The rule for that user, in the mapping's users.
    pub rule: Option<usize>,
    /// The mechanism, as far as it counts.
    pub(crate) captured: accounts::Captured,
    /// Whether it binds a session of another connection to this one.
    pub bind: bool,
}

/// Groups the SESSION_SETUPs of the plan into logons; returns the captured users.
pub(super) fn mark(trace: &Trace, requests: &mut [Request], users: &Users) -> Vec<Account> {
    let mut open: HashMap<(u32, Reference), Vec<usize>> = HashMap::new();
    let mut logons: Vec<Vec<usize>> = Vec::new();
    for (index, request) in requests.iter().enumerate() {
        if request.command() != Some(Command::SESSION_SETUP) {
            continue;
        }
        let goes_on = match request.captured_status() {
            Some(status) => status == NtStatus::MORE_PROCESSING_REQUIRED,
            None => request.rare().awaited.is_some(),
        };
        let mut legs = open.remove(&(request.connection, request.session())).unwrap_or_default();
        legs.push(index);
        if goes_on {
            // The next leg names the session that the first response issued.
            let session = match (request.session(), legs.first()) {
                (Reference::Issued(_), _) => request.session(),
                (_, Some(first)) => Reference::issued_by(*first),
                (other, None) => other,
            };
            open.insert((request.connection, session), legs);
        } else {
            logons.push(legs);
        }
    }
    logons.extend(open.into_values());
    let mut accounts: Vec<Account> = Vec::new();
    for legs in logons {
        let planned = || legs.iter().filter_map(|leg| trace.planned(requests.get(*leg)?));
        let mut captured = Captured::of(planned());
        let of_ticket = captured.account.is_none() && captured.identity != Identity::Anonymous;
        if of_ticket {
            captured.account = planned().find_map(|leg| trace.ticket_holders.get(leg.row.file().as_ref()).cloned());
        }
        let rule = captured.account.as_ref().and_then(|account| match of_ticket {
            true => users.find_in_realm(&account.domain, &account.user),
            false => users.find(&account.domain, &account.user),
        });
        let mechanism = captured.mechanism;
        let identity =
            if rule.is_some() && captured.identity == Identity::Guest { Identity::User } else { captured.identity };
        let account = captured.account.map(|account| {
            let known = accounts.iter().position(|known| *known == account);
            known.unwrap_or_else(|| {
                accounts.push(account);
                accounts.len().saturating_sub(1)
            })
        });
        let first = legs.first().and_then(|first| trace.planned(requests.get(*first)?));
        let bind = first.is_some_and(|leg| identity::is_bind(leg.bytes()));
        let (Some(first), Some(end), count) = (legs.first().copied(), legs.last().copied(), legs.len()) else {
            continue;
        };
        for (leg, index) in legs.into_iter().enumerate() {
            if let Some(request) = requests.get_mut(index) {
                let last = leg.saturating_add(1) == count;
                let leg = u16::try_from(leg).unwrap_or(u16::MAX);
                request.rare_mut().logon =
                    Some(Logon { first, leg, last, end, identity, account, rule, captured: mechanism, bind });
            }
        }
    }
    accounts
}

/// What the capture shows of a logon.
struct Captured {
    identity: Identity,
    account: Option<Account>,
    mechanism: accounts::Captured,
}

impl Captured {
    fn of<'a>(legs: impl Iterator<Item = Planned<'a>>) -> Self {
        // SMB2_SESSION_FLAG_IS_GUEST (MS-SMB2 2.2.6).
        const IS_GUEST: u16 = 0x0001;
        let mut found = Self { identity: Identity::User, account: None, mechanism: accounts::Captured::Other };
        for leg in legs {
            if let Ok(view) = SessionSetupRequest::parse(leg.bytes())
                && let Ok(blob) = view.security_buffer()
                && let Some(token) = spnego::find_ntlm(blob)
            {
                found.mechanism = accounts::Captured::Ntlm;
                found.take(token);
            }
            let flags = leg.row.response().and_then(|response| SessionSetupResponse::parse(response).ok());
            if leg.captured_status() == Some(NtStatus::SUCCESS)
                && found.identity == Identity::User
                && flags.is_some_and(|view| view.session_flags() & IS_GUEST != 0)
            {
                found.identity = Identity::Guest;
            }
            if leg.captured_status().is_some_and(is_refusal_of_user) {
                found.identity = Identity::WrongProof;
            }
        }
        found
    }

    /// Takes in whom an AUTHENTICATE names.
    fn take(&mut self, token: &[u8]) {
        let Ok(Message::Authenticate(message)) = Message::parse(token) else { return };
        if message.is_anonymous() {
            self.identity = Identity::Anonymous;
        } else if let (Ok(domain), Ok(user)) = (message.domain(), message.user()) {
            self.account = Some(Account { domain, user });
        }
    }
}

/// Whether a logon failed for who the user is or what the user knows, and not for what the request looked like.
fn is_refusal_of_user(status: NtStatus) -> bool {
    // NO_LOGON_SERVERS, NO_SUCH_USER, WRONG_PASSWORD, LOGON_FAILURE to ACCOUNT_DISABLED, LOGON_NOT_GRANTED,
    // LOGON_TYPE_NOT_GRANTED, ACCOUNT_EXPIRED, PASSWORD_MUST_CHANGE, ACCOUNT_LOCKED_OUT (MS-ERREF 2.3.1).
    const REFUSALS: [u32; 14] = [
        0xc000_005e,
        0xc000_0064,
        0xc000_006a,
        0xc000_006d,
        0xc000_006e,
        0xc000_006f,
        0xc000_0070,
        0xc000_0071,
        0xc000_0072,
        0xc000_0155,
        0xc000_015b,
        0xc000_0193,
        0xc000_0224,
        0xc000_0234,
    ];
    REFUSALS.contains(&status.0)
}
