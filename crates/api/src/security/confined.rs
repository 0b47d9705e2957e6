//! Paths in requests: nothing leads out of the traces folder, nor into what smbreplay keeps there.

use crate::error::{ApiError, ErrorCode};
use std::path::{Component, Path, PathBuf};

/// Bytes of a path.
const MOST_BYTES: usize = 4096;

/// The path that a request means: an absolute one in the traces folder, or one that is relative to `base`. It is not looked at yet,
/// and only [`inside`] tells where its links lead.
///
/// # Errors
/// [`ErrorCode::BadPath`], [`ErrorCode::OutsideTracesFolder`]: what is outside is refused whether it exists or not.
pub(crate) fn confined(traces_folder: &Path, base: &Path, text: &str) -> Result<PathBuf, ApiError> {
    let bad = |why: &str| Err(ApiError::new(ErrorCode::BadPath, format!("the path {why}")));
    if text.is_empty() {
        return bad("is empty");
    }
    if text.len() > MOST_BYTES {
        return bad("is too long");
    }
    if text.chars().any(char::is_control) {
        return bad("has a control character");
    }
    let path = Path::new(text);
    if path.components().any(|component| matches!(component, Component::ParentDir)) {
        return Err(outside());
    }
    let real = real(traces_folder);
    let relative = match path.is_absolute() {
        true => [real.as_path(), traces_folder].into_iter().find_map(|folder| path.strip_prefix(folder).ok()),
        false if path.components().all(|component| matches!(component, Component::Normal(_) | Component::CurDir)) => {
            Some(path)
        }
        false => None,
    };
    let Some(relative) = relative else { return Err(outside()) };
    // Hidden names are those of smbreplay: .tracer, and what is being uploaded.
    let is_hidden = |component: Component<'_>| component.as_os_str().to_string_lossy().starts_with('.');
    if relative.components().filter(|component| *component != Component::CurDir).any(is_hidden) {
        return Err(outside());
    }
    Ok(if path.is_absolute() { real.join(relative) } else { base.join(relative) })
}

/// The path without links, if it exists and is in the traces folder.
///
/// # Errors
/// [`ErrorCode::OutsideTracesFolder`]; [`ErrorCode::TraceNotFound`] when nothing is there.
pub(crate) fn inside(traces_folder: &Path, path: &Path) -> Result<PathBuf, ApiError> {
    let real_folder = real(traces_folder);
    let real = std::fs::canonicalize(path)
        .map_err(|_| ApiError::new(ErrorCode::TraceNotFound, "there is no such capture").advise("see /api/traces"))?;
    match real.strip_prefix(&real_folder) {
        Ok(relative) if !relative.components().any(|part| part.as_os_str().to_string_lossy().starts_with('.')) => {
            Ok(real)
        }
        _ => Err(outside()),
    }
}

fn real(traces_folder: &Path) -> PathBuf {
    std::fs::canonicalize(traces_folder).unwrap_or_else(|_| traces_folder.to_owned())
}

fn outside() -> ApiError {
    ApiError::new(ErrorCode::OutsideTracesFolder, "the path is not one of a capture in the traces folder")
        .advise("name a capture by its path in /api/traces")
}
