//! Where an upload goes.

use super::{exists, name, refused};
use crate::error::{ApiError, ErrorCode};
use crate::security::inside;
use crate::trace::case_folder;
use std::path::{Path, PathBuf};
use store::{Config, Layout};

/// A name in the folder of a case.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    folder: PathBuf,
    name: String,
}

impl Destination {
    /// Where this capture of this case goes; by default it is the configured case. The folder need not exist.
    ///
    /// # Errors
    /// [`ErrorCode::BadPath`], [`ErrorCode::OutsideTracesFolder`]; [`ErrorCode::Conflict`] when something has the name of the capture,
    /// or nearly that of the case.
    pub(crate) fn find(config: &Config, case: Option<&str>, name: &str) -> Result<Self, ApiError> {
        name::plain(name)?;
        let layout = Layout::new(config);
        let case = case.filter(|case| !case.is_empty()).unwrap_or(config.case_id());
        let folder = folder(&layout, case)?;
        let destination = Self { folder, name: name.to_owned() };
        destination.must_be_free()?;
        Ok(destination)
    }

    /// The folder of the case.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file that will be.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    /// Checks that nothing has this name, whatever its upper and lower case.
    ///
    /// # Errors
    /// [`ErrorCode::Conflict`].
    pub(crate) fn must_be_free(&self) -> Result<(), ApiError> {
        match name::taken(&self.folder, &self.name).map_err(|error| refused(&error))? {
            None => Ok(()),
            Some(same) if same == self.name => Err(exists()),
            Some(other) => {
                let told = format!("{other:?} is there, which differs in upper and lower case only");
                Err(ApiError::new(ErrorCode::Conflict, told).advise("choose another name"))
            }
        }
    }
}

/// The folder of the case without links, in the traces folder.
fn folder(layout: &Layout, case: &str) -> Result<PathBuf, ApiError> {
    let traces = layout.traces_folder();
    let folder = case_folder(layout, case)?;
    let outside = || ApiError::new(ErrorCode::OutsideTracesFolder, "the case is not in the traces folder");
    if std::fs::symlink_metadata(&folder).is_ok() {
        let real = inside(traces, &folder).map_err(|_| outside())?;
        let is_case = real.parent().is_some_and(|parent| std::fs::canonicalize(traces).is_ok_and(|it| it == parent));
        return match (is_case, real.is_dir()) {
            (false, _) => Err(outside()),
            (true, false) => Err(ApiError::new(ErrorCode::Conflict, "a file has the name of the case")),
            (true, true) => Ok(real),
        };
    }
    name::plain(case)?;
    if let Some(other) = name::taken(traces, case).map_err(|error| refused(&error))? {
        let told = format!("the case {other:?} differs in upper and lower case only");
        return Err(ApiError::new(ErrorCode::Conflict, told).advise("name that one"));
    }
    let traces = std::fs::canonicalize(traces).or_else(|_| std::path::absolute(traces));
    Ok(traces.map_err(|error| refused(&error))?.join(case))
}
