//! Several files that are one trace: which files the user means, and what the trace is called.

use super::{Layout, LayoutError, TracePlace, is_capture};
use capture::split_set;
use std::path::{Path, PathBuf};

/// The word for the standard input.
pub const STANDARD_INPUT: &str = "-";

/// The files of one trace and where its output lies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gathered {
    /// The files, each once; one for a trace that is no set.
    pub files: Vec<PathBuf>,
    /// Its output. For a set, [`TracePlace::trace`] is the folder and common stem of the files, which no file need have.
    pub place: TracePlace,
}

impl Layout {
    /// The trace that is made of all `words` together. A word is a file, a folder (the captures in it) or a shell pattern;
    /// a relative one is looked for in each of `folders` in turn. The output is called after the file or the files' common
    /// stem, or `name`.
    ///
    /// # Errors
    /// [`LayoutError`] for words that lead to no capture.
    pub fn gather(&self, words: &[PathBuf], folders: &[PathBuf], name: Option<&str>) -> Result<Gathered, LayoutError> {
        let mut files: Vec<PathBuf> = Vec::new();
        for word in words {
            for file in found(word, folders)? {
                if std::fs::metadata(&file).is_ok_and(|metadata| !metadata.is_file()) {
                    return Err(LayoutError::NotAFile { path: file });
                }
                let file = std::fs::canonicalize(&file).map_err(|source| LayoutError::Io { path: file, source })?;
                if !files.contains(&file) {
                    files.push(file);
                }
            }
        }
        let (folder, stem) = match files.as_slice() {
            [] => return Err(LayoutError::NoTrace { trace: PathBuf::new(), looked: folders.to_owned() }),
            [only] if name.is_none() => return Ok(Gathered { place: self.place(only)?, files }),
            several => common_stem(several),
        };
        let place = self.place_named(&folder, name.unwrap_or(&stem))?;
        Ok(Gathered { files, place })
    }

    /// Where the output of a trace lies that has the name `name` in `folder`, and no file of this name: a set, or what came
    /// through the standard input.
    ///
    /// # Errors
    /// [`LayoutError::BadName`] for a name that leads elsewhere, is hidden or is that of a file there;
    /// [`LayoutError::Io`] when `folder` does not exist.
    pub fn place_named(&self, folder: &Path, name: &str) -> Result<TracePlace, LayoutError> {
        let folder =
            std::fs::canonicalize(folder).map_err(|source| LayoutError::Io { path: folder.to_owned(), source })?;
        let bad = |reason| LayoutError::BadName { name: name.to_owned(), reason };
        if name.is_empty() || name.starts_with('.') || name.chars().any(|c| c == '/' || c == '\\' || c.is_control()) {
            return Err(bad("it must be one word of a path, and not begin with a dot"));
        }
        let path = folder.join(name);
        if path.is_file() {
            return Err(bad("a file there has this name; choose another"));
        }
        Ok(self.place_at(path))
    }

    /// The output of a set or of what came through the standard input that is known as `trace`, if it was ingested.
    pub(super) fn known_by_name(&self, trace: &Path) -> Option<TracePlace> {
        let place = self.place_at(without_links(trace.parent()?)?.join(trace.file_name()?));
        place.output.is_ingested().then_some(place)
    }
}

/// The files that `word` stands for.
fn found(word: &Path, folders: &[PathBuf]) -> Result<Vec<PathBuf>, LayoutError> {
    let looked: Vec<PathBuf> = if word.is_absolute() {
        vec![word.to_owned()]
    } else {
        folders.iter().map(|folder| folder.join(word)).collect()
    };
    if let Some(path) = looked.iter().find(|path| path.exists()) {
        return if path.is_dir() { captures_in(path) } else { Ok(vec![path.clone()]) };
    }
    if !is_pattern(word) {
        return Err(LayoutError::NoTrace { trace: word.to_owned(), looked });
    }
    for path in &looked {
        let files = split_set::matching(&path.to_string_lossy());
        match files.map_err(|source| LayoutError::Io { path: path.clone(), source })? {
            files if files.is_empty() => {}
            files => return Ok(files),
        }
    }
    Err(LayoutError::NoMatch { pattern: word.to_owned(), looked })
}

/// The captures in `folder` in their order, then what has the name of a capture and could not be read as one.
fn captures_in(folder: &Path) -> Result<Vec<PathBuf>, LayoutError> {
    let io = |source| LayoutError::Io { path: folder.to_owned(), source };
    let mut files = split_set::in_folder(folder).map_err(io)?;
    let mut others = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && path.is_file() && is_capture(&path) && !files.contains(&path) {
            others.push(path);
        }
    }
    others.sort();
    files.append(&mut others);
    if files.is_empty() { Err(LayoutError::NoCaptures { folder: folder.to_owned() }) } else { Ok(files) }
}

/// Where the files of a trace are now that were at `known` when it was ingested: there, or as they lay below the folder
/// that they have in common, in `folder`: a case may be moved.
pub fn relocated(known: &[PathBuf], folder: &Path) -> Vec<PathBuf> {
    let (common, _) = common_stem(known);
    let now = |file: &PathBuf| match file.strip_prefix(&common) {
        Ok(below) if !file.exists() => folder.join(below),
        _ => file.clone(),
    };
    known.iter().map(now).collect()
}

/// The folder with its links resolved as far as it exists: one that is gone may have an output still.
fn without_links(folder: &Path) -> Option<PathBuf> {
    let real = folder.ancestors().find_map(|above| Some((above, std::fs::canonicalize(above).ok()?)));
    let (above, real) = real?;
    Some(real.join(folder.strip_prefix(above).ok()?))
}

fn is_pattern(word: &Path) -> bool {
    word.to_string_lossy().contains(['*', '?', '['])
}

/// The folder that all of `files` lie in or below, and what their names have in common; the folder's own name where they
/// have nothing in common or lie in several folders.
fn common_stem(files: &[PathBuf]) -> (PathBuf, String) {
    let parents: Vec<&Path> = files.iter().filter_map(|file| file.parent()).collect();
    let folder = parents.iter().copied().reduce(common_folder).unwrap_or(Path::new("/"));
    let names: Option<Vec<String>> = parents
        .iter()
        .all(|parent| *parent == folder)
        .then(|| files.iter().filter_map(|file| Some(file.file_name()?.to_string_lossy().into_owned())).collect());
    let stem = names.and_then(|names| stem(&names)).filter(|stem| !folder.join(stem).is_file());
    let name = folder.file_name().unwrap_or_default().to_string_lossy().trim_start_matches('.').to_owned();
    let of_folder = || if name.is_empty() { "trace".to_owned() } else { name.clone() };
    (folder.to_owned(), stem.unwrap_or_else(of_folder))
}

fn common_folder<'a>(one: &'a Path, other: &Path) -> &'a Path {
    one.ancestors().find(|ancestor| other.starts_with(ancestor)).unwrap_or(Path::new("/"))
}

/// What all names begin with, without the beginning of a number that differs, separators and a capture's extension.
fn stem(names: &[String]) -> Option<String> {
    let (first, others) = names.split_first()?;
    let same = |name: &String| first.chars().zip(name.chars()).take_while(|(one, other)| one == other).count();
    let length = others.iter().map(same).min().unwrap_or_else(|| first.chars().count());
    let begin: String = first.chars().take(length).collect();
    let cut_number = names.iter().any(|name| name.chars().nth(length).is_some_and(|next| next.is_ascii_digit()));
    let begin = if cut_number { begin.trim_end_matches(|last: char| last.is_ascii_digit()) } else { &begin };
    let begin = begin.trim_end_matches(SEPARATORS);
    let extension = super::traces::EXTENSIONS.iter().filter_map(|extension| begin.strip_suffix(extension)).next();
    let stem = extension.unwrap_or(begin).trim_end_matches(SEPARATORS);
    (!stem.is_empty() && !stem.starts_with('.')).then(|| stem.to_owned())
}

/// What stands between a stem and a number.
const SEPARATORS: [char; 5] = ['_', '-', '.', ' ', '('];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use std::fs;

    fn stem_of(names: &[&str]) -> Option<String> {
        stem(&names.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn a_set_is_called_after_what_its_names_have_in_common() {
        let cases: [(&[&str], Option<&str>); 9] = [
            (&["cap_00001_20241123201132.pcapng", "cap_00002_20241123201145.pcapng"], Some("cap")),
            (&["cap_00009_20241123201132.pcapng", "cap_00010_20241123201145.pcapng"], Some("cap")),
            (&["name.pcap", "name.pcap1", "name.pcap2"], Some("name")),
            (&["office1.pcap", "office2.pcap"], Some("office")),
            (&["2024-11-23_a.pcap", "2024-11-23_b.pcap"], Some("2024-11-23")),
            (&["trace (1).pcap", "trace (2).pcap"], Some("trace")),
            (&["client.pcap", "server.pcap"], None),
            (&["1.pcap", "2.pcap"], None),
            (&["übung1.pcap", "übung2.pcap"], Some("übung")),
        ];
        for (names, expected) in cases {
            assert_eq!(stem_of(names).as_deref(), expected, "{names:?}");
        }
    }

    /// A pcap file without packets.
    const EMPTY_PCAP: [u8; 24] = [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 1, 0, 0, 0];

    struct Folders(tempfile::TempDir);

    impl Folders {
        fn new(files: &[&str]) -> Self {
            let folders = Self(tempfile::tempdir().unwrap());
            for file in files {
                let path = folders.path(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, EMPTY_PCAP).unwrap();
            }
            folders
        }

        fn path(&self, relative: &str) -> PathBuf {
            fs::canonicalize(self.0.path()).unwrap().join(relative)
        }

        fn gather(&self, words: &[&str], name: Option<&str>) -> Result<Gathered, LayoutError> {
            let layout = Layout::with_folders(self.path("cases"), None);
            let words: Vec<PathBuf> = words.iter().map(PathBuf::from).collect();
            layout.gather(&words, &[self.path("cases/42"), self.path("")], name)
        }
    }

    #[test]
    fn a_folder_a_pattern_and_the_files_themselves_are_one_trace() {
        let folders = Folders::new(&["cases/42/ring/cap_00001_20241123201132.pcap", "cases/42/notes.txt"]);
        fs::write(folders.path("cases/42/ring/cap_00002_20241123201145.pcap"), b"").unwrap();
        fs::write(folders.path("cases/42/ring/README"), b"how it was captured").unwrap();
        let by_folder = folders.gather(&["ring"], None).unwrap();
        assert_eq!(by_folder.files.len(), 2, "{:?}", by_folder.files);
        assert_eq!(by_folder.place.case_id.as_deref(), Some("42"));
        assert_eq!(by_folder.place.output.path(), folders.path("cases/42/.tracer/ring/cap"));
        assert_eq!(folders.gather(&["ring/cap_*"], None).unwrap(), by_folder);
        let [one, two] = ["ring/cap_00001_20241123201132.pcap", "ring/cap_00002_20241123201145.pcap"];
        assert_eq!(folders.gather(&[one, two, one], None).unwrap(), by_folder);
        assert_eq!(folders.gather(&[one, two], Some("mine")).unwrap().place.trace, folders.path("cases/42/ring/mine"));
    }

    #[test]
    fn one_file_keeps_its_name() {
        let folders = Folders::new(&["day 1/x.pcap"]);
        for word in ["day 1/x.pcap", "day 1", "day*/*.pcap"] {
            assert_eq!(folders.gather(&[word], None).unwrap().place.trace, folders.path("day 1/x.pcap"), "{word}");
        }
    }

    #[test]
    fn files_without_a_common_name_are_called_after_their_folder() {
        let folders = Folders::new(&["both/client.pcap", "both/server.pcap", "both/deep/x.pcap"]);
        let both = folders.gather(&["both/client.pcap", "both/server.pcap"], None).unwrap();
        assert_eq!(both.place.trace, folders.path("both/both"));
        let deep = folders.gather(&["both/client.pcap", "both/deep/x.pcap"], None).unwrap();
        assert_eq!(deep.place.trace, folders.path("both/both"));
    }

    #[test]
    fn what_leads_to_no_capture_is_told() {
        let folders = Folders::new(&["x.pcap"]);
        fs::create_dir(folders.path("bare")).unwrap();
        fs::write(folders.path("bare/notes.txt"), b"no capture").unwrap();
        assert!(matches!(folders.gather(&["bare"], None), Err(LayoutError::NoCaptures { .. })));
        assert!(matches!(folders.gather(&["y*.pcap"], None), Err(LayoutError::NoMatch { .. })));
        assert!(matches!(folders.gather(&["y.pcap"], None), Err(LayoutError::NoTrace { .. })));
        for name in ["", ".x", "a/b", "..", "x.pcap"] {
            assert!(matches!(folders.gather(&["x.pcap"], Some(name)), Err(LayoutError::BadName { .. })), "{name}");
        }
    }
}
