//! The trace and the session that a request means.

use crate::app::App;
use crate::error::{ApiError, ErrorCode};
use crate::security::{confined, inside};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use store::layout::{SelectError, TracePlace, select_session};
use store::metadata::{self, MetadataError, Session, SessionMetadata};
use store::{Config, Layout, SessionFile};
use utoipa::IntoParams;

/// Of which capture something is asked.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct OfCapture {
    /// The capture: its path in `/api/traces`, or its name in the case; by default the one that was ingested last.
    pub(crate) capture_path: Option<String>,
    /// The case that a name is in; by default the one of the settings.
    pub(crate) case_id: Option<String>,
}

/// An ingested trace.
#[derive(Debug)]
pub(crate) struct Trace {
    /// The capture and where its output lies.
    pub(crate) place: TracePlace,
    /// What the ingest found.
    pub(crate) metadata: SessionMetadata,
}

/// The trace that a request names, by default the one that was ingested last. A relative path lies in the case.
///
/// # Errors
/// [`ErrorCode::BadPath`], [`ErrorCode::OutsideTracesFolder`], [`ErrorCode::TraceNotFound`].
pub(crate) fn find(config: &Config, path: Option<&str>, case: Option<&str>) -> Result<TracePlace, ApiError> {
    let layout = Layout::new(config);
    let folder = layout.traces_folder();
    let named = match path.filter(|path| !path.is_empty()) {
        Some(path) => named(&layout, config, path, case)?,
        None => {
            let last = config.capture_path().ok_or_else(|| {
                ApiError::new(ErrorCode::TraceNotFound, "no trace is named and none was ingested yet")
                    .advise("name one with capture_path")
            })?;
            confined(folder, folder, &last.to_string_lossy())?
        }
    };
    must_be_inside(folder, &named)?;
    let place = layout
        .place(&named)
        .map_err(|_| ApiError::new(ErrorCode::TraceNotFound, "there is no such capture").advise("see /api/traces"))?;
    // A set has no file of its name; a file may be a link that leads elsewhere.
    if place.trace.exists() {
        inside(folder, &place.trace)?;
    }
    match &place.case_id {
        Some(_) => Ok(place),
        None => Err(ApiError::new(ErrorCode::OutsideTracesFolder, "the capture is in no case of the traces folder")),
    }
}

/// Checks where the links lead that are in `path`, which is in the traces folder by its name. What is not there is no reason to look
/// elsewhere: then it is the nearest folder that has to be inside.
///
/// # Errors
/// [`ErrorCode::OutsideTracesFolder`].
pub(crate) fn must_be_inside(folder: &Path, path: &Path) -> Result<(), ApiError> {
    let real = std::fs::canonicalize(folder).ok();
    let is_below = |path: &Path| path.starts_with(folder) || real.as_ref().is_some_and(|real| path.starts_with(real));
    match path.ancestors().find(|path| path.exists()).filter(|nearest| is_below(nearest)) {
        Some(nearest) => inside(folder, nearest).map(drop),
        None => Ok(()),
    }
}

/// Where a path of a request leads: in the case, or from the traces folder on.
pub(crate) fn named(layout: &Layout, config: &Config, path: &str, case: Option<&str>) -> Result<PathBuf, ApiError> {
    let folder = layout.traces_folder();
    let case = case_folder(layout, case.filter(|case| !case.is_empty()).unwrap_or(config.case_id()))?;
    confined(folder, &case, path)
}

/// The folder of a case, whether it is there or not.
pub(crate) fn case_folder(layout: &Layout, case: &str) -> Result<PathBuf, ApiError> {
    let bad = || {
        ApiError::new(ErrorCode::BadPath, "this is no name of a case").advise("a case is a folder in the traces folder")
    };
    if case.chars().any(char::is_control) {
        return Err(bad());
    }
    layout.case_folder(case).map_err(|_| bad())
}

/// The ingested trace that a request names.
///
/// # Errors
/// Those of [`find`]; [`ErrorCode::NotIngested`], [`ErrorCode::Conflict`] for output of another version.
pub(crate) fn open(config: &Config, path: Option<&str>, case: Option<&str>) -> Result<Trace, ApiError> {
    let place = find(config, path, case)?;
    let metadata = metadata::read(&place.output.metadata()).map_err(|error| match error {
        MetadataError::Missing { .. } => {
            ApiError::new(ErrorCode::NotIngested, "the trace was not ingested yet").advise("POST /api/traces/ingest")
        }
        other => {
            tracing::warn!("{other}");
            ApiError::new(ErrorCode::Conflict, "what was ingested cannot be read").advise("ingest it again with force")
        }
    })?;
    Ok(Trace { place, metadata })
}

impl Trace {
    /// The session of this id, number or file name.
    ///
    /// # Errors
    /// [`ErrorCode::SessionNotFound`], [`ErrorCode::Conflict`] when several are meant.
    pub(crate) fn session(&self, wanted: &str) -> Result<&Session, ApiError> {
        let wanted = wanted.trim();
        let is_stem = wanted.to_ascii_lowercase().starts_with("smb2_session_") && !wanted.ends_with(".parquet");
        let wanted = if is_stem { format!("{wanted}.parquet") } else { wanted.to_owned() };
        select_session(&self.metadata.sessions, &wanted).map_err(|error| match error {
            SelectError::Ambiguous { .. } => ApiError::new(ErrorCode::Conflict, &error),
            _ => ApiError::new(ErrorCode::SessionNotFound, "the trace has no such session").advise("see /api/sessions"),
        })
    }

    /// The file of a session.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`] when it is not there or of another version.
    pub(crate) fn file(&self, session: &Session) -> Result<SessionFile, ApiError> {
        SessionFile::open(&self.place.output.session_file(&session.file)).map_err(unreadable)
    }

    /// The time that counts as 0 in views of `session`, nanoseconds since 1970: that of the first packet.
    pub(crate) fn start_for(&self, session: &Session) -> i64 {
        self.metadata.trace.first_time.unwrap_or(session.first_time).0.0
    }

    /// Its path, as clients name it.
    pub(crate) fn path(&self) -> &Path {
        &self.place.trace
    }
}

/// A session file that cannot be read.
pub(crate) fn unreadable(error: store::ReadError) -> ApiError {
    tracing::warn!("{error}");
    ApiError::new(ErrorCode::Conflict, "a session file cannot be read").advise("ingest the trace again with force")
}

impl App {
    /// See [`open`].
    pub(crate) fn open(&self, path: Option<&str>, case: Option<&str>) -> Result<Trace, ApiError> {
        open(&self.config()?, path, case)
    }
}
