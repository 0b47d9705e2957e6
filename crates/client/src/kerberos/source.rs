//! Where tickets come from for users without a password of their own.

use kerberos::{CredentialCache, Keytab};

/// What proves a user to the KDC, besides a password. `Debug` shows no key.
#[derive(Debug, Clone)]
pub enum Source {
    /// Nothing does.
    Password,
    /// Keys of users.
    Keytab(Keytab),
    /// Tickets of one user.
    Cache(CredentialCache),
}
