//! How hard it is tried to make packages small, and gzip without a name and a time: the same bytes for the same input.

use std::io::Write;

use flate2::{Compression, GzBuilder};

#[derive(Clone, Copy)]
pub(crate) enum Effort {
    /// For packages that are looked at and thrown away.
    Least,
    Most,
}

impl Effort {
    pub(super) fn gzip(self, bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
        let level = match self {
            Self::Least => Compression::fast(),
            Self::Most => Compression::best(),
        };
        let mut encoder = GzBuilder::new().mtime(0).write(Vec::new(), level);
        encoder.write_all(bytes)?;
        Ok(encoder.finish()?)
    }

    /// What dpkg-deb is told.
    pub(super) fn level_of_xz(self) -> &'static str {
        match self {
            Self::Least => "-z1",
            Self::Most => "-z6",
        }
    }
}
