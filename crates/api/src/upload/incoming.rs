//! A capture that is coming in.

use super::left_over::remove_left_over;
use super::{Destination, refused};
use crate::error::{ApiError, ErrorCode};
use capture::{OpenError, PacketReader};
use std::fs::{File, TryLockError};
use std::io::{Cursor, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use store::folder::{FolderError, MadeFolders};
use store::layout::{UPLOADING, is_capture};
use tempfile::NamedTempFile;

/// Bytes at the start of a capture that its magic number is in, whatever is around it.
const MAGIC: usize = 4;

/// A capture that is coming in. Until [`Incoming::publish`] it has a hidden name, and a lock that tells that somebody writes it;
/// dropped, it is gone, and so is the folder that was made for it.
#[derive(Debug)]
pub(crate) struct Incoming {
    file: NamedTempFile,
    _made: MadeFolders,
    destination: Destination,
    /// Its first bytes, until they were looked at.
    begin: Option<Vec<u8>>,
    size: u64,
}

/// A capture that is there.
#[derive(Debug)]
pub(crate) struct Published {
    /// Where.
    pub(crate) path: PathBuf,
    /// Bytes.
    pub(crate) size: u64,
}

impl Incoming {
    /// Begins the file, and removes what killed servers have left in the folder.
    ///
    /// # Errors
    /// [`ErrorCode::NoRoom`], [`ErrorCode::ReadOnly`], [`ErrorCode::Internal`].
    pub(crate) fn begin(destination: Destination) -> Result<Self, ApiError> {
        const ATTEMPTS: usize = 20;
        for _ in 0..ATTEMPTS {
            let made = MadeFolders::make(destination.folder()).map_err(|error| match error {
                FolderError::Io { source, .. } => refused(&source),
                denied @ FolderError::Denied { .. } => ApiError::internal(denied),
            })?;
            remove_left_over(destination.folder());
            match hidden(destination.folder()) {
                Ok(Some(file)) => {
                    return Ok(Self { file, _made: made, destination, begin: Some(Vec::new()), size: 0 });
                }
                // Another upload that failed took the folder along, or took the file for one that was left.
                Ok(None) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(refused(&error)),
            }
        }
        Err(ApiError::new(ErrorCode::Unavailable, "the upload could not begin").advise("try again later"))
    }

    /// Bytes that came.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Writes on.
    ///
    /// # Errors
    /// [`ErrorCode::NotACapture`] as soon as that is plain; [`ErrorCode::NoRoom`], [`ErrorCode::Internal`].
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), ApiError> {
        if let Some(begin) = &mut self.begin {
            begin.extend(bytes.iter().take(MAGIC.saturating_sub(begin.len())));
            if begin.len() >= MAGIC {
                let begin = self.begin.take().unwrap_or_default();
                if let Err(error @ OpenError::NotACapture { .. }) = opened(Box::new(Cursor::new(begin))) {
                    return Err(not_a_capture(&error));
                }
            }
        }
        self.file.as_file_mut().write_all(bytes).map_err(|error| refused(&error))?;
        self.size = self.size.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }

    /// Gives the complete file its name. Nothing is replaced.
    ///
    /// # Errors
    /// [`ErrorCode::NotACapture`], [`ErrorCode::Conflict`], [`ErrorCode::InvalidValue`]; [`ErrorCode::NoRoom`],
    /// [`ErrorCode::Internal`].
    pub(crate) fn publish(self, naming: &Mutex<()>) -> Result<Published, ApiError> {
        let Self { file, _made, destination, size, .. } = self;
        let content = file.reopen().map_err(|error| refused(&error))?;
        opened(Box::new(content)).map_err(|error| not_a_capture(&error))?;
        let path = destination.path();
        if !is_capture(&path) && !is_capture(file.path()) {
            let error = ApiError::new(ErrorCode::InvalidValue, "nothing tells that the compressed file is a capture");
            return Err(error.advise("give it a name that ends in .pcap.gz, .pcapng.zst or the like"));
        }
        file.as_file().sync_all().map_err(|error| refused(&error))?;
        let _naming = naming.lock().unwrap_or_else(PoisonError::into_inner);
        destination.must_be_free()?;
        file.persist_noclobber(&path).map_err(|error| refused(&error.error))?;
        for folder in path.ancestors().skip(1).take(2) {
            sync(folder);
        }
        Ok(Published { path, size })
    }
}

/// A new hidden file that is locked; `None` when it was taken for one that was left over before it could be.
fn hidden(folder: &Path) -> std::io::Result<Option<NamedTempFile>> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UPLOADING);
    // As readable as any file the user makes; temporary ones are private by default.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let file = builder.tempfile_in(folder)?;
    match file.as_file().try_lock() {
        Err(TryLockError::WouldBlock) => return Ok(None),
        Ok(()) => {}
        // A file system without locks: left-over files stay there.
        Err(TryLockError::Error(error)) => tracing::debug!("{}: cannot be locked: {error}", file.path().display()),
    }
    Ok(file.path().exists().then_some(file))
}

fn opened(content: Box<dyn std::io::Read + Send>) -> Result<(), OpenError> {
    PacketReader::from_reader(content, "the body").map(drop)
}

fn not_a_capture(error: &OpenError) -> ApiError {
    ApiError::new(ErrorCode::NotACapture, error).advise("pcap and pcapng are read, plain or in gzip or zstd")
}

/// The name of a file is safe when its folder is. What cannot be is worth a log line only.
fn sync(folder: &Path) {
    if cfg!(unix)
        && let Err(error) = File::open(folder).and_then(|folder| folder.sync_all())
    {
        tracing::debug!("{}: {error}", folder.display());
    }
}
