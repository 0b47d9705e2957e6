//! Rules as they are written, `A=B`, and the folder of `--root`.

use crate::map::units;

/// Why a rule cannot be read. Never shows what stands behind the equals sign, which may be a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// There is no equals sign.
    #[error("expected A=B, what is captured before the equals sign and what is live behind it")]
    NoEquals,
    /// One side is empty that must not be.
    #[error("there is no {what} {side} the equals sign")]
    Empty {
        /// What is missing.
        what: &'static str,
        /// `before` or `behind`.
        side: &'static str,
    },
    /// A user without password.
    #[error("expected {captured}=user%password")]
    NoPassword {
        /// The captured user.
        captured: String,
    },
    /// The name of a share has a character that names of shares cannot have.
    #[error("{name:?} is no name of a share")]
    Share {
        /// As written.
        name: String,
    },
    /// No SID of a domain or machine.
    #[error("{text:?} is no SID of a domain, S-1-5-21-a-b-c")]
    DomainSid {
        /// As written.
        text: String,
    },
    /// A folder's path has a part that names no folder.
    #[error("{part:?} names no folder")]
    Folder {
        /// The part.
        part: String,
    },
}

/// Both sides of the first equals sign.
pub(super) fn sides(text: &str) -> Result<(&str, &str), RuleError> {
    text.split_once('=').ok_or(RuleError::NoEquals)
}

/// A folder on a share, with `\` between names and none at the ends.
#[derive(Clone, PartialEq, Eq)]
pub struct Root(Vec<u16>);

impl Root {
    /// This folder inside `self`.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        let mut path = self.0.clone();
        path.push(SEPARATOR);
        path.extend(units(name));
        Self(path)
    }

    /// The path.
    pub fn units(&self) -> &[u16] {
        &self.0
    }
}

impl std::str::FromStr for Root {
    type Err = RuleError;

    /// `sub\folder` or `sub/folder`.
    fn from_str(text: &str) -> Result<Self, RuleError> {
        Ok(Self(units(&folder(text)?.ok_or(RuleError::Folder { part: String::new() })?)))
    }
}

impl std::fmt::Display for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from_utf16_lossy(&self.0))
    }
}

impl std::fmt::Debug for Root {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.to_string())
    }
}

pub(super) const SEPARATOR: u16 = b'\\' as u16;

/// A folder's path in the form of [`Root`]; `None` for the share itself.
pub(super) fn folder(text: &str) -> Result<Option<String>, RuleError> {
    let path = text.replace('/', "\\");
    let path = path.trim_matches('\\');
    if path.is_empty() {
        return Ok(None);
    }
    let is_bad = |part: &&str| {
        let bad = |character: char| character.is_control() || "\"*:<>?|".contains(character);
        matches!(*part, "" | "." | "..") || part.chars().any(bad)
    };
    match path.split('\\').find(is_bad) {
        Some(part) => Err(RuleError::Folder { part: part.to_owned() }),
        None => Ok(Some(path.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_root_is_written_with_either_slash() {
        for text in ["a\\b c", "/a/b c/", "\\a\\b c"] {
            assert_eq!(text.parse::<Root>().unwrap().to_string(), "a\\b c");
        }
        assert_eq!("a".parse::<Root>().unwrap().join("x").to_string(), "a\\x");
    }

    #[test]
    fn a_root_does_not_lead_out_of_the_share_or_into_a_stream() {
        for text in ["", "\\", "a\\..\\b", ".", "a:b", "a*", "a\\\\b"] {
            assert!(text.parse::<Root>().is_err(), "{text}");
        }
    }
}
