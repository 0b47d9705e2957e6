//! What somebody reads who has not said yet which lab server to use.

use super::{Context, environment};
use crate::arguments::ServerArguments;
use crate::failure::Failure;
use crate::output::{broken, terminal_width};
use anstream::eprintln as tell;
use std::net::SocketAddr;
use store::config::Source;
use store::{Config, Key};

/// The settings that say where a replay goes, and as whom.
const SERVER: [Key; 6] = [Key::ServerIp, Key::Port, Key::Domain, Key::Username, Key::Password, Key::TreeName];

/// The commands that say it.
const COMMANDS: [&str; 3] = [
    "smbreplay config set server_ip ADDRESS",
    "smbreplay config set tree_name SHARE",
    "smbreplay config set username USER",
];

/// Tells on standard error how to name a lab server, if nothing has named one: no option, variable or file. Not with `-q`.
/// What is tried with the defaults comes below; arguments that make no sense have been refused before, on one line.
pub(crate) fn tell_above(server: &ServerArguments, context: &Context<'_>) {
    if is_new(&context.config) && !server.password_stdin && !context.output.quiet() {
        tell_how(context.output.width());
        tell!();
    }
}

/// The same below the settings, which stand on standard output.
pub(crate) fn tell_below(context: &mut Context<'_>) -> Result<(), Failure> {
    context.output.flush()?;
    if is_new(&context.config) && !context.output.quiet() {
        tell!();
        tell_how(context.output.width());
    }
    Ok(())
}

/// The same below the help, where no command was named.
pub(crate) fn tell_below_help() {
    // Damaged settings are those of somebody who has some.
    if Config::load(&[], &environment).is_ok_and(|config| is_new(&config)) {
        tell!();
        tell_how(terminal_width());
    }
}

fn is_new(config: &Config) -> bool {
    SERVER.iter().all(|key| config.source(*key) == Source::Default)
}

fn tell_how(width: Option<usize>) {
    let width = width.unwrap_or(usize::MAX);
    let paragraph = |words: &str| {
        for line in broken(words, width) {
            tell!("{line}");
        }
    };
    paragraph(
        "No lab server is set. Name one, and never a production server: a replay creates, overwrites and deletes files.",
    );
    COMMANDS.iter().for_each(|command| tell!("  {command}"));
    paragraph("The password: SMBREPLAY_PASSWORD, --password-stdin, or `smbreplay config set password PASSWORD`.");
    match running_lab() {
        Some(lab) => {
            paragraph(&format!("Or the lab server that runs here: `smbreplay config set port {}`.", lab.port()))
        }
        None => paragraph("No server at hand? `smbreplay lab start` runs one here, and says how to use it."),
    }
}

/// The server that `smbreplay lab start` has started.
pub(crate) fn running_lab() -> Option<SocketAddr> {
    match lab::instance::status(&lab::instance::default_state_file()?) {
        Ok(lab::instance::Status::Running(instance)) => Some(instance.address),
        _ => None,
    }
}
