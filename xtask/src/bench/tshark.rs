//! What it costs tshark to take a recording apart, and how many messages it finds.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use lab::Program;
use serde::{Deserialize, Serialize};

use super::cost::Cost;
use super::dissector::Dissector;
use super::folder::Folder;
use super::interrupt::Interrupt;
use super::scratch::Scratch;

/// What someone who looks into SMB2 traffic asks for.
pub(super) const FIELDS: [&str; 34] = [
    "frame.number",
    "frame.time_epoch",
    "frame.len",
    "tcp.stream",
    "ip.src",
    "tcp.srcport",
    "ip.dst",
    "tcp.dstport",
    "smb2.protocol_id",
    COMMAND,
    "smb2.flags",
    IS_RESPONSE,
    "smb2.flags.async",
    "smb2.flags.signature",
    "smb2.msg_id",
    "smb2.sesid",
    "smb2.tid",
    "smb2.pid",
    "smb2.nt_status",
    "smb2.credit.charge",
    "smb2.dialect",
    "smb2.acct",
    "smb2.domain",
    "smb2.tree",
    "smb2.filename",
    "smb2.fid",
    "smb2.create.disposition",
    "smb2.create.action",
    "smb2.class",
    "smb2.infolevel",
    "smb2.file_offset",
    "smb2.read_length",
    "smb2.write_length",
    "smb2.ioctl.function",
];
/// Each message has one.
const COMMAND: &str = "smb2.cmd";
const IS_RESPONSE: &str = "smb2.flags.response";

/// A recording as tshark takes it apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Dissected {
    /// Size of the recording, bytes.
    pub(super) bytes: u64,
    /// SMB2 messages in it.
    pub(super) messages: u64,
    /// Those of them that are requests.
    pub(super) requests: u64,
    /// What it cost to print [`FIELDS`] into a file.
    pub(super) fields: Cost,
    /// How many fields begin with `smb2.`.
    pub(super) all_count: u64,
    /// What it cost to print all of those into nothing.
    pub(super) all_fields: Cost,
}

/// What was measured earlier of this recording and kept beside it.
pub(super) fn kept(name: &str, folder: &Folder) -> Option<Dissected> {
    let dissected: Dissected = serde_json::from_slice(&fs::read(folder.tshark(name)).ok()?).ok()?;
    let size = fs::metadata(folder.capture(name)).ok()?.len();
    (dissected.bytes == size).then_some(dissected)
}

/// Has tshark take a recording apart, once for each list of fields, and keeps the figures.
pub(super) fn measure(
    name: &str,
    folder: &Folder,
    scratch: &Scratch,
    interrupt: &Interrupt,
) -> anyhow::Result<Dissected> {
    let dissector = Dissector::of(&folder.capture(name), scratch)?;

    let output = scratch.join("tshark.txt");
    let file = File::create(&output).with_context(|| format!("cannot write {}", output.display()))?;
    let fields = run(&dissector, FIELDS.into_iter(), file.into(), interrupt)?;
    println!("tshark on {name}, {} fields into a file: {:.1} s", FIELDS.len(), fields.wall);
    let (messages, requests) = count(BufReader::with_capacity(1 << 20, File::open(&output)?))?;
    scratch.remove("tshark.txt")?;

    let names = smb2_fields()?;
    let all_fields = run(&dissector, names.iter().map(String::as_str), Stdio::null(), interrupt)?;
    println!("tshark on {name}, all {} fields into nothing: {:.1} s", names.len(), all_fields.wall);

    let (bytes, all_count) = (dissector.bytes(), names.len() as u64);
    let dissected = Dissected { bytes, messages, requests, fields, all_count, all_fields };
    let kept = folder.tshark(name);
    let text = serde_json::to_string_pretty(&dissected)? + "\n";
    fs::write(&kept, text).with_context(|| format!("cannot write {}", kept.display()))?;
    Ok(dissected)
}

fn run<'a>(
    dissector: &Dissector<'_>,
    fields: impl Iterator<Item = &'a str>,
    output: Stdio,
    interrupt: &Interrupt,
) -> anyhow::Result<Cost> {
    let mut command = dissector.command()?;
    command.args(["-T", "fields"]).args(fields.flat_map(|field| ["-e", field]));
    dissector.run(command, output, interrupt)
}

/// The names of all fields of SMB2 that this tshark knows.
fn smb2_fields() -> anyhow::Result<Vec<String>> {
    let output = Command::new(Program::Tshark.find()?).args(["-G", "fields"]).output().context("cannot run tshark")?;
    let names = parse_smb2_fields(&String::from_utf8_lossy(&output.stdout));
    ensure!(!names.is_empty(), "`tshark -G fields` names none of SMB2");
    Ok(names)
}

/// Lines of fields are `F`, a description and the name, with tabs between.
fn parse_smb2_fields(text: &str) -> Vec<String> {
    let fields = text.lines().filter_map(|line| line.strip_prefix("F\t")?.split('\t').nth(1));
    let mut names: Vec<String> = fields.filter(|name| name.starts_with("smb2.")).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

/// The messages and the requests in what tshark printed of [`FIELDS`]: a line a frame, tabs between fields, and commas
/// between those of several messages.
fn count(mut printed: impl BufRead) -> anyhow::Result<(u64, u64)> {
    let column = |name: &str| FIELDS.iter().position(|field| *field == name).context("a field is missing");
    let (command, is_response) = (column(COMMAND)?, column(IS_RESPONSE)?);
    let (mut messages, mut requests, mut line) = (0_u64, 0_u64, Vec::new());
    while printed.read_until(b'\n', &mut line)? > 0 {
        // Names on the share are whatever clients send.
        let text = String::from_utf8_lossy(&line);
        let columns: Vec<&str> = text.trim_end_matches('\n').split('\t').collect();
        let values = |column: usize| {
            columns.get(column).into_iter().flat_map(|values| values.split(',')).filter(|value| !value.is_empty())
        };
        messages = messages.saturating_add(values(command).count() as u64);
        // As tshark up to 4.0 and since prints it.
        let of_requests = values(is_response).filter(|value| matches!(*value, "0" | "False"));
        requests = requests.saturating_add(of_requests.count() as u64);
        line.clear();
    }
    Ok((messages, requests))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use super::*;

    /// A line of tshark with these values of the two columns that are counted.
    fn line(commands: &str, are_responses: &str) -> String {
        let value = |field: &str| match field {
            COMMAND => commands.to_owned(),
            IS_RESPONSE => are_responses.to_owned(),
            "smb2.filename" => "a,b".to_owned(),
            _ => String::new(),
        };
        FIELDS.map(value).join("\t") + "\n"
    }

    #[test]
    fn every_message_of_a_frame_is_counted() {
        let printed =
            [line("", ""), line("5,14,6", "0,0,0"), line("5,14", "1,1"), line("6", "True"), line("0", "False")];
        assert_eq!(count(printed.concat().as_bytes()).unwrap(), (7, 4));
    }

    #[test]
    fn only_fields_of_smb2_are_asked_for_each_once() {
        let text = "P\tSMB2\tsmb2\nF\tCommand\tsmb2.cmd\tFT_UINT16\tsmb2\nF\tA\tsmb.cmd\tx\ty\nF\tAgain\tsmb2.cmd\tx\ty\n\
                    F\tAccount\tsmb2.acct\tx\ty\n";
        assert_eq!(parse_smb2_fields(text), ["smb2.acct", "smb2.cmd"]);
    }
}
