//! Changes to the fields of a packet: TCP, IP, and what is around them.

use crate::random::Random;
use crate::record::Record;
use smb2::header::patch;
use std::ops::Range;

/// Where the headers of a packet lie.
struct Places {
    ip: usize,
    tcp: usize,
}

/// Changes something of `record`, a packet; `other` is one beside it.
pub(super) fn change(record: &mut Record<'_>, other: &[u8], random: &mut Random) {
    let packet = record.bytes.to_mut();
    let Some(Places { ip, tcp }) = places(packet) else { return wrap(packet, random) };
    match random.below(12) {
        0 | 1 => add(packet, tcp + 4, random),
        2 | 3 => add(packet, tcp + 8, random),
        4 => packet.get_mut(tcp + 13).into_iter().for_each(|flags| *flags ^= 1 << random.below(5)),
        5 => copy(packet, tcp + 4..tcp + 12, other),
        6 => copy(packet, ip + 12..tcp + 4, other),
        7 => swap_ends(packet, ip, tcp),
        8 => {
            let length = random.next_u64() as u16 & 0x07ff;
            let _ = patch(packet, ip + 2, &length.to_be_bytes());
        }
        9 => {
            // A fragment: more follow, at an offset.
            let fragment = ((random.below(2) as u16) << 13) | (random.below(4) as u16 * 16);
            let _ = patch(packet, ip + 6, &fragment.to_be_bytes());
        }
        10 => record.flags = record.flags.wrapping_add(random.below(8) as u8),
        _ => wrap(packet, random),
    }
}

/// The headers of IPv4 and TCP, behind Ethernet, with a tag or without, or at the start.
fn places(packet: &[u8]) -> Option<Places> {
    let ip = [14, 0, 18, 4, 16, 20].into_iter().find(|at| packet.get(*at) == Some(&0x45))?;
    (packet.get(ip + 9) == Some(&6)).then_some(Places { ip, tcp: ip + 20 })
}

/// Moves a sequence number: a little, by a segment, or far.
fn add(packet: &mut [u8], at: usize, random: &mut Random) {
    let step: u32 = random.of(&[1, 4, 1460, 1 << 16, 1 << 24, 1 << 31]);
    let step = if random.below(2) == 0 { step } else { step.wrapping_neg() };
    let Some(number) = packet.get(at..).and_then(|rest| rest.first_chunk()) else { return };
    let number = u32::from_be_bytes(*number).wrapping_add(step);
    let _ = patch(packet, at, &number.to_be_bytes());
}

fn copy(packet: &mut [u8], range: Range<usize>, other: &[u8]) {
    if let Some(value) = other.get(range.clone()) {
        let _ = patch(packet, range.start, value);
    }
}

fn swap_ends(packet: &mut [u8], ip: usize, tcp: usize) {
    let (Some(hosts), Some(ports)) = (packet.get(ip + 12..ip + 20), packet.get(tcp..tcp + 4)) else { return };
    let (mut hosts, mut ports) = (hosts.to_vec(), ports.to_vec());
    hosts.rotate_left(4);
    ports.rotate_left(2);
    let _ = patch(packet, ip + 12, &hosts) && patch(packet, tcp, &ports);
}

/// Puts an Ethernet packet into a tunnel, or behind a VLAN tag.
fn wrap(packet: &mut Vec<u8>, random: &mut Random) {
    const ETHERNET: [u8; 14] = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0];
    let outer = |protocol: u8, header: &[u8], packet: &[u8]| {
        let length = u16::try_from(20 + header.len() + packet.len()).unwrap_or(u16::MAX).to_be_bytes();
        let ip = [0x45, 0, length[0], length[1], 0, 0, 0, 0, 64, protocol, 0, 0, 10, 9, 0, 1, 10, 9, 0, 2];
        [&ETHERNET[..], &ip, header, packet].concat()
    };
    let datagram = |port: u16, header: &[u8], packet: &[u8]| {
        let length = u16::try_from(8 + header.len() + packet.len()).unwrap_or(u16::MAX).to_be_bytes();
        let [high, low] = port.to_be_bytes();
        outer(17, &[&[0x30, 0x39, high, low, length[0], length[1], 0, 0], header].concat(), packet)
    };
    *packet = match random.below(4) {
        0 => datagram(4789, &[8, 0, 0, 0, 0, 0, 7, 0], packet),
        1 => datagram(6081, &[0, 0, 0x65, 0x58, 0, 0, 7, 0], packet),
        2 => outer(47, &[0, 0, 0x65, 0x58], packet),
        _ => {
            let (ends, rest) = packet.split_at_checked(12).unwrap_or((packet, &[]));
            [ends, &[0x81, 0, 0, 7], rest].concat()
        }
    };
}
