//! The rows of a trace, by number.

use super::Row;
use super::packed::{self, CapturedRow};
use super::spool::Spooled;
use std::sync::Arc;

/// Packed rows. Eight bytes of memory each, when they lie in a spool.
#[derive(Debug, Default)]
pub struct Rows {
    /// The rows that did not come out of a spool.
    held: Vec<u8>,
    spooled: Option<Spooled>,
    places: Vec<Place>,
    pub(super) files: Vec<Arc<str>>,
}

/// Where a row begins: in the spool, or among those that are held when the highest bit is set.
#[derive(Clone, Copy, Debug)]
struct Place(u64);

impl Place {
    const HELD: u64 = 1 << 63;
}

impl Rows {
    /// The rows of a spool.
    pub(super) fn spooled(spooled: Option<Spooled>, places: Vec<u64>, files: Vec<Arc<str>>) -> Self {
        Self { spooled, places: places.into_iter().map(Place).collect(), files, held: Vec::new() }
    }

    /// Packed rows that need no spool.
    pub(super) fn held(held: Vec<u8>, places: Vec<u64>, files: Vec<Arc<str>>) -> Self {
        let places = places.into_iter().map(|place| Place(place | Place::HELD)).collect();
        Self { spooled: None, places, files, held }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// A row by its number.
    pub fn get(&self, row: usize) -> Option<CapturedRow<'_>> {
        let place = self.places.get(row)?.0;
        let (bytes, start) = match place & Place::HELD {
            0 => (self.spooled.as_ref()?.bytes(), place),
            _ => (self.held.as_slice(), place & !Place::HELD),
        };
        CapturedRow::of(bytes.get(usize::try_from(start).ok()?..)?, &self.files)
    }

    /// All of them, in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = CapturedRow<'_>> {
        (0..self.len()).filter_map(|row| self.get(row))
    }

    /// Adds rows in front of the others, whose numbers grow.
    pub(crate) fn put_in_front(&mut self, rows: impl IntoIterator<Item = Row>) {
        let places: Vec<Place> = rows.into_iter().filter_map(|row| self.hold(&row)).collect();
        self.places.splice(0..0, places);
    }

    /// Takes out the rows whose numbers are not `wanted`; the numbers of the others shrink.
    pub(crate) fn retain(&mut self, mut wanted: impl FnMut(usize) -> bool) {
        let mut row = 0_usize..;
        self.places.retain(|_| row.next().is_some_and(&mut wanted));
    }

    fn hold(&mut self, row: &Row) -> Option<Place> {
        let place = Place(u64::try_from(self.held.len()).ok()? | Place::HELD);
        let file = number(&mut self.files, &row.file);
        packed::pack(row, file, &mut self.held).then_some(place)
    }
}

/// Held in memory.
impl FromIterator<Row> for Rows {
    fn from_iter<I: IntoIterator<Item = Row>>(rows: I) -> Self {
        let mut held = Self::default();
        for row in rows {
            let place = held.hold(&row);
            held.places.extend(place);
        }
        held
    }
}

/// The number of a session file; most rows are of the file of the row before.
pub(super) fn number(files: &mut Vec<Arc<str>>, file: &Arc<str>) -> u32 {
    let place = files.iter().rposition(|known| known == file).unwrap_or_else(|| {
        files.push(Arc::clone(file));
        files.len().saturating_sub(1)
    });
    u32::try_from(place).unwrap_or(u32::MAX)
}
