//! The configuration file: edited in place, so that comments and order stay as the user wrote them.

use super::value::text_of;
use super::{ConfigError, Environment, Key};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use toml_edit::{DocumentMut, Item};

/// The configuration file as the user wrote it, and changes to it that [`ConfigFile::save`] writes.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    path: PathBuf,
    document: DocumentMut,
}

impl ConfigFile {
    /// Where the file lies: `$XDG_CONFIG_HOME/smbreplay/config.toml`, else `~/.config/…`; on Windows
    /// `%LOCALAPPDATA%\smbreplay\config.toml`.
    ///
    /// # Errors
    /// [`ConfigError::NoHome`].
    pub fn locate(environment: Environment<'_>) -> Result<PathBuf, ConfigError> {
        let absolute = |name: &str| environment(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let folder = if cfg!(windows) {
            absolute("LOCALAPPDATA")
        } else {
            absolute("XDG_CONFIG_HOME").or_else(|| absolute("HOME").map(|home| home.join(".config")))
        };
        Ok(folder.ok_or(ConfigError::NoHome)?.join("smbreplay").join("config.toml"))
    }

    /// Reads the file at `path`; a missing file is an empty configuration.
    ///
    /// # Errors
    /// [`ConfigError::Io`] and [`ConfigError::Syntax`].
    pub fn open(path: &Path) -> Result<Self, ConfigError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(source) => return Err(ConfigError::Io { path: path.to_owned(), action: "read", source }),
        };
        let document = text.parse::<DocumentMut>().map_err(|error| ConfigError::Syntax {
            path: path.to_owned(),
            line: error.span().map_or(1, |span| line_of(&text, span.start)),
            reason: error.message().lines().collect::<Vec<_>>().join(" "),
        })?;
        Ok(Self { path: path.to_owned(), document })
    }

    /// A configuration without values that would be saved at `path`.
    pub fn empty(path: &Path) -> Self {
        Self { path: path.to_owned(), document: DocumentMut::new() }
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The value that the file has for `key`, unchecked.
    ///
    /// # Errors
    /// [`ConfigError::BadValue`] when it is neither text nor a number.
    pub fn get(&self, key: Key) -> Result<Option<String>, ConfigError> {
        let Some(item) = self.document.get(key.name()).filter(|item| !item.is_none()) else { return Ok(None) };
        text_of(item).map(Some).ok_or_else(|| ConfigError::BadValue {
            key,
            shown: format!("of type {}", item.type_name()),
            source_of: self.path.display().to_string(),
        })
    }

    /// Sets `key` to `value`; nothing is written before [`ConfigFile::save`].
    ///
    /// # Errors
    /// [`ConfigError::BadValue`] when `value` is outside the key's range.
    pub fn set(&mut self, key: Key, value: &str) -> Result<(), ConfigError> {
        let canonical = key.parse_value(value, "given")?;
        let mut new = key.to_toml(&canonical);
        if let Some(old) = self.document.get(key.name()).and_then(Item::as_value) {
            *new.decor_mut() = old.decor().clone();
        }
        if let Some(item) = self.document.get_mut(key.name()) {
            *item = Item::Value(new);
        } else {
            self.document.insert(key.name(), Item::Value(new));
        }
        Ok(())
    }

    /// Removes `key`; says whether it was there.
    pub fn unset(&mut self, key: Key) -> bool {
        self.document.remove(key.name()).is_some()
    }

    /// Keys in the file that smbreplay does not know, in the order of the file.
    pub fn unknown_keys(&self) -> Vec<String> {
        self.document
            .iter()
            .map(|(name, _)| name)
            .filter(|name| name.parse::<Key>().is_err())
            .map(str::to_owned)
            .collect()
    }

    /// Writes the file atomically with mode 0600, making its folder (mode 0700) when missing.
    ///
    /// # Errors
    /// [`ConfigError::Io`]; the earlier file is then unchanged.
    pub fn save(&self) -> Result<(), ConfigError> {
        self.write().map_err(|source| ConfigError::Io { path: self.path.clone(), action: "write", source })
    }

    fn write(&self) -> std::io::Result<()> {
        // A link to a file kept elsewhere (dotfiles) stays a link.
        let target = std::fs::canonicalize(&self.path).unwrap_or_else(|_| self.path.clone());
        let folder = target.parent().unwrap_or(Path::new("."));
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
        // tempfile creates with mode 0600.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(self.document.to_string().as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&target).map_err(|error| error.error)?;
        Ok(())
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count().saturating_add(1)
}
