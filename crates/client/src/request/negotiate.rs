//! SMB2 NEGOTIATE requests (MS-SMB2 2.2.3, 3.2.4.2.2.2).

use super::{Request, TooLong, length_field};
use smb2::compression::{Algorithm, PATTERN_V1};
use smb2::context::negotiate::context_type;
use smb2::crypto::{Cipher, SigningAlgorithm};
use smb2::message::negotiate::NegotiateRequest;
use smb2::{Command, Guid};

/// Every dialect there is, in ascending order.
pub const ALL_DIALECTS: [u16; 5] = [0x0202, 0x0210, 0x0300, 0x0302, SMB_3_1_1];

/// What is offered.
#[derive(Debug, Clone, Copy)]
pub struct Offer<'a> {
    /// DialectRevision numbers, in the order they are sent.
    pub dialects: &'a [u16],
    /// ClientGuid, zero when SMB 2.0.2 alone is offered.
    pub client_guid: Guid,
    /// Salt of SMB2_PREAUTH_INTEGRITY_CAPABILITIES: random.
    pub salt: [u8; 32],
}

/// Offers `offer.dialects` with signing enabled, and encryption where the dialect has it. With SMB 3.1.1 among them:
/// SHA-512, every cipher (AES-128-GCM preferred) and every signing algorithm (AES-GMAC preferred).
///
/// # Errors
/// [`TooLong`] for more dialects than DialectCount can say.
pub fn negotiate(offer: &Offer<'_>) -> Result<Request, TooLong> {
    let has_encryption = offer.dialects.iter().any(|dialect| *dialect >= SMB_3_0);
    let capabilities = if has_encryption { CAPABILITY_ENCRYPTION } else { 0 };
    offering(offer, capabilities, &contexts(offer.salt))
}

/// As [`negotiate`], but with every capability and compression algorithm there is, because a server tells of some of its
/// own only to clients that have them. The connection is good for nothing else: what is offered here is not kept.
///
/// # Errors
/// [`TooLong`], as there.
pub fn inquiry(offer: &Offer<'_>) -> Result<Request, TooLong> {
    let compression = (context_type::COMPRESSION_CAPABILITIES, every_compression());
    let contexts: Vec<_> = contexts(offer.salt).into_iter().chain([compression]).collect();
    offering(offer, EVERY_CAPABILITY, &contexts)
}

fn offering(offer: &Offer<'_>, capabilities: u32, contexts: &[(u16, Vec<u8>)]) -> Result<Request, TooLong> {
    let count = length_field("list of dialects", offer.dialects.len())?;
    let mut lists: Vec<u8> = offer.dialects.iter().copied().flat_map(u16::to_le_bytes).collect();
    let mut contexts_offset = 0;
    let mut context_count = 0;
    if offer.dialects.contains(&SMB_3_1_1) {
        let fixed = NegotiateRequest::FIXED_END;
        contexts_offset = fixed.saturating_add(lists.len()).next_multiple_of(8);
        lists.resize(contexts_offset.saturating_sub(fixed), 0);
        context_count = contexts.len();
        lists.extend(context_list(contexts));
    }
    let body = [
        &STRUCTURE_SIZE.to_le_bytes()[..],
        &count.to_le_bytes(),
        &SIGNING_ENABLED.to_le_bytes(),
        &RESERVED,
        &capabilities.to_le_bytes(),
        &offer.client_guid.0,
        &(contexts_offset as u32).to_le_bytes(),
        &(context_count as u16).to_le_bytes(),
        &RESERVED,
        &lists,
    ]
    .concat();
    Ok(Request { command: Command::NEGOTIATE, body })
}

const SMB_3_0: u16 = 0x0300;
const SMB_3_1_1: u16 = 0x0311;
const STRUCTURE_SIZE: u16 = 36;
const RESERVED: [u8; 2] = [0; 2];
/// SMB2_NEGOTIATE_SIGNING_ENABLED.
const SIGNING_ENABLED: u16 = 0x0001;
/// SMB2_GLOBAL_CAP_ENCRYPTION.
const CAPABILITY_ENCRYPTION: u32 = 0x0000_0040;
/// SMB2_GLOBAL_CAP_DFS to SMB2_GLOBAL_CAP_ENCRYPTION.
const EVERY_CAPABILITY: u32 = 0x0000_007f;
/// SMB2_COMPRESSION_CAPABILITIES_FLAG_CHAINED.
pub(crate) const COMPRESSION_CHAINED: u32 = 0x0000_0001;
/// HashAlgorithm SHA-512.
const SHA_512: u16 = 0x0001;

/// Type and data of each negotiate context (MS-SMB2 2.2.3.1).
fn contexts(salt: [u8; 32]) -> [(u16, Vec<u8>); 3] {
    let ciphers = [Cipher::Aes128Gcm, Cipher::Aes128Ccm, Cipher::Aes256Gcm, Cipher::Aes256Ccm].map(Cipher::to_wire);
    let signings = [SigningAlgorithm::AesGmac, SigningAlgorithm::AesCmac, SigningAlgorithm::HmacSha256]
        .map(SigningAlgorithm::to_wire);
    let (hash_count, salt_length) = (1u16, salt.len() as u16);
    let hashes = [hash_count, salt_length, SHA_512].map(u16::to_le_bytes).concat();
    [
        (context_type::PREAUTH_INTEGRITY_CAPABILITIES, [&hashes[..], &salt].concat()),
        (context_type::ENCRYPTION_CAPABILITIES, counted(&ciphers)),
        (context_type::SIGNING_CAPABILITIES, counted(&signings)),
    ]
}

/// A 16-bit count and the ids, as ciphers and signing algorithms are listed.
fn counted(ids: &[u16]) -> Vec<u8> {
    std::iter::once(ids.len() as u16).chain(ids.iter().copied()).flat_map(u16::to_le_bytes).collect()
}

/// The data of SMB2_COMPRESSION_CAPABILITIES: every compression algorithm, LZ77 preferred, and that they may be chained
/// (MS-SMB2 2.2.3.1.3).
pub fn every_compression() -> Vec<u8> {
    let [lz77, lz77_huffman, lznt1, lz4] =
        [Algorithm::Lz77, Algorithm::Lz77Huffman, Algorithm::Lznt1, Algorithm::Lz4].map(Algorithm::code);
    let algorithms = [lz77, lz77_huffman, lznt1, PATTERN_V1, lz4];
    let (count, padding) = (algorithms.len() as u16, 0u16);
    let head = [&count.to_le_bytes()[..], &padding.to_le_bytes(), &COMPRESSION_CHAINED.to_le_bytes()].concat();
    head.into_iter().chain(algorithms.into_iter().flat_map(u16::to_le_bytes)).collect()
}

/// NegotiateContextList: each context but the first begins 8-byte aligned.
fn context_list(contexts: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut list = Vec::new();
    for (context_type, data) in contexts {
        list.resize(list.len().next_multiple_of(8), 0);
        list.extend_from_slice(&context_type.to_le_bytes());
        list.extend_from_slice(&(data.len() as u16).to_le_bytes());
        list.extend_from_slice(&[0; 4]);
        list.extend_from_slice(data);
    }
    list
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::request::Place;
    use smb2::context::negotiate::{
        CompressionCapabilities, EncryptionCapabilities, PreauthIntegrityCapabilities, SigningCapabilities,
    };

    fn message(dialects: &[u16]) -> Vec<u8> {
        let offer = Offer { dialects, client_guid: Guid([0xc1; 16]), salt: [0x5a; 32] };
        negotiate(&offer).unwrap().message(&Place::default())
    }

    #[test]
    fn all_dialects_are_offered_with_aligned_contexts() {
        let message = message(&ALL_DIALECTS);
        let view = NegotiateRequest::parse(&message).unwrap();
        assert_eq!(view.dialects().unwrap().collect::<Vec<_>>(), ALL_DIALECTS);
        assert_eq!((view.security_mode(), view.capabilities()), (SIGNING_ENABLED, CAPABILITY_ENCRYPTION));
        assert_eq!((view.client_guid(), view.negotiate_context_offset() % 8), (Guid([0xc1; 16]), 0));
        let contexts: Vec<_> = view.contexts().map(Result::unwrap).collect();
        let [preauth, encryption, signing] = contexts.as_slice() else { unreachable!("{contexts:?}") };
        assert!(contexts.iter().all(|context| context.data_range.start.is_multiple_of(8)));
        assert_eq!([preauth.context_type, encryption.context_type, signing.context_type], [1, 2, 8]);
        let preauth = PreauthIntegrityCapabilities::parse(preauth.data).unwrap();
        assert_eq!((preauth.hash_algorithms().unwrap().next(), preauth.salt().unwrap()), (Some(1), &[0x5a; 32][..]));
        let encryption = EncryptionCapabilities::parse(encryption.data).unwrap();
        assert_eq!(encryption.ciphers().unwrap().collect::<Vec<_>>(), [2, 1, 4, 3]);
        let signing = SigningCapabilities::parse(signing.data).unwrap();
        assert_eq!(signing.signing_algorithms().unwrap().collect::<Vec<_>>(), [2, 1, 0]);
    }

    #[test]
    fn without_3_1_1_nothing_follows_the_dialects() {
        let message = message(&[0x0202, 0x0210]);
        let view = NegotiateRequest::parse(&message).unwrap();
        assert_eq!(message.len(), NegotiateRequest::DIALECTS_OFFSET + 4);
        assert_eq!((view.capabilities(), view.negotiate_context_offset(), view.negotiate_context_count()), (0, 0, 0));
    }

    #[test]
    fn an_inquiry_offers_all_that_a_server_could_tell_of() {
        let offer = Offer { dialects: &ALL_DIALECTS, client_guid: Guid([0xc1; 16]), salt: [0x5a; 32] };
        let message = inquiry(&offer).unwrap().message(&Place::default());
        let view = NegotiateRequest::parse(&message).unwrap();
        assert_eq!(view.capabilities(), EVERY_CAPABILITY);
        let compression = view.contexts().map(Result::unwrap).find(|context| context.context_type == 3).unwrap();
        let compression = CompressionCapabilities::parse(compression.data).unwrap();
        assert_eq!(compression.flags(), COMPRESSION_CHAINED);
        assert_eq!(compression.compression_algorithms().unwrap().collect::<Vec<_>>(), [2, 3, 1, 4, 5]);
    }

    #[test]
    fn more_dialects_than_can_be_counted_are_refused() {
        let dialects = vec![0x0311; 65_536];
        let offer = Offer { dialects: &dialects, client_guid: Guid::default(), salt: [0; 32] };
        assert_eq!(negotiate(&offer).unwrap_err().length, 65_536);
    }
}
