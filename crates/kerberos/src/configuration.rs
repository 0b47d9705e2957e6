//! What a client needs of krb5.conf (krb5.conf(5)): default realm and cache, KDCs, and which realm a host belongs to.

use std::path::PathBuf;

/// The settings of a krb5.conf, or of several: what comes first counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Configuration {
    /// `default_realm` in `[libdefaults]`.
    pub default_realm: Option<String>,
    /// `default_ccache_name` in `[libdefaults]`, its parameters as they stand there.
    default_ccache_name: Option<String>,
    /// Realm and host of each `kdc` in `[realms]`, in their order.
    kdcs: Vec<(String, KdcHost)>,
    /// Domain (with a dot in front) or host, in lower case, and its realm: `[domain_realm]`.
    domains: Vec<(String, String)>,
    /// What is to be read as well.
    pub includes: Vec<Include>,
}

/// A line that names further files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Include {
    /// `include`: a file.
    File(PathBuf),
    /// `includedir`: the files of a folder, but for those whose name [`Include::takes`] not.
    Folder(PathBuf),
}

impl Include {
    /// Whether a file of this name in an included folder is read: letters, digits, `-` and `_`, or anything that ends
    /// with `.conf` and begins without a dot.
    pub fn takes(name: &str) -> bool {
        let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        is_plain || name.ends_with(".conf") && !name.starts_with('.')
    }
}

/// Where a KDC listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KdcHost {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

impl KdcHost {
    /// The port of RFC 4120 7.2.2.
    pub const PORT: u16 = 88;

    /// `host`, `host:port`, or `[address]:port`. `None` when it is none of them.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("tcp/").unwrap_or(text);
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, port) = rest.split_once(']')?;
                (host, port.strip_prefix(':').map(str::parse))
            }
            // An address of IPv6 has several colons.
            None if text.matches(':').count() > 1 => (text, None),
            None => text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port.parse()))),
        };
        let port = port.transpose().ok()?.unwrap_or(Self::PORT);
        let is_fit = !host.is_empty() && port != 0 && !host.contains(|c: char| c.is_whitespace() || c == '/');
        is_fit.then(|| Self { host: host.to_owned(), port })
    }
}

impl std::fmt::Display for KdcHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

impl Configuration {
    /// Reads the text of a file. What is not understood is passed over, as MIT does with what it does not know.
    pub fn parse(text: &str) -> Self {
        let mut found = Self::default();
        let mut section = "";
        // Names of the blocks that are open: the realm is the outermost in [realms].
        let mut blocks: Vec<&str> = Vec::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.split_once(']')) {
                (section, blocks) = (name.0.trim(), Vec::new());
                continue;
            }
            if line.starts_with('}') {
                blocks.pop();
                continue;
            }
            if let Some((word @ ("include" | "includedir"), path)) = line.split_once(char::is_whitespace) {
                let path = PathBuf::from(path.trim());
                found.includes.push(if word == "include" { Include::File(path) } else { Include::Folder(path) });
                continue;
            }
            let Some((name, value)) = line.split_once('=') else { continue };
            let (name, value) = (name.trim().trim_end_matches('*'), value.trim());
            if value == "{" {
                blocks.push(name);
                continue;
            }
            found.take(section, &blocks, name, value.trim_matches('"'));
        }
        found
    }

    /// The settings of a further file, where these say nothing.
    pub fn extend(&mut self, further: Self) {
        self.default_realm = self.default_realm.take().or(further.default_realm);
        self.default_ccache_name = self.default_ccache_name.take().or(further.default_ccache_name);
        self.kdcs.extend(further.kdcs);
        self.domains.extend(further.domains);
    }

    /// The name of the credential cache of the user with this number, as `kinit` takes it where KRB5CCNAME is not set:
    /// `FILE:/tmp/krb5cc_UID` unless the settings say otherwise. `None` when their name has parameters besides `%{uid}`.
    pub fn credential_cache(&self, uid: u32) -> Option<String> {
        let name = self.default_ccache_name.as_deref().unwrap_or("FILE:/tmp/krb5cc_%{uid}");
        Some(name.replace("%{uid}", &uid.to_string())).filter(|name| !name.contains("%{"))
    }

    /// The KDCs of `realm`, in their order.
    pub fn kdcs(&self, realm: &str) -> Vec<KdcHost> {
        self.kdcs.iter().filter(|(of, _)| of == realm).map(|(_, kdc)| kdc.clone()).collect()
    }

    /// The realm of a host, by the longest domain that it lies in.
    pub fn realm_of(&self, host: &str) -> Option<&str> {
        let host = host.to_ascii_lowercase();
        let fits = |domain: &str| host == domain || domain.starts_with('.') && host.ends_with(domain);
        let fitting = self.domains.iter().rev().filter(|(domain, _)| fits(domain));
        fitting.max_by_key(|(domain, _)| domain.len()).map(|(_, realm)| realm.as_str())
    }

    fn take(&mut self, section: &str, blocks: &[&str], name: &str, value: &str) {
        match (section, blocks, name) {
            ("libdefaults", [], "default_realm") if self.default_realm.is_none() => {
                self.default_realm = Some(value.to_owned());
            }
            ("libdefaults", [], "default_ccache_name") if self.default_ccache_name.is_none() => {
                self.default_ccache_name = Some(value.to_owned());
            }
            ("realms", [realm], "kdc") => {
                self.kdcs.extend(KdcHost::parse(value).map(|kdc| ((*realm).to_owned(), kdc)));
            }
            ("domain_realm", [], domain) => self.domains.push((domain.to_ascii_lowercase(), value.to_owned())),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const KRB5_CONF: &str = "
# a comment
include /etc/krb5.more
includedir /etc/krb5.conf.d/
[libdefaults]
    default_realm = LAB.TEST
    default_realm = SECOND.TEST
[realms]
    LAB.TEST = {
        kdc = kdc1.lab.test
        kdc = [::1]:8888
        auth_to_local_names = {
            kdc = not.this.one
        }
        kdc = \"127.0.0.1:8088\"
        kdc = https://proxy.lab.test/KdcProxy
    }
    OTHER.TEST = {
        kdc = kdc.other.test:99
    }
[domain_realm]
    .lab.test = LAB.TEST
    .deep.lab.test = OTHER.TEST
    Odd.lab.test = ODD.TEST
";

    #[test]
    fn realms_have_their_kdcs_in_order_and_hosts_the_realm_of_their_longest_domain() {
        let found = Configuration::parse(KRB5_CONF);
        assert_eq!(found.default_realm.as_deref(), Some("LAB.TEST"));
        let kdcs: Vec<String> = found.kdcs("LAB.TEST").iter().map(KdcHost::to_string).collect();
        assert_eq!(kdcs, ["kdc1.lab.test:88", "[::1]:8888", "127.0.0.1:8088"]);
        assert_eq!(found.kdcs("OTHER.TEST").len(), 1);
        assert_eq!(found.kdcs("lab.test"), []);
        assert_eq!(found.realm_of("files.LAB.test"), Some("LAB.TEST"));
        assert_eq!(found.realm_of("a.deep.lab.test"), Some("OTHER.TEST"));
        assert_eq!(found.realm_of("odd.lab.test"), Some("ODD.TEST"));
        assert_eq!(found.realm_of("lab.test"), None);
        let (file, folder) = ("/etc/krb5.more".into(), "/etc/krb5.conf.d/".into());
        assert_eq!(found.includes, [Include::File(file), Include::Folder(folder)]);
    }

    #[test]
    fn of_two_files_the_first_counts_and_kdcs_add_up() {
        let mut found = Configuration::parse(KRB5_CONF);
        found.extend(Configuration::parse(
            "[libdefaults]\ndefault_realm = X\n[realms]\nOTHER.TEST = {\nkdc = more.other.test\n}\n",
        ));
        assert_eq!(found.default_realm.as_deref(), Some("LAB.TEST"));
        assert_eq!(found.kdcs("OTHER.TEST").len(), 2);
        assert!(Include::takes("10-lab") && Include::takes("lab.conf"));
        assert!(!Include::takes("lab.conf~") && !Include::takes(".lab.conf"));
    }

    #[test]
    fn the_credential_cache_of_a_user_is_the_usual_file_or_the_one_of_the_settings() {
        let of = |text: &str| Configuration::parse(text).credential_cache(1000);
        assert_eq!(of(KRB5_CONF).as_deref(), Some("FILE:/tmp/krb5cc_1000"));
        let settings =
            "[libdefaults]\ndefault_ccache_name = KEYRING:persistent:%{uid}\ndefault_ccache_name = FILE:/x\n";
        assert_eq!(of(settings).as_deref(), Some("KEYRING:persistent:1000"));
        assert_eq!(of("[libdefaults]\ndefault_ccache_name = FILE:%{TEMP}/cc_%{uid}\n"), None);
        let mut found = Configuration::parse(settings);
        found.extend(Configuration::parse("[libdefaults]\ndefault_ccache_name = FILE:/y\n"));
        assert_eq!(found.credential_cache(1).as_deref(), Some("KEYRING:persistent:1"));
    }

    #[test]
    fn an_address_of_a_kdc_is_a_host_with_or_without_a_port() {
        let parsed = |text| KdcHost::parse(text).map(|kdc| (kdc.host, kdc.port));
        assert_eq!(parsed("kdc"), Some(("kdc".into(), 88)));
        assert_eq!(parsed("tcp/kdc:8088"), Some(("kdc".into(), 8088)));
        assert_eq!(parsed("fe80::1"), Some(("fe80::1".into(), 88)));
        for text in ["", ":88", "kdc:", "kdc:0", "kdc:port", "kdc:70000", "https://kdc/x", "[::1", "a b"] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}
