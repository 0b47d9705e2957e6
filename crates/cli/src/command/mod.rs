//! The commands, one file each.

mod cleanup;
mod completions;
mod config;
mod decrypt;
mod doctor;
mod export;
mod filter;
pub(crate) mod first_run;
mod health;
mod html;
mod info;
mod ingest;
mod junit;
mod kerberos;
mod lab;
mod list;
mod man;
mod mapping;
mod namespace;
mod pcap;
mod provisioning;
mod replay;
mod report;
mod secrets;
mod serve;
mod session;
mod setup;
mod standard_input;
mod target;
mod trace;
mod validate;
mod written;

use crate::arguments::{Arguments, Command, Global};
use crate::failure::{Conclusion, Failure};
use crate::interrupt::Interrupt;
use crate::logging;
use crate::output::Output;
use anstream::eprintln as tell;
use store::metadata::Session;
use store::{Config, ConfigFile, Key};

/// Carries out what the user wrote.
pub(crate) fn run(arguments: Arguments) -> Result<Conclusion, Failure> {
    let Arguments { global, command } = arguments;
    let mut output = Output::new(&global);
    let conclusion = dispatch(command, &global, &mut output);
    match output.flush() {
        Ok(()) | Err(Failure::OutputClosed) => conclusion,
        Err(failure) => conclusion.and(Err(failure)),
    }
}

fn dispatch(command: Command, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    match command {
        Command::Completions { shell } => completions::run(shell, output),
        Command::Man { folder } => man::run(&folder, output),
        Command::Config { action } => config::run(action, global, output),
        Command::Lab { action } => lab::run(action, global, output),
        Command::Ingest(arguments) => ingest::run(&arguments, global, output),
        Command::List { what } => list::run(what, global, output),
        Command::Session(arguments) => session::run(&arguments, global, output),
        Command::Validate(arguments) => validate::run(&arguments, global, output),
        Command::Setup(arguments) => setup::run(&arguments, global, output),
        Command::Cleanup(arguments) => cleanup::run(&arguments, global, output),
        Command::Replay(arguments) => replay::run(&arguments, global, output),
        Command::Decrypt(arguments) => decrypt::run(&arguments, global, output),
        Command::Export(arguments) => export::run(&arguments, global, output),
        Command::Report(arguments) => report::run(&arguments, global, output),
        Command::Doctor(arguments) => doctor::run(&arguments, global, output),
        Command::Serve(arguments) => serve::run(&arguments, global, output),
        Command::Health(arguments) => health::run(&arguments, output),
        Command::Info => info::run(global, output),
    }
}

/// What a command works with.
pub(crate) struct Context<'a> {
    /// The effective settings.
    pub(crate) config: Config,
    /// Where the result goes.
    pub(crate) output: &'a mut Output,
    /// Whether the user wants to stop.
    pub(crate) interrupt: Interrupt,
}

impl<'a> Context<'a> {
    /// Settings with `overrides` from the command line, logging at their level.
    pub(crate) fn new(overrides: &[(Key, String)], global: &Global, output: &'a mut Output) -> Result<Self, Failure> {
        Ok(Self::with(Config::load(overrides, &environment)?, global, output))
    }

    /// These settings, logging at their level.
    pub(crate) fn with(config: Config, global: &Global, output: &'a mut Output) -> Self {
        logging::start(global, config.verbosity_level());
        Self { config, output, interrupt: Interrupt::listen() }
    }

    /// A line of warning on standard error, unless `-q`.
    pub(crate) fn warn(&self, text: &str) {
        if !self.output.quiet() {
            let yellow = clap::builder::styling::AnsiColor::Yellow.on_default().bold();
            tell!("{yellow}warning:{yellow:#} {}", crate::output::printable(text));
        }
    }

    /// Makes `session` the one that later commands use by default.
    pub(crate) fn remember_session(&self, session: &Session) {
        self.remember(&[(Key::SessionId, &session.file)]);
    }

    /// Keeps `values` in the configuration file as what was used last; an empty one is removed. Not being able to is
    /// worth a log line only: the command itself has done its work.
    pub(crate) fn remember(&self, values: &[(Key, &str)]) {
        let kept = ConfigFile::locate(&environment).and_then(|path| {
            let mut file = ConfigFile::open(&path)?;
            let mut changed = false;
            for (key, value) in values {
                if value.is_empty() {
                    changed |= file.unset(*key);
                } else if file.get(*key)?.as_deref() != Some(*value) {
                    file.set(*key, value)?;
                    changed = true;
                }
            }
            if changed { file.save() } else { Ok(()) }
        });
        if let Err(error) = kept {
            tracing::info!("what was used last is not remembered: {error}");
        }
    }
}

/// A variable of the process's environment; one that is not text counts as not set.
pub(crate) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
