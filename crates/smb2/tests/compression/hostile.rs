//! Damaged data: an error or other bytes, never more of them than claimed.

use proptest::collection::vec;
use proptest::prelude::*;
use smb2::compression::{Algorithm, expand};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_expand_to_as_many_as_asked_for_or_not_at_all(data in vec(any::<u8>(), 0..400), size in 0..9000_usize) {
        for algorithm in Algorithm::ALL {
            if let Ok(expanded) = algorithm.expand(&data, size) {
                prop_assert_eq!(expanded.len(), size, "{}", algorithm.name());
            }
        }
    }

    #[test]
    fn damaged_data_expand_to_as_many_bytes_as_asked_for_or_not_at_all(
        piece in vec(any::<u8>(), 1..40),
        places in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let data = piece.repeat(30);
        for algorithm in Algorithm::ALL {
            let mut compressed = algorithm.compress(&data);
            for (place, value) in &places {
                let at = place.index(compressed.len());
                compressed[at] = *value;
            }
            if let Ok(expanded) = algorithm.expand(&compressed, data.len()) {
                prop_assert_eq!(expanded.len(), data.len(), "{}", algorithm.name());
            }
        }
    }

    #[test]
    fn any_message_is_expanded_to_its_claim_or_refused(mut message in vec(any::<u8>(), 0..200), chained: bool) {
        message.splice(..message.len().min(4), *b"\xfcSMB");
        if message.len() >= 16 {
            // A claim and an algorithm that let it get further.
            message[6..8].fill(0);
            message[8] %= 6;
            message[9..12].copy_from_slice(&[0, u8::from(chained), 0]);
            message[13..16].fill(0);
        }
        let claimed = message.get(4..8).map(|bytes| u32::from_le_bytes(bytes.try_into().unwrap()) as usize);
        if let Ok(expanded) = expand(&message) {
            prop_assert!(expanded.len() <= claimed.unwrap() + message.len());
        }
    }
}

#[test]
fn data_cut_anywhere_are_too_short() {
    let data: Vec<u8> = (0..200_u8).chain(0..200).chain([5; 300]).collect();
    for algorithm in Algorithm::ALL {
        let compressed = algorithm.compress(&data);
        let whole = (0..compressed.len()).filter(|end| algorithm.expand(&compressed[..*end], data.len()).is_ok());
        // What follows the last byte may be missing: flags without tokens, the symbol that ends the data.
        assert!(whole.count() <= 6, "{}", algorithm.name());
    }
}
