//! `completions SHELL`.

use crate::arguments::Arguments;
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::Write;

/// Writes the completion script of `shell`.
pub(crate) fn run(shell: Shell, output: &mut Output) -> Result<Conclusion, Failure> {
    // clap_complete panics when it cannot write, so it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "smbreplay", &mut script);
    output.stream().write_all(&script)?;
    Ok(Conclusion::Done)
}
