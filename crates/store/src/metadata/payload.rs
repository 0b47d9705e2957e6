//! How much of the data of READs and WRITEs is stored.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What session files have of the data of READ responses and WRITE requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Payload {
    /// All of it.
    #[default]
    Full,
    /// Its length and its hash.
    Hash,
    /// Its length.
    None,
}

impl Payload {
    /// The word for it in files and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Hash => "hash",
            Self::None => "none",
        }
    }

    /// The sentence that tells what is not stored; `None` when everything is.
    pub fn left_out(self) -> Option<&'static str> {
        match self {
            Self::Full => None,
            Self::Hash => Some("data of READs and WRITEs is not stored, only its length and its hash (--payload hash)"),
            Self::None => Some("data of READs and WRITEs is not stored, only its length (--payload none)"),
        }
    }
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
