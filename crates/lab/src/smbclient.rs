//! Scripts of `smbclient` commands against a lab server.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use crate::bounded_run;
use crate::embedded::EmbeddedServer;
use crate::program::{MissingProgram, Program};
use crate::realm::Realm;
use crate::samba::Samba;

/// A client for one share of one server on 127.0.0.1.
#[derive(Clone, Debug)]
pub struct Smbclient {
    port: u16,
    share: String,
    username: String,
    password: String,
    folder: Option<PathBuf>,
    options: Vec<String>,
    ticket: Option<Ticket>,
    pager: String,
    limit: Duration,
}

/// What a logon with Kerberos needs.
#[derive(Clone, Debug)]
struct Ticket {
    realm: String,
    configuration: PathBuf,
    cache: PathBuf,
    host: String,
}

/// What a script printed and how it ended.
#[derive(Clone, Debug)]
pub struct Transcript {
    /// What smbclient printed, errors last.
    pub output: String,
    /// How it ended: not successful when the script's last command failed.
    pub status: ExitStatus,
}

/// Why a script could not be run.
#[derive(Debug, thiserror::Error)]
pub enum SmbclientError {
    /// smbclient is not installed.
    #[error(transparent)]
    Missing(#[from] MissingProgram),
    /// smbclient could not be started or waited for.
    #[error("cannot run smbclient: {0}")]
    Run(#[from] std::io::Error),
    /// The server could not be reached, or refused the user or the share.
    #[error("smbclient got no share at port {port}: {output}")]
    Refused {
        /// The server's port.
        port: u16,
        /// What smbclient said.
        output: String,
    },
    /// The script did not end in time and was killed.
    #[error("smbclient did not end within {} s: {output}", limit.as_secs())]
    TimeLimit {
        /// The limit.
        limit: Duration,
        /// What it had printed until then.
        output: String,
    },
}

impl Smbclient {
    /// A client of the first share of `samba`, as its user.
    #[must_use]
    pub fn new(samba: &Samba) -> Self {
        Self::at(samba.port(), samba.share(), samba.username(), samba.password())
    }

    /// A client of the share of an embedded server, as its user.
    #[must_use]
    pub fn of_embedded(server: &EmbeddedServer) -> Self {
        let options = server.options();
        Self::at(server.port(), &options.share, &options.username, &options.password)
    }

    /// A client of a share on a port of 127.0.0.1.
    #[must_use]
    pub fn at(port: u16, share: &str, username: &str, password: &str) -> Self {
        Self {
            port,
            share: share.into(),
            username: username.into(),
            password: password.into(),
            folder: None,
            options: Vec::new(),
            ticket: None,
            pager: "cat".into(),
            limit: Duration::from_secs(120),
        }
    }

    /// The local folder that `put` reads from and `get` writes to; otherwise the current one.
    #[must_use]
    pub fn in_folder(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.into());
        self
    }

    /// Another share of the same server.
    #[must_use]
    pub fn on_share(mut self, share: &str) -> Self {
        self.share = share.into();
        self
    }

    /// Another password, e.g. a wrong one.
    #[must_use]
    pub fn with_password(mut self, password: &str) -> Self {
        self.password = password.into();
        self
    }

    /// A setting of smb.conf for the client, e.g. `client max protocol=SMB3_00`.
    #[must_use]
    pub fn option(mut self, setting: &str) -> Self {
        self.options.push(format!("--option={setting}"));
        self
    }

    /// An argument of the command line, e.g. `--client-protection=encrypt`.
    #[must_use]
    pub fn argument(mut self, argument: &str) -> Self {
        self.options.push(argument.into());
        self
    }

    /// The shell command that `more` runs with the file's name while the session waits; `cat` otherwise.
    #[must_use]
    pub fn pager(mut self, command: &str) -> Self {
        self.pager = command.into();
        self
    }

    /// Logs on with Kerberos as the user of the credential cache, to the service `cifs/host` of `realm`.
    #[must_use]
    pub fn with_ticket(mut self, realm: &Realm, cache: &Path, host: &str) -> Self {
        self.ticket = Some(Ticket {
            realm: realm.name().to_owned(),
            configuration: realm.configuration(),
            cache: cache.into(),
            host: host.to_owned(),
        });
        self
    }

    /// How long a script may run; two minutes otherwise.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Runs the commands one after the other in one session. A command that fails does not stop the script; see
    /// [`Transcript::failures`].
    ///
    /// # Errors
    /// [`SmbclientError`] when no command could be run, or the script did not end.
    pub fn run(&self, commands: &[&str]) -> Result<Transcript, SmbclientError> {
        let outcome = bounded_run::run(&mut self.command(&commands.join(";"))?, self.limit)?;
        let output = outcome.stdout + &outcome.stderr;
        let Some(status) = outcome.status else { return Err(SmbclientError::TimeLimit { limit: self.limit, output }) };
        const REFUSALS: [&str; 4] =
            ["session setup failed", "tree connect failed", "Connection to ", "protocol negotiation failed"];
        if !status.success() && REFUSALS.iter().any(|refusal| output.contains(refusal)) {
            return Err(SmbclientError::Refused { port: self.port, output: output.trim().to_owned() });
        }
        Ok(Transcript { output, status })
    }

    /// The command line and environment for a script, e.g. to print them or to run them from within another script.
    ///
    /// # Errors
    /// [`MissingProgram`] when smbclient is not installed.
    pub fn command(&self, script: &str) -> Result<Command, MissingProgram> {
        let mut command = self.command_for_standard_input()?;
        command.args(["--command", script]);
        Ok(command)
    }

    /// The command line and environment for a script on standard input, a command a line: for scripts that are longer
    /// than an argument of a command line may be.
    ///
    /// # Errors
    /// [`MissingProgram`] when smbclient is not installed.
    pub fn command_for_standard_input(&self) -> Result<Command, MissingProgram> {
        let mut command = self.bare_command()?;
        let host = self.ticket.as_ref().map_or("127.0.0.1", |ticket| &ticket.host);
        command.arg(format!("//{host}/{}", self.share));
        Ok(command)
    }

    /// The command line and environment that lists the server's shares.
    ///
    /// # Errors
    /// [`MissingProgram`] when smbclient is not installed.
    pub fn list_shares(&self) -> Result<Command, MissingProgram> {
        let mut command = self.bare_command()?;
        command.args(["--list", "127.0.0.1"]);
        Ok(command)
    }

    fn bare_command(&self) -> Result<Command, MissingProgram> {
        let mut command = Command::new(Program::Smbclient.find()?);
        match &self.ticket {
            Some(Ticket { realm, configuration, cache, .. }) => command
                .args(["--use-kerberos=required", "--ip-address=127.0.0.1"])
                .arg(format!("--realm={realm}"))
                .env("KRB5CCNAME", cache)
                .env("KRB5_CONFIG", configuration),
            None => command.arg(format!("--user={}", self.username)).env("PASSWD", &self.password),
        };
        command
            .arg(format!("--port={}", self.port))
            .args(["--configfile=/dev/null", "--option=client min protocol=SMB2_02"])
            .args(&self.options)
            .env("PAGER", &self.pager);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        Ok(command)
    }
}

impl Transcript {
    /// The lines that name an NTSTATUS: commands that failed.
    #[must_use]
    pub fn failures(&self) -> Vec<&str> {
        self.output.lines().filter(|line| line.contains("NT_STATUS_")).collect()
    }
}
