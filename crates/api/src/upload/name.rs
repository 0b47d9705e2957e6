//! Names of captures and cases that are made over HTTP: they must be the same on every system.

use crate::error::{ApiError, ErrorCode};
use std::path::Path;

/// Bytes of a name: what is made of it, such as names of outputs and sets, has to fit too.
const MOST_BYTES: usize = 200;
/// Characters that are none of a file name on Windows, or are those of a pattern.
const RESERVED: [char; 9] = ['/', '\\', ':', '*', '?', '"', '<', '>', '|'];
/// Names of devices on Windows, whatever extension they have.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// Checks that `name` is a plain name: letters of any script, digits, blanks and marks, but nothing that leads elsewhere, is
/// hidden, reads otherwise than it is written, or means something else on another system.
///
/// # Errors
/// [`ErrorCode::BadPath`].
pub(crate) fn plain(name: &str) -> Result<(), ApiError> {
    let why = if name.is_empty() {
        "is empty"
    } else if name.len() > MOST_BYTES {
        "is longer than 200 bytes"
    } else if name.starts_with('.') {
        "begins with a dot"
    } else if name.starts_with(char::is_whitespace) || name.ends_with(|last: char| last == '.' || last.is_whitespace())
    {
        "begins or ends with a blank, or ends with a dot"
    } else if name.chars().any(|character| character.is_control() || is_unseen(character)) {
        "has a control character"
    } else if name.contains(RESERVED) {
        "has one of / \\ : * ? \" < > |"
    } else if is_device(name) {
        "is that of a device on Windows"
    } else {
        return Ok(());
    };
    Err(ApiError::new(ErrorCode::BadPath, format!("the name {why}")).advise("a name is one component of a path"))
}

/// A name in `folder` that is this one but for upper and lower case.
pub(crate) fn taken(folder: &Path, name: &str) -> std::io::Result<Option<String>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        entries => entries?,
    };
    let wanted = folded(name);
    for entry in entries {
        let found = entry?.file_name().to_string_lossy().into_owned();
        if folded(&found) == wanted {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// Both ways, since some letters have two of one case.
fn folded(name: &str) -> String {
    name.to_uppercase().to_lowercase()
}

/// Marks that turn the direction of text around, break lines or cannot be seen.
fn is_unseen(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let numbered = |prefix: &str| {
        let begins = stem.get(..3).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix));
        let mut rest = stem.chars().skip(3);
        begins && matches!((rest.next(), rest.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    };
    DEVICES.iter().any(|device| stem.eq_ignore_ascii_case(device)) || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn names_of_any_script_are_taken() {
        let longest = "x".repeat(200);
        for name in [
            "office.pcap",
            "trace (1) [a].pcap.gz",
            "Übung – Mitschnitt.pcapng",
            "捕获.pcap",
            "Συλλογή_1.pcap",
            "x..pcap",
            "COM10",
            "console.pcap",
            "a",
            &longest,
        ] {
            assert!(plain(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_leads_elsewhere_or_means_something_else_is_not() {
        let long = "é".repeat(101);
        for name in [
            "",
            ".",
            "..",
            ".hidden",
            ".tracer",
            ".upload-x",
            "a/b",
            "a\\b",
            "/etc/passwd",
            "../x",
            "C:x",
            "x:stream",
            "a\0b",
            "a\nb",
            "a\u{7f}",
            "a\u{9b}31m",
            "a\u{202e}pcap.exe",
            "a\u{200b}b",
            "a\u{2028}b",
            "x.",
            "x ",
            " x",
            "x*.pcap",
            "x?",
            "<x>",
            "x|y",
            "\"x\"",
            "NUL",
            "nul.pcap",
            "Con",
            "aux.tar.gz",
            "COM1",
            "com1.pcap",
            "LPT9.pcapng",
            "COM¹",
            "NUL .pcap",
            "CONOUT$",
            &long,
        ] {
            assert_eq!(plain(name).unwrap_err().code, ErrorCode::BadPath, "{name:?}");
        }
    }

    #[test]
    fn a_name_in_another_case_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("Straße.pcap"), "").unwrap();
        for name in ["Straße.pcap", "STRASSE.PCAP", "straße.PCAP"] {
            assert_eq!(taken(folder.path(), name).unwrap().as_deref(), Some("Straße.pcap"), "{name}");
        }
        assert_eq!(taken(folder.path(), "Strase.pcap").unwrap(), None);
        assert_eq!(taken(&folder.path().join("none"), "x").unwrap(), None);
    }
}
