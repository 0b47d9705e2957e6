//! What is installed: the program, its manual, completions, documentation, and the licences of all that is in it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::Context;

use super::licences;
use super::program::Program;
use crate::workspace::root;

/// The folder of texts.
pub(super) const DOCUMENTS: &str = "share/doc/smbreplay";
const PROGRAM: &str = "bin/smbreplay";
/// Where each shell looks for completions that came with a program.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "share/bash-completion/completions/smbreplay"),
    ("zsh", "share/zsh/site-functions/_smbreplay"),
    ("fish", "share/fish/vendor_completions.d/smbreplay.fish"),
];
/// What of `docs` is read by people and programs.
const READ: [&str; 3] = ["md", "json", "png"];

/// Files by their path below a prefix such as `/usr` or `/usr/local`, sorted.
pub(super) struct Contents(BTreeMap<String, Vec<u8>>);

impl Contents {
    pub(super) fn of(program: &Program) -> anyhow::Result<Self> {
        let mut contents = Self(BTreeMap::new());
        contents.add(PROGRAM, program.stripped()?);
        for (name, page) in program.manual()? {
            contents.add(&format!("share/man/man1/{name}"), page);
        }
        for (shell, path) in COMPLETIONS {
            contents.add(path, program.completions(shell)?);
        }
        for name in ["README.md", "CHANGELOG.md", "LICENSE"] {
            contents.add_document(name, &root().join(name))?;
        }
        contents.add_documents("docs", &root().join("docs"))?;
        // A capture to try things on.
        for name in ["office.pcap", "README.md"] {
            contents.add_document(&format!("examples/{name}"), &root().join("tests/data").join(name))?;
        }
        contents.add(&format!("{DOCUMENTS}/THIRD-PARTY-LICENSES"), licences::document()?.into_bytes());
        Ok(contents)
    }

    /// Path, bytes and permissions of each file.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &[u8], u32)> {
        self.0.iter().map(|(path, bytes)| {
            let mode = if path == PROGRAM { 0o755 } else { 0o644 };
            (path.as_str(), bytes.as_slice(), mode)
        })
    }

    fn add(&mut self, path: &str, bytes: Vec<u8>) {
        self.0.insert(path.to_owned(), bytes);
    }

    fn add_document(&mut self, name: &str, source: &Path) -> anyhow::Result<()> {
        let bytes = fs::read(source).with_context(|| format!("cannot read {}", source.display()))?;
        self.add(&format!("{DOCUMENTS}/{name}"), bytes);
        Ok(())
    }

    fn add_documents(&mut self, name: &str, folder: &Path) -> anyhow::Result<()> {
        let cannot = || format!("cannot read {}", folder.display());
        for entry in fs::read_dir(folder).with_context(cannot)? {
            let path = entry.with_context(cannot)?.path();
            let name = format!("{name}/{}", path.file_name().unwrap_or_default().to_string_lossy());
            if path.is_dir() {
                self.add_documents(&name, &path)?;
            } else if path.extension().is_some_and(|extension| READ.iter().any(|read| extension == *read)) {
                self.add_document(&name, &path)?;
            }
        }
        Ok(())
    }
}
