//! The fields that tshark finds in a capture, message by message, from its PDML.

use super::captured::SESSION_KEYS;
use std::path::Path;
use std::process::Command;

/// A field of a message.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    /// Bytes from the start of the message's header.
    pub(crate) offset: usize,
    pub(crate) length: usize,
    /// As tshark shows it.
    pub(crate) show: String,
    /// The bytes, little-endian as a number where they are at most 8.
    pub(crate) value: Vec<u8>,
}

/// A message with an SMB2 header.
#[derive(Debug, Default)]
pub(crate) struct Message {
    pub(crate) frame: u64,
    pub(crate) fields: Vec<Field>,
}

/// What tshark finds in `capture`; `None` when there is no tshark.
pub(crate) fn messages(capture: &Path) -> Option<Vec<Message>> {
    let mut command = Command::new("tshark");
    command.arg("-r").arg(capture).args(["-Y", "smb2", "-T", "pdml"]);
    // The project's own capture is of a port that is none of SMB's.
    command.args(["-d", "tcp.port==20445,nbss"]);
    for (id, key) in SESSION_KEYS {
        command.arg("-o").arg(format!("uat:smb2_seskey_list:{id},{key},\"\",\"\""));
    }
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(read(&String::from_utf8_lossy(&output.stdout)))
}

fn read(pdml: &str) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    let (mut frame, mut start, mut inside) = (0, 0, false);
    for line in pdml.lines().map(str::trim_start) {
        if line.starts_with("<packet") {
            inside = false;
        }
        if !line.starts_with("<field ") {
            continue;
        }
        let Some(name) = attribute(line, "name") else { continue };
        let number = |of: &str| attribute(line, of).and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
        let show = attribute(line, "show").unwrap_or_default();
        if name == "num" {
            frame = show.parse().unwrap();
        }
        if name == "smb2.protocol_id" {
            inside = show == "0xfe534d42";
            if inside {
                start = number("pos");
                messages.push(Message { frame, fields: Vec::new() });
            }
        }
        // Bits of a field that is there as a whole, and what tshark adds, are no fields of the message.
        let is_part = line.contains("unmaskedvalue=") || number("size") == 0 || line.contains("hide=\"yes\"");
        if inside && !is_part && number("pos") >= start {
            let value = attribute(line, "value").unwrap_or_default();
            let bytes = value
                .as_bytes()
                .chunks(2)
                .filter_map(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
            messages.last_mut().unwrap().fields.push(Field {
                name,
                offset: number("pos") - start,
                length: number("size"),
                show,
                value: bytes.collect(),
            });
        }
    }
    messages
}

fn attribute(line: &str, name: &str) -> Option<String> {
    let begin = format!(" {name}=\"");
    let rest = line.split_once(&begin)?.1;
    let text = rest.split_once('"')?.0;
    Some(
        text.replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&amp;", "&"),
    )
}
