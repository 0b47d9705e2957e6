//! `lab start|stop|status`.

use super::environment;
use crate::arguments::{Format, Global, LabCommand};
use crate::failure::{Conclusion, Failure};
use crate::logging;
use crate::output::Output;
use lab::EmbeddedOptions;
use lab::instance::{self, End, Instance, Status};
use serde_json::json;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use store::Config;

/// How long a server in the background may take to accept connections.
const PATIENCE: Duration = Duration::from_secs(10);

/// Starts, stops or looks for the embedded server.
pub(crate) fn run(action: LabCommand, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let state = instance::default_state_file()
        .ok_or_else(|| Failure::new("no place for the lab server's state", "set HOME or XDG_STATE_HOME"))?;
    let config = Config::load(&[], &environment)?;
    logging::start(global, config.verbosity_level());
    match action {
        LabCommand::Start { port, root, foreground: true } => {
            foreground(options(&config, port, root, &state)?, &state, output)
        }
        LabCommand::Start { port, root, foreground: false } => background(port, root, &state, output),
        LabCommand::Stop => stop(&state, output),
        LabCommand::Status => status(&state, output),
    }
}

/// The share, user and password of the settings, so that a replay with the same settings is let in.
fn options(config: &Config, port: u16, root: Option<PathBuf>, state: &Path) -> Result<EmbeddedOptions, Failure> {
    let folder = match root {
        Some(folder) => folder,
        None => {
            let folder = state.with_file_name("lab-share");
            fs::create_dir_all(&folder).map_err(|error| cannot_write(&folder, &error))?;
            folder
        }
    };
    Ok(EmbeddedOptions {
        port,
        share: config.tree_name().to_owned(),
        username: config.username().to_owned(),
        password: config.password().to_owned(),
        ..EmbeddedOptions::for_folder(folder)
    })
}

fn foreground(options: EmbeddedOptions, state: &Path, output: &mut Output) -> Result<Conclusion, Failure> {
    let mut told = Ok(());
    let end = instance::run(options, state, |instance| {
        told = tell_running(instance, output).and_then(|()| output.flush());
    });
    match end.map_err(advise)? {
        End::Stopped => told.map(|()| Conclusion::Done),
        End::Interrupted => Err(Failure::Interrupted("the lab server has stopped".to_owned())),
    }
}

/// Runs this program again, detached, with its messages in a file, and waits until it serves.
fn background(port: u16, root: Option<PathBuf>, state: &Path, output: &mut Output) -> Result<Conclusion, Failure> {
    if let Status::Running(instance) = instance::status(state).map_err(advise)? {
        return Err(advise(instance::InstanceError::Running(instance)));
    }
    let log = state.with_file_name("lab.log");
    let mut server = detached(port, root, &log)?;
    let start = Instant::now();
    loop {
        if let Status::Running(instance) = instance::status(state).map_err(advise)?
            && instance.pid == server.id()
        {
            tell_running(&instance, output)?;
            return Ok(Conclusion::Done);
        }
        if matches!(server.try_wait(), Ok(Some(_))) {
            return Err(Failure::plain(last_words(&log)));
        }
        if start.elapsed() > PATIENCE {
            // It may be hanging anywhere; it is ours, and it must not start later, unseen.
            let _ = server.kill();
            let _ = server.wait();
            let what = format!("the lab server did not start within {} s", PATIENCE.as_secs());
            return Err(Failure::new(what, format!("see {}", log.display())));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn detached(port: u16, root: Option<PathBuf>, log: &Path) -> Result<Child, Failure> {
    if let Some(folder) = log.parent() {
        fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
    }
    let file = File::create(log).map_err(|error| cannot_write(log, &error))?;
    let cannot_start = |error: std::io::Error| {
        Failure::new(format!("cannot start the lab server: {error}"), "try `smbreplay lab start --foreground`")
    };
    let program = std::env::current_exe().map_err(cannot_start)?;
    let mut command = Command::new(program);
    command.args(["lab", "start", "--foreground", "--color", "never", "--port", &port.to_string()]);
    if let Some(root) = root {
        command.arg("--root").arg(root);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(file);
    // A group of its own: Ctrl-C in the terminal that started it does not reach it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.spawn().map_err(cannot_start)
}

/// What the server said before it ended.
fn last_words(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    match text.lines().rev().find_map(|line| line.strip_prefix("error: ")) {
        Some(line) => line.to_owned(),
        None => format!("the lab server ended at once; see {}", log.display()),
    }
}

fn stop(state: &Path, output: &mut Output) -> Result<Conclusion, Failure> {
    let stopped = instance::stop(state).map_err(advise)?;
    match (output.format(), stopped) {
        (Format::Json, stopped) => output.json(&json!({ "stopped": stopped.is_some(), "server": stopped }))?,
        (_, Some(instance)) => output.line(&format!("stopped the lab server at {}", instance.address))?,
        (_, None) => output.line("no lab server is running")?,
    }
    Ok(Conclusion::Done)
}

fn status(state: &Path, output: &mut Output) -> Result<Conclusion, Failure> {
    let status = instance::status(state).map_err(advise)?;
    if output.format() == Format::Json {
        let (word, server) = match &status {
            Status::Running(instance) => ("running", Some(instance)),
            Status::Dead(instance) => ("dead", Some(instance)),
            Status::Stopped => ("stopped", None),
        };
        output.json(&json!({ "status": word, "server": server }))?;
        return Ok(Conclusion::Done);
    }
    match status {
        Status::Running(instance) => tell_running(&instance, output)?,
        Status::Dead(instance) => output.line(&format!(
            "the lab server at {} is gone (process {} was killed); `smbreplay lab start` starts a new one",
            instance.address, instance.pid
        ))?,
        Status::Stopped => output.line("no lab server is running; `smbreplay lab start` starts one")?,
    }
    Ok(Conclusion::Done)
}

fn tell_running(instance: &Instance, output: &mut Output) -> Result<(), Failure> {
    if output.format() == Format::Json {
        return output.json(&json!({ "status": "running", "server": instance }));
    }
    output.line(&format!("lab server at {} (process {})", instance.address, instance.pid))?;
    output.line(&format!("  share   {}, folder {}", instance.share, instance.folder.display()))?;
    output.line(&format!("  user    {}, password as in the settings when it was started", instance.username))?;
    let (address, port) = (instance.address.ip(), instance.address.port());
    output.line(&format!("  replay  smbreplay replay ID --server-ip {address} --port {port}"))
}

/// What to do about a lab server that fails.
fn advise(error: instance::InstanceError) -> Failure {
    use instance::InstanceError;
    match &error {
        InstanceError::Running(_) => Failure::plain(error),
        InstanceError::Server(lab::EmbeddedError::Listen { .. }) => Failure::new(error, "choose another --port"),
        InstanceError::Server(lab::EmbeddedError::Folder { .. }) => Failure::new(error, "choose another --root"),
        InstanceError::StateFile { .. } => Failure::new(error, "check its folder, or remove the file"),
        InstanceError::DidNotStop(instance) => {
            let pid = instance.pid;
            Failure::new(&error, format!("end process {pid} yourself"))
        }
        InstanceError::Server(_) | InstanceError::Signals(_) => Failure::new(error, "try again"),
    }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Failure {
    let what = format!("{}: cannot write the lab server's files: {error}", path.display());
    Failure::new(what, "check who owns the folder, or set XDG_STATE_HOME")
}
