//! `config show|get|set|unset|path|import`.

mod import;

use super::{Context, environment, first_run};
use crate::arguments::{ConfigCommand, Format, Global};
use crate::failure::{Conclusion, Failure};
use crate::output::{Column, Grid, Output};
use serde_json::{Map, Value, json};
use store::{ConfigFile, Key};

/// Shows or changes settings.
pub(crate) fn run(action: ConfigCommand, global: &Global, output: &mut Output) -> Result<Conclusion, Failure> {
    match action {
        ConfigCommand::Show => show(&mut Context::new(&[], global, output)?),
        ConfigCommand::Get { key } => get(key.parse()?, &mut Context::new(&[], global, output)?),
        ConfigCommand::Set { key, value } => change(key.parse()?, Some(&value), output),
        ConfigCommand::Unset { key } => change(key.parse()?, None, output),
        ConfigCommand::Path => path(output),
        ConfigCommand::Import(arguments) => import::run(&arguments, output),
    }
}

fn show(context: &mut Context<'_>) -> Result<Conclusion, Failure> {
    let settings = context.config.settings();
    if context.output.format() == Format::Json {
        let values: Map<String, Value> =
            Key::ALL.into_iter().map(|key| (key.name().to_owned(), typed(key, &context.config.shown(key)))).collect();
        let sources: Map<String, Value> =
            settings.iter().map(|setting| (setting.key.to_owned(), Value::from(setting.source.as_str()))).collect();
        let path = ConfigFile::locate(&environment).ok();
        context.output.json(&json!({ "path": path, "config": values, "sources": sources }))?;
        first_run::tell_below(context)?;
        return Ok(Conclusion::Done);
    }
    let mut grid =
        Grid::new([Column::text("key"), Column::text("value").wrapped_to(12), Column::text("source").dispensable(1)]);
    for setting in settings {
        grid.push([setting.key.to_owned(), setting.value, setting.source]);
    }
    context.output.grid(&grid)?;
    first_run::tell_below(context)?;
    Ok(Conclusion::Done)
}

fn get(key: Key, context: &mut Context<'_>) -> Result<Conclusion, Failure> {
    let value = context.config.shown(key);
    match context.output.format() {
        Format::Json => {
            let source = context.config.source(key).to_string();
            context.output.json(&json!({ "key": key.name(), "value": typed(key, &value), "source": source }))?;
        }
        _ => context.output.line(&value)?,
    }
    Ok(Conclusion::Done)
}

/// Works on the file alone, so that a bad value elsewhere can be mended.
fn change(key: Key, value: Option<&str>, output: &mut Output) -> Result<Conclusion, Failure> {
    let mut file = ConfigFile::open(&ConfigFile::locate(&environment)?)?;
    let changed = match value {
        Some(value) => {
            let value = if key == Key::Password { value.to_owned() } else { absolute(key, value) };
            file.set(key, &value)?;
            true
        }
        None => file.unset(key),
    };
    if changed {
        file.save()?;
    }
    // A damaged value cannot be read back, but it can be unset.
    let kept = file.get(key)?;
    let shown = key.shown(kept.as_deref().unwrap_or(key.default_value()));
    match output.format() {
        Format::Json => output.json(&json!({ "key": key.name(), "value": typed(key, &shown), "changed": changed }))?,
        _ if kept.is_some() => output.line(&format!("{key} = {shown}"))?,
        _ => output.line(&format!("{key} = {shown} (default)"))?,
    }
    Ok(Conclusion::Done)
}

fn path(output: &mut Output) -> Result<Conclusion, Failure> {
    let path = ConfigFile::locate(&environment)?;
    match output.format() {
        Format::Json => output.json(&json!({ "path": path, "exists": path.exists() }))?,
        _ => output.line(&path.display().to_string())?,
    }
    Ok(Conclusion::Done)
}

/// A relative path is kept absolute, because the next command may be started from another folder.
fn absolute(key: Key, value: &str) -> String {
    let is_path = matches!(key, Key::TracesFolder | Key::OutputDir | Key::CapturePath);
    if !is_path || value.is_empty() || value.starts_with('~') {
        return value.to_owned();
    }
    std::path::absolute(value).map_or_else(|_| value.to_owned(), |path| path.display().to_string())
}

/// Numbers as numbers, everything else as text.
fn typed(key: Key, value: &str) -> Value {
    let number = match key {
        Key::Port | Key::VerbosityLevel => value.parse::<u64>().ok().map(Value::from),
        Key::MaxWait => value.parse::<f64>().ok().map(Value::from),
        _ => None,
    };
    number.unwrap_or_else(|| Value::from(value))
}
