//! How an input becomes another one: records are moved, cut and joined, and fields are changed, so that what is made is
//! mostly still a capture.

mod message;
mod packet;

use crate::random::Random;
use crate::record::{Record, read_records, write_records};

/// What the inputs of a target are made of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Structure {
    /// Bytes: libFuzzer's own changes fit best.
    Bytes,
    /// Records that are packets.
    Packets,
    /// Records that are messages, or parts of them.
    Messages,
}

/// Changes the input in `data[..size]` with `seed`; its new size, at most `most`. `change_bytes` is libFuzzer's own way to
/// change `data[..size]` for at most as many bytes as it is long.
pub fn mutate(
    structure: Structure,
    data: &mut [u8],
    size: usize,
    most: usize,
    seed: u32,
    change_bytes: &mut dyn FnMut(&mut [u8], usize) -> usize,
) -> usize {
    let mut random = Random::new(seed);
    let input = data.get(..size).unwrap_or_default().to_vec();
    let (options, records) = read_records(&input);
    if structure == Structure::Bytes || records.is_empty() || random.below(8) == 0 {
        return change_bytes(data.get_mut(..most).unwrap_or_default(), size);
    }
    let mut changing = Changing { structure, options, records, random };
    for _ in 0..=changing.random.below(4) {
        changing.change(change_bytes);
    }
    let changed = write_records(changing.options, &changing.records);
    let changed = changed.get(..changed.len().min(most)).unwrap_or_default();
    data.iter_mut().zip(changed).for_each(|(to, from)| *to = *from);
    changed.len()
}

/// An input on its way to another one.
struct Changing<'a> {
    structure: Structure,
    options: u8,
    records: Vec<Record<'a>>,
    random: Random,
}

impl Changing<'_> {
    fn change(&mut self, change_bytes: &mut dyn FnMut(&mut [u8], usize) -> usize) {
        let at = self.random.below(self.records.len());
        match self.random.below(16) {
            0 => self.options ^= 1 << self.random.below(8),
            1 => drop(self.remove(at)),
            2 => {
                let record = self.records.get(at).cloned().unwrap_or_default();
                self.insert(record);
            }
            3 => {
                let record = self.remove(at);
                self.insert(record);
            }
            4 => {
                let next = (at + 1) % self.records.len().max(1);
                self.records.swap(at, next);
            }
            5 => self.cut(at),
            6 => self.split(at),
            7 => self.numbers(at),
            8 | 9 => self.bytes(at, change_bytes),
            _ => self.fields(at),
        }
    }

    fn remove(&mut self, at: usize) -> Record<'static> {
        if self.records.len() < 2 || at >= self.records.len() {
            return Record::default();
        }
        let record = self.records.remove(at);
        Record { bytes: record.bytes.into_owned().into(), ..record }
    }

    fn insert(&mut self, record: Record<'_>) {
        let at = self.random.below(self.records.len() + 1);
        self.records.insert(at, Record { bytes: record.bytes.into_owned().into(), ..record });
    }

    fn cut(&mut self, at: usize) {
        if let Some(record) = self.records.get_mut(at) {
            let length = self.random.below(record.bytes.len());
            record.bytes.to_mut().truncate(length);
        }
    }

    fn split(&mut self, at: usize) {
        let Some(record) = self.records.get_mut(at) else { return };
        let middle = self.random.below(record.bytes.len());
        let rest = record.bytes.to_mut().split_off(middle);
        let rest = Record { bytes: rest.into(), ..record.clone() };
        self.records.insert(at + 1, rest);
    }

    fn numbers(&mut self, at: usize) {
        let Some(record) = self.records.get_mut(at) else { return };
        match self.random.below(4) {
            0 => record.tag ^= 1 << self.random.below(8),
            1 => record.flags ^= 1 << self.random.below(8),
            2 => record.number = self.random.next_u64() as u16,
            _ => record.number ^= 1 << self.random.below(16),
        }
    }

    fn bytes(&mut self, at: usize, change_bytes: &mut dyn FnMut(&mut [u8], usize) -> usize) {
        let Some(record) = self.records.get_mut(at) else { return };
        let bytes = record.bytes.to_mut();
        let length = bytes.len();
        // Room to grow.
        bytes.resize(length + 64, 0);
        let length = change_bytes(bytes, length);
        bytes.truncate(length);
    }

    fn fields(&mut self, at: usize) {
        let other = self.records.get(self.random.below(self.records.len())).map(|other| other.bytes.to_vec());
        let Some(record) = self.records.get_mut(at) else { return };
        let other = other.unwrap_or_default();
        match self.structure {
            Structure::Packets => packet::change(record, &other, &mut self.random),
            Structure::Messages | Structure::Bytes => message::change(record, &other, &mut self.random),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::write_records;

    #[test]
    fn changed_inputs_stay_lists_of_records_and_keep_to_their_size() {
        let record = |tag| Record { tag, flags: 0, number: 0, bytes: vec![tag; 90].into() };
        let input = write_records(0, &[record(1), record(2), record(3)]);
        let mut different = 0;
        for structure in [Structure::Packets, Structure::Messages] {
            for seed in 1..2000 {
                let mut data = vec![0; 400];
                data.iter_mut().zip(&input).for_each(|(to, from)| *to = *from);
                let size = mutate(structure, &mut data, input.len(), 400, seed, &mut |_, size| size);
                assert!(size <= 400);
                different += usize::from(data.get(..size) != Some(&input[..]));
            }
        }
        assert!(different > 2500, "{different}");
    }
}
