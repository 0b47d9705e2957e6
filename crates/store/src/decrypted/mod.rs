//! A capture with its SMB in clear, as a capture again: what the secrets open stands where encrypted PDUs were.
//!
//! Each connection is packed anew, since lengths change: addresses, ports, times, the order of PDUs, what was acknowledged and
//! what was not captured stay; sequence numbers and segments are made up. Keys stay out unless they are asked for.

mod as_captured;
mod connection;
mod connections;
mod error;
mod in_clear;
mod reading;

pub use error::DecryptError;

use crate::ingest::read;
use dissect::{KnownKeys, Secrets};
use reading::{Found, Reading};
use serde::Serialize;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

/// What to export.
#[derive(Clone, Debug)]
pub struct DecryptRequest {
    /// The files of the trace, read as one in the order of time.
    pub files: Vec<PathBuf>,
    /// The trace as messages call it, and the remarks on its packets.
    pub name: String,
    /// Keys and passwords that decrypt.
    pub secrets: Secrets,
    /// What becomes of the packets and of the keys.
    pub form: Form,
}

/// The form of an export.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// SMB in clear, and no key.
    InClear,
    /// SMB in clear, and the keys that opened it.
    InClearWithKeys,
    /// All packets as they were captured, and the keys that open them.
    AsCapturedWithKeys,
}

/// How far an export is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DecryptProgress {
    /// What is being done.
    pub phase: DecryptPhase,
    /// Bytes that this phase has read of all files.
    pub bytes_read: u64,
    /// Size of all files; 0 when it is not known.
    pub bytes_total: u64,
}

/// What an export is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DecryptPhase {
    /// Reading everything to find out which keys fit.
    TryingKeys,
    /// Writing packets.
    Writing,
}

/// What an export did: the JSON of `decrypt`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DecryptReport {
    /// Connections that carry SMB.
    pub connections: u64,
    /// Their transport PDUs.
    pub pdus: u64,
    /// SMB2 messages in clear in them, chained ones counted singly.
    pub messages: u64,
    /// PDUs that were decrypted.
    pub decrypted: u64,
    /// Messages that were expanded.
    pub expanded: u64,
    /// PDUs in which nothing was opened: in clear already, or encrypted or compressed for good.
    pub as_they_came: u64,
    /// Of these, PDUs that stay encrypted.
    pub still_encrypted: u64,
    /// PDUs that stay compressed.
    pub still_compressed: u64,
    /// PDUs with bytes that were not captured.
    pub pdus_with_holes: u64,
    /// Whether the packets were left as they were captured; all else tells what the keys open in them.
    pub as_captured: bool,
    /// Packets written.
    pub packets: u64,
    /// What of the trace is not in the export.
    pub left_out: LeftOut,
    /// Sessions whose keys were written.
    pub sessions_with_keys: u64,
    /// What the user should know, a sentence each: which sessions stay encrypted, and what would open them, for example.
    pub warnings: Vec<String>,
}

/// What of a trace is not in an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// TCP connections that carry no SMB.
    pub connections: u64,
    /// Packets that are not TCP, or that are not read.
    pub packets: u64,
    /// SMB connections too many to be followed.
    pub connections_dropped: u64,
    /// Messages and keep-alives of the NetBIOS session service.
    pub netbios_messages: u64,
}

/// Exports a trace of files to `out`. For keys it is read twice.
///
/// `progress` is called now and then; when `cancelled` becomes true the export ends with [`DecryptError::Interrupted`].
///
/// # Errors
/// [`DecryptError`], one line each.
pub fn decrypt(
    request: &DecryptRequest,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(DecryptProgress),
    cancelled: &AtomicBool,
) -> Result<DecryptReport, DecryptError> {
    let mut reading = Reading { request, progress, cancelled };
    let open = || capture::Trace::open_set(&request.files).map_err(|error| DecryptError::Capture(read::refused(error)));
    match request.form {
        Form::InClear => in_clear::write(&mut reading, open()?, &KnownKeys::default(), out),
        Form::InClearWithKeys => {
            let found = reading.try_keys(open()?)?;
            in_clear::write(&mut reading, open()?, &found.keys, out)
        }
        Form::AsCapturedWithKeys => {
            let found: Found = reading.try_keys(open()?)?;
            as_captured::write(&mut reading, found, out)
        }
    }
}

/// Exports a trace that comes as a stream, such as the standard input, in clear and without keys, whatever form the request
/// asks for; otherwise as [`decrypt`].
///
/// # Errors
/// [`DecryptError`], one line each.
pub fn decrypt_stream(
    request: &DecryptRequest,
    stream: Box<dyn Read + Send>,
    out: &mut dyn Write,
    progress: &mut dyn FnMut(DecryptProgress),
    cancelled: &AtomicBool,
) -> Result<DecryptReport, DecryptError> {
    let trace = read::open_stream(stream, cancelled)?;
    in_clear::write(&mut Reading { request, progress, cancelled }, trace, &KnownKeys::default(), out)
}
