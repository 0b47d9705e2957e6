//! The inputs that are kept in the repository: what fuzzing found worth keeping, and what once failed.

use crate::target::Target;
use std::io;
use std::path::PathBuf;

/// The folder of the libFuzzer programs, which the kept inputs lie beside.
const FUZZ: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz");

/// The folder with the inputs of `target` that together reach what fuzzing has reached.
pub fn corpus(target: &Target) -> PathBuf {
    PathBuf::from(FUZZ).join("corpus").join(target.name)
}

/// The folder with inputs of `target` that once failed, each named after what was wrong.
pub fn regressions(target: &Target) -> PathBuf {
    PathBuf::from(FUZZ).join("regressions").join(target.name)
}

/// All kept inputs of `target`, by their paths.
///
/// # Errors
/// Those of the file system; a folder that is not there is empty.
pub fn inputs(target: &Target) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut inputs = Vec::new();
    for folder in [corpus(target), regressions(target)] {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in entries {
            let path = entry?.path();
            let input = std::fs::read(&path)?;
            inputs.push((path, input));
        }
    }
    inputs.sort();
    Ok(inputs)
}
