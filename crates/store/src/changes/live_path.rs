//! Paths on a live share, in a form that JSON can hold.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A path relative to a share, with `\`: as text, or as UTF-16 code units where no text can hold it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum LivePath {
    /// As text.
    Text(String),
    /// As code units: it has half of a surrogate pair.
    Units(Vec<u16>),
}

impl LivePath {
    /// The path of these UTF-16 code units.
    pub fn new(units: &[u16]) -> Self {
        String::from_utf16(units).map_or_else(|_| Self::Units(units.to_vec()), Self::Text)
    }

    /// Its UTF-16 code units.
    pub fn units(&self) -> Vec<u16> {
        match self {
            Self::Text(text) => text.encode_utf16().collect(),
            Self::Units(units) => units.clone(),
        }
    }
}

impl fmt::Display for LivePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Units(units) => f.write_str(&String::from_utf16_lossy(units)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_path_survives_json() {
        for units in [vec![], vec![0x61, 0x5c, 0xe4], vec![0xd83d, 0x61]] {
            let path = LivePath::new(&units);
            let text = serde_json::to_string(&path).unwrap();
            let back: LivePath = serde_json::from_str(&text).unwrap();
            assert_eq!((back.units(), &back), (units, &path), "{text}");
        }
    }
}
