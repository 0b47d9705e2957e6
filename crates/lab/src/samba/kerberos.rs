//! What makes a private Samba, which is no member of a domain, take Kerberos tickets.

use std::path::PathBuf;

/// The domain that Samba counts the users of its realm to when their tickets have no PAC: its workgroup.
const WORKGROUP: &str = "LAB";

/// A Samba as a service of a Kerberos realm.
#[derive(Clone, Debug)]
pub struct KerberosService {
    /// The realm, e.g. `LAB.TEST`.
    pub realm: String,
    /// krb5.conf of the realm.
    pub configuration: PathBuf,
    /// The keys of the service, `cifs/HOST@REALM`.
    pub keytab: PathBuf,
}

impl KerberosService {
    /// The lines of smb.conf (smb.conf(5)).
    pub(super) fn parameters(&self) -> [(&'static str, String); 4] {
        [
            ("workgroup", WORKGROUP.to_owned()),
            ("realm", self.realm.clone()),
            ("kerberos method", "dedicated keytab".to_owned()),
            ("dedicated keytab file", format!("FILE:{}", self.keytab.display())),
        ]
    }

    /// A variable of smbd's environment.
    pub(super) fn environment(&self) -> (&'static str, PathBuf) {
        ("KRB5_CONFIG", self.configuration.clone())
    }
}

/// A user of the realm as the username map has to name it.
pub(super) fn mapped_name(user: &str) -> String {
    format!("{WORKGROUP}\\{user}")
}
