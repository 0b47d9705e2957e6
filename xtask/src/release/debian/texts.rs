//! The texts that Debian's policy asks for, and who answers for the package.

use std::env;
use std::fs;

use anyhow::Context;

use super::Moment;
use crate::workspace::root;

/// Of this packaging of a version.
const REVISION: u32 = 1;

/// As Debian counts.
pub(super) fn version(of_the_program: &str) -> String {
    // A pre-release comes before its version.
    format!("{}-{REVISION}", of_the_program.replacen('-', "~", 1))
}

/// `DEBFULLNAME` and `DEBEMAIL` if they are set, as Debian's own tools have it. The project has no address for mail.
pub(super) fn maintainer() -> String {
    let name = env::var("DEBFULLNAME").unwrap_or_else(|_| "The smbreplay authors".to_owned());
    let address = env::var("DEBEMAIL").unwrap_or_else(|_| "nobody@smbreplay.invalid".to_owned());
    format!("{name} <{address}>")
}

/// `changelog.Debian`: of the packaging; the project's own has the rest.
pub(super) fn changelog(version: &str, moment: Moment) -> anyhow::Result<String> {
    Ok(format!(
        "smbreplay ({version}) unstable; urgency=medium\n\n  * Packed by the project itself; changelog.gz says what is new.\n\n \
         -- {}  {}\n",
        maintainer(),
        moment.rfc2822()?
    ))
}

/// `copyright`, in the form that programs read.
pub(super) fn copyright() -> anyhow::Result<String> {
    let licence = fs::read_to_string(root().join("LICENSE")).context("cannot read LICENSE")?;
    let (head, terms) = licence.split_once("\n\nPermission").context("LICENSE does not read as MIT's does")?;
    let holder = head.lines().last().unwrap_or_default().trim_start_matches("Copyright (c) ");
    let terms: String = format!("Permission{terms}")
        .lines()
        .map(|line| if line.is_empty() { " .\n".to_owned() } else { format!(" {line}\n") })
        .collect();
    Ok(format!(
        "\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: smbreplay
Source: {}
Comment: The program has libraries of others in it. Their names, versions and licences
 are in THIRD-PARTY-LICENSES, in this folder.

Files: *
Copyright: {holder}
License: MIT

License: MIT
{terms}",
        env!("CARGO_PKG_REPOSITORY")
    ))
}
