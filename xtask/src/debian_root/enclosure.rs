//! A program in a root file system of its own, with mounts and processes of its own: it is process 1 there, as in a container.

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// How a program is put into it. What is mounted goes with the last process of the namespace.
const ENTER: &str = r#"
root=$1 mode=$2
shift 2
mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
while [ "$1" != -- ]; do
    mount --bind "$1" "$root$2"
    mount -o "remount,bind,$3" "$root$2"
    shift 3
done
shift
if [ "$mode" = ro ]; then
    mount -t tmpfs tmpfs "$root/tmp"
    mount -o remount,bind,ro "$root"
fi
exec chroot "$root" "$@"
"#;
/// How long a program may take to become process 1, or to end when it is asked to.
const PATIENCE: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);
/// Variables that say how other machines are reached.
const NETWORK: [&str; 8] =
    ["http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"];

/// A folder or file of this machine that is seen in the root file system.
#[derive(Clone, Debug)]
pub(crate) struct Bind {
    /// Where it lies.
    pub(crate) from: PathBuf,
    /// Where it is seen: an absolute path, of something that is there.
    pub(crate) to: String,
    /// Whether it may be changed.
    pub(crate) writable: bool,
}

/// What a program may do beyond what its user may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Capabilities {
    /// All that root may.
    All,
    /// What root may in a container of Docker, if nothing else is said.
    Docker,
    /// Nothing, whoever it is.
    None,
}

/// Where and as whom a program runs.
#[derive(Clone, Debug)]
pub(crate) struct Enclosure {
    root: PathBuf,
    /// Whether the root file system itself may be changed.
    pub(crate) writable: bool,
    pub(crate) binds: Vec<Bind>,
    /// Ids of user and group.
    pub(crate) user: (u32, u32),
    pub(crate) capabilities: Capabilities,
    pub(crate) folder: String,
    /// All variables that it has; the last value of a name counts.
    pub(crate) environment: Vec<(String, String)>,
}

impl Enclosure {
    /// Root in the root file system at `root`.
    pub(crate) fn of(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            writable: true,
            binds: Vec::new(),
            user: (0, 0),
            capabilities: Capabilities::All,
            folder: "/".to_owned(),
            environment: vec![(
                "PATH".to_owned(),
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
            )],
        }
    }

    /// With the variables of this machine that say how others are reached.
    pub(crate) fn with_network_settings(mut self) -> Self {
        let set = NETWORK.iter().filter_map(|name| Some(((*name).to_owned(), env::var(name).ok()?)));
        self.environment.extend(set);
        self
    }

    /// A program as process 1; it ends with the process that is started for it.
    pub(crate) fn command(&self, program: &[String]) -> Command {
        let mut command = Command::new("setpriv");
        // It is not to outlive whoever started it.
        command.args(["--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--"]);
        command.args(["sh", "-euc", ENTER, "sh"]);
        command.arg(&self.root).arg(if self.writable { "rw" } else { "ro" });
        for bind in &self.binds {
            command.arg(&bind.from).arg(&bind.to).arg(if bind.writable { "rw" } else { "ro" });
        }
        command.arg("--").args(self.as_its_user(program));
        self.surround(&mut command);
        command
    }

    /// Starts a program as process 1; what it prints goes into `log`.
    pub(crate) fn start(&self, program: &[String], log: &Path) -> anyhow::Result<Running> {
        let file = File::create(log).with_context(|| format!("cannot make {}", log.display()))?;
        let both = file.try_clone().context("cannot share a log")?;
        let child =
            self.command(program).stdout(file).stderr(both).spawn().context("cannot run setpriv and unshare")?;
        Ok(Running { enclosure: self.clone(), child, log: log.to_owned() })
    }

    /// Lets a command have these variables and no other. They are no arguments, which everybody sees.
    fn surround(&self, command: &mut Command) {
        let variables = self.environment.iter().map(|(name, value)| (name, value));
        command.env_clear().envs(variables).stdin(Stdio::null());
    }

    /// `program` with rights and folder as they are here.
    fn as_its_user(&self, program: &[String]) -> Vec<String> {
        let (user, group) = self.user;
        let mut words: Vec<String> = ["/usr/bin/setpriv", "--clear-groups"].map(str::to_owned).into();
        words.extend([format!("--reuid={user}"), format!("--regid={group}")]);
        match self.capabilities {
            Capabilities::All => {}
            Capabilities::Docker => words.push(
                "--bounding-set=-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,\
                 +net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap"
                    .to_owned(),
            ),
            Capabilities::None => words.extend(["--bounding-set=-all", "--no-new-privs"].map(str::to_owned)),
        }
        words.extend(["/usr/bin/env".to_owned(), format!("--chdir={}", self.folder)]);
        words.extend(program.iter().cloned());
        words
    }
}

/// A process 1. It and all that it started are killed with this.
pub(crate) struct Running {
    enclosure: Enclosure,
    child: Child,
    log: PathBuf,
}

impl Running {
    /// What it has printed until now.
    pub(crate) fn printed(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Whether it has not ended.
    pub(crate) fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Another program beside it, in the same namespaces and as the same user.
    pub(crate) fn beside(&self, program: &[String]) -> anyhow::Result<Command> {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.process_1()?.to_string(), "--mount", "--pid", "--root", "--"]);
        command.args(self.enclosure.as_its_user(program));
        self.enclosure.surround(&mut command);
        Ok(command)
    }

    /// Sends it a signal, e.g. `TERM`, and waits until it has ended.
    pub(crate) fn end_by(mut self, signal: &str) -> anyhow::Result<ExitStatus> {
        let process = self.process_1()?.to_string();
        let sent = Command::new("kill").args(["-s", signal, &process]).status().context("cannot run kill")?;
        anyhow::ensure!(sent.success(), "process 1 cannot be sent SIG{signal}");
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().context("cannot wait for process 1")? {
                return Ok(status);
            }
            thread::sleep(POLL);
        }
        bail!("SIG{signal} does not end it within {} s; it printed:\n{}", PATIENCE.as_secs(), self.printed())
    }

    /// Its id outside: it is the only child of `unshare`.
    fn process_1(&self) -> anyhow::Result<u32> {
        let parent = self.child.id();
        let children = PathBuf::from(format!("/proc/{parent}/task/{parent}/children"));
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let told = std::fs::read_to_string(&children).unwrap_or_default();
            if let Some(child) = told.split_whitespace().next().and_then(|word| word.parse().ok()) {
                return Ok(child);
            }
            thread::sleep(POLL);
        }
        bail!("nothing was started; it printed:\n{}", self.printed())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // `unshare` takes process 1 with it, and the kernel all others of the namespace.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
