//! A Kerberos realm for the pages that ask for one.

use crate::support::Home;
use lab::{KerberosService, Realm, RealmOptions};
use std::fs;

/// A realm with the users and the server of the pages.
pub(super) struct LabRealm {
    pub(super) kdc: Realm,
    pub(super) service: KerberosService,
}

impl LabRealm {
    /// Starts its KDC; `robots.keytab` is in the home.
    pub(super) fn start(home: &Home) -> Self {
        let kdc = Realm::start(RealmOptions::default()).unwrap();
        for user in ["testuser", "anna"] {
            kdc.add_user(user, "testpass").unwrap();
        }
        let service = kdc.add_file_service("files.lab.test").unwrap();
        let robots = kdc.add_user_with_keytab("robot").unwrap();
        home.file("robots.keytab", &fs::read(robots).unwrap());
        Self { kdc, service }
    }
}
