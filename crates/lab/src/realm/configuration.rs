//! krb5.conf and kdc.conf of a private realm (krb5.conf(5), kdc.conf(5)).

use std::path::Path;

use super::RealmOptions;

/// The configuration of clients and services, in the realm's folder.
pub(super) const KRB5_CONF: &str = "krb5.conf";
/// The configuration of the KDC, in the realm's folder.
pub(super) const KDC_CONF: &str = "kdc.conf";
/// The KDC's log, in the realm's folder.
pub(super) const LOG: &str = "kdc.log";

/// An encryption type (IANA, Kerberos Encryption Type Numbers).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Etype {
    /// 17, RFC 3962.
    Aes128Sha1,
    /// 18, RFC 3962.
    Aes256Sha1,
    /// 19, RFC 8009.
    Aes128Sha256,
    /// 20, RFC 8009.
    Aes256Sha384,
    /// 23, RFC 4757.
    Rc4,
}

impl Etype {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Aes128Sha1, Self::Aes256Sha1, Self::Aes128Sha256, Self::Aes256Sha384, Self::Rc4];

    /// The name that MIT and Heimdal both know it by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Aes128Sha1 => "aes128-cts-hmac-sha1-96",
            Self::Aes256Sha1 => "aes256-cts-hmac-sha1-96",
            Self::Aes128Sha256 => "aes128-cts-hmac-sha256-128",
            Self::Aes256Sha384 => "aes256-cts-hmac-sha384-192",
            Self::Rc4 => "arcfour-hmac-md5",
        }
    }
}

/// krb5.conf: nothing is looked up anywhere, and everything below the realm's name belongs to it.
pub(super) fn krb5_conf(options: &RealmOptions, port: u16) -> String {
    let realm = &options.realm;
    let domain = realm.to_ascii_lowercase();
    let etypes = names(options, "");
    format!(
        "[libdefaults]
    default_realm = {realm}
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
    rdns = false
    allow_rc4 = true
    permitted_enctypes = {etypes}
    default_etypes = {etypes}
[realms]
    {realm} = {{
        kdc = 127.0.0.1:{port}
    }}
[domain_realm]
    .{domain} = {realm}
"
    )
}

/// kdc.conf. Tickets have no PAC: Samba asks a domain controller about the ones of MIT, which are smaller than Windows's.
pub(super) fn kdc_conf(folder: &Path, options: &RealmOptions, port: u16) -> String {
    let path = |name: &str| folder.join(name).display().to_string();
    format!(
        "[kdcdefaults]
    kdc_listen = 127.0.0.1:{port}
    kdc_tcp_listen = 127.0.0.1:{port}
[realms]
    {realm} = {{
        database_name = {database}
        key_stash_file = {stash}
        acl_file = {acl}
        max_life = {lifetime}s
        master_key_type = {master}
        supported_enctypes = {etypes}
        disable_pac = true
    }}
[logging]
    kdc = FILE:{log}
    admin_server = FILE:{log}
",
        realm = options.realm,
        database = path("principal"),
        stash = path("stash"),
        acl = path("kadm5.acl"),
        lifetime = options.ticket_lifetime,
        master = Etype::Aes256Sha1.name(),
        etypes = names(options, ":normal"),
        log = path(LOG),
    )
}

fn names(options: &RealmOptions, suffix: &str) -> String {
    options.etypes.iter().map(|etype| format!("{}{suffix}", etype.name())).collect::<Vec<_>>().join(" ")
}
