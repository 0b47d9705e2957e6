//! The connections of a trace, packed anew with what could be opened in clear.

use super::connections::Connections;
use super::reading::Reading;
use super::{DecryptError, DecryptPhase, DecryptReport};
use crate::CREATED_BY;
use capture::format::SECRETS_TYPE;
use capture::writing::{InterfaceDescription, PcapngWriter};
use capture::{EmbeddedKeys, Event, LinkType, Trace};
use dissect::KnownKeys;
use std::io::{self, Write};

/// No packet is longer.
const SNAP_LENGTH: u32 = 1 << 18;

/// Writes `trace`, after `keys` if there are any.
pub(super) fn write(
    reading: &mut Reading<'_>,
    trace: Trace,
    keys: &KnownKeys,
    out: &mut dyn Write,
) -> Result<DecryptReport, DecryptError> {
    let name = reading.request.name.clone();
    let mut packets = PcapngWriter::begin(out, CREATED_BY, &section_comment(&name))?;
    packets.interface(InterfaceDescription {
        link_type: LinkType::RAW,
        snaplen: SNAP_LENGTH,
        name: "smbreplay",
        comment: "No interface: packets are made from what another capture carries.",
    })?;
    write_keys(&mut packets, keys)?;
    let mut connections = Connections::new(&name);
    let found = reading.through(trace, DecryptPhase::Writing, &mut |dissector, event| match event {
        Event::Pdu(captured) => {
            let opened = dissector.handle_opening(Event::Pdu(captured.clone()));
            let was_opened = opened.is_some();
            connections.carry(&mut packets, &captured, opened)?;
            Ok(was_opened)
        }
        Event::Connect { connection, endpoints, at, handshake, round_trip_ns } => {
            connections.begin(&mut packets, connection, endpoints, at.time, (handshake, round_trip_ns))?;
            dissector.handle(event);
            Ok(false)
        }
        Event::Close { connection, by, how, at, acked } => {
            dissector.handle(event);
            connections.close(&mut packets, connection, (by, how), at, acked)?;
            Ok(false)
        }
    })?;
    let mut report = found.report;
    if report.still_encrypted > 0 && report.decrypted == 0 && report.expanded == 0 {
        let encrypted = report.still_encrypted;
        return Err(DecryptError::NothingOpened { name, encrypted, needed: report.warnings });
    }
    report.packets = packets.finish()?;
    report.sessions_with_keys = keys.sessions();
    Ok(report)
}

/// Writes keys in front of the packets that they are for.
pub(super) fn write_keys(packets: &mut PcapngWriter<'_>, keys: &KnownKeys) -> io::Result<()> {
    EmbeddedKeys::of(keys.expose()).iter().try_for_each(|keys| packets.secrets(SECRETS_TYPE, keys.expose().as_bytes()))
}

fn section_comment(name: &str) -> String {
    format!(
        "The SMB of {name} in clear: encrypted PDUs that could be opened stand as what was in them, at the time of the frame \
         that completed them. The comment on each packet that ends a PDU names that frame.\n\
         Made up: TCP sequence numbers, segments and windows, and what else packets have around the PDUs. Bytes that were not \
         captured are gaps. Left out: all that is not SMB. What was signed inside of encryption is not: its signature is zero."
    )
}
