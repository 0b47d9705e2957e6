//! Kerberos on the lab server: what the command line, krb5.conf and the environment say of it.

use super::environment;
use crate::arguments::{KerberosArguments, ServerArguments};
use crate::failure::Failure;
use client::kerberos::{Settings, Source, Tickets};
use kerberos::configuration::{Include, KdcHost};
use kerberos::{Configuration, CredentialCache, Keytab};
use replay::Target;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::config::Source as Origin;
use store::{Config, Key};

/// Bytes of the largest file that is read: more tickets and keys than anybody has.
const LARGEST_FILE: u64 = 16 << 20;
/// Files that a krb5.conf may lead to.
const MOST_FILES: usize = 64;

/// Lets the target be logged on to with Kerberos, if the user says so.
pub(super) fn add(target: &mut Target, config: &Config, server: &ServerArguments) -> Result<(), Failure> {
    let arguments = &server.kerberos;
    if !arguments.kerberos {
        return Ok(());
    }
    let host = host(arguments, &target.server)?;
    let configuration = configuration()?;
    let source = source(config, server, &configuration)?;
    if !matches!(source, Source::Password) {
        // What was stored for NTLM is no password of the realm.
        target.password.clear();
    }
    let of_cache = match &source {
        Source::Cache(cache) => {
            take_user_of_cache(target, config, cache)?;
            Some(cache.principal.realm.clone())
        }
        _ => None,
    };
    let realm = arguments
        .realm
        .clone()
        .or_else(|| configuration.realm_of(&host).map(str::to_owned))
        .or(of_cache)
        .or_else(|| configuration.default_realm.clone())
        .ok_or_else(|| Failure::new("no realm is known for the lab server", "name it with --realm"))?;
    let kdcs = match &arguments.kdc {
        Some(text) => vec![KdcHost::parse(text).ok_or_else(|| {
            Failure::new(format!("--kdc {text}: this is no host"), "write HOST, HOST:PORT or [ADDRESS]:PORT")
        })?],
        None => configuration.kdcs(&realm),
    };
    let settings = Settings { realm, host, kdcs, source, patience: config.max_wait() };
    target.kerberos = Some(Arc::new(Tickets::new(settings)));
    Ok(())
}

/// Tickets are for names: a KDC knows no addresses.
fn host(arguments: &KerberosArguments, server: &str) -> Result<String, Failure> {
    match &arguments.server_name {
        Some(name) => Ok(name.clone()),
        None if server.parse::<IpAddr>().is_err() => Ok(server.to_owned()),
        None => Err(Failure::new(
            format!("Kerberos needs the name of the lab server, and {server} is an address"),
            "name it with --server-name NAME, as in its service cifs/NAME",
        )),
    }
}

/// What proves the user: what the command line names, else a password that was given for this run, else a cache that is
/// there, else the password of the settings.
fn source(config: &Config, server: &ServerArguments, configuration: &Configuration) -> Result<Source, Failure> {
    let arguments = &server.kerberos;
    if let Some(path) = &arguments.kerberos_keytab {
        let bytes = read(path, "--kerberos-keytab", "check that it is a keytab and that you may read it")?;
        let keytab = Keytab::parse(&bytes).map_err(|error| {
            let advice = "make one with ktutil, ktpass, or kadmin's ktadd";
            Failure::new(format!("--kerberos-keytab: {}: {error}", path.display()), advice)
        })?;
        return Ok(Source::Keytab(keytab));
    }
    if let Some(path) = &arguments.ccache {
        return cache(&path.display().to_string(), "--ccache").map(Source::Cache);
    }
    let of_settings = matches!(config.source(Key::Password), Origin::File | Origin::Default);
    if server.password_stdin || !of_settings {
        return Ok(Source::Password);
    }
    if let Some(name) = environment("KRB5CCNAME").filter(|name| !name.is_empty()) {
        return cache(&name, "KRB5CCNAME").map(Source::Cache);
    }
    match usual_cache(configuration) {
        Some(name) => cache(&name, "the credential cache of `kinit`").map(Source::Cache),
        None => Ok(Source::Password),
    }
}

/// The file that `kinit` writes when nothing names another, if it is there.
#[cfg(unix)]
fn usual_cache(configuration: &Configuration) -> Option<String> {
    let name = configuration.credential_cache(rustix::process::getuid().as_raw())?;
    file_of(&name).is_ok_and(|path| Path::new(path).exists()).then_some(name)
}

#[cfg(not(unix))]
fn usual_cache(_configuration: &Configuration) -> Option<String> {
    None
}

/// The path in the name of a credential cache.
///
/// # Errors
/// The kind of the cache when it is not in a file.
fn file_of(name: &str) -> Result<&str, &str> {
    match name.split_once(':') {
        Some(("FILE", path)) => Ok(path),
        Some((kind, _)) if kind.len() > 1 && kind.chars().all(|c| c.is_ascii_uppercase()) => Err(kind),
        _ => Ok(name),
    }
}

fn cache(name: &str, place: &str) -> Result<CredentialCache, Failure> {
    let advice = "get one with `kinit -c FILE`, and name it with --ccache FILE";
    let path = file_of(name).map_err(|kind| {
        let what = format!("{place}: {name}: only credential caches in files can be read, and this is a {kind}");
        Failure::new(what, advice)
    })?;
    let bytes = read(Path::new(path), place, advice)?;
    CredentialCache::parse(&bytes).map_err(|error| Failure::new(format!("{place}: {path}: {error}"), advice))
}

/// With a cache, its user logs on; another one that was asked for cannot.
fn take_user_of_cache(target: &mut Target, config: &Config, cache: &CredentialCache) -> Result<(), Failure> {
    let of_cache = &cache.principal;
    let asked = config.source(Key::Username) == Origin::CommandLine;
    let names_the_same = [of_cache.name.to_string(), of_cache.to_string()].contains(&target.username);
    if asked && !names_the_same {
        let what = format!("the credential cache is of {of_cache}, and --username names {}", target.username);
        return Err(Failure::new(
            what,
            "take a cache of that user, leave --username out, or give the password (--password-stdin, SMBREPLAY_PASSWORD)",
        ));
    }
    target.username = of_cache.name.to_string();
    target.domain.clear();
    Ok(())
}

/// krb5.conf, and what it includes. There need not be one, unless KRB5_CONFIG names it.
fn configuration() -> Result<Configuration, Failure> {
    const USUAL: &str = "/etc/krb5.conf";
    let named = environment("KRB5_CONFIG").filter(|paths| !paths.is_empty());
    let mut open: Vec<PathBuf> = match &named {
        Some(paths) => std::env::split_paths(paths).collect(),
        None => vec![PathBuf::from(USUAL)].into_iter().filter(|path| path.exists()).collect(),
    };
    let mut found = Configuration::default();
    let mut read_so_far = 0usize;
    open.reverse();
    while let Some(path) = open.pop() {
        read_so_far = read_so_far.saturating_add(1);
        if read_so_far > MOST_FILES {
            return Err(Failure::new("krb5.conf leads to too many files", "take out what is included twice"));
        }
        let bytes = read(&path, "krb5.conf", "check that file, or name another with KRB5_CONFIG")?;
        let mut further = Configuration::parse(&String::from_utf8_lossy(&bytes));
        for include in std::mem::take(&mut further.includes).into_iter().rev() {
            open.extend(included(include));
        }
        found.extend(further);
    }
    Ok(found)
}

/// The files of an include, the last first.
fn included(include: Include) -> Vec<PathBuf> {
    match include {
        Include::File(path) => vec![path],
        Include::Folder(folder) => {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            let is_wanted = |path: &PathBuf| {
                path.is_file() && path.file_name().is_some_and(|name| Include::takes(&name.to_string_lossy()))
            };
            let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_wanted).collect();
            files.sort_unstable_by(|a, b| b.cmp(a));
            files
        }
    }
}

fn read(path: &Path, place: &str, advice: &str) -> Result<Vec<u8>, Failure> {
    let told = |what: &dyn std::fmt::Display| Failure::new(format!("{place}: {}: {what}", path.display()), advice);
    let cannot_read = |error: io::Error| told(&format!("cannot read it: {error}"));
    let mut bytes = Vec::new();
    let opened = File::open(path).map_err(cannot_read)?;
    opened.take(LARGEST_FILE.saturating_add(1)).read_to_end(&mut bytes).map_err(cannot_read)?;
    if bytes.len() as u64 > LARGEST_FILE { Err(told(&"it is too large")) } else { Ok(bytes) }
}
