//! Inputs with structure: a list of records, each some bytes and three small numbers whose meaning is the target's.

use std::borrow::Cow;

/// Records that a target looks at; what follows is passed over.
const MOST: usize = 1024;
/// Bytes in front of those of a record.
const HEADER: usize = 6;

/// A record: tag, flags, number (u16), length (u16), bytes; integers are little-endian.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Record<'a> {
    /// What it is.
    pub tag: u8,
    /// More about it.
    pub flags: u8,
    /// More about it.
    pub number: u16,
    /// What it carries.
    pub bytes: Cow<'a, [u8]>,
}

/// The options that an input begins with, and its records. A last record that is cut has the bytes that are there.
pub fn read_records(input: &[u8]) -> (u8, Vec<Record<'_>>) {
    let Some((options, mut rest)) = input.split_first() else { return (0, Vec::new()) };
    let mut records = Vec::new();
    while let Some(([tag, flags, n0, n1, l0, l1], after)) = rest.split_first_chunk::<HEADER>() {
        let length = usize::from(u16::from_le_bytes([*l0, *l1])).min(after.len());
        let (bytes, after) = after.split_at_checked(length).unwrap_or((after, &[]));
        let number = u16::from_le_bytes([*n0, *n1]);
        records.push(Record { tag: *tag, flags: *flags, number, bytes: Cow::Borrowed(bytes) });
        rest = after;
        if records.len() == MOST {
            break;
        }
    }
    (*options, records)
}

/// The input of `options` and `records`. Bytes of a record above 64 KiB are cut.
pub fn write_records(options: u8, records: &[Record<'_>]) -> Vec<u8> {
    let mut input = vec![options];
    for record in records {
        let length = u16::try_from(record.bytes.len()).unwrap_or(u16::MAX);
        input.extend([record.tag, record.flags]);
        input.extend(record.number.to_le_bytes());
        input.extend(length.to_le_bytes());
        input.extend(record.bytes.iter().take(length.into()));
    }
    input
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_survive_the_round_trip_and_a_cut_one_keeps_what_is_there() {
        let record = |tag, bytes: &'static [u8]| Record { tag, flags: 7, number: 300, bytes: Cow::Borrowed(bytes) };
        let records = [record(1, b"first"), record(2, b""), record(3, b"third")];
        let input = write_records(9, &records);
        assert_eq!(read_records(&input), (9, records.to_vec()));
        let cut = input.get(..input.len() - 2).unwrap_or_default();
        assert_eq!(read_records(cut).1.last(), Some(&record(3, b"thi")));
        assert_eq!(read_records(&[]), (0, Vec::new()));
    }
}
