//! `cargo xtask demo`: the project's own capture, from ingest to a verdict on a lab server, with the real program.
//!
//! Everything the demo writes lies in one folder under cargo's target folder and stays there, so that the report can be
//! looked at; the next demo begins by removing it. No setting or case of the user's is read or touched.

mod limits;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{Context, bail, ensure};
use lab::{EmbeddedOptions, EmbeddedServer, Samba, SambaOptions};

use crate::isolated;
use crate::workspace::{cargo, describe, root, step};

/// The case the demo makes.
const CASE: &str = "2010101010";
const CAPTURE: &str = "office.pcap";
/// How many of a session's operations are shown.
const SHOWN: usize = 20;

pub(crate) fn run(on_samba: bool) -> anyhow::Result<()> {
    step(cargo().args(["build", "--package", "smbreplay"]))?;
    show(on_samba)
}

/// The demo of the program as it was built last.
pub(crate) fn show(on_samba: bool) -> anyhow::Result<()> {
    let start = Instant::now();
    let demo = Demo::lay_out()?;
    let server = if on_samba { Server::samba()? } else { demo.embedded_server()? };
    println!("\n{}: 127.0.0.1 port {}, share testshare, empty", server.name(), server.port());

    demo.smbreplay(&server, &["ingest", CAPTURE])?;
    demo.smbreplay(&server, &["session", "--list"])?;
    demo.smbreplay_head(&server, &["session", "1", "--brief"])?;
    let port = server.port().to_string();
    let status = demo.smbreplay_status(&server, &["replay", "--all", "--server-ip", "127.0.0.1", "--port", &port])?;
    let report = demo.report()?;
    println!("\nThe report: {}", report.display());
    match status.code() {
        Some(0) => println!("Every operation was answered as captured."),
        Some(1) => limits::explain(&report, on_samba)?,
        _ => bail!("the replay was not carried out ({status})"),
    }
    println!(
        "\nFrom capture to verdict in {:.1} s. Everything is in {}",
        start.elapsed().as_secs_f64(),
        demo.folder.display()
    );
    Ok(())
}

/// The server that the demo replays at.
enum Server {
    Embedded(EmbeddedServer),
    Samba(Samba),
}

impl Server {
    fn samba() -> anyhow::Result<Self> {
        Ok(Self::Samba(Samba::start(SambaOptions::default())?))
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Embedded(_) => "An embedded lab server",
            Self::Samba(_) => "A private Samba",
        }
    }

    fn port(&self) -> u16 {
        match self {
            Self::Embedded(server) => server.port(),
            Self::Samba(samba) => samba.port(),
        }
    }

    /// User and password.
    fn logon(&self) -> (&str, &str) {
        match self {
            Self::Embedded(server) => (&server.options().username, &server.options().password),
            Self::Samba(samba) => (samba.username(), samba.password()),
        }
    }
}

/// The demo's folder and the program it shows.
struct Demo {
    folder: PathBuf,
    program: PathBuf,
}

impl Demo {
    fn lay_out() -> anyhow::Result<Self> {
        let xtask = env::current_exe().context("cannot find the folder of built programs")?;
        let built = xtask.parent().context("this program lies in no folder")?;
        let program = built.join("smbreplay").with_extension(env::consts::EXE_EXTENSION);
        ensure!(program.is_file(), "{} was not built", program.display());
        let folder = built.parent().unwrap_or(built).join("demo");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        let demo = Self { folder, program };
        for needed in [demo.case(), demo.share()] {
            fs::create_dir_all(&needed).with_context(|| format!("cannot make {}", needed.display()))?;
        }
        let carried = root().join("tests/data").join(CAPTURE);
        fs::copy(&carried, demo.case().join(CAPTURE)).with_context(|| format!("cannot copy {}", carried.display()))?;
        Ok(demo)
    }

    fn case(&self) -> PathBuf {
        self.folder.join("cases").join(CASE)
    }

    fn share(&self) -> PathBuf {
        self.folder.join("share")
    }

    fn embedded_server(&self) -> anyhow::Result<Server> {
        Ok(Server::Embedded(EmbeddedServer::start(EmbeddedOptions::for_folder(self.share()))?))
    }

    fn command(&self, server: &Server, arguments: &[&str]) -> Command {
        let mut command = isolated::smbreplay(&self.program, &self.folder, CASE, server.logon());
        command.args(arguments);
        println!("\n$ {}", describe(&command));
        command
    }

    fn smbreplay(&self, server: &Server, arguments: &[&str]) -> anyhow::Result<()> {
        let status = self.smbreplay_status(server, arguments)?;
        ensure!(status.success(), "`smbreplay {}` failed ({status})", arguments.join(" "));
        Ok(())
    }

    fn smbreplay_status(&self, server: &Server, arguments: &[&str]) -> anyhow::Result<ExitStatus> {
        self.command(server, arguments).status().context("cannot run smbreplay")
    }

    /// Runs smbreplay and shows the first lines of what it prints.
    fn smbreplay_head(&self, server: &Server, arguments: &[&str]) -> anyhow::Result<()> {
        let output =
            self.command(server, arguments).stderr(Stdio::inherit()).output().context("cannot run smbreplay")?;
        ensure!(output.status.success(), "`smbreplay {}` failed ({})", arguments.join(" "), output.status);
        let text = String::from_utf8_lossy(&output.stdout);
        text.lines().take(SHOWN).for_each(|line| println!("{line}"));
        match text.lines().count().saturating_sub(SHOWN) {
            0 => {}
            more => println!("… and {more} more lines"),
        }
        Ok(())
    }

    /// The one `report.json` of the demo's one replay.
    fn report(&self) -> anyhow::Result<PathBuf> {
        let replays = self.case().join(".tracer").join(CAPTURE).join("replays");
        let runs =
            fs::read_dir(&replays).with_context(|| format!("the replay left no run in {}", replays.display()))?;
        let reports = runs.flatten().map(|run| run.path().join("report.json"));
        reports
            .into_iter()
            .find(|report| report.is_file())
            .with_context(|| format!("no report in {}", replays.display()))
    }
}

/// Reads a report into what is needed of it.
fn read_report(path: &Path) -> anyhow::Result<limits::Divergences> {
    let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("{} is not a report", path.display()))
}
