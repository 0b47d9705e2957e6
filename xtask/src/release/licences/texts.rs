//! The files in which authors say on which terms others may use their work.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;

/// How the names of such files begin, in lower case.
const BEGINNINGS: [&str; 5] = ["license", "licence", "unlicense", "copyright", "notice"];
/// Files of programs, that are about licences and no text of one.
const PROGRAMS: [&str; 9] = ["rs", "c", "h", "py", "js", "ts", "json", "toml", "html"];

/// The texts in a folder and below it, those of the folder itself first. Sources of others that a crate brings along have theirs beside them.
pub(super) fn below(folder: &Path) -> anyhow::Result<Vec<String>> {
    let cannot = || format!("cannot read {}", folder.display());
    let entries = fs::read_dir(folder).with_context(cannot)?;
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort();
    let (folders, files): (Vec<_>, Vec<_>) = paths.into_iter().partition(|path| path.is_dir());
    let named =
        |beginnings: &[&str]| -> Vec<&PathBuf> { files.iter().filter(|path| is_text(path, beginnings)).collect() };
    let mut chosen = named(&BEGINNINGS);
    if chosen.is_empty() {
        // Beside another one it tells which to choose from, or is the other choice.
        chosen = named(&["copying"]);
    }
    let mut texts = Vec::new();
    for path in chosen {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        texts.push(String::from_utf8_lossy(&bytes).replace("\r\n", "\n").trim_matches('\n').to_owned());
    }
    for below_it in folders {
        texts.extend(below(&below_it)?);
    }
    Ok(texts)
}

fn is_text(path: &Path, beginnings: &[&str]) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let program = path.extension().is_some_and(|extension| PROGRAMS.iter().any(|program| extension == *program));
    beginnings.iter().any(|beginning| name.starts_with(beginning)) && !program
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!("{name}\n")).unwrap();
        }
        folder
    }

    #[test]
    fn texts_of_a_crate_and_of_what_it_brings_along_are_found_and_programs_are_none() {
        let folder = folder(&["LICENSE-MIT", "license-apache.txt", "src/license.rs", "src/lib.rs", "vendor/c/NOTICE"]);
        assert_eq!(below(folder.path()).unwrap(), ["LICENSE-MIT", "license-apache.txt", "vendor/c/NOTICE"]);
    }

    #[test]
    fn copying_is_the_licence_where_there_is_no_other() {
        assert_eq!(below(folder(&["COPYING", "LICENSE"]).path()).unwrap(), ["LICENSE"]);
        assert_eq!(below(folder(&["COPYING", "README.md"]).path()).unwrap(), ["COPYING"]);
    }
}
