//! The bytes of a pickle, from its beginning to its end.

/// What has not been read yet, and how much has.
pub(super) struct Input<'a> {
    rest: &'a [u8],
    offset: usize,
}

impl<'a> Input<'a> {
    pub(super) fn new(rest: &'a [u8]) -> Self {
        Self { rest, offset: 0 }
    }

    /// Bytes that have been read.
    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Bytes that have not been read.
    pub(super) fn left(&self) -> usize {
        self.rest.len()
    }

    /// The next `count` bytes, if there are as many.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        (self.rest, self.offset) = (rest, self.offset.saturating_add(count));
        Some(taken)
    }

    /// What comes before the next line feed, which is read too.
    pub(super) fn line(&mut self) -> Option<&'a [u8]> {
        let length = self.rest.iter().position(|byte| *byte == b'\n')?;
        let line = self.take(length);
        self.take(1).and(line)
    }
}
