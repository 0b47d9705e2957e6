//! Compressed messages, byte by byte.

use smb2::compression::{Algorithm, ExpandError, Fault, LARGEST_MESSAGE, Scheme, compress, expand};

fn unchained(size: u32, algorithm: u16, offset: u32, rest: &[u8]) -> Vec<u8> {
    let mut message = b"\xfcSMB".to_vec();
    message.extend(size.to_le_bytes());
    message.extend(algorithm.to_le_bytes());
    message.extend([0, 0]);
    message.extend(offset.to_le_bytes());
    message.extend(rest);
    message
}

fn chained(size: u32, payloads: &[(u16, &[u8])]) -> Vec<u8> {
    let mut message = b"\xfcSMB".to_vec();
    message.extend(size.to_le_bytes());
    for (number, (algorithm, payload)) in payloads.iter().enumerate() {
        message.extend(algorithm.to_le_bytes());
        message.extend(u16::from(number == 0).to_le_bytes());
        message.extend(u32::try_from(payload.len()).unwrap().to_le_bytes());
        message.extend(*payload);
    }
    message
}

/// "abc" in LZ77.
const ABC: &[u8] = &[0xff, 0xff, 0xff, 0x1f, b'a', b'b', b'c'];

#[test]
fn the_claim_of_an_unchained_message_is_without_what_is_not_compressed() {
    let message = unchained(3, 2, 2, &[&b"xy"[..], ABC].concat());
    assert_eq!(expand(&message).unwrap(), b"xyabc");
}

#[test]
fn the_claim_of_a_chained_message_is_that_of_all_payloads() {
    let lz77 = [&[3, 0, 0, 0][..], ABC].concat();
    let message = chained(14, &[(0, b"xy"), (2, &lz77), (4, &[b'z', 0, 0, 0, 9, 0, 0, 0])]);
    assert_eq!(expand(&message).unwrap(), b"xyabczzzzzzzzz");
    for claimed in [13, 15] {
        let message = chained(claimed, &[(0, b"xy"), (2, &lz77), (4, &[b'z', 0, 0, 0, 9, 0, 0, 0])]);
        assert_eq!(expand(&message), Err(ExpandError::Size { expanded: 14, claimed: claimed as usize }));
    }
}

#[test]
fn a_match_reaches_back_into_its_own_payload_only() {
    let match_only = [0xff, 0xff, 0xff, 0xff, 0x08, 0x00];
    let fault = Fault::TooFarBack { distance: 2, expanded: 0 };
    let error = ExpandError::Data { algorithm: "LZ77", fault };
    assert_eq!(expand(&unchained(3, 2, 4, &[&b"abcd"[..], &match_only].concat())), Err(error.clone()));
    let lz77 = [&[3, 0, 0, 0][..], &match_only].concat();
    assert_eq!(expand(&chained(7, &[(0, b"abcd"), (2, &lz77)])), Err(error));
}

#[test]
fn data_that_hold_more_or_less_than_is_claimed_are_refused() {
    let error = |fault| Err(ExpandError::Data { algorithm: "LZ77", fault });
    assert_eq!(expand(&unchained(2, 2, 0, ABC)), error(Fault::TooLong { size: 2 }));
    assert_eq!(expand(&unchained(4, 2, 0, ABC)), error(Fault::TooShort { expanded: 3, size: 4 }));
}

#[test]
fn algorithms_that_are_unknown_or_not_allowed_are_named() {
    for code in [0, 4, 6, 0xffff] {
        let error = ExpandError::Algorithm { code, form: "an unchained" };
        assert_eq!(expand(&unchained(3, code, 0, b"abc")), Err(error));
    }
    assert_eq!(expand(&chained(3, &[(6, b"abc")])), Err(ExpandError::Algorithm { code: 6, form: "a chained" }));
}

#[test]
fn a_claim_larger_than_any_message_is_refused_and_the_largest_is_not() {
    let claimed = u32::try_from(LARGEST_MESSAGE).unwrap();
    assert_eq!(expand(&unchained(claimed, 2, 1, b"x")), Err(ExpandError::TooLarge { claimed: LARGEST_MESSAGE + 1 }));
    let bytes = claimed.to_le_bytes();
    let run = [0, 0, 0, 0, bytes[0], bytes[1], bytes[2], bytes[3]];
    assert_eq!(expand(&chained(claimed, &[(4, &run)])).unwrap().len(), LARGEST_MESSAGE);
    let error =
        ExpandError::Data { algorithm: "LZ4", fault: Fault::TooShort { expanded: 255 * 3, size: LARGEST_MESSAGE } };
    assert_eq!(expand(&unchained(claimed, 5, 0, b"abc")), Err(error));
}

#[test]
fn runs_at_both_ends_are_patterns_and_what_repeats_nothing_stays() {
    let scheme = Scheme { algorithm: Algorithm::Lz77, chained: true, patterns: true };
    let message = [&b"head"[..], &[0; 40], b"repeats nothing", &[9; 50]].concat();
    let expected = chained(
        u32::try_from(message.len()).unwrap(),
        &[(0, b"head"), (4, &[0, 0, 0, 0, 40, 0, 0, 0]), (0, b"repeats nothing"), (4, &[9, 0, 0, 0, 50, 0, 0, 0])],
    );
    assert_eq!(compress(&message, 4, scheme).unwrap(), expected);
    assert_eq!(expand(&expected).unwrap(), message);
}

#[test]
fn what_does_not_get_smaller_is_not_compressed() {
    for algorithm in Algorithm::ALL {
        for chained in [false, true] {
            let scheme = Scheme { algorithm, chained, patterns: true };
            assert_eq!(compress(b"header and what repeats nothing", 6, scheme), None, "{}", algorithm.name());
            assert_eq!(compress(b"short", 6, scheme), None);
        }
    }
}
