//! A private Kerberos realm for one test: MIT's KDC with its own database, files and port, and it ends with its owner.
//!
//! A shell runs the KDC and reads from a pipe that its owner holds. The kernel closes that pipe when the owner dies,
//! whatever the cause, and the shell then ends the KDC. Several realms run side by side.

mod configuration;

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::port::ReservedPort;
use crate::program::{MissingProgram, Program};
use crate::samba::KerberosService;

pub use configuration::Etype;

/// How long the KDC may take until it accepts connections.
const START: Duration = Duration::from_secs(60);
/// How often a condition is looked at while waiting for it.
const POLL: Duration = Duration::from_millis(10);
/// Runs its arguments until standard input ends.
const UNTIL_INPUT_ENDS: &str = "\"$@\" </dev/null & kdc=$!; read -r _; kill \"$kdc\"; wait \"$kdc\"";
/// The password of the database, which nobody needs: its key is in a file beside it.
const MASTER_PASSWORD: &str = "master";

/// How a private realm differs from the usual one.
#[derive(Clone, Debug)]
pub struct RealmOptions {
    /// Its name; `LAB.TEST`.
    pub realm: String,
    /// The encryption types of all keys, best first; AES with SHA-1, as Windows has them.
    pub etypes: Vec<Etype>,
    /// How long a ticket is valid, seconds; ten hours.
    pub ticket_lifetime: u32,
    /// Whether users have to prove that they know their password before they get a ticket; true.
    pub preauthentication: bool,
}

impl Default for RealmOptions {
    fn default() -> Self {
        Self {
            realm: "LAB.TEST".into(),
            etypes: vec![Etype::Aes256Sha1, Etype::Aes128Sha1],
            ticket_lifetime: 36_000,
            preauthentication: true,
        }
    }
}

/// Why a private realm could not be started or used.
#[derive(Debug, thiserror::Error)]
pub enum RealmError {
    /// A program is not installed.
    #[error(transparent)]
    Missing(#[from] MissingProgram),
    /// A name would break out of its place in a file or command.
    #[error("{0:?} is no name for a realm, user or service")]
    Name(String),
    /// A file or folder of the realm could not be made.
    #[error("cannot make {}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Every port is in use.
    #[error("no port for krb5kdc: {0}")]
    Port(io::Error),
    /// A program could not be run.
    #[error("cannot run {program}: {source}")]
    Run {
        /// Which one.
        program: &'static str,
        /// Why.
        source: io::Error,
    },
    /// A program ended badly.
    #[error("{program} failed: {output}")]
    Failed {
        /// Which one.
        program: &'static str,
        /// What it said.
        output: String,
    },
    /// The KDC did not accept a connection in time.
    #[error("krb5kdc did not accept connections on port {port} within {} s; its log: {log}", START.as_secs())]
    Silent {
        /// The port it should have served.
        port: u16,
        /// Its log.
        log: String,
    },
}

/// A running private realm, whose KDC listens on 127.0.0.1. Dropping it ends the KDC and removes its folder.
#[derive(Debug)]
pub struct Realm {
    options: RealmOptions,
    folder: TempDir,
    port: ReservedPort,
    kdc: Option<Kdc>,
}

impl Realm {
    /// Starts a realm without users and services, and waits until its KDC accepts connections.
    ///
    /// # Errors
    /// [`RealmError`]; nothing is left behind then.
    pub fn start(options: RealmOptions) -> Result<Self, RealmError> {
        let program = Program::Krb5kdc.find()?;
        check(&options.realm)?;
        let port = ReservedPort::reserve().map_err(RealmError::Port)?;
        let folder = tempfile::Builder::new()
            .prefix("smbreplay-realm-")
            .tempdir()
            .map_err(|source| RealmError::File { path: std::env::temp_dir(), source })?;
        let mut realm = Self { options, folder, port, kdc: None };
        let files = [
            (configuration::KRB5_CONF, configuration::krb5_conf(&realm.options, realm.port())),
            (configuration::KDC_CONF, configuration::kdc_conf(realm.folder.path(), &realm.options, realm.port())),
        ];
        for (name, text) in files {
            let path = realm.file(name);
            fs::write(&path, text).map_err(|source| RealmError::File { path, source })?;
        }
        let name = realm.options.realm.clone();
        realm.run(Program::Kdb5Util, &["create", "-s", "-r", &name, "-P", MASTER_PASSWORD])?;
        realm.kdc = Some(Kdc::start(&mut realm.command("sh"), &program, &name)?);
        realm.wait_until_it_accepts()?;
        Ok(realm)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.options.realm
    }

    /// The KDC's TCP and UDP port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// krb5.conf for clients and services.
    #[must_use]
    pub fn configuration(&self) -> PathBuf {
        self.file(configuration::KRB5_CONF)
    }

    /// Makes a user.
    ///
    /// # Errors
    /// [`RealmError`].
    pub fn add_user(&self, user: &str, password: &str) -> Result<(), RealmError> {
        [user, password].into_iter().try_for_each(check)?;
        let proof = if self.options.preauthentication { "+requires_preauth" } else { "-requires_preauth" };
        self.administer(&["addprinc", proof, "-pw", password, user])
    }

    /// Makes a user with random keys; returns the keytab that has them.
    ///
    /// # Errors
    /// [`RealmError`].
    pub fn add_user_with_keytab(&self, user: &str) -> Result<PathBuf, RealmError> {
        self.add_with_keytab(user)
    }

    /// Makes the service `cifs/host`, with random keys.
    ///
    /// # Errors
    /// [`RealmError`].
    pub fn add_file_service(&self, host: &str) -> Result<KerberosService, RealmError> {
        let keytab = self.add_with_keytab(&format!("cifs/{host}"))?;
        Ok(KerberosService { realm: self.options.realm.clone(), configuration: self.configuration(), keytab })
    }

    /// Gets a first ticket for the user with MIT's client; returns the credential cache, a file.
    ///
    /// # Errors
    /// [`RealmError`].
    pub fn log_on(&self, user: &str, password: &str) -> Result<PathBuf, RealmError> {
        check(user)?;
        let cache = self.file(&format!("{user}.ccache"));
        let mut kinit = self.command(Program::Kinit.find()?);
        kinit.arg("-c").arg(&cache).arg(user);
        finish(&mut kinit, Program::Kinit, Some(password))?;
        Ok(cache)
    }

    /// Ends the KDC; the files stay. Nobody gets tickets any more.
    pub fn stop_kdc(&mut self) {
        self.kdc = None;
    }

    /// What the KDC has logged until now.
    #[must_use]
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.file(configuration::LOG)).unwrap_or_default()).into_owned()
    }

    fn add_with_keytab(&self, principal: &str) -> Result<PathBuf, RealmError> {
        check(principal)?;
        let keytab = self.file(&format!("{}.keytab", principal.replace('/', "-")));
        let path = keytab.display().to_string();
        self.administer(&["addprinc", "-randkey", principal])?;
        self.administer(&["ktadd", "-k", &path, principal])?;
        Ok(keytab)
    }

    fn administer(&self, words: &[&str]) -> Result<(), RealmError> {
        self.run(Program::KadminLocal, &[&["-r", &self.options.realm], words].concat())
    }

    fn run(&self, program: Program, arguments: &[&str]) -> Result<(), RealmError> {
        finish(self.command(program.find()?).args(arguments), program, None)
    }

    /// A program of MIT's in this realm.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env("KRB5_CONFIG", self.configuration())
            .env("KRB5_KDC_PROFILE", self.file(configuration::KDC_CONF))
            .env_remove("KRB5CCNAME")
            .env_remove("KRB5_KTNAME");
        command
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn wait_until_it_accepts(&self) -> Result<(), RealmError> {
        let deadline = Instant::now().checked_add(START);
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port())).is_err() {
            if deadline.is_none_or(|deadline| Instant::now() > deadline) {
                return Err(RealmError::Silent { port: self.port(), log: self.log() });
            }
            thread::sleep(POLL);
        }
        Ok(())
    }
}

/// A shell with the KDC.
#[derive(Debug)]
struct Kdc {
    shell: Child,
    /// Kept open for as long as the KDC is to run.
    lifeline: Option<ChildStdin>,
}

impl Kdc {
    fn start(shell: &mut Command, krb5kdc: &Path, realm: &str) -> Result<Self, RealmError> {
        let mut shell = shell
            .args(["-c", UNTIL_INPUT_ENDS, "sh"])
            .arg(krb5kdc)
            .args(["-n", "-r", realm])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|source| RealmError::Run { program: "sh", source })?;
        let lifeline = shell.stdin.take();
        Ok(Self { shell, lifeline })
    }
}

impl Drop for Kdc {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        let _ = self.shell.wait();
    }
}

/// Runs a command to its end, with a line for its standard input.
fn finish(command: &mut Command, program: Program, input: Option<&str>) -> Result<(), RealmError> {
    use io::Write as _;

    let run = |source| RealmError::Run { program: program.name(), source };
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(run)?;
    if let (Some(mut stdin), Some(line)) = (child.stdin.take(), input) {
        // A program that ended early says more by its exit status than by the broken pipe.
        let _ = writeln!(stdin, "{line}");
    }
    let output = child.wait_with_output().map_err(run)?;
    if output.status.success() {
        return Ok(());
    }
    let said = [output.stderr, output.stdout].concat();
    Err(RealmError::Failed { program: program.name(), output: String::from_utf8_lossy(&said).trim().to_owned() })
}

/// Refuses names that would be more than one word in a file or command.
fn check(name: &str) -> Result<(), RealmError> {
    let is_fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '$');
    let fits = !name.is_empty() && !name.starts_with(['-', '/']) && name.chars().all(is_fit);
    fits.then_some(()).ok_or_else(|| RealmError::Name(name.to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_name_that_would_be_an_option_or_two_words_is_refused() {
        for name in ["", "-x", "a b", "a\nb", "/etc", "a;b", "a\"b"] {
            assert!(matches!(check(name), Err(RealmError::Name(_))), "{name:?}");
        }
        ["LAB.TEST", "cifs/files.lab.test", "HOST$", "user-1_a"].into_iter().try_for_each(check).unwrap();
    }
}
