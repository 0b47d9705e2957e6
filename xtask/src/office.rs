//! Ordinary office work on a share, as a script for smbclient: one user at two desks.
//!
//! The script makes everything it uses, so that its requests get the same answers on any empty share. What fails in it
//! fails on purpose: people mistype names, delete folders that are not empty, and save over what is read-only.

mod documents;

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use lab::{Samba, Smbclient};

/// The commands that fail, with the NTSTATUS that smbclient prints; the second desk's first, which ends first.
const EXPECTED_FAILURES: [(&str, &str); 16] = [
    ("ls \\Archive\\2024\\*", "NT_STATUS_OBJECT_NAME_NOT_FOUND"),
    ("mkdir Projects", "NT_STATUS_OBJECT_NAME_COLLISION"),
    ("mkdir Nowhere\\Deep", "NT_STATUS_OBJECT_PATH_NOT_FOUND"),
    ("ls *.doc", "NT_STATUS_NO_SUCH_FILE"),
    ("cd \\Missing", "NT_STATUS_OBJECT_NAME_NOT_FOUND"),
    ("get missing.txt", "NT_STATUS_OBJECT_NAME_NOT_FOUND"),
    ("rename minutes-03.txt January.txt", "NT_STATUS_OBJECT_NAME_COLLISION"),
    ("rename minutes-99.txt June.txt", "NT_STATUS_OBJECT_NAME_NOT_FOUND"),
    ("put letter-2.txt Templates\\standard.txt", "NT_STATUS_ACCESS_DENIED"),
    ("del Templates\\standard.txt", "NT_STATUS_CANNOT_DELETE"),
    ("get Templates\\standard.txt:Missing", "NT_STATUS_OBJECT_NAME_NOT_FOUND"),
    ("rmdir Projects", "NT_STATUS_DIRECTORY_NOT_EMPTY"),
    ("rmdir Nowhere", "NT_STATUS_OBJECT_NAME_NOT_FOUND"),
    ("del Projects\\Beta\\nothing.txt", "NT_STATUS_NO_SUCH_FILE"),
    ("put letter-2.txt Missing\\letter.txt", "NT_STATUS_OBJECT_PATH_NOT_FOUND"),
    ("get Archive folder.copy", "NT_STATUS_FILE_IS_A_DIRECTORY"),
];

/// The first desk, which stays logged on while the second one works.
const FIRST_DESK: &[&str] = &[
    // Looking around.
    "ls",
    "volume",
    // Folders of the department.
    "mkdir Projects",
    "mkdir Projects\\Alpha",
    "mkdir Projects\\Alpha\\Drawings",
    "mkdir Projects\\Beta",
    "mkdir Minutes",
    "mkdir \"Incoming Mail\"",
    "mkdir Templates",
    "mkdir \"Templates\\Letter Heads\"",
    "mkdir Archive",
    "mkdir Überblick",
    "mkdir Projects",
    "mkdir Nowhere\\Deep",
    "ls",
    // Letters and figures.
    "cd Projects\\Alpha",
    "put offer.txt",
    "put budget.csv \"Budget 2024.csv\"",
    "put logo.png Drawings\\logo.png",
    "put plan.svg \"Drawings\\Ground floor.svg\"",
    "put empty.txt notes.txt",
    "ls",
    "allinfo offer.txt",
    "allinfo \"Budget 2024.csv\"",
    "get \"Budget 2024.csv\" budget.copy",
    "cd ..\\Beta",
    "put letter-1.txt \"Letter to Smith.txt\"",
    "put letter-2.txt \"Letter to Jones.txt\"",
    "put budget.csv forecast.csv",
    "ls *.txt",
    "ls *.doc",
    "cd \\Missing",
    "get missing.txt",
    "cd \\",
    // An application saves: new file beside the old one, then they change places.
    "put offer-2.txt Projects\\Alpha\\~offer.tmp",
    "rename Projects\\Alpha\\offer.txt Projects\\Alpha\\offer.bak",
    "rename Projects\\Alpha\\~offer.tmp Projects\\Alpha\\offer.txt",
    "del Projects\\Alpha\\offer.bak",
    "get Projects\\Alpha\\OFFER.TXT offer.copy",
    // Minutes, several at a time.
    "cd Minutes",
    "prompt",
    "mput minutes-*.txt",
    "ls",
    "mget minutes-0*.txt",
    "du",
    "rename minutes-01.txt January.txt",
    "rename minutes-02.txt February.txt",
    "rename minutes-03.txt January.txt",
    "rename minutes-99.txt June.txt",
    "cd \\",
    // While this desk reads an offer, the second desk works.
    "more Projects\\Alpha\\offer.txt",
    "ls \"Incoming Mail\\*\"",
    "get \"Incoming Mail\\Parcel note.txt\" parcel.copy",
    "rename \"Incoming Mail\\Parcel note.txt\" \"Archive\\Parcel note.txt\"",
    // A template is protected, copied on the server, and marked by the browser that fetched it.
    "put letter-1.txt Templates\\standard.txt",
    "setmode Templates\\standard.txt +r",
    "put letter-2.txt Templates\\standard.txt",
    "del Templates\\standard.txt",
    "scopy Templates\\standard.txt Projects\\Beta\\draft.txt",
    "setmode Templates\\standard.txt -r",
    "setmode Templates\\standard.txt +h",
    "put zone.txt Templates\\standard.txt:Zone.Identifier",
    "allinfo Templates\\standard.txt",
    "get Templates\\standard.txt:Zone.Identifier zone.copy",
    "get Templates\\standard.txt:Missing zone.copy",
    "put logo.png \"Templates\\Letter Heads\\blue.png\"",
    "put logo.png \"Templates\\Letter Heads\\green.png\"",
    "utimes Templates\\standard.txt -1 -1 2024:05:06-07:08:09 -1",
    "showacls",
    "ls Templates\\*",
    "showacls",
    // Tidying up.
    "rmdir Projects",
    "rmdir Nowhere",
    "del Projects\\Beta\\nothing.txt",
    "del Projects\\Beta\\*.csv",
    "deltree \"Templates\\Letter Heads\"",
    "rmdir Überblick",
    "mkdir \"Archive\\2023\"",
    "rename Minutes\\February.txt \"Archive\\2023\\Minutes February.txt\"",
    "rename Projects\\Alpha\\Drawings Archive\\2023\\Drawings",
    "put letter-2.txt Missing\\letter.txt",
    "get Archive folder.copy",
    "tar c backup.tar Archive",
    "recurse",
    "ls",
    "recurse",
    "tdis",
    "tcon testshare",
    "ls",
    "logoff",
];

/// The second desk: the same user, on another connection, while the first is logged on.
const SECOND_DESK: &[&str] = &[
    "ls",
    "cd \"Incoming Mail\"",
    "put parcel.txt \"Parcel note.txt\"",
    "put letter-1.txt \"Letter from Smith.txt\"",
    "put letter-2.txt \"Letter from Jones.txt\"",
    "ls",
    "get \"..\\Minutes\\January.txt\" january.copy",
    "get \"..\\Projects\\Alpha\\Budget 2024.csv\" budget.copy",
    "put budget-2.csv \"..\\Projects\\Alpha\\Budget 2024.csv\"",
    "allinfo \"..\\Projects\\Alpha\\Budget 2024.csv\"",
    "del \"Letter from Jones.txt\"",
    "ls \\Archive\\2024\\*",
    "rename \"Letter from Smith.txt\" \"..\\Archive\\Letter from Smith.txt\"",
    "mkdir Done",
    "rmdir Done",
    "ls ..\\*",
];

pub(crate) fn play(samba: &Samba) -> anyhow::Result<()> {
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    documents::write(folder.path())?;
    let client = Smbclient::new(samba).in_folder(folder.path());
    write_second_desk(folder.path(), &client)?;
    let transcript = client.pager("sh second-desk.sh").run(FIRST_DESK)?;
    let failures: Vec<String> = transcript.failures().into_iter().filter_map(status_name).collect();
    let expected: Vec<&str> = EXPECTED_FAILURES.iter().map(|(_, status)| *status).collect();
    ensure!(failures == expected, "not the expected failures, but {failures:?}:\n{}", transcript.output);
    Ok(())
}

/// The second desk's visit, which is the first one's pager: the list of shares, then its own session.
fn write_second_desk(folder: &Path, client: &Smbclient) -> anyhow::Result<()> {
    let mut script = String::from("set -e; exec 2>&1\n");
    for command in [client.list_shares()?, client.command(&SECOND_DESK.join(";"))?] {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let quoted = words.map(|word| format!("'{}'", word.to_string_lossy().replace('\'', r"'\''")));
        script += &format!("{}\n", quoted.collect::<Vec<_>>().join(" "));
    }
    fs::write(folder.join("second-desk.sh"), script).context("cannot write the second desk's script")
}

fn status_name(line: &str) -> Option<String> {
    let start = line.find("NT_STATUS_")?;
    let name = line.get(start..)?;
    let end = name.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(name.len());
    name.get(..end).map(str::to_owned)
}
