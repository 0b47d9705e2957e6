//! What tshark says of a recording: the dissector that tests compare with.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::process::Command;

use crate::packets::copy_with_port;
use crate::program::{MissingProgram, Program};

/// The port on which tshark takes SMB2 messages of any size apart (`-d tcp.port==PORT,nbss` misses large ones).
pub const MICROSOFT_DS: u16 = 445;

/// Why tshark says nothing.
#[derive(Debug, thiserror::Error)]
pub enum TsharkError {
    /// It is not installed.
    #[error(transparent)]
    Missing(#[from] MissingProgram),
    /// The recording could not be read, or tshark not run.
    #[error("cannot run tshark: {0}")]
    Run(#[from] io::Error),
    /// It ended with an error.
    #[error("tshark failed: {output}")]
    Failed {
        /// What it said.
        output: String,
    },
}

/// tshark on a recording of tcpdump (pcap of this machine's byte order, Ethernet, IPv4); it decrypts what NTLM with the
/// password opens.
#[derive(Clone, Copy, Debug)]
pub struct Tshark<'a> {
    /// The recording.
    pub capture: &'a Path,
    /// Port of its server.
    pub port: u16,
    /// Password of its users.
    pub password: &'a str,
}

impl Tshark<'_> {
    /// The number and the `columns` of every frame, as tshark prints them: a line each, with a header, separated by tabs,
    /// several values of a column by semicolons.
    ///
    /// # Errors
    /// [`TsharkError`].
    pub fn fields(&self, columns: &[&str]) -> Result<String, TsharkError> {
        let form = ["-T", "fields", "-E", "header=y", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=;"];
        let columns = ["frame.number"].iter().chain(columns).flat_map(|column| ["-e", column]);
        self.run(&form.into_iter().chain(columns).collect::<Vec<_>>())
    }

    /// The bodies of encrypted PDUs in clear, in order, by the number of the frame that completes them.
    ///
    /// # Errors
    /// [`TsharkError`].
    pub fn decrypted(&self) -> Result<BTreeMap<u64, Vec<Vec<u8>>>, TsharkError> {
        let filter = "smb2.header.transform.signature";
        let form = ["-Y", filter, "-P", "-x", "-o", "gui.column.format:\"No.\",\"%m\""];
        Ok(dumps(&self.run(&form)?))
    }

    /// Writes the files that it finds in the traffic into `folder`, one for each handle (`--export-objects`).
    ///
    /// # Errors
    /// [`TsharkError`].
    pub fn export_objects(&self, folder: &Path) -> Result<(), TsharkError> {
        let objects = format!("smb,{}", folder.display());
        self.run(&["-q", "--export-objects", &objects]).map(drop)
    }

    fn run(&self, arguments: &[&str]) -> Result<String, TsharkError> {
        let folder = tempfile::Builder::new().prefix("smbreplay-tshark-").tempdir()?;
        let moved = folder.path().join("moved.pcap");
        copy_with_port(self.capture, &moved, self.port, MICROSOFT_DS)?;
        let mut tshark = Command::new(Program::Tshark.find()?);
        // A folder without preferences: this user's own would change what is dissected.
        tshark.env("WIRESHARK_CONFIG_DIR", folder.path()).arg("-n").arg("-r").arg(&moved);
        tshark.args(["-o", &format!("ntlmssp.nt_password:{}", self.password)]).args(arguments);
        let output = tshark.output()?;
        if !output.status.success() {
            return Err(TsharkError::Failed { output: String::from_utf8_lossy(&output.stderr).into_owned() });
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// The hex dumps of decrypted PDUs below each frame's number.
fn dumps(text: &str) -> BTreeMap<u64, Vec<Vec<u8>>> {
    let mut found: BTreeMap<u64, Vec<Vec<u8>>> = BTreeMap::new();
    let (mut frame, mut inside) = (0, false);
    for line in text.lines() {
        if let Ok(number) = line.trim().parse() {
            (frame, inside) = (number, false);
        } else if line.ends_with("bytes):") {
            inside = line.starts_with("Decrypted SMB3");
            if inside {
                found.entry(frame).or_default().push(Vec::new());
            }
        } else if let Some(dump) = found.get_mut(&frame).and_then(|dumps| dumps.last_mut()).filter(|_| inside) {
            // `0010  10 00 …   ....`: offset, up to 16 bytes, and what of them is text.
            let bytes = line.get(6..54).unwrap_or_default().split_whitespace();
            dump.extend(bytes.filter_map(|byte| u8::from_str_radix(byte, 16).ok()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dumps_of_decrypted_pdus_are_read_by_frame() {
        let text = "   12\nFrame (20 bytes):\n0000  00 01                                             ..\n\
                    Decrypted SMB3 (18 bytes):\n0000  fe 53 4d 42 40 00 01 00 00 00 00 00 03 00 01 00   .SMB@...........\n\
                    0010  10 00                                             ..\n\nDecrypted SMB3 (1 bytes):\n\
                    0000  fe                                                .\n\n   13\nFrame (1 bytes):\n0000  00";
        let found = dumps(text);
        assert_eq!(found.keys().collect::<Vec<_>>(), [&12]);
        let lengths: Vec<usize> = found.values().flatten().map(Vec::len).collect();
        assert_eq!(lengths, [18, 1]);
        let last = found.values().flatten().next().and_then(|dump| dump.last());
        assert_eq!(last, Some(&0));
    }
}
