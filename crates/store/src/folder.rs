//! Making folders, and saying who owns the one that refuses.

use crate::layout::TRACER;
use std::path::{Path, PathBuf};

/// Why a folder cannot be written to. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The user may not write there.
    #[error(
        "no permission to write in {folder}{}: {}send the output elsewhere with `smbreplay config set output_dir DIR`",
        .owner.as_ref().map(|owner| format!(" (it belongs to {owner})")).unwrap_or_default(),
        take_over(.folder)
    )]
    Denied {
        /// The `.tracer` folder, or the folder nearest to the wanted one that exists.
        folder: PathBuf,
        /// Its owner's name, or `uid 1000`.
        owner: Option<String>,
    },
    /// Anything else.
    #[error(
        "cannot make the folder {folder}: {source}; send the output elsewhere with `smbreplay config set output_dir DIR`"
    )]
    Io {
        /// The folder.
        folder: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
}

/// Folders that did not exist before, innermost first. Dropped, those that are still empty disappear.
#[derive(Debug)]
pub struct MadeFolders(Vec<PathBuf>);

impl MadeFolders {
    /// Makes `folder` and those above it.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn make(folder: &Path) -> Result<Self, FolderError> {
        let missing = folder.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists());
        let made = Self(missing.map(Path::to_owned).collect());
        make(folder)?;
        Ok(made)
    }
}

impl Drop for MadeFolders {
    fn drop(&mut self) {
        // One that is not empty stays, and so do those above it.
        let _rest = self.0.iter().try_for_each(std::fs::remove_dir);
    }
}

/// Makes `folder` and those above it.
///
/// # Errors
/// [`FolderError`].
pub(crate) fn make(folder: &Path) -> Result<(), FolderError> {
    std::fs::create_dir_all(folder).map_err(|source| refused(folder, source))
}

/// The error of something that could not be made in `folder`.
pub(crate) fn refused(folder: &Path, source: std::io::Error) -> FolderError {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    if !matches!(source.kind(), PermissionDenied | ReadOnlyFilesystem) {
        return FolderError::Io { folder: folder.to_owned(), source };
    }
    let mut existing = folder.ancestors().filter(|folder| folder.exists());
    let nearest = existing.next().unwrap_or(folder);
    // Whoever owns one trace's output owns those of its neighbours as a rule, so all are taken over at once.
    let denied = existing.find(|folder| folder.ends_with(TRACER)).unwrap_or(nearest);
    FolderError::Denied { folder: denied.to_owned(), owner: owner_of(denied) }
}

/// The advice to take a `.tracer` folder over. Any other folder is not smbreplay's, and best left to its owner.
fn take_over(folder: &Path) -> String {
    if !folder.ends_with(TRACER) {
        return String::new();
    }
    format!("take it over with `sudo chown -R \"$(id -un)\" {folder:?}`, or ")
}

/// Name of the owner of `path`, where the system has owners.
#[cfg(unix)]
fn owner_of(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let uid = std::fs::metadata(path).ok()?.uid();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    Some(name.unwrap_or_else(|| format!("uid {uid}")))
}

#[cfg(not(unix))]
fn owner_of(_path: &Path) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;

    #[test]
    fn a_refusal_names_the_nearest_existing_folder_and_what_to_do() {
        let above = tempfile::tempdir().unwrap();
        let wanted = above.path().join("case/.tracer/x.pcap");
        let denied = || match refused(&wanted, std::io::ErrorKind::PermissionDenied.into()) {
            FolderError::Denied { folder, .. } => folder,
            other => panic!("{other}"),
        };
        assert_eq!(denied(), above.path());
        std::fs::create_dir_all(&wanted).unwrap();
        assert_eq!(denied(), above.path().join("case/.tracer"));
        let error = refused(&wanted, std::io::ErrorKind::PermissionDenied.into());
        let message = error.to_string();
        assert!(message.contains("sudo chown -R") && message.contains("output_dir"), "{message}");
        assert!(!message.contains('\n'));
        let outside = refused(&above.path().join("out"), std::io::ErrorKind::PermissionDenied.into()).to_string();
        assert!(!outside.contains("chown") && outside.contains("output_dir"), "{outside}");
    }

    #[cfg(unix)]
    #[test]
    fn the_owner_is_named() {
        assert_eq!(owner_of(Path::new("/")).as_deref(), Some("root"));
    }

    #[test]
    fn a_file_in_the_way_is_not_a_question_of_permission() {
        let above = tempfile::tempdir().unwrap();
        std::fs::write(above.path().join(".tracer"), "").unwrap();
        let error = make(&above.path().join(".tracer/x.pcap")).unwrap_err();
        assert!(matches!(error, FolderError::Io { .. }), "{error}");
    }
}
