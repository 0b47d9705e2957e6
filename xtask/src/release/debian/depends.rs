//! The packages that the program is linked with at run time, from what its ELF file says.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use crate::workspace::output;

/// What `Depends` says of the program in `path`.
pub(super) fn of(path: &Path) -> anyhow::Result<String> {
    // Part of what a Rust program is linked with: where one is built it is there.
    let mut readelf = Command::new("readelf");
    readelf.env("LC_ALL", "C").args(["--wide", "--dynamic", "--version-info"]).arg(path);
    from_readelf(&output(&mut readelf)?)
}

/// A package, and the parts of the version that it has to have.
type Needed = BTreeMap<&'static str, Vec<u32>>;

fn from_readelf(said: &str) -> anyhow::Result<String> {
    let mut needed = Needed::new();
    let mut package = None;
    for line in said.lines() {
        if let Some((_, library)) = line.split_once("Shared library: [") {
            let library = library.trim_end_matches(']');
            let owner = owner(library).with_context(|| format!("no package is known that has {library}"))?;
            needed.entry(owner).or_default();
        } else if let Some((_, file)) = line.split_once("File: ") {
            package = file.split_whitespace().next().and_then(owner);
        } else if let (Some(package), Some(version)) = (package, line.split_once("Name: ").and_then(named)) {
            let least = needed.entry(package).or_default();
            *least = std::mem::take(least).max(version);
        }
    }
    if needed.is_empty() {
        bail!("the program is linked with no library: readelf says nothing of one");
    }
    let relations = needed.iter().map(|(package, version)| {
        let version: Vec<String> = version.iter().map(u32::to_string).collect();
        if version.is_empty() { (*package).to_owned() } else { format!("{package} (>= {})", version.join(".")) }
    });
    Ok(relations.collect::<Vec<_>>().join(", "))
}

/// Debian's package that has a library.
fn owner(library: &str) -> Option<&'static str> {
    match library {
        "libgcc_s.so.1" => Some("libgcc-s1"),
        "libc.so.6" | "libm.so.6" | "libpthread.so.0" | "libdl.so.2" | "librt.so.1" => Some("libc6"),
        loader if loader.starts_with("ld-linux") => Some("libc6"),
        _ => None,
    }
}

/// `[2, 34]` of `GLIBC_2.34  Flags: none  Version: 5`.
fn named((_, rest): (&str, &str)) -> Option<Vec<u32>> {
    match rest.split_whitespace().next()? {
        // Packed relocations have no number; the loader can do them from here on.
        "GLIBC_ABI_DT_RELR" => Some(vec![2, 36]),
        name => name.split_once('_')?.1.split('.').map(|part| part.parse().ok()).collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const SAID: &str = "
 0x0000000000000001 (NEEDED)             Shared library: [libgcc_s.so.1]
 0x0000000000000001 (NEEDED)             Shared library: [libm.so.6]
 0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]
Version needs section '.gnu.version_r' contains 3 entries:
  000000: Version: 1  File: libgcc_s.so.1  Cnt: 2
  0x0010:   Name: GCC_3.0  Flags: none  Version: 12
  0x0020:   Name: GCC_4.2.0  Flags: none  Version: 8
  0x0030: Version: 1  File: libm.so.6  Cnt: 1
  0x0040:   Name: GLIBC_2.29  Flags: none  Version: 6
  0x0050: Version: 1  File: libc.so.6  Cnt: 3
  0x0060:   Name: GLIBC_2.9  Flags: none  Version: 9
  0x0070:   Name: GLIBC_2.34  Flags: none  Version: 7
  0x0080:   Name: GLIBC_2.2.5  Flags: none  Version: 3
";

    #[test]
    fn a_package_is_needed_in_the_highest_version_that_one_of_its_libraries_is_asked_for() {
        assert_eq!(from_readelf(SAID).unwrap(), "libc6 (>= 2.34), libgcc-s1 (>= 4.2.0)");
    }

    #[test]
    fn packed_relocations_need_the_loader_that_can_do_them() {
        let said = SAID.replace("GLIBC_2.9 ", "GLIBC_ABI_DT_RELR ");
        assert_eq!(from_readelf(&said).unwrap(), "libc6 (>= 2.36), libgcc-s1 (>= 4.2.0)");
    }

    #[test]
    fn a_library_of_no_known_package_is_an_error() {
        let error = from_readelf(&SAID.replace("libm.so.6", "libssl.so.3")).unwrap_err();
        assert!(error.to_string().contains("libssl.so.3"), "{error}");
    }
}
