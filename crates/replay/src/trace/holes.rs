//! What of a message was not captured, as a packed row has it.

use capture::Hole;

/// Bytes of a packed hole.
const HOLE: usize = 8;

/// The bytes of holes; `None` for none.
pub(super) fn pack(holes: &[Hole]) -> Option<Vec<u8>> {
    let bytes = holes.iter().flat_map(|hole| [hole.offset.to_le_bytes(), hole.length.to_le_bytes()]).flatten();
    (!holes.is_empty()).then(|| bytes.collect())
}

/// Bytes of a message that were not captured.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Holes<'a>(&'a [u8]);

impl<'a> Holes<'a> {
    /// The holes that were packed into these bytes.
    pub(super) fn of(packed: &'a [u8]) -> Self {
        Self(packed)
    }

    /// None is missing.
    pub const NONE: Holes<'static> = Holes(&[]);

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many holes there are.
    pub fn len(&self) -> usize {
        self.0.len() / HOLE
    }

    /// The holes, in their order.
    pub fn iter(&self) -> impl Iterator<Item = Hole> + use<'a> {
        let (holes, _) = self.0.as_chunks::<HOLE>();
        holes.iter().map(|[a, b, c, d, e, f, g, h]| Hole {
            offset: u32::from_le_bytes([*a, *b, *c, *d]),
            length: u32::from_le_bytes([*e, *f, *g, *h]),
        })
    }
}
