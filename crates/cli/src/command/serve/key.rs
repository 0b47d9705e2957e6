//! The key that requests have to bring: given by the environment or in a file, or made.

use crate::arguments::ServeArguments;
use crate::failure::Failure;
use api::{ApiKey, KeyError};
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The variable with the key itself.
const VARIABLE: &str = "API_KEY";
/// The variable with the path of a file that has it.
const FILE: &str = "API_KEY_FILE";

/// Where the key of the server comes from.
pub(super) enum Key {
    /// The user.
    Given(ApiKey),
    /// A file, which whoever lacks the key may look into.
    Kept {
        /// The key.
        key: ApiKey,
        /// The file.
        file: PathBuf,
    },
    /// It was made, and has to be told.
    Made {
        /// The key.
        key: ApiKey,
        /// The file that it is kept in for the next start.
        kept: Option<PathBuf>,
    },
    /// There is none.
    None,
}

impl Key {
    /// The key that `arguments` and the environment ask for.
    pub(super) fn find(arguments: &ServeArguments) -> Result<Self, Failure> {
        // One that is no text must not count as none.
        let given = set(VARIABLE).map(OsString::into_string).transpose();
        let given = given.map_err(|_| Failure::new(KeyError::Characters, "set another API_KEY"))?;
        let file = set(FILE).map(PathBuf::from);
        if let (true, Some(variable)) =
            (arguments.insecure, given.as_ref().map(|_| VARIABLE).or(file.as_ref().map(|_| FILE)))
        {
            let both = format!("{variable} is set, and --insecure is to do without");
            return Err(Failure::new(both, "leave one of them out"));
        }
        match (given, file) {
            (Some(key), _) => {
                ApiKey::new(key).map(Self::Given).map_err(|error| Failure::new(error, "set another API_KEY"))
            }
            (None, Some(file)) => in_file(file),
            (None, None) if arguments.insecure || arguments.host.is_loopback() => Ok(Self::None),
            (None, None) => Ok(Self::Made { key: made()?, kept: None }),
        }
    }

    /// The key itself, if there is one.
    pub(super) fn api_key(&self) -> Option<&ApiKey> {
        match self {
            Self::Given(key) | Self::Kept { key, .. } | Self::Made { key, .. } => Some(key),
            Self::None => None,
        }
    }
}

/// A variable that is set to something.
fn set(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn made() -> Result<ApiKey, Failure> {
    ApiKey::random().map_err(|error| Failure::new(error, "set API_KEY"))
}

/// The key in a file, which is made with one if it is not there.
fn in_file(path: PathBuf) -> Result<Key, Failure> {
    if let Some(key) = read(&path)? {
        return Ok(Key::Kept { key, file: path });
    }
    let key = made()?;
    match keep(&key, &path) {
        Ok(()) => Ok(Key::Made { key, kept: Some(path) }),
        // Another server was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let theirs = read(&path)?.ok_or_else(|| unusable("read", &path, &error))?;
            Ok(Key::Kept { key: theirs, file: path })
        }
        Err(error) => Err(unusable("make", &path, &error)),
    }
}

fn read(path: &Path) -> Result<Option<ApiKey>, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable("read", path, &error)),
    };
    // Editors and `echo` end it with a line break.
    let key = ApiKey::new(text.trim_end_matches(['\n', '\r']));
    let advice = "write a key into that file, or remove it and one is made";
    key.map(Some).map_err(|error| Failure::new(format!("{}: {error}", path.display()), advice))
}

/// Writes the key so that nobody else reads it, and that it is there completely or not at all.
fn keep(key: &ApiKey, path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // tempfile creates with mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(file, "{}", key.reveal())?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

fn unusable(action: &str, path: &Path, error: &io::Error) -> Failure {
    let what = format!("cannot {action} {}, which API_KEY_FILE names: {error}", path.display());
    Failure::new(what, "name a file that this user may read, or a folder for it that this user may write to")
}
