//! `cargo xtask bench crypto`: how fast messages are decrypted, verified and expanded on one core, beside copying them.

use std::process::Stdio;

use anyhow::{Context, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};

use super::history::{Measured, Part};
use super::interrupt::Interrupt;
use super::process_files::load_average;
use super::{Keeping, conclude, table, targets};
use crate::workspace::cargo;

/// Bytes of the messages: of a small READ, and of the largest that most clients send.
const SIZES: [u64; 2] = [64 << 10, 1 << 20];

#[derive(Args)]
pub(crate) struct CryptoOptions {
    #[command(flatten)]
    pub(super) keeping: Keeping,
}

/// Millions of bytes a second of messages of one size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Crypto {
    /// Bytes of a message.
    pub(super) bytes: u64,
    /// Decrypting by each cipher.
    pub(super) aes_128_gcm: f64,
    pub(super) aes_256_gcm: f64,
    pub(super) aes_128_ccm: f64,
    pub(super) aes_256_ccm: f64,
    /// Computing each signature.
    pub(super) hmac_sha256: f64,
    pub(super) aes_cmac: f64,
    pub(super) aes_gmac: f64,
    /// Expanding by each algorithm, of what is expanded.
    pub(super) lznt1: f64,
    pub(super) lz77: f64,
    pub(super) lz77_huffman: f64,
    pub(super) lz4: f64,
    /// Compressing with LZ77, and the part of a message that is left.
    pub(super) lz77_compression: f64,
    pub(super) lz77_part: f64,
    /// Copying.
    pub(super) copy: f64,
    /// Load average of the machine.
    #[serde(default)]
    pub(super) load: f64,
}

impl Crypto {
    /// Everything that is measured, with its name.
    pub(super) fn speeds(&self) -> [(&'static str, f64); 13] {
        [
            ("AES-128-GCM", self.aes_128_gcm),
            ("AES-256-GCM", self.aes_256_gcm),
            ("AES-128-CCM", self.aes_128_ccm),
            ("AES-256-CCM", self.aes_256_ccm),
            ("HMAC-SHA256", self.hmac_sha256),
            ("AES-CMAC", self.aes_cmac),
            ("AES-GMAC", self.aes_gmac),
            ("LZNT1", self.lznt1),
            ("LZ77", self.lz77),
            ("LZ77+Huffman", self.lz77_huffman),
            ("LZ4", self.lz4),
            ("LZ77, compressing", self.lz77_compression),
            ("copying", self.copy),
        ]
    }
}

pub(super) fn measure(interrupt: &Interrupt) -> anyhow::Result<Vec<Part>> {
    let mut measured = Vec::new();
    for size in SIZES {
        interrupt.check()?;
        measured.push(of_size(size)?);
    }
    println!("\n{}", table::of_crypto(&measured));
    let part = |crypto: Crypto| {
        let name = format!("messages of {} KiB", crypto.bytes >> 10);
        Part { name, clients: None, measured: Measured::Crypto(crypto), targets: targets::crypto(&crypto) }
    };
    let parts: Vec<Part> = measured.into_iter().map(part).collect();
    parts.iter().for_each(|part| conclude(part, None));
    Ok(parts)
}

/// The example that measures belongs to the crate of the wire, since developer commands are compiled without optimisation.
fn of_size(size: u64) -> anyhow::Result<Crypto> {
    let mut speed = cargo();
    speed.args(["run", "--quiet", "--release", "--package", "smbreplay-smb2", "--example", "speed", "--"]);
    let output = speed.arg(size.to_string()).stderr(Stdio::inherit()).output().context("cannot run the example")?;
    ensure!(output.status.success(), "the example `speed` of smbreplay-smb2 ended with {}", output.status);
    let measured: Crypto = serde_json::from_slice(&output.stdout).context("what the example prints")?;
    Ok(Crypto { load: load_average(), ..measured })
}
