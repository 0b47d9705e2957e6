//! A clean recorded capture and what captures from the field are like: its packets out of order, twice, lost, cut, split over
//! files, mirrored in tunnels, seen on both sides of an address translation. What survives equals the clean result, what was
//! dropped is counted, and no operation appears that the clean result lacks.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

#[path = "transformed/comparison.rs"]
mod comparison;
#[path = "transformed/outcome.rs"]
mod outcome;
#[path = "../../capture/tests/transformations/mod.rs"]
mod transformations;

use capture::Trace;
use comparison::{assert_equal, assert_explained};
use outcome::Outcome;
use proptest::prelude::*;
use std::sync::LazyLock;
use transformations::{Container, Files, Layer, Recipe, Record, office, recipes};

static OFFICE: LazyLock<Vec<Record>> = LazyLock::new(office);
static CLEAN: LazyLock<Outcome> = LazyLock::new(|| {
    let clean = outcome(&Recipe::nothing());
    assert!(clean.rows.len() > 550);
    clean
});

/// What the recorded capture says after `recipe`.
fn outcome(recipe: &Recipe) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let paths = recipe.write(folder.path(), &recipe.packets(&OFFICE));
    Outcome::of(Trace::open_set(&paths).unwrap())
}

#[test]
fn every_layer_and_container_says_the_same() {
    for (index, layer) in Layer::ALL.into_iter().enumerate() {
        let container = Container::ALL[index % Container::ALL.len()];
        let files = if index % 3 == 0 { Files::Directions } else { Files::Parts(1 + index % 3) };
        let found = outcome(&Recipe { layer, container, files, segment: 1448, ..Recipe::nothing() });
        assert_equal(&found, &CLEAN);
    }
}

#[test]
fn both_sides_of_an_address_translation_show_each_operation_once() {
    let found = outcome(&Recipe { translated: true, ..Recipe::nothing() });
    assert_equal(&found, &CLEAN);
    assert_eq!(found.transport.translated_connections, 3);
}

#[test]
fn packets_cut_to_256_bytes_keep_statuses_sizes_names_and_pairing() {
    let found = outcome(&Recipe { snaplen: 256, ..Recipe::nothing() });
    assert_explained(&found, &CLEAN);
    assert_eq!(found.rows.len(), CLEAN.rows.len());
    for (found, clean) in found.rows.iter().zip(&CLEAN.rows) {
        assert_eq!((found.kind, found.command, found.status), (clean.kind, clean.command, clean.status));
        assert_eq!((found.request_length, found.response_length), (clean.request_length, clean.response_length));
        assert_eq!((found.offset, found.length, found.transferred), (clean.offset, clean.length, clean.transferred));
    }
}

#[test]
fn packets_cut_to_128_bytes_keep_statuses_sizes_and_pairing() {
    let found = outcome(&Recipe { snaplen: 128, ..Recipe::nothing() });
    assert_explained(&found, &CLEAN);
    assert_eq!(found.rows.len(), CLEAN.rows.len());
    for (found, clean) in found.rows.iter().zip(&CLEAN.rows) {
        assert_eq!((found.kind, found.command, found.status), (clean.kind, clean.command, clean.status));
        assert_eq!((found.request_length, found.response_length), (clean.request_length, clean.response_length));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        max_shrink_iters: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_loses_nothing_changes_nothing(recipe in recipes(false)) {
        let found = outcome(&recipe);
        assert_equal(&found, &CLEAN);
        prop_assert_eq!((found.transport.holes, found.transport.pdus_with_holes), (0, 0));
    }

    #[test]
    fn losses_lose_and_never_change_or_invent(recipe in recipes(true)) {
        let found = outcome(&recipe);
        if recipe.is_lossless() {
            assert_equal(&found, &CLEAN);
        } else {
            assert_explained(&found, &CLEAN);
        }
    }
}
