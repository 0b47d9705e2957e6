//! Where things lie: cases, traces, the output of a trace, its session files and runs.
//!
//! | what | where |
//! | --- | --- |
//! | case | `<traces_folder>/<case>/` |
//! | output of a trace inside a case | `<case>/.tracer/<path of the trace relative to the case>/` |
//! | outside any case | `<folder of the trace>/.tracer/<file name>/` |
//! | with `output_dir` | `<output_dir>/<case or "_">/<path>/` |
//! | of a split set, of the standard input | that of a file with the set's common stem, `stdin-TIME` or the given name |

mod select;
mod session_file;
mod set;
mod traces;

pub use select::{Candidate, SelectError, default_order, select_session};
pub use session_file::{parse_session_file_name, session_file_name};
pub use set::{Gathered, STANDARD_INPUT, relocated};
pub use traces::{FoundTrace, is_capture};

use crate::Config;
use std::path::{Component, Path, PathBuf};

/// Folder beside the traces that takes the output.
pub const TRACER: &str = ".tracer";

/// Prefix of captures that are being uploaded: they are no traces yet.
pub const UPLOADING: &str = ".upload-";

/// Why something could not be found on disk. Each message is one line.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// No such trace.
    #[error("{trace}: no such trace; looked for {}", .looked.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" and "))]
    NoTrace {
        /// As given.
        trace: PathBuf,
        /// Every place that was tried.
        looked: Vec<PathBuf>,
    },
    /// A folder without captures.
    #[error("{folder}: no captures in this folder")]
    NoCaptures {
        /// The folder.
        folder: PathBuf,
    },
    /// A pipe or a device: what is read of it is gone, and a trace is read more than once.
    #[error("{path}: is no file but a pipe or a device, which cannot be read twice")]
    NotAFile {
        /// As given.
        path: PathBuf,
    },
    /// A pattern that nothing matches.
    #[error("{pattern}: no file matches; looked for {}", .looked.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(" and "))]
    NoMatch {
        /// As given.
        pattern: PathBuf,
        /// Every pattern that was tried.
        looked: Vec<PathBuf>,
    },
    /// The name of a set does not do.
    #[error("'{name}' cannot be the name of a trace: {reason}")]
    BadName {
        /// As given.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// No such case.
    #[error(
        "{folder}: no such case folder; `smbreplay list cases` shows the cases, `traces_folder` says where they lie"
    )]
    NoCase {
        /// The folder that does not exist.
        folder: PathBuf,
    },
    /// The case's name would lead outside the traces folder.
    #[error("'{case}' is not the name of a case: must be {}", crate::Key::CaseId.range())]
    BadCase {
        /// As given.
        case: String,
    },
    /// A folder or file could not be read.
    #[error("{path}: cannot read: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
}

/// The folders that the configuration names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Layout {
    traces_folder: PathBuf,
    output_dir: Option<PathBuf>,
}

/// A trace and where its output lies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TracePlace {
    /// Absolute path of the capture; of a set, its folder and common stem.
    pub trace: PathBuf,
    /// The case it lies in, `None` outside any case.
    pub case_id: Option<String>,
    /// Its output.
    pub output: OutputFolder,
}

/// Name of the folder of setups.
pub(crate) const SETUPS: &str = "setups";

/// The folder with everything made from a trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OutputFolder(PathBuf);

impl OutputFolder {
    /// The output folder at `path`.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// `…/sessions/`.
    pub fn sessions(&self) -> PathBuf {
        self.0.join("sessions")
    }

    /// `…/sessions/<file>`.
    pub fn session_file(&self, file: &str) -> PathBuf {
        self.sessions().join(file)
    }

    /// `…/sessions/session_metadata.json`.
    pub fn metadata(&self) -> PathBuf {
        self.sessions().join("session_metadata.json")
    }

    /// `…/replays/`.
    pub fn replays(&self) -> PathBuf {
        self.0.join("replays")
    }

    /// `…/setups/`: what setups made.
    pub fn setups(&self) -> PathBuf {
        self.0.join(SETUPS)
    }

    /// Takes away what a killed ingest left here, and brings back the result that it was about to replace. Where an ingest is under way
    /// nothing is done.
    pub fn recover(&self) {
        crate::staged::recover_unless_busy(&self.0, "sessions");
    }

    /// Whether an ingested trace is here (its metadata file exists; it is not read).
    pub fn is_ingested(&self) -> bool {
        self.metadata().is_file()
    }
}

impl Layout {
    /// The folders of `config`.
    pub fn new(config: &Config) -> Self {
        Self::with_folders(config.traces_folder(), config.output_dir())
    }

    /// The folders given.
    pub fn with_folders(traces_folder: PathBuf, output_dir: Option<PathBuf>) -> Self {
        Self { traces_folder, output_dir }
    }

    /// The folder of the cases.
    pub fn traces_folder(&self) -> &Path {
        &self.traces_folder
    }

    /// The folder of `case`, whether it exists or not.
    ///
    /// # Errors
    /// [`LayoutError::BadCase`] for a name that is not that of a folder.
    pub fn case_folder(&self, case: &str) -> Result<PathBuf, LayoutError> {
        let mut components = Path::new(case).components();
        match (components.next(), components.next()) {
            (Some(Component::Normal(_)), None) if !case.starts_with('.') => Ok(self.traces_folder.join(case)),
            _ => Err(LayoutError::BadCase { case: case.to_owned() }),
        }
    }

    /// Finds the trace that the user means by `trace`: an absolute path as it is; a relative one in the case's
    /// folder, then in `current` (the current folder). It may be a file, a set that was ingested by its name, or a folder or
    /// pattern that the files of a set are found by.
    ///
    /// # Errors
    /// [`LayoutError`], most of all [`LayoutError::NoTrace`] and [`LayoutError::BadCase`].
    pub fn find_trace(&self, trace: &Path, case: Option<&str>, current: &Path) -> Result<TracePlace, LayoutError> {
        let mut folders = Vec::new();
        if let Some(case) = case.filter(|_| !trace.is_absolute()) {
            folders.push(self.case_folder(case)?);
        }
        folders.push(current.to_owned());
        let looked = folders.iter().map(|folder| folder.join(trace)).find(|path| path.exists());
        let known = || folders.iter().find_map(|folder| self.known_by_name(&folder.join(trace)));
        match looked {
            Some(file) if file.is_file() => self.place(&file),
            looked => match known() {
                Some(place) if looked.is_none() => Ok(place),
                _ => self.gather(&[trace.to_owned()], &folders, None).map(|gathered| gathered.place),
            },
        }
    }

    /// Where the output of the existing capture `trace` lies, or of the ingested set of this name. Links in its path are
    /// resolved, so that a trace has one output whatever way leads to it.
    ///
    /// # Errors
    /// [`LayoutError::Io`] when `trace` does not exist or is out of reach.
    pub fn place(&self, trace: &Path) -> Result<TracePlace, LayoutError> {
        match std::fs::canonicalize(trace) {
            Ok(trace) => Ok(self.place_at(trace)),
            Err(source) => self.known_by_name(trace).ok_or_else(|| LayoutError::Io { path: trace.to_owned(), source }),
        }
    }

    /// Where the output of `trace` lies, an absolute path without links, whether it exists or not.
    fn place_at(&self, trace: PathBuf) -> TracePlace {
        let traces_folder = self.real_traces_folder();
        let in_case = trace.strip_prefix(&traces_folder).ok().and_then(|relative| {
            let mut components = relative.components();
            let case = components.next()?.as_os_str().to_str()?.to_owned();
            let path = components.as_path();
            let is_case = !path.as_os_str().is_empty() && !case.starts_with('.');
            is_case.then(|| (case, path.to_owned()))
        });
        let folder = match (&self.output_dir, &in_case) {
            (Some(_), None) => self.outputs_of("_").join(without_root(&trace)),
            (_, Some((case, path))) => self.outputs_of(case).join(path),
            (None, None) => {
                let name = trace.file_name().unwrap_or_default();
                trace.parent().unwrap_or(Path::new("")).join(TRACER).join(name)
            }
        };
        TracePlace { trace, case_id: in_case.map(|(case, _)| case), output: OutputFolder(folder) }
    }

    /// The folder with the outputs of the traces of `case`.
    fn outputs_of(&self, case: &str) -> PathBuf {
        match &self.output_dir {
            Some(output) => output.join(case),
            None => self.real_traces_folder().join(case).join(TRACER),
        }
    }

    fn real_traces_folder(&self) -> PathBuf {
        std::fs::canonicalize(&self.traces_folder).unwrap_or_else(|_| self.traces_folder.clone())
    }

    /// The cases: folders in the traces folder, by name. A missing traces folder holds none.
    ///
    /// # Errors
    /// [`LayoutError::Io`].
    pub fn cases(&self) -> Result<Vec<String>, LayoutError> {
        traces::case_names(&self.traces_folder)
    }

    /// The traces in the folder of `case` and below, by path: the files of a split set are one trace, and so are sets and
    /// what came through the standard input once they are ingested.
    ///
    /// # Errors
    /// [`LayoutError::NoCase`], [`LayoutError::BadCase`], [`LayoutError::Io`] for the case's own folder; what cannot be
    /// read below it is left out.
    pub fn traces(&self, case: &str) -> Result<Vec<FoundTrace>, LayoutError> {
        let folder = self.case_folder(case)?;
        if !folder.is_dir() {
            return Err(LayoutError::NoCase { folder });
        }
        traces::traces_in(self, case, &folder)
    }
}

/// The names of an absolute path, so that it can be hung below another folder.
fn without_root(path: &Path) -> PathBuf {
    path.components().filter(|component| matches!(component, Component::Normal(_))).collect()
}

#[cfg(test)]
mod tests;
