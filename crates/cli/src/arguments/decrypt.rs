//! `decrypt`.

use super::SecretArguments;
use clap::{Args, ValueHint};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct DecryptArguments {
    /// Captures that are read as one trace: files, folders, quoted patterns; `-` is standard input
    #[arg(value_name = "IN", value_hint = ValueHint::AnyPath, required = true, num_args = 1..)]
    pub(crate) files: Vec<PathBuf>,
    /// pcapng file to write; `-` is standard output
    #[arg(value_name = "OUT", value_hint = ValueHint::FilePath)]
    pub(crate) out: PathBuf,
    /// Case folder in which captures are looked for that are not here
    #[arg(long, value_name = "ID")]
    pub(crate) case: Option<String>,
    /// Overwrite OUT if it is there
    #[arg(long)]
    pub(crate) force: bool,
    /// Write the keys that fit into OUT too: whoever has it can then decrypt these sessions
    ///
    /// They go into a Decryption Secrets Block of pcapng as lines of Wireshark's smb2_seskey_list. No form of such secrets is
    /// registered for SMB: smbreplay takes them up when it reads OUT, other tools pass them over. Passwords are never written.
    #[arg(long)]
    pub(crate) embed_keys: bool,
    /// Leave the packets as they were captured, encrypted: OUT is the capture with its keys, for smbreplay
    #[arg(long, requires = "embed_keys")]
    pub(crate) as_captured: bool,
    #[command(flatten)]
    pub(crate) secrets: SecretArguments,
}

const NOTES: &str = "\
OUT has the SMB of IN: what is opened in clear, all else as it came. Packets are made anew, with the captured times, addresses \
and ports; the comment of each names the frame of IN. Traffic that is not SMB is left out. docs/decrypt.md has the rest.

Exit status: 0 done; 1 done, but messages stay encrypted or compressed; 2 nothing could be decrypted, and there is no OUT \
(standard output may have the capture as it came, or a part); 130 interrupted.

Examples:
  smbreplay decrypt --nt-password @passwords.txt encrypted.pcap clear.pcapng
  smbreplay decrypt --keys keys.txt 'ring_*.pcapng' clear.pcapng
  smbreplay decrypt --keys keys.txt --embed-keys --as-captured encrypted.pcap for_colleagues.pcapng";
