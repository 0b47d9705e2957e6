//! Whether messages are worth compressing.

/// Messages from this length on are looked at, bytes: smaller ones are mostly headers.
const LARGE: usize = 16 << 10;
/// Bytes that are compressed to see what it brings.
const SAMPLE: usize = 64 << 10;

/// Whether most bytes of `messages`, and of `beside` that are stored with them, are in large ones, and a sample does not get
/// smaller by a tenth.
pub(crate) fn are<'a>(messages: impl Iterator<Item = &'a [u8]>, beside: usize) -> bool {
    let (mut large, mut small, mut largest) = (0_usize, beside, [].as_slice());
    for message in messages {
        let sum = if message.len() >= LARGE { &mut large } else { &mut small };
        *sum = sum.saturating_add(message.len());
        if message.len() > largest.len() {
            largest = message;
        }
    }
    if large <= small {
        return false;
    }
    // Not from the beginning: the headers of a file say little of what follows.
    let (_, half) = largest.split_at(largest.len() / 2);
    let sample = half.get(..SAMPLE).unwrap_or(half);
    let compressed = lz4_flex::block::compress(sample).len();
    compressed > sample.len().saturating_sub(sample.len() / 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::noise;

    #[test]
    fn noise_is_and_text_is_not() {
        let (noise, text) = (noise(LARGE, 1), b"to be or not to be ".repeat(LARGE));
        assert!(are([&noise[..]].into_iter(), 0));
        assert!(!are([&text[..]].into_iter(), 0));
        assert!(!are([].into_iter(), 0));
    }

    #[test]
    fn small_messages_are_compressed_whatever_they_hold() {
        let (large, small) = (noise(LARGE, 1), noise(LARGE - 1, 2));
        assert!(!are([&small[..]].into_iter(), 0));
        assert!(!are([&large[..], &small[..], &small[..]].into_iter(), 0));
        assert!(!are([&large[..]].into_iter(), large.len()));
        assert!(are([&large[..]].into_iter(), large.len() - 1));
    }
}
