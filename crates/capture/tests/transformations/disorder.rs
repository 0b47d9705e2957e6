//! What is captured, in which order, and how often.

use super::Record;

/// Each packet comes up to `delays` places later.
pub(crate) fn reorder(records: &[Record], delays: &[usize]) -> Vec<Record> {
    let place = |(index, record): (usize, &Record)| (index + delays[index % delays.len()], record.clone());
    let mut moved: Vec<_> = records.iter().enumerate().map(place).collect();
    moved.sort_by_key(|(place, _)| *place);
    moved.into_iter().map(|(_, record)| record).collect()
}

/// Some packets come twice, the second time with a VLAN tag and a router further.
pub(crate) fn duplicate(records: &[Record], twice: &[bool]) -> Vec<Record> {
    let copies = |(index, record): (usize, &Record)| {
        let mut copy = Record { tagged: true, ..record.clone() };
        copy.data[22] -= 1;
        let copied = twice[index % twice.len()];
        std::iter::once(record.clone()).chain(copied.then_some(copy))
    };
    records.iter().enumerate().flat_map(copies).collect()
}

/// Every packet comes twice, the second time on the other side of an address translation.
pub(crate) fn translate(records: &[Record]) -> Vec<Record> {
    records.iter().flat_map(|record| [record.clone(), record.translated()]).collect()
}

/// Some packets are not captured; those that `are_kept` are.
pub(crate) fn drop_some(records: &[Record], lost: &[bool], are_kept: impl Fn(&Record) -> bool) -> Vec<Record> {
    let kept = |(index, record): &(usize, &Record)| are_kept(record) || !lost[index % lost.len()];
    records.iter().enumerate().filter(kept).map(|(_, record)| record.clone()).collect()
}

/// The same streams in segments of at most `size` bytes, as they are on a wire and not on a loopback interface.
pub(crate) fn resegment(records: &[Record], size: usize) -> Vec<Record> {
    let mut cut = Vec::new();
    for record in records {
        let length = record.data.len() - record.payload();
        if length <= size {
            cut.push(record.clone());
            continue;
        }
        for at in (0..length).step_by(size) {
            let identification = u16::try_from(1 + cut.len() % 65_535).unwrap();
            let mut part = record.with_payload(at, size.min(length - at), identification);
            if at + size < length {
                part.data[47] &= !0x09;
            }
            cut.push(part);
        }
    }
    cut
}
