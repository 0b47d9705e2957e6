//! Parquet's hybrid of run lengths and packed bits: levels, and the numbers of words in a dictionary.

/// Values of a group of packed bits.
const GROUP: usize = 8;

/// Appends `count` levels of 0 and 1 that are given as bits, the lowest of each byte first.
pub(super) fn put_bits(bits: &[u8], count: usize, out: &mut Vec<u8>) {
    let (full, rest) = (count / GROUP, count % GROUP);
    let bytes = bits.get(..full).unwrap_or(bits);
    let mut at = 0_usize;
    let mut packed_from = 0_usize;
    while let Some(&byte) = bytes.get(at) {
        let same = bytes.iter().skip(at).take_while(|other| **other == byte).count();
        // A run of one byte costs as much as the byte, and would end the group.
        if (byte == 0 || byte == 0xff) && same > 2 {
            put_packed(bytes.get(packed_from..at).unwrap_or_default(), out);
            put_run(same.saturating_mul(GROUP), &[u8::from(byte != 0)], out);
            packed_from = at.saturating_add(same);
        }
        at = at.saturating_add(same);
    }
    let last = bits.get(full).copied().filter(|_| rest > 0);
    match (bytes.get(packed_from..).unwrap_or_default(), last) {
        // All that is left is of one kind, as in most columns.
        (&[], Some(last)) if is_uniform(last, rest) => put_run(rest, &[last & 1], out),
        (packed, Some(last)) => put_packed(&[packed, &[last]].concat(), out),
        (packed, None) => put_packed(packed, out),
    }
}

/// Appends `values`, each of `width` bits, 1 to 32.
pub(super) fn put_values(values: &[u32], width: u32, out: &mut Vec<u8>) {
    let value_bytes = width.div_ceil(8) as usize;
    let mut packed = Vec::new();
    let mut literal_from = 0_usize;
    let mut at = 0_usize;
    while let Some(&value) = values.get(at) {
        let mut same = values.iter().skip(at).take_while(|other| **other == value).count();
        // Groups are whole: what a group lacks is taken from the run behind it.
        let lacking = at.saturating_sub(literal_from).wrapping_neg() % GROUP;
        if same >= lacking.saturating_add(GROUP) {
            at = at.saturating_add(lacking);
            same = same.saturating_sub(lacking);
            put_groups(values.get(literal_from..at).unwrap_or_default(), width, &mut packed, out);
            put_run(same, value.to_le_bytes().get(..value_bytes).unwrap_or_default(), out);
            literal_from = at.saturating_add(same);
        }
        at = at.saturating_add(same);
    }
    put_groups(values.get(literal_from..).unwrap_or_default(), width, &mut packed, out);
}

/// Appends a number, 7 bits a byte, the lowest first.
pub(crate) fn put_varint(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push((number & 0x7f) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends the low `width` bits of each value one after the other, the lowest first; values have no higher bits.
pub(super) fn put_bit_packed(values: &[u64], width: u32, out: &mut Vec<u8>) {
    let (mut word, mut used) = (0_u64, 0_u32);
    out.reserve(values.len().saturating_mul(width as usize).div_ceil(8).saturating_add(8));
    for value in values {
        word |= value.wrapping_shl(used);
        let free = u64::BITS.wrapping_sub(used);
        used = used.wrapping_add(width);
        if width >= free {
            out.extend_from_slice(&word.to_le_bytes());
            used = width.wrapping_sub(free);
            word = if used == 0 { 0 } else { value.wrapping_shr(free) };
        }
    }
    let bytes = word.to_le_bytes();
    out.extend_from_slice(bytes.get(..used.div_ceil(8) as usize).unwrap_or(&bytes));
}

/// Whether the lowest `count` bits are all the same.
fn is_uniform(bits: u8, count: usize) -> bool {
    let mask = u8::MAX.checked_shr(GROUP.saturating_sub(count) as u32).unwrap_or(0);
    bits & mask == 0 || bits & mask == mask
}

fn put_run(count: usize, value: &[u8], out: &mut Vec<u8>) {
    put_varint((count as u64) << 1, out);
    out.extend_from_slice(value);
}

/// Appends whole groups of levels, a byte each.
fn put_packed(groups: &[u8], out: &mut Vec<u8>) {
    if !groups.is_empty() {
        put_varint((groups.len() as u64) << 1 | 1, out);
        out.extend_from_slice(groups);
    }
}

/// Appends values in groups; the last is filled up.
fn put_groups(values: &[u32], width: u32, packed: &mut Vec<u64>, out: &mut Vec<u8>) {
    let groups = values.len().div_ceil(GROUP);
    if groups == 0 {
        return;
    }
    packed.clear();
    packed.extend(values.iter().map(|value| u64::from(*value)));
    packed.resize(groups.saturating_mul(GROUP), 0);
    put_varint((groups as u64) << 1 | 1, out);
    put_bit_packed(packed, width, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_of_one_kind_are_one_run() {
        for (level, count) in [(0, 3), (1, 3), (0, 200), (1, 200), (1, 4096)] {
            let mut out = Vec::new();
            put_bits(&vec![level * 0xff; 600], count, &mut out);
            let whole = count - count % 8;
            let mut expected = Vec::new();
            if whole > 16 {
                put_run(whole, &[level], &mut expected);
            }
            if count % 8 > 0 {
                put_run(count % 8, &[level], &mut expected);
            }
            assert_eq!(out, expected, "{count} times {level}");
        }
    }

    #[test]
    fn bits_lie_one_behind_the_other_whatever_their_width() {
        let mut out = Vec::new();
        put_bit_packed(&[0, 1, 2, 3, 4, 5, 6, 7], 3, &mut out);
        // The example of the format's specification.
        assert_eq!(out, [0b1000_1000, 0b1100_0110, 0b1111_1010]);
        out.clear();
        put_bit_packed(&[1, u64::MAX, 2], 64, &mut out);
        assert_eq!(out, [1_u64, u64::MAX, 2].map(u64::to_le_bytes).concat());
    }
}
