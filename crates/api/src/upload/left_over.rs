//! What killed servers left of uploads.

use std::fs::File;
use std::path::Path;
use store::Layout;
use store::layout::UPLOADING;

/// Removes what is left over in the folders of all cases.
pub(crate) fn remove_left_over_in_all(layout: &Layout) {
    for case in layout.cases().unwrap_or_default() {
        if let Ok(folder) = layout.case_folder(&case)
            && !folder.is_symlink()
        {
            remove_left_over(&folder);
        }
    }
}

/// Removes what is left over in this folder: files whose lock nobody holds. The lock is kept until the file is gone, so that who has just
/// made one sees that it was taken.
pub(super) fn remove_left_over(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_string_lossy().starts_with(UPLOADING);
        if !is_ours || !entry.file_type().is_ok_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.path();
        if let Ok(file) = File::options().write(true).open(&path)
            && file.try_lock().is_ok()
        {
            match std::fs::remove_file(&path) {
                Ok(()) => tracing::info!("{}: an upload that was never complete is removed", path.display()),
                Err(error) => tracing::warn!("{}: cannot be removed: {error}", path.display()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_what_nobody_writes_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        for name in [".upload-left", ".upload-live", "x.pcap", ".other"] {
            std::fs::write(at(name), "x").unwrap();
        }
        std::fs::create_dir(at(".upload-folder")).unwrap();
        let live = File::open(at(".upload-live")).unwrap();
        live.try_lock().unwrap();
        remove_left_over(folder.path());
        let mut names: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        assert_eq!(names, [".other", ".upload-folder", ".upload-live", "x.pcap"]);
        drop(live);
        remove_left_over(folder.path());
        assert!(!at(".upload-live").exists());
    }
}
