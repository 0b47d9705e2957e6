//! The command line of smbreplay: arguments in, tables or JSON out, an exit status.
//!
//! # Invariants
//! - Standard output carries the result and nothing else; logs, progress and errors go to standard error.
//! - With `--format json` the result is exactly one document.
//! - A failure is one line: what, which file or address, what to do; exit status 2. An interrupt is 130.
//! - Text from captures and servers cannot steer the terminal. A password is never printed.
//! - Nothing here knows the protocol; the floors below do.

#![forbid(unsafe_code)]

mod arguments;
mod command;
mod failure;
mod interrupt;
mod logging;
mod output;

use arguments::Arguments;
use clap::Parser;
use clap::error::ErrorKind;
use failure::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if !error.use_stderr() => {
            // Help and version: the reader may have gone away, and nothing is left to do then.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            if std::env::args_os().len() < 2 {
                command::first_run::tell_below_help();
            }
            return ExitCode::from(2);
        }
        Err(error) => return fail(&Failure::plain(failure::usage(&error))),
    };
    colour(arguments.global.color);
    match command::run(arguments) {
        Ok(conclusion) => conclusion.into(),
        Err(failure) => fail(&failure),
    }
}

fn fail(failure: &Failure) -> ExitCode {
    failure.tell();
    failure.exit_code()
}

fn colour(choice: clap::ColorChoice) {
    match choice {
        clap::ColorChoice::Auto => anstream::ColorChoice::Auto,
        clap::ColorChoice::Always => anstream::ColorChoice::Always,
        clap::ColorChoice::Never => anstream::ColorChoice::Never,
    }
    .write_global();
}
