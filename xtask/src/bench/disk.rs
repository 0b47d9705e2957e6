//! Free space: a recording that does not fit must not begin.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

/// Fails when less than `needed` bytes are free where `folder` lies; `option` is what asks for less.
pub(super) fn ensure_free(folder: &Path, needed: u64, what: &str, option: &str) -> anyhow::Result<()> {
    let free = free(folder)?;
    ensure!(
        free >= needed,
        "{what} needs {} MB free at {}, and {} MB are: free some, or ask for less with {option}",
        needed.div_ceil(1_000_000),
        folder.display(),
        free.checked_div(1_000_000).unwrap_or_default()
    );
    Ok(())
}

/// Bytes free to this user, from df, whose output POSIX fixes (`-P`).
pub(super) fn free(folder: &Path) -> anyhow::Result<u64> {
    let output = Command::new("df").arg("-Pk").arg(folder).output().context("cannot run df")?;
    let text = String::from_utf8_lossy(&output.stdout);
    parse_free(&text).with_context(|| format!("df does not tell what is free at {}", folder.display()))
}

fn parse_free(output: &str) -> Option<u64> {
    // Names of file systems and folders may hold spaces; the capacity in percent stands behind what is available.
    let words: Vec<&str> = output.lines().nth(1)?.split_whitespace().collect();
    let capacity =
        words.iter().rposition(|word| word.strip_suffix('%').is_some_and(|text| text.parse::<u8>().is_ok()))?;
    let kib: u64 = words.get(capacity.checked_sub(1)?)?.parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    #[test]
    fn what_is_available_is_read_whatever_the_file_system_is_called() {
        let output = "Filesystem 1024-blocks Used Available Capacity Mounted on\nmy disk 1000 400 600 40% /a b\n";
        assert_eq!(parse_free(output), Some(600 * 1024));
        assert_eq!(parse_free("Filesystem 1024-blocks Used Available Capacity Mounted on\n"), None);
    }

    #[test]
    fn more_than_there_is_is_refused() {
        let folder = std::env::temp_dir();
        ensure_free(&folder, 1, "a test", "--files").unwrap();
        assert!(
            ensure_free(&folder, u64::MAX, "a test", "--files").unwrap_err().to_string().starts_with("a test needs")
        );
    }
}
