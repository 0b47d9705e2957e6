//! A recording repeated: the same work again and again, each time on new connections, in new sessions, of new clients.

mod messages;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, ensure};
use lab::packets::Packets;
use messages::{Messages, Place};

/// Between the last packet of one copy and the first of the next.
const PAUSE: Duration = Duration::from_secs(1);
/// Ports below belong to well-known servers.
const FIRST_PORT: u16 = 1_024;

/// Writes the recording at `capture` so many times as one. The first copy is as recorded; the others have later times,
/// other client ports, and in the clear messages other SessionIds and ClientGuids. Checksums are left as they are.
pub(crate) fn write(capture: &Path, copies: u8, to: &mut impl Write) -> anyhow::Result<()> {
    let survey = Survey::of(capture).with_context(|| format!("cannot repeat {}", capture.display()))?;
    let mut free = (FIRST_PORT..).filter(|port| !survey.ports.contains(port));
    for copy in 0..copies {
        let ports: BTreeMap<u16, u16> = match copy {
            0 => BTreeMap::new(),
            _ => survey.ports.iter().filter(|port| **port != survey.server).copied().zip(&mut free).collect(),
        };
        let is_complete = copy == 0 || ports.len().saturating_add(1) == survey.ports.len();
        ensure!(is_complete, "{} has too many connections for {copies} copies", capture.display());
        write_copy(capture, copy, &survey, &ports, to)
            .with_context(|| format!("cannot write copy {copy} of {}", capture.display()))?;
    }
    Ok(())
}

/// Port of the server that a recording is of: the one that the first connect goes to.
pub(super) fn server_port(capture: &Path) -> anyhow::Result<u16> {
    let mut packets = Packets::open(capture).with_context(|| format!("cannot read {}", capture.display()))?;
    while let Some(packet) = packets.next_packet()? {
        if let Some(segment) = packet.segment().filter(|segment| segment.is_syn() && !segment.is_ack()) {
            let [_, server] = segment.ports();
            return Ok(server);
        }
    }
    anyhow::bail!("{} has no beginning of a connection", capture.display())
}

fn write_copy(
    capture: &Path,
    copy: u8,
    survey: &Survey,
    ports: &BTreeMap<u16, u16>,
    to: &mut impl Write,
) -> anyhow::Result<()> {
    let mut packets = Packets::open(capture)?;
    if copy == 0 {
        to.write_all(packets.header())?;
    }
    let mut places = survey.places.iter().peekable();
    for number in 0_u32.. {
        let Some(packet) = packets.next_packet()? else { break };
        packet.set_time(packet.time().saturating_add(survey.shift(copy)));
        if let Some(mut segment) = packet.segment() {
            while let Some(Place { offset, .. }) = places.next_if(|place| place.packet == number) {
                if let Some(byte) = segment.payload.get_mut(*offset as usize) {
                    *byte ^= copy;
                }
            }
            segment.set_ports(segment.ports().map(|port| ports.get(&port).copied().unwrap_or(port)));
        }
        packet.write_to(to)?;
    }
    Ok(())
}

/// What has to be known of a recording before it can be repeated.
struct Survey {
    server: u16,
    /// All that occur.
    ports: BTreeSet<u16>,
    span: Duration,
    /// What tells sessions and clients apart.
    places: Vec<Place>,
}

impl Survey {
    fn of(capture: &Path) -> anyhow::Result<Self> {
        let server = server_port(capture)?;
        let mut packets = Packets::open(capture)?;
        let mut ports = BTreeSet::from([server]);
        let mut times: Option<(Duration, Duration)> = None;
        let mut messages = Messages::default();
        for number in 0_u32.. {
            let Some(packet) = packets.next_packet()? else { break };
            let time = packet.time();
            times = Some(times.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
            if let Some(segment) = packet.segment() {
                ports.extend(segment.ports());
                messages.take(number, &segment)?;
            }
        }
        let span = times.map_or(Duration::ZERO, |(first, last)| last.saturating_sub(first));
        Ok(Self { server, ports, span, places: messages.places()? })
    }

    fn shift(&self, copy: u8) -> Duration {
        self.span.saturating_add(PAUSE).saturating_mul(copy.into())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

    use std::fs;
    use std::path::PathBuf;
    use std::sync::atomic::AtomicBool;

    use store::layout::{OutputFolder, TracePlace};
    use store::{IngestReport, IngestRequest, SessionMetadata, ingest};

    use super::*;
    use crate::workspace;

    fn office() -> PathBuf {
        workspace::root().join("tests/data/office.pcap")
    }

    fn ingested(capture: &Path) -> (IngestReport, SessionMetadata) {
        let folder = tempfile::tempdir().unwrap();
        let output = OutputFolder::at(folder.path());
        let place = TracePlace { trace: capture.to_owned(), case_id: None, output: output.clone() };
        let report = ingest(&IngestRequest::new(place), &mut |_| (), &AtomicBool::new(false)).unwrap();
        let metadata = store::metadata::read(&output.metadata()).unwrap();
        (report, metadata)
    }

    /// Of all sessions, without what belongs to none.
    fn session_ids(metadata: &SessionMetadata) -> BTreeSet<String> {
        let ids = metadata.sessions.iter().map(|session| session.session_id.to_string());
        ids.filter(|id| !id.trim_start_matches(['0', 'x']).is_empty()).collect()
    }

    #[test]
    fn copies_are_the_same_work_in_other_sessions_of_other_clients() {
        let folder = tempfile::tempdir().unwrap();
        let capture = folder.path().join("office.pcap");
        write(&office(), 10, &mut fs::File::create(&capture).unwrap()).unwrap();
        let (one, of_one) = ingested(&office());
        let (ten, of_ten) = ingested(&capture);
        assert_eq!(ten.smb2_messages, one.smb2_messages * 10);
        assert_eq!(session_ids(&of_one).len(), 3);
        assert_eq!(session_ids(&of_ten).len(), 30);
        for name in ["operations", "packets", "connections"] {
            assert_eq!(ten.counters.get(name).unwrap(), &(one.counters.get(name).unwrap() * 10), "{name}");
        }
        // Nothing is lost or guessed that is not in the original.
        let kinds = |report: &IngestReport| -> Vec<String> {
            report.dropped.iter().filter(|(_, count)| **count > 0).map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(kinds(&ten), kinds(&one));
        let clients = |metadata: &SessionMetadata| -> BTreeSet<String> {
            metadata.connections.iter().filter_map(|connection| connection.client_guid.clone()).collect()
        };
        assert_eq!(clients(&of_ten).len(), clients(&of_one).len() * 10);
    }

    #[test]
    fn one_copy_is_the_recording() {
        let mut copy = Vec::new();
        write(&office(), 1, &mut copy).unwrap();
        assert!(copy == fs::read(office()).unwrap());
    }

    #[test]
    fn the_server_is_the_one_that_is_connected_to() {
        assert_eq!(server_port(&office()).unwrap(), 20_445);
    }
}
