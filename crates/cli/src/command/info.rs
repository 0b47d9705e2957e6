//! `info`.

use super::{Context, first_run};
use crate::arguments::{Format, Global};
use crate::failure::{Conclusion, Failure};
use crate::output::{Column, Grid, Output};
use serde_json::{Map, Value, json};
use smb2::Command;
use std::path::Path;
use store::layout::{Layout, is_capture};
use store::{Config, ConfigFile, Key};

/// Versions, folders and supported commands.
pub(crate) fn run(global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    let mut context = Context::new(&[], global, output)?;
    let config = &context.config;
    let config_path = ConfigFile::locate(&super::environment).ok();
    let trace = config.capture_path();
    let version = env!("CARGO_PKG_VERSION");
    let schema = store::metadata::SCHEMA_VERSION;
    if context.output.format() == Format::Json {
        let commands: Map<String, Value> =
            Command::ALL.iter().map(|command| (command.0.to_string(), Value::from(command.to_string()))).collect();
        let document = json!({
            "version": version,
            "schema_version": schema,
            "config_path": config_path,
            "traces_folder": config.traces_folder(),
            "case_id": config.case_id(),
            "output_dir": config.output_dir(),
            "capture_path": trace,
            "capture_valid": trace.as_deref().is_some_and(|trace| is_capture(trace) || is_ingested(trace, config)),
            "lab_state": lab::instance::default_state_file(),
            "verbosity_level": config.verbosity_level(),
            "supported_commands": commands,
        });
        context.output.json(&document)?;
        first_run::tell_below(&mut context)?;
        return Ok(Conclusion::Done);
    }
    let path =
        |path: Option<std::path::PathBuf>| path.map_or_else(|| "-".to_owned(), |path| path.display().to_string());
    let names: Vec<String> = Command::ALL.iter().map(ToString::to_string).collect();
    let mut facts = Grid::new([Column::text("what"), Column::text("value").wrapped_to(12)]);
    for (what, value) in [
        ("smbreplay", version.to_owned()),
        ("files", format!("schema {schema}")),
        ("settings", path(config_path)),
        ("cases", config.traces_folder().display().to_string()),
        ("case", config.case_id().to_owned()),
        (
            "output",
            config.output_dir().map_or_else(|| "beside the traces".to_owned(), |path| path.display().to_string()),
        ),
        ("last trace", path(trace)),
        ("lab server", format!("{}:{}, share {}", config.server_ip(), config.port(), config.shown(Key::TreeName))),
    ] {
        facts.push([what.to_owned(), value]);
    }
    if context.output.format() == Format::Csv {
        facts.push(["commands".to_owned(), names.join(" ")]);
    }
    context.output.grid(&facts)?;
    if context.output.format() == Format::Table {
        context.output.line("")?;
        context.output.paragraph("commands: ", &names.join(", "))?;
    }
    first_run::tell_below(&mut context)?;
    Ok(Conclusion::Done)
}

/// Whether the trace is a set or came through the standard input: no file has its name.
fn is_ingested(trace: &Path, config: &Config) -> bool {
    Layout::new(config).place(trace).is_ok_and(|place| place.output.is_ingested())
}
