//! What an earlier ingest left in the output folder.

use super::{IngestError, files};
use crate::StagedError;
use crate::folder;
use crate::layout::{OutputFolder, TracePlace};
use crate::metadata::{self, MetadataError, SessionMetadata, TraceFile};
use crate::writer::WriteError;

/// What lies where the sessions will go.
pub(super) enum Earlier {
    /// Nothing.
    Nothing,
    /// The result of an earlier ingest.
    Ours(Box<SessionMetadata>),
    /// Something else, described.
    Foreign(String),
}

impl Earlier {
    /// # Errors
    /// When the user may not look there.
    pub(super) fn look(output: &OutputFolder) -> Result<Self, IngestError> {
        use std::io::ErrorKind::{NotADirectory, NotFound, PermissionDenied};
        let denied = |error| WriteError::Folder(StagedError::Folder(folder::refused(&output.sessions(), error)));
        Ok(match metadata::read(&output.metadata()) {
            Ok(metadata) => Self::Ours(Box::new(metadata)),
            Err(MetadataError::Missing { .. }) => match std::fs::read_dir(output.sessions()).map(Iterator::count) {
                Ok(0) => Self::Nothing,
                Ok(_) => Self::Foreign("files without session_metadata.json".to_owned()),
                Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Self::Nothing,
                Err(error) if error.kind() == PermissionDenied => return Err(denied(error).into()),
                Err(error) => Self::Foreign(error.to_string()),
            },
            Err(MetadataError::Version { source, .. }) => Self::Foreign(source.to_string()),
            Err(MetadataError::Foreign { reason, .. }) => Self::Foreign(reason),
            Err(MetadataError::Io { source, .. }) if source.kind() == PermissionDenied => {
                return Err(denied(source).into());
            }
            Err(MetadataError::Io { source, .. }) => Self::Foreign(source.to_string()),
        })
    }

    /// The earlier result, if all of its files are still in `output`.
    pub(super) fn complete(&self, output: &OutputFolder) -> Option<&SessionMetadata> {
        match self {
            Self::Ours(metadata) => {
                let mut files = metadata.sessions.iter().map(|session| output.session_file(&session.file));
                files.all(|file| file.is_file()).then_some(metadata)
            }
            Self::Nothing | Self::Foreign(_) => None,
        }
    }

    pub(super) fn refuse_foreign(&self, output: &OutputFolder) -> Result<(), IngestError> {
        match self {
            Self::Foreign(reason) => Err(IngestError::Foreign { folder: output.sessions(), reason: reason.clone() }),
            Self::Nothing | Self::Ours(_) => Ok(()),
        }
    }

    /// A set is known by its name alone: the name may be that of another one.
    pub(super) fn refuse_other_files(&self, place: &TracePlace, files: &[TraceFile]) -> Result<(), IngestError> {
        match self {
            Self::Ours(known) if !files::may_be(files, &known.trace.files) => {
                Err(IngestError::OtherFiles { trace: place.trace.clone() })
            }
            _ => Ok(()),
        }
    }

    /// The files of the earlier result, if there is one.
    pub(super) fn files(&self) -> Option<Vec<TraceFile>> {
        match self {
            Self::Ours(known) => Some(known.trace.files.clone()),
            Self::Nothing | Self::Foreign(_) => None,
        }
    }

    /// Whether the earlier result holds what keys had opened.
    pub(super) fn was_decrypted(&self) -> bool {
        matches!(self, Self::Ours(known) if known.trace.secrets_given
            && known.sessions.iter().any(|session| session.decrypted))
    }
}
