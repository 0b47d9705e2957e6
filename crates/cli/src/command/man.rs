//! `man DIR`.

use crate::arguments::{Arguments, Format};
use crate::failure::{Conclusion, Failure};
use crate::output::Output;
use clap::CommandFactory;
use std::path::Path;

/// Writes `smbreplay.1` and a page for each command (`smbreplay-session.1`) into `folder`.
pub(crate) fn run(folder: &Path, output: &mut Output) -> Result<Conclusion, Failure> {
    std::fs::create_dir_all(folder).and_then(|()| clap_mangen::generate_to(Arguments::command(), folder)).map_err(
        |error| {
            let what = format!("{}: cannot write the manual: {error}", folder.display());
            Failure::new(what, "name a folder that you may write to")
        },
    )?;
    match output.format() {
        Format::Json => output.json(&serde_json::json!({ "folder": folder }))?,
        _ => output.line(&format!("manual pages in {}; try `man -l {0}/smbreplay.1`", folder.display()))?,
    }
    Ok(Conclusion::Done)
}
