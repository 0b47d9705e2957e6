//! Seeds of packets, as files and as records.

use crate::record::{Record, write_records};
use crate::target::LINK_TYPES;
use capture::{Packet, PacketReader};
use std::io::{Cursor, Write as _};

/// Packets in a row that go into a seed.
const IN_A_ROW: usize = 40;
/// Bytes of a seed's packets.
const BYTES: usize = 8 << 10;
/// Seeds of one capture.
const MOST: usize = 6;

/// A packet that is kept.
struct Kept {
    record: Record<'static>,
    link_type: u16,
    time: i64,
}

/// Runs of packets as records, a run for each seed.
pub(super) fn packets(capture: &[u8]) -> Vec<Vec<u8>> {
    runs(capture)
        .iter()
        .map(|run| write_records(0, &run.iter().map(|it| it.record.clone()).collect::<Vec<_>>()))
        .collect()
}

/// The same as pcap files.
pub(super) fn captures(capture: &[u8]) -> Vec<Vec<u8>> {
    runs(capture).iter().map(|run| pcap(run)).collect()
}

/// The beginning of the file as it is, and a run of packets as pcap, pcapng, gzip and zstd.
pub(super) fn containers(capture: &[u8]) -> Vec<Vec<u8>> {
    let mut seeds = vec![capture.get(..BYTES).unwrap_or(capture).to_vec()];
    if let Some(run) = runs(capture).first() {
        let (pcap, pcapng) = (pcap(run.get(..8).unwrap_or(run)), pcapng(run.get(..8).unwrap_or(run)));
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        let gzip = gzip.write_all(&pcap).and_then(|()| gzip.finish());
        seeds.extend(gzip.into_iter().chain(zstd::bulk::compress(&pcapng, 1)));
        seeds.push([pcap.clone(), pcap].concat());
        seeds.push(pcapng);
    }
    seeds
}

fn runs(capture: &[u8]) -> Vec<Vec<Kept>> {
    let mut runs: Vec<Vec<Kept>> = Vec::new();
    let Ok(mut reader) = PacketReader::from_reader(Box::new(Cursor::new(capture.to_vec())), "seed") else {
        return runs;
    };
    let (mut held, mut before) = (0, None);
    while let Ok(Some(packet)) = reader.next_packet() {
        let is_full = runs.last().is_none_or(|run| run.len() >= IN_A_ROW || held + packet.data.len() > BYTES);
        if is_full {
            if runs.len() == MOST {
                break;
            }
            held = 0;
            runs.push(Vec::new());
        }
        held += packet.data.len();
        let kept = keep(&packet, before.unwrap_or(packet.time.0));
        before = Some(packet.time.0);
        runs.last_mut().into_iter().zip(kept).for_each(|(run, kept)| run.push(kept));
    }
    runs
}

fn keep(packet: &Packet<'_>, before: i64) -> Option<Kept> {
    let tag = LINK_TYPES.iter().position(|known| *known == packet.link_type)?;
    let cut = (packet.original_length as usize).saturating_sub(packet.data.len()).div_ceil(16);
    let record = Record {
        tag: u8::try_from(tag).ok()?,
        flags: u8::try_from(cut).unwrap_or(u8::MAX),
        number: u16::try_from(packet.time.0.saturating_sub(before) / 1_000_000).unwrap_or_default(),
        bytes: packet.data.to_vec().into(),
    };
    Some(Kept { record, link_type: packet.link_type.0, time: packet.time.0 })
}

fn link_type(run: &[Kept]) -> u16 {
    run.first().map_or(1, |packet| packet.link_type)
}

fn original(packet: &Kept) -> u32 {
    u32::try_from(packet.record.bytes.len()).unwrap_or_default() + u32::from(packet.record.flags) * 16
}

fn pcap(run: &[Kept]) -> Vec<u8> {
    let mut file = Vec::new();
    let header = [0xa1b2_c3d4, 0x0004_0002, 0, 0, 262_144, u32::from(link_type(run))];
    file.extend(header.into_iter().flat_map(u32::to_le_bytes));
    for packet in run {
        let seconds = u32::try_from(packet.time.div_euclid(1_000_000_000)).unwrap_or_default();
        let micros = u32::try_from(packet.time.rem_euclid(1_000_000_000) / 1000).unwrap_or_default();
        let length = u32::try_from(packet.record.bytes.len()).unwrap_or_default();
        file.extend([seconds, micros, length, original(packet)].into_iter().flat_map(u32::to_le_bytes));
        file.extend_from_slice(&packet.record.bytes);
    }
    file
}

fn pcapng(run: &[Kept]) -> Vec<u8> {
    let block = |kind: u32, body: Vec<u8>| {
        let padding = vec![0; body.len().next_multiple_of(4) - body.len()];
        let length = u32::try_from(12 + body.len() + padding.len()).unwrap_or_default().to_le_bytes();
        [&kind.to_le_bytes()[..], &length, &body, &padding, &length].concat()
    };
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>();
    let mut file = block(0x0a0d_0d0a, words(&[0x1a2b_3c4d, 1, u32::MAX, u32::MAX]));
    // if_tsresol: nanoseconds.
    file.extend(block(1, words(&[link_type(run).into(), 0, 0x0001_0009, 9, 0])));
    for packet in run {
        let time = u64::try_from(packet.time).unwrap_or_default();
        let length = u32::try_from(packet.record.bytes.len()).unwrap_or_default();
        let mut body = words(&[0, (time >> 32) as u32, time as u32, length, original(packet)]);
        body.extend_from_slice(&packet.record.bytes);
        file.extend(block(6, body));
    }
    file
}
