//! The settings of the earlier tool, which kept them in `config.pkl`: a dictionary that Python has pickled.
//!
//! Its keys are those of [`Key`] where the names are the same. What cannot be taken over is listed with its reason.

mod logging;
pub mod pickle;

use super::Key;
use pickle::{Dictionary, Pickle, PickleError, Value};
use std::collections::{HashMap, HashSet};

/// Longest text of a file that is repeated, in characters.
const LONGEST: usize = 80;

/// What a `config.pkl` has for the settings.
#[derive(Default)]
pub struct EarlierSettings {
    /// Settings to take over, at most one for a key: values as [`Key::parse_value`] makes them.
    pub taken: Vec<(Key, String)>,
    /// Entries that are not taken over, in the order of the file.
    pub left: Vec<NotTaken>,
}

/// An entry that is not taken over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotTaken {
    /// Its key as text; `outer.inner` in a dictionary inside. The value may be a secret, and is not told.
    pub name: String,
    /// What it would be of the settings.
    pub meaning: Meaning,
    /// Why not, in words.
    pub reason: String,
}

/// What an entry that is not taken over is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Meaning {
    /// No setting here, or one that is there already.
    Other,
    /// A setting that was not set.
    Unset(Key),
    /// A setting whose value makes no sense here.
    Unusable(Key),
}

/// Why a file has no settings.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EarlierError {
    /// It is no pickle of plain data.
    #[error("no pickle of plain settings: {0}")]
    Pickle(#[from] PickleError),
    /// What was pickled is no dictionary.
    #[error("holds no dictionary of settings, but what is {0}")]
    NoDictionary(&'static str),
}

impl EarlierSettings {
    /// Reads the contents of a `config.pkl`, of any protocol.
    ///
    /// # Errors
    /// [`EarlierError`], one line.
    pub fn read(bytes: &[u8]) -> Result<Self, EarlierError> {
        let pickle = Pickle::read(bytes)?;
        let Value::Dictionary(settings) = pickle.value() else {
            return Err(EarlierError::NoDictionary(pickle.value().kind()));
        };
        let mut read = Self::default();
        let mut inside: Vec<(String, Dictionary<'_>)> = Vec::new();
        let mut known = HashSet::from([settings.number()]);
        for (name, value) in latest(&settings) {
            match value {
                Value::Dictionary(inner) => {
                    // One that is there twice, or contains itself, is looked at once.
                    match known.insert(inner.number()) {
                        true => inside.push((name, inner)),
                        false => read.leave(name, Meaning::Other, "is a dictionary that is there already"),
                    }
                }
                value => read.add(name.clone(), &name, &value),
            }
        }
        for (outer, dictionary) in inside {
            for (name, value) in latest(&dictionary) {
                read.add(format!("{outer}.{name}"), &name, &value);
            }
        }
        Ok(read)
    }

    /// Takes an entry over, or says why not.
    fn add(&mut self, shown: String, name: &str, value: &Value<'_>) {
        let Ok(key) = name.parse::<Key>() else {
            return self.leave(shown, Meaning::Other, "smbreplay has no such setting");
        };
        if self.taken.iter().any(|(taken, _)| *taken == key) {
            return self.leave(shown, Meaning::Other, "is there twice, and the first one counts");
        }
        if matches!(value, Value::None) {
            return self.leave(shown, Meaning::Unset(key), "is None: not set");
        }
        match text_of(key, value).and_then(|text| accepted(key, &text)) {
            Ok(text) => self.taken.push((key, text)),
            Err(reason) => self.leave(shown, Meaning::Unusable(key), reason),
        }
    }

    fn leave(&mut self, name: String, meaning: Meaning, reason: impl Into<String>) {
        self.left.push(NotTaken { name, meaning, reason: reason.into() });
    }
}

impl std::fmt::Debug for EarlierSettings {
    /// Everything but the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let taken: Vec<(Key, String)> = self.taken.iter().map(|(key, value)| (*key, key.shown(value))).collect();
        f.debug_struct("EarlierSettings").field("taken", &taken).field("left", &self.left).finish()
    }
}

/// The entries by their names; of several with one name the last counts, as in Python.
fn latest<'a>(dictionary: &Dictionary<'a>) -> Vec<(String, Value<'a>)> {
    let mut entries: Vec<(String, Value<'a>)> = Vec::new();
    let mut places = HashMap::new();
    for (key, value) in dictionary.entries() {
        let name = name_of(&key);
        let place = *places.entry(name.clone()).or_insert(entries.len());
        match entries.get_mut(place) {
            Some(entry) => entry.1 = value,
            None => entries.push((name, value)),
        }
    }
    entries
}

fn name_of(key: &Value<'_>) -> String {
    match key {
        Value::Text(text) => beginning(text),
        Value::Bytes(bytes) => beginning(&String::from_utf8_lossy(bytes)),
        Value::Int(number) => number.to_string(),
        other => format!("({})", other.kind()),
    }
}

/// The value as text; else why there is none.
fn text_of(key: Key, value: &Value<'_>) -> Result<String, String> {
    if key == Key::VerbosityLevel
        && let Some(level) = logging::verbosity(value)
    {
        return Ok(level.to_string());
    }
    match value {
        Value::Text(text) => Ok((*text).to_owned()),
        Value::Bytes(bytes) => std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| "is no text".to_owned()),
        Value::Int(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        other => Err(format!("is {}, and must be {}", other.kind(), key.range())),
    }
}

/// The value in its canonical form, if it makes sense here.
fn accepted(key: Key, text: &str) -> Result<String, String> {
    let canonical = key.parse_value(text, "").map_err(|_| match key {
        Key::Password => format!("must be {}", key.range()),
        _ => format!("is {:?}, and must be {}", beginning(text), key.range()),
    })?;
    let is_folder_or_file = matches!(key, Key::TracesFolder | Key::OutputDir | Key::CapturePath);
    let has_place = canonical.starts_with('~') || std::path::Path::new(&canonical).is_absolute();
    match is_folder_or_file && !canonical.is_empty() && !has_place {
        true => Err(format!("is {:?}, which is no absolute path on this machine", beginning(&canonical))),
        false => Ok(canonical),
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests;
