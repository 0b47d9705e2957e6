//! The commands that smbclient is given, and the local files they use.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::Context;

use crate::bench::tree::Tree;

/// Clients that work at once, except for a bulk copy and a long session.
pub(super) const CLIENTS: u64 = 8;
/// Requests that smbclient 4.17 makes of one round of [`round`]. Others may make a few more or less: how many there
/// were is counted in the recording.
const REQUESTS_PER_ROUND: u64 = 52;
/// Files that a bulk copy consists of.
const BULK_FILES: u64 = 4;
/// Lists the share at every depth.
pub(super) const LISTING: &str = "recurse\nls\n";

/// A script for each of so many clients, which share the requests, and the tiny file that they put.
pub(super) fn metadata(folder: &Path, requests: u64, clients: u64) -> anyhow::Result<Vec<String>> {
    write_file(&folder.join("tiny"), 64)?;
    let rounds = rounds(requests, clients);
    let script = |client: u64| {
        let start = format!("mkdir client-{client}\ncd client-{client}\n");
        (0..rounds).fold(start, |mut script, number| {
            round(&mut script, number);
            script
        })
    };
    Ok((0..clients).map(script).collect())
}

/// How often a client goes through [`round`], when so many share the requests.
pub(super) fn rounds(requests: u64, clients: u64) -> u64 {
    requests.div_ceil(clients.saturating_mul(REQUESTS_PER_ROUND).max(1)).max(1)
}

/// One script that copies files to the share and back, and the file that it puts.
pub(super) fn bulk(folder: &Path, bytes: u64) -> anyhow::Result<Vec<String>> {
    write_file(&folder.join("large"), bytes.div_ceil(BULK_FILES.saturating_mul(2)))?;
    let copy = |number| format!("put large copy-{number}\nget copy-{number} /dev/null\n");
    Ok(vec![(0..BULK_FILES).map(copy).collect()])
}

/// A script for each client, which makes folders of its own and all files in them, and the file that they put.
pub(super) fn tree(local: &Path, tree: Tree) -> anyhow::Result<Vec<String>> {
    write_file(&local.join("small"), Tree::FILE_BYTES)?;
    let mut scripts = vec![String::new(); usize::try_from(CLIENTS)?];
    let clients = scripts.len();
    for (folder, files) in tree.files_of_folders().enumerate() {
        // There is a client of each number below that of all.
        let Some(script) = folder.checked_rem(clients).and_then(|client| scripts.get_mut(client)) else { continue };
        let _ = writeln!(script, "mkdir folder-{folder}");
        for file in 0..files {
            let _ = writeln!(script, "put small folder-{folder}\\file-{file}");
        }
    }
    Ok(scripts)
}

/// A folder's life: made, filled, looked at, tidied and removed.
fn round(script: &mut String, number: u64) {
    // Writing into a string does not fail.
    let _ = write!(
        script,
        "mkdir day-{number}\n\
         put tiny day-{number}\\letter.txt\n\
         put tiny day-{number}\\note.txt\n\
         ls day-{number}\\*\n\
         allinfo day-{number}\\letter.txt\n\
         rename day-{number}\\note.txt day-{number}\\done.txt\n\
         ls day-{number}\\*.txt\n\
         del day-{number}\\letter.txt\n\
         del day-{number}\\done.txt\n\
         rmdir day-{number}\n"
    );
}

/// A file whose bytes no compression makes smaller, the same each time.
fn write_file(path: &Path, size: u64) -> anyhow::Result<()> {
    let failed = || format!("cannot write {}", path.display());
    let mut file = BufWriter::new(File::create(path).with_context(failed)?);
    let mut left = size;
    for word in Noise(0x9e37_79b9_7f4a_7c15) {
        let bytes = word.to_le_bytes();
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        file.write_all(bytes.get(..wanted).unwrap_or(&bytes)).with_context(failed)?;
        left = left.saturating_sub(bytes.len() as u64);
        if left == 0 {
            break;
        }
    }
    file.flush().with_context(failed)
}

/// Marsaglia's xorshift generator of 64 bits.
struct Noise(u64);

impl Iterator for Noise {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        Some(self.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use std::fs;

    use super::*;

    #[test]
    fn eight_clients_work_in_folders_of_their_own() {
        let folder = tempfile::tempdir().unwrap();
        let scripts = metadata(folder.path(), 2 * CLIENTS * REQUESTS_PER_ROUND, CLIENTS).unwrap();
        let firsts: Vec<&str> = scripts.iter().filter_map(|script| script.lines().next()).collect();
        assert_eq!(firsts.len(), 8);
        assert_eq!(firsts.last(), Some(&"mkdir client-7"));
        for script in &scripts {
            assert_eq!(script.lines().filter(|line| line.starts_with("rmdir ")).count(), 2);
        }
    }

    #[test]
    fn the_smallest_run_is_one_round() {
        let folder = tempfile::tempdir().unwrap();
        assert!(metadata(folder.path(), 1, CLIENTS).unwrap().iter().all(|script| script.contains("rmdir day-0\n")));
    }

    #[test]
    fn one_client_does_the_work_of_all() {
        let folder = tempfile::tempdir().unwrap();
        let scripts = metadata(folder.path(), 2 * CLIENTS * REQUESTS_PER_ROUND, 1).unwrap();
        let [script] = &scripts[..] else { panic!("{} clients", scripts.len()) };
        assert_eq!(script.lines().filter(|line| line.starts_with("rmdir ")).count(), 16);
        assert!(script.contains("mkdir day-8\n"));
    }

    #[test]
    fn each_folder_of_a_tree_is_filled_by_one_client() {
        let local = tempfile::tempdir().unwrap();
        let scripts = tree(local.path(), Tree { files: 17_000 }).unwrap();
        let lines = |start: &str| -> Vec<usize> {
            scripts.iter().map(|script| script.lines().filter(|line| line.starts_with(start)).count()).collect()
        };
        assert_eq!(lines("mkdir "), [3, 2, 2, 2, 2, 2, 2, 2]);
        assert_eq!(lines("put small "), [3_000, 2_000, 2_000, 2_000, 2_000, 2_000, 2_000, 2_000]);
        assert!(scripts.last().unwrap().ends_with("put small folder-15\\file-999\n"));
        assert_eq!(fs::metadata(local.path().join("small")).unwrap().len(), 1_000);
    }

    #[test]
    fn a_bulk_copy_goes_there_and_back() {
        let folder = tempfile::tempdir().unwrap();
        let scripts = bulk(folder.path(), 8_003).unwrap();
        let script = scripts.first().unwrap();
        assert_eq!(script.lines().filter(|line| line.starts_with("put ")).count(), 4);
        assert_eq!(script.lines().filter(|line| line.starts_with("get ")).count(), 4);
        assert_eq!(fs::metadata(folder.path().join("large")).unwrap().len(), 1_001);
    }
}
