//! What filters selected, kept for a while: who reads page by page asks the same again and again.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use store::{FileIdentity, Selection};

/// Selections that are kept.
const MOST: usize = 256;
/// Bytes of them.
const MOST_BYTES: usize = 32 << 20;

/// What a selection is of: a file, and what was asked of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct SelectionKey {
    /// The file.
    pub(crate) file: FileIdentity,
    /// What was asked.
    pub(crate) asked: Vec<String>,
}

/// The selections that were asked for last.
#[derive(Debug, Default)]
pub(crate) struct Selections(Mutex<VecDeque<(SelectionKey, Selection)>>);

impl Selections {
    /// The selection of `key`, made if it is not kept.
    pub(crate) fn get<E>(
        &self,
        key: SelectionKey,
        make: impl FnOnce() -> Result<Selection, E>,
    ) -> Result<Selection, E> {
        let mut kept = self.lock();
        let found = kept.iter().position(|(known, _)| *known == key).and_then(|index| kept.remove(index));
        if let Some((key, selection)) = found {
            kept.push_back((key, selection.clone()));
            return Ok(selection);
        }
        drop(kept);
        let made = make()?;
        let mut kept = self.lock();
        // Others may have asked the same meanwhile.
        kept.retain(|(known, _)| *known != key);
        kept.push_back((key, made.clone()));
        let mut bytes: usize = kept.iter().map(size).fold(0, usize::saturating_add);
        while kept.len() > MOST || bytes > MOST_BYTES {
            let Some(oldest) = kept.pop_front() else { break };
            bytes = bytes.saturating_sub(size(&oldest));
        }
        Ok(made)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<(SelectionKey, Selection)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn size((key, selection): &(SelectionKey, Selection)) -> usize {
    let texts = key.asked.iter().map(String::len).fold(key.file.path.as_os_str().len(), usize::saturating_add);
    selection.size().saturating_add(texts)
}
