//! Keys and passwords from the command line, from files and from the environment. No message repeats one.

use super::super::environment;
use crate::arguments::{Secret, SecretArguments};
use crate::failure::Failure;
use dissect::{SecretError, Secrets};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Bytes of the largest keytab: more keys than any server has.
const LARGEST_KEYTAB: u64 = 16 << 20;

/// Takes in one secret of a kind.
type Add = fn(&mut Secrets, &str) -> Result<(), SecretError>;

/// Everything that the user gave.
pub(super) fn collect(arguments: &SecretArguments) -> Result<Secrets, Failure> {
    let kinds: [(&str, &str, &[Secret], Add); 4] = [
        ("--session-key", "SMBREPLAY_SESSION_KEYS", &arguments.session_key, Secrets::add_session_key),
        ("--decryption-keys", "SMBREPLAY_DECRYPTION_KEYS", &arguments.decryption_keys, Secrets::add_decryption_keys),
        ("--nt-password", "SMBREPLAY_NT_PASSWORDS", &arguments.nt_password, Secrets::add_nt_password),
        ("--nt-hash", "SMBREPLAY_NT_HASHES", &arguments.nt_hash, Secrets::add_nt_hash),
    ];
    let mut secrets = Secrets::default();
    for (option, variable, given, add) in kinds {
        if let Some(text) = environment(variable) {
            add_lines(&mut secrets, &text, variable, add)?;
        }
        for Secret(text) in given {
            match text.strip_prefix('@') {
                Some(file) => add_lines(&mut secrets, &read(Path::new(file), option)?, file, add)?,
                None => add(&mut secrets, text).map_err(|error| refused(option, &error))?,
            }
        }
    }
    let listed = environment("SMBREPLAY_KEYS").map(Into::into);
    for file in listed.iter().chain(&arguments.keys) {
        let text = read(file, "--keys")?;
        secrets.add_seskey_list(&text).map_err(|error| refused(&file.display().to_string(), &error))?;
    }
    let keytab = environment("SMBREPLAY_KEYTAB").map(Into::into);
    for file in keytab.iter().chain(&arguments.keytab) {
        add_keytab(&mut secrets, file)?;
    }
    Ok(secrets)
}

fn add_keytab(secrets: &mut Secrets, file: &Path) -> Result<(), Failure> {
    let place = || format!("--keytab: {}", file.display());
    let advice = "check that it is a keytab of the server and that you may read it";
    let cannot_read = |error: io::Error| Failure::new(format!("{}: cannot read it: {error}", place()), advice);
    let mut bytes = Vec::new();
    let opened = File::open(file).map_err(cannot_read)?;
    opened.take(LARGEST_KEYTAB.saturating_add(1)).read_to_end(&mut bytes).map_err(cannot_read)?;
    if bytes.len() as u64 > LARGEST_KEYTAB {
        return Err(Failure::new(format!("{}: it is too large for a keytab", place()), advice));
    }
    let advice = "export one on the server: ktutil, ktpass, `net ads keytab create` or kadmin's ktadd write it";
    secrets.add_keytab(&bytes).map_err(|error| Failure::new(format!("{}: {error}", place()), advice))
}

/// One secret a line; empty lines and those that begin with `#` say nothing.
fn add_lines(secrets: &mut Secrets, text: &str, place: &str, add: Add) -> Result<(), Failure> {
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end_matches('\r');
        if !line.trim().is_empty() && !line.starts_with('#') {
            let number = index.saturating_add(1);
            add(secrets, line).map_err(|error| refused(&format!("{place}, line {number}"), &error))?;
        }
    }
    Ok(())
}

fn read(file: &Path, option: &str) -> Result<String, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| {
        let advice = "check that it is a text file in UTF-8 and that you may read it";
        Failure::new(format!("{option}: cannot read {}: {error}", file.display()), advice)
    })?;
    // Editors on Windows mark UTF-8 at its beginning.
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

fn refused(place: &str, error: &SecretError) -> Failure {
    Failure::new(format!("{place}: {error}"), "see 'smbreplay ingest --help'")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::unwrap_in_result, reason = "tests")]
    use super::*;

    const KEY: &str = "28f2847263c83dc00621f742dd3f2e7b";

    #[test]
    fn a_file_has_one_secret_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        std::fs::write(&file, format!("# ours\n\n0x1={KEY}\r\n0x2={KEY}\n")).unwrap();
        let session_key = vec![Secret(format!("@{}", file.display())), Secret(format!("0x3={KEY}"))];
        let secrets = collect(&SecretArguments { session_key, ..SecretArguments::default() }).unwrap();
        assert_eq!(secrets.session_ids().collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[test]
    fn the_mark_of_utf_8_at_the_beginning_of_a_file_is_no_part_of_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        let [keys, list] = ["keys", "list"].map(|name| folder.path().join(name));
        std::fs::write(&keys, format!("\u{feff}0x1={KEY}\r\n")).unwrap();
        std::fs::write(&list, format!("\u{feff}0200000000000000,{KEY},,\r\n")).unwrap();
        let session_key = vec![Secret(format!("@{}", keys.display()))];
        let arguments = SecretArguments { session_key, keys: vec![list], ..SecretArguments::default() };
        assert_eq!(collect(&arguments).unwrap().session_ids().collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn a_file_that_is_no_keytab_is_told_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let [text, missing] = ["passwords", "missing"].map(|name| folder.path().join(name));
        std::fs::write(&text, "alice=secret").unwrap();
        for (file, told_of) in [(&text, "no keytab"), (&missing, "cannot read it")] {
            let arguments = SecretArguments { keytab: vec![file.clone()], ..SecretArguments::default() };
            let told = collect(&arguments).unwrap_err().to_string();
            assert!(told.contains(&file.display().to_string()) && told.contains(told_of), "{told}");
            assert!(!told.contains("secret"), "{told}");
        }
    }

    #[test]
    fn a_wrong_secret_is_told_by_its_place_and_not_repeated() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("keys");
        std::fs::write(&file, format!("0x1={KEY}\n{KEY}=0x2\n")).unwrap();
        let session_key = vec![Secret(format!("@{}", file.display()))];
        let told = collect(&SecretArguments { session_key, ..SecretArguments::default() }).unwrap_err().to_string();
        assert!(told.contains("line 2") && !told.contains(KEY), "{told}");
        let nt_hash = vec![Secret("alice=secret".to_owned())];
        let told = collect(&SecretArguments { nt_hash, ..SecretArguments::default() }).unwrap_err().to_string();
        assert!(told.contains("--nt-hash") && !told.contains("secret"), "{told}");
    }
}
