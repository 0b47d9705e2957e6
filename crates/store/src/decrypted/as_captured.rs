//! The packets of a trace as they were captured, behind the keys that open them.

use super::in_clear::write_keys;
use super::reading::{Found, Reading};
use super::{DecryptError, DecryptPhase, DecryptProgress, DecryptReport};
use crate::CREATED_BY;
use crate::IngestError;
use crate::ingest::read;
use capture::writing::{InterfaceDescription, PcapngWriter};
use capture::{LinkType, PacketFiles, ReadError};
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::Ordering;

/// Packets after which it is looked whether to stop.
const PACKETS: u64 = 1024;

/// Writes the packets of the files in which `found` was found.
pub(super) fn write(
    reading: &mut Reading<'_>,
    found: Found,
    out: &mut dyn Write,
) -> Result<DecryptReport, DecryptError> {
    let Found { mut report, keys } = found;
    let name = reading.request.name.clone();
    if keys.sessions() == 0 {
        return Err(DecryptError::NoKeys { name, needed: report.warnings });
    }
    let files = PacketFiles::open_set(&reading.request.files);
    let mut files = files.map_err(|error| DecryptError::Capture(read::refused(error)))?;
    let comment = format!("The packets of {name} as they were captured, with keys that open them.");
    let mut packets = PcapngWriter::begin(out, CREATED_BY, &comment)?;
    write_keys(&mut packets, &keys)?;
    let mut interfaces: BTreeMap<LinkType, u32> = BTreeMap::new();
    let mut count = 0_u64;
    loop {
        if count.is_multiple_of(PACKETS) {
            let (bytes_read, total) = files.progress();
            let phase = DecryptPhase::Writing;
            (reading.progress)(DecryptProgress { phase, bytes_read, bytes_total: total.unwrap_or(0) });
            if reading.cancelled.load(Ordering::Relaxed) {
                return Err(DecryptError::Interrupted);
            }
        }
        count = count.saturating_add(1);
        let unreadable = |ReadError::Io { name, source, .. }| IngestError::Unreadable { path: name.into(), source };
        let Some(packet) = files.next_packet().map_err(unreadable)? else { break };
        let interface = match interfaces.get(&packet.link_type) {
            Some(known) => *known,
            None => {
                let link_type = packet.link_type;
                let described = InterfaceDescription { link_type, snaplen: 0, name: "", comment: "" };
                let number = packets.interface(described)?;
                interfaces.insert(link_type, number);
                number
            }
        };
        packets.captured(interface, &packet)?;
    }
    report.as_captured = true;
    report.packets = packets.finish()?;
    report.sessions_with_keys = keys.sessions();
    report.left_out = super::LeftOut::default();
    Ok(report)
}
