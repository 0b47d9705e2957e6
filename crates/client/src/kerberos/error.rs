//! Why there is no ticket for a live logon.

use kerberos::Principal;
use kerberos::client::KdcError;
use std::io;

/// Why there is no ticket. No variant holds a password or key.
#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    /// Nothing says where the KDC is.
    #[error("no KDC of the realm {realm} is known")]
    NoKdc {
        /// The realm.
        realm: String,
    },
    /// None of them answers.
    #[error("no KDC of the realm {realm} answers: {}", reasons(.tried))]
    Unreachable {
        /// The realm.
        realm: String,
        /// Each that was tried, and why it did not answer.
        tried: Vec<(String, io::Error)>,
    },
    /// The KDC answers, and gives no ticket.
    #[error(transparent)]
    Kdc(#[from] KdcError),
    /// The user of a credential cache is another one, and the wanted one has no password.
    #[error("the credential cache has tickets of {of}, not of {wanted}, who has no password here")]
    CacheOfAnother {
        /// Whose cache it is.
        of: Box<Principal>,
        /// Who is to log on.
        wanted: Box<Principal>,
    },
    /// All tickets of a credential cache have ended.
    #[error("the tickets of {0} in the credential cache have expired")]
    CacheExpired(Principal),
    /// A credential cache has neither a ticket-granting ticket nor one of the service.
    #[error("the credential cache of {0} has no ticket that leads to the service")]
    CacheWithoutTicket(Principal),
    /// A keytab has no key of the user, who has no password either.
    #[error("the keytab has no key of {0}, who has no password here")]
    NotInKeytab(Principal),
    /// User and service are of different realms.
    #[error("{client} is not of the realm of {service}, and no way from one realm to another is gone")]
    OtherRealm {
        /// The user.
        client: Box<Principal>,
        /// The service.
        service: Box<Principal>,
    },
    /// The operating system has no random bytes.
    #[error("no random bytes for the KDC: {0}")]
    NoRandomness(getrandom::Error),
}

fn reasons(tried: &[(String, io::Error)]) -> String {
    tried.iter().map(|(address, error)| format!("{address}: {error}")).collect::<Vec<_>>().join("; ")
}
