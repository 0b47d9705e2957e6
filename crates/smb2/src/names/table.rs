//! Sorted tables of codes and their names.

/// The name that `table`, sorted by code, has for `code`.
pub(super) fn name<K: Ord + Copy>(table: &[(K, &'static str)], code: K) -> Option<&'static str> {
    let index = table.binary_search_by_key(&code, |(key, _)| *key).ok()?;
    table.get(index).map(|(_, name)| *name)
}

/// Panics unless codes ascend strictly and no name stands twice.
#[cfg(test)]
pub(super) fn assert_well_formed<K: Ord + Copy + std::fmt::Debug>(table: &[(K, &'static str)]) {
    let mut seen = std::collections::BTreeSet::new();
    let mut previous = None;
    for (code, name) in table {
        assert!(previous < Some(*code), "{name}: {code:?} is not above {previous:?}");
        assert!(seen.insert(*name), "{name} stands twice");
        previous = Some(*code);
    }
}
