//! Lists of contexts, and the headers of encrypted and compressed messages.

use crate::example;
use smb2::compression::{CompressionHeader, Payload};
use smb2::context::create::{QueryMaximalAccessResponse, tag, tag_name};
use smb2::context::lease::Lease;
use smb2::context::negotiate::*;
use smb2::message::{CreateRequest, CreateResponse, NegotiateRequest, NegotiateResponse};
use smb2::transform::TransformHeader;
use smb2::{Malformed, utf16};

#[test]
fn create_contexts_are_listed_with_name_data_and_place() {
    let message = example::create_request();
    let contexts: Vec<_> = CreateRequest::parse(&message).unwrap().contexts().map(Result::unwrap).collect();
    assert_eq!(
        contexts.iter().map(|context| context.name).collect::<Vec<_>>(),
        [tag::QUERY_MAXIMAL_ACCESS, tag::REQUEST_LEASE]
    );
    assert_eq!(contexts.iter().map(|context| context.range.clone()).collect::<Vec<_>>(), [128..160, 160..216]);
    assert!(contexts[0].data.is_empty());
    assert_eq!(contexts[1].data_range, 184..216);
    let lease = Lease::parse(contexts[1].data).unwrap();
    assert_eq!(lease.lease_state(), 7);
    assert!(lease.v2().is_none());
}

#[test]
fn the_contexts_of_a_create_response_are_read() {
    let message = example::create_response();
    let contexts: Vec<_> = CreateResponse::parse(&message).unwrap().contexts().map(Result::unwrap).collect();
    assert_eq!(contexts.len(), 1);
    assert_eq!(QueryMaximalAccessResponse::parse(contexts[0].data).unwrap().maximal_access(), 0x001f_01ff);
}

#[test]
fn a_context_that_points_out_of_the_list_ends_it_with_an_error() {
    for next in [8_u32, 88, 89, u32::MAX] {
        let mut message = example::create_request();
        message[128..132].copy_from_slice(&next.to_le_bytes());
        let contexts: Vec<_> = CreateRequest::parse(&message).unwrap().contexts().collect();
        assert!(matches!(contexts.as_slice(), [Err(Malformed::BadValue { offset: 128, .. })]), "{contexts:?}");
    }
}

#[test]
fn a_list_that_leaves_the_message_is_an_error() {
    let mut message = example::create_request();
    message.pop();
    let contexts: Vec<_> = CreateRequest::parse(&message).unwrap().contexts().collect();
    assert!(matches!(contexts.as_slice(), [Err(Malformed::TooShort { offset: 128, need: 88, .. })]), "{contexts:?}");
}

#[test]
fn known_tags_have_names() {
    assert_eq!(tag_name(b"DH2C"), Some("DH2C"));
    assert_eq!(tag_name(tag::APP_INSTANCE_ID), Some("AppInstanceId"));
    assert_eq!(tag_name(b"????"), None);
}

#[test]
fn negotiate_contexts_are_read_by_type() {
    let message = example::negotiate_request();
    let contexts: Vec<_> = NegotiateRequest::parse(&message).unwrap().contexts().map(Result::unwrap).collect();
    assert_eq!(contexts.iter().map(|context| context.context_type).collect::<Vec<_>>(), [1, 2, 3, 5, 6, 7, 8]);

    let preauth = PreauthIntegrityCapabilities::parse(contexts[0].data).unwrap();
    assert_eq!(preauth.hash_algorithms().unwrap().collect::<Vec<_>>(), [1]);
    assert_eq!(preauth.salt().unwrap(), [0xaa, 0xbb, 0xcc, 0xdd]);
    assert_eq!(preauth.salt_range().unwrap(), 6..10);
    assert_eq!(contexts[0].data_range, 112..122);

    let encryption = EncryptionCapabilities::parse(contexts[1].data).unwrap();
    assert_eq!(encryption.ciphers().unwrap().collect::<Vec<_>>(), [2, 1]);
    let compression = CompressionCapabilities::parse(contexts[2].data).unwrap();
    assert_eq!(compression.compression_algorithms().unwrap().collect::<Vec<_>>(), [2, 5]);
    assert_eq!(utf16::to_string(contexts[3].data), "sv");
    assert_eq!(TransportCapabilities::parse(contexts[4].data).unwrap().flags(), 1);
    let rdma = RdmaTransformCapabilities::parse(contexts[5].data).unwrap();
    assert_eq!(rdma.rdma_transform_ids().unwrap().collect::<Vec<_>>(), [2]);
    let signing = SigningCapabilities::parse(contexts[6].data).unwrap();
    assert_eq!(signing.signing_algorithms().unwrap().collect::<Vec<_>>(), [2, 1]);
}

#[test]
fn negotiate_contexts_exist_only_in_smb_3_1_1() {
    let mut message = example::negotiate_request();
    message[102..104].copy_from_slice(&[0, 3]);
    assert_eq!(NegotiateRequest::parse(&message).unwrap().contexts().count(), 0);
    let mut message = example::negotiate_response();
    assert_eq!(NegotiateResponse::parse(&message).unwrap().contexts().map(Result::unwrap).count(), 1);
    message[68..70].copy_from_slice(&[0, 3]);
    assert_eq!(NegotiateResponse::parse(&message).unwrap().contexts().count(), 0);
}

#[test]
fn more_contexts_announced_than_sent_end_with_an_error() {
    let mut message = example::negotiate_request();
    message[NegotiateRequest::NEGOTIATE_CONTEXT_COUNT_FIELD] = 8;
    let contexts: Vec<_> = NegotiateRequest::parse(&message).unwrap().contexts().collect();
    assert_eq!(contexts.len(), 8);
    assert!(contexts[7].is_err());
}

#[test]
fn an_encrypted_message_follows_its_header() {
    let mut message = example::hex("fd534d42");
    message.resize(52, 0);
    message[44] = 0x39;
    message.extend(b"cipher");
    let view = TransformHeader::parse(&message).unwrap();
    assert_eq!((view.session_id(), view.encrypted()), (0x39, b"cipher".as_slice()));
}

#[test]
fn a_compressed_message_is_split_at_its_offset() {
    let message = example::hex("fc534d42 00100000 0200 0000 02000000 aabb ccddee");
    assert_eq!(
        CompressionHeader::parse(&message).unwrap().payload().unwrap(),
        Payload::Unchained { uncompressed: &[0xaa, 0xbb], compressed: &[0xcc, 0xdd, 0xee] }
    );
}

#[test]
fn a_chain_of_payloads_begins_with_the_first_payload_header() {
    let message = example::hex("fc534d42 00100000 0000 0100 02000000 aabb");
    let view = CompressionHeader::parse(&message).unwrap();
    assert_eq!(view.payload().unwrap(), Payload::Chained(&message[8..]));
}
