//! What is compressed comes back, whatever it is.

use proptest::collection::vec;
use proptest::prelude::*;
use smb2::compression::{Algorithm, Scheme, compress, expand};

/// Pieces of a few bytes, repeated: short and long matches, near and far ones, and what does not repeat.
fn data() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        (vec(any::<u8>(), 1..6), 1..400_usize).prop_map(|(piece, count)| piece.repeat(count)),
        vec(any::<u8>(), 1..300),
        vec(0..4_u8, 1..300),
        (any::<u8>(), prop_oneof![1..300_usize, 60_000..70_000_usize]).prop_map(|(byte, count)| vec![byte; count]),
    ];
    vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn data_come_back_by_every_algorithm(data in data()) {
        for algorithm in Algorithm::ALL {
            let compressed = algorithm.compress(&data);
            let expanded = algorithm.expand(&compressed, data.len());
            prop_assert_eq!(expanded.as_deref(), Ok(data.as_slice()), "{}", algorithm.name());
        }
    }

    #[test]
    fn messages_come_back_in_every_form(data in data(), plain in 0..200_usize, chained: bool, patterns: bool) {
        let plain = plain.min(data.len());
        for algorithm in Algorithm::ALL {
            if let Some(compressed) = compress(&data, plain, Scheme { algorithm, chained, patterns }) {
                prop_assert!(compressed.len() < data.len());
                let expanded = expand(&compressed);
                prop_assert_eq!(expanded.as_deref(), Ok(data.as_slice()), "{}", algorithm.name());
            }
        }
    }
}

#[test]
fn data_of_several_blocks_come_back_and_get_smaller() {
    let text: Vec<u8> =
        (0..40_000_u32).flat_map(|number| format!("line {number}: the same again\n").into_bytes()).collect();
    for algorithm in Algorithm::ALL {
        let compressed = algorithm.compress(&text);
        assert!(compressed.len() < text.len() / 2, "{}: {} of {}", algorithm.name(), compressed.len(), text.len());
        assert_eq!(algorithm.expand(&compressed, text.len()).unwrap(), text, "{}", algorithm.name());
    }
}

#[test]
fn a_match_that_is_longer_than_16_bits_say_comes_back() {
    let data = vec![7; 1 << 20];
    for algorithm in Algorithm::ALL {
        let compressed = algorithm.compress(&data);
        assert_eq!(algorithm.expand(&compressed, data.len()).unwrap(), data, "{}", algorithm.name());
    }
    assert!(Algorithm::Lz77.compress(&data).len() < 32);
}

#[test]
fn no_data_are_compressed_to_something_that_expands_to_none() {
    for algorithm in Algorithm::ALL {
        assert_eq!(algorithm.expand(&algorithm.compress(&[]), 0), Ok(Vec::new()), "{}", algorithm.name());
    }
}
