//! Versions of what lies on disk: additions raise minor, everything else major.

use crate::metadata::SCHEMA_VERSION;

/// Why a file of this version is not read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionError {
    /// A newer program wrote it.
    #[error(
        "written by a newer smbreplay (layout {found}, this one reads {SCHEMA_VERSION}); update smbreplay, or ingest the trace again with --force"
    )]
    Newer {
        /// Version in the file.
        found: String,
    },
    /// It has no version that could be understood.
    #[error("not written by smbreplay {SCHEMA_VERSION}; ingest the trace again with --force")]
    Foreign,
}

/// Accepts versions with the major number of [`SCHEMA_VERSION`].
///
/// # Errors
/// [`VersionError`].
pub fn check(found: &str) -> Result<(), VersionError> {
    let major = |version: &str| version.split_once('.').and_then(|(major, _)| major.parse::<u32>().ok());
    match (major(found), major(SCHEMA_VERSION)) {
        (Some(theirs), Some(ours)) if theirs == ours => Ok(()),
        (Some(theirs), Some(ours)) if theirs > ours => Err(VersionError::Newer { found: found.to_owned() }),
        _ => Err(VersionError::Foreign),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_minor_is_read_a_newer_major_is_not() {
        assert_eq!(check("1.0"), Ok(()));
        assert_eq!(check("1.17"), Ok(()));
        assert_eq!(check("2.0"), Err(VersionError::Newer { found: "2.0".to_owned() }));
    }

    #[test]
    fn an_older_or_senseless_version_is_foreign() {
        for version in ["0.9", "", "1", "x.y", "-1.0"] {
            assert_eq!(check(version), Err(VersionError::Foreign), "{version}");
        }
    }
}
