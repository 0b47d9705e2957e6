//! Writing codes into 16-bit words, for two of which there is always a place already (MS-XCA 2.1.4.3).

/// The bits of one block.
pub(super) struct BitWriter<'a> {
    bytes: &'a mut Vec<u8>,
    word: u16,
    /// How many bits of `word` are still to be set.
    free: u32,
    /// Where `word` belongs, and the one after it.
    places: [usize; 2],
}

impl<'a> BitWriter<'a> {
    pub(super) fn new(bytes: &'a mut Vec<u8>) -> Self {
        let first = bytes.len();
        bytes.extend([0; 4]);
        Self { bytes, word: 0, free: u16::BITS, places: [first, first.saturating_add(2)] }
    }

    /// Writes the low `count` bits of `bits`; they are 15 at most.
    pub(super) fn write(&mut self, bits: u16, count: u32) {
        if let Some(free) = self.free.checked_sub(count) {
            self.word = self.word.checked_shl(count).unwrap_or(0) | bits;
            self.free = free;
            return;
        }
        let excess = count.saturating_sub(self.free);
        self.word = self.word.checked_shl(self.free).unwrap_or(0) | bits.checked_shr(excess).unwrap_or(0);
        self.put_word();
        let [_, next] = self.places;
        self.places = [next, self.bytes.len()];
        self.bytes.extend([0; 2]);
        self.free = u16::BITS.saturating_sub(excess);
        self.word = bits & u16::MAX.checked_shr(self.free).unwrap_or(0);
    }

    /// Writes whole bytes, between the words.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    /// Writes what is left of the last word; the one after it stays zero.
    pub(super) fn finish(mut self) {
        self.word = self.word.checked_shl(self.free).unwrap_or(0);
        self.put_word();
    }

    fn put_word(&mut self) {
        let [place, _] = self.places;
        if let Some(place) = self.bytes.get_mut(place..).and_then(|bytes| bytes.first_chunk_mut()) {
            *place = self.word.to_le_bytes();
        }
    }
}
