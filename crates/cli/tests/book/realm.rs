//! A Kerberos realm for the pages that ask for one.

use crate::support::Home;
use lab::{KerberosService, Realm, RealmOptions, Recorder, Samba, SambaOptions, Smbclient};
use std::fs;
use std::path::Path;

/// The file server of the pages.
const HOST: &str = "files.lab.test";

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
        let service = kdc.add_file_service(HOST).unwrap();
        let robots = kdc.add_user_with_keytab("robot").unwrap();
        home.file("robots.keytab", &fs::read(robots).unwrap());
        Self { kdc, service }
    }

    /// `domain.pcap`: a user of the realm makes a folder and lists the share, encrypted.
    pub(super) fn record(&self, path: &Path) {
        let kerberos = Some(self.service.clone());
        let samba =
            Samba::start(SambaOptions { kerberos, encryption_required: true, ..SambaOptions::default() }).unwrap();
        let tickets = self.kdc.log_on("testuser", "testpass").unwrap();
        let recorder = Recorder::start(samba.port(), path).unwrap();
        let client = Smbclient::new(&samba).with_ticket(&self.kdc, &tickets, HOST);
        assert_eq!(client.run(&["mkdir letters", "ls"]).unwrap().failures(), [""; 0], "{}", samba.log());
        assert_eq!(recorder.finish().unwrap().dropped, 0);
    }
}
